"""The digests' pages: the same as the mail said, opened by its own link alone."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.desk.visitors import Door
from pipelines.digests.records import Closing, DigestKind, Facts, Period
from pipelines.digests.written import written
from pipelines.states import AlertId, DigestId, ReceiverId
from storage.store import SqlStore
from tests.desk_server import SIGNER, Page, serve
from tests.unit.delivery.digest_samples import EMPTY, ENDS, FULL


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    """Served to others: by link alone."""
    yield from serve(tmp_path, Door(signer=SIGNER, local_user=None))


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Page]:
    """Served to this machine alone."""
    yield from serve(tmp_path, Door(signer=SIGNER, local_user="ani"))


def key(address: str) -> str:
    return address.partition("?key=")[2]


def test_a_digest_is_shown_with_its_plots_and_its_words_mean_nothing(own: Page) -> None:
    make_digests(own.store)
    listed = own.get("/digests").text
    assert 'href="/digests/1"' in listed
    assert 'href="/digests/2"' in listed
    text = own.get("/digests/1").text
    for words in (
        "Morning digest",
        "7 alerts, 4 unclaimed",
        "Sent, claimed by nobody: 3",
        "The sums close",
        "18 words",
    ):
        assert words in text
    assert text.count('role="img"') == 2
    assert "<script>alert" not in text
    assert "style=" not in text
    assert "Nothing matched; 34 feeds read, all well." in own.get("/digests/2").text
    assert own.get("/digests/3").status == 404


def test_a_link_opens_its_own_digest_alone(page: Page) -> None:
    make_digests(page.store)
    token = key(SIGNER.digest_link("https://desk.example", DigestId(1)))
    assert page.get(f"/digests/1?key={token}").status == 200
    for other in ("/digests/2", "/digests", "/A1", "/"):
        assert page.get(f"{other}?key={token}").status == 403, other
    assert page.get("/digests/1").status == 403
    assert page.get(f"/digests/1?key={token[:-2]}xx").status == 403
    of_alert = key(SIGNER.alert_link("https://desk.example", AlertId(1)))
    assert page.get(f"/digests/1?key={of_alert}").status == 403


def make_digests(store: SqlStore, told: Facts = FULL) -> None:
    """One that tells this, and an empty one."""
    for kind, facts in ((DigestKind.MORNING, told), (DigestKind.WEEKLY, EMPTY)):
        period = Period(receiver=ReceiverId("mail"), kind=kind, starts_at=ENDS - timedelta(days=1), ends_at=ENDS)
        store.digests.plan("now", [period], ENDS)
        (under_way,) = store.digests.under_way()
        assert store.digests.close(Closing(period=under_way), written(facts), ENDS)
        assert not store.digests.close(Closing(period=under_way), written(facts), ENDS)
