"""The desk's page over a real server and database: who is let in, what the buttons do, what no page ever does."""

import getpass
import html
import re
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.cli.desk import local_user
from pipelines.config import load_settings
from pipelines.desk.actions import ACTIONS
from pipelines.desk.pages import PAGES
from pipelines.desk.visitors import BY_LINK, Door
from pipelines.errors import SettingsError
from pipelines.links import Signer, signer_of
from pipelines.states import AlertId
from tests.desk_server import NOW, SIGNER, Page, serve
from tests.edge.test_digest_page import make_digests
from tests.storage.samples import entry, extract, poll
from tests.unit.delivery.digest_samples import EMPTY

NAMED = re.compile(r"{(\w+)(?::int)?}")
NAMES = {"alert_id": "1", "article_id": "1", "rule_id": "quakes", "digest_id": "1"}


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    """Served to this machine alone."""
    yield from serve(tmp_path, Door(signer=SIGNER, local_user="ani"))


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Page]:
    """Served to others, behind a proxy that names whom it has let in."""
    yield from serve(tmp_path, Door(signer=SIGNER, local_user=None, header="X-Desk-User"))


@pytest.fixture
def either(tmp_path: Path, database_url: str) -> Iterator[Page]:
    """Served to this machine alone, from each kind of database."""
    yield from serve(tmp_path, Door(signer=SIGNER, local_user="ani"), database_url)


def test_every_page_answers_with_its_policy_and_a_crawl_changes_nothing(either: Page) -> None:
    make_digests(either.store, EMPTY)
    before, rules = either.counts(), (either.desk / "quakes.yaml").read_text()
    for path in PAGES:
        answer = either.get(NAMED.sub(lambda one: NAMES[one[1]], path) + "?q=flood")
        assert answer.status == 200, path
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"] == "no-referrer"
        for link in re.findall(r'href="(/[^"]*)"', answer.text):
            assert either.get(html.unescape(link)).status == 200, link
    for path in ACTIONS.keys() - PAGES.keys():
        assert either.get(NAMED.sub("1", path)).status == 405, path
    assert either.counts() == before
    assert (either.desk / "quakes.yaml").read_text() == rules


def test_words_from_outside_are_words(page: Page) -> None:
    for path in ("/", "/A1", "/A2", "/held", "/search?q=script", "/articles/1", "/articles/2", "/rules/quakes"):
        text = page.get(path).text
        assert "<script>alert" not in text, path
        assert "<img src=x" not in text, path
    assert "&lt;<mark>script</mark>&gt;" in page.get("/search?q=script").text


def test_mine_useful_noise_and_silence(either: Page) -> None:
    assert either.press("/A1/claim").headers["location"] == "/A1"
    assert "Yours" in either.get("/A1").text
    assert either.press("/A1/useful", to="events").headers["location"] == "/#A1"
    assert either.press("/A1/noise").status == 303
    told = either.store.desk.alert(AlertId(1))
    assert told is not None
    assert (told.claimed_by, told.marks) == ("ani", {"noise": ("ani",)})
    assert "wirewatch rules add-test quakes" in either.get("/A1").text
    assert either.press("/A2/useful").status == 303
    [numbers] = either.store.desk_rules.numbers(NOW - timedelta(days=1))
    assert (numbers.matches, numbers.alerts, numbers.precision) == (2, 2, 0.5)
    assert numbers.claimed_after is not None
    assert "50%" in either.get("/rules").text
    assert either.press("/A2/silence").status == 303
    [silence] = either.store.silences.all(datetime.now(UTC))
    assert set(silence.silence.selector) == {"rule", "story"}
    assert "End it now" in either.get("/silences").text
    form = either.form("/silences")
    assert either.post(f"/silences/{silence.silence.silence_id}/end", {"form": form}).headers["location"] == "/silences"
    assert either.store.silences.all(datetime.now(UTC)) == []


def test_a_form_is_ours_fresh_and_sent_once(page: Page) -> None:
    form = page.form("/")
    assert page.post("/A1/claim", {}).status == 403
    assert page.post("/A1/claim", {"form": f"{form}x"}).status == 403
    assert page.post("/A1/claim", {"form": SIGNER.form("somebody else")}).status == 403
    assert page.post("/A1/claim", {"form": form}, **{"Sec-Fetch-Site": "cross-site"}).status == 403
    assert page.counts()["acknowledgements"] == 0
    assert page.post("/A1/claim", {"form": form}).status == 303
    assert page.post("/A1/useful", {"form": form}).status == 409
    assert page.counts()["feedback"] == 0
    assert page.post("/A1/claim", {"form": "x" * 300_000}).status == 413


def test_two_editors_at_once_keep_what_the_other_did(shared: Page) -> None:
    forms = {}
    for who in ("ani", "davit"):
        text = shared.get("/", **{"X-Desk-User": who}).text
        forms[who] = re.findall(r'name="form" value="([^"]+)"', text)[0]
    assert shared.post("/A1/claim", {"form": forms["ani"]}, **{"X-Desk-User": "ani"}).status == 303
    assert shared.post("/A1/claim", {"form": forms["davit"]}, **{"X-Desk-User": "davit"}).status == 303
    told = shared.store.desk.alert(AlertId(1))
    assert told is not None
    assert told.claimed_by == "ani"
    assert shared.post("/A1/useful", {"form": forms["davit"]}, **{"X-Desk-User": "ani"}).status == 403


def test_a_link_opens_its_alert_alone_for_a_while(shared: Page) -> None:
    path = SIGNER.alert_link(shared.base, AlertId(1)).removeprefix(shared.base)
    key = path.partition("?key=")[2]
    answer = shared.get(path)
    assert answer.status == 200
    assert "its whole way" not in answer.text
    assert [
        shared.get(one).status for one in ("/", "/A1", f"/?key={key}", f"/A2?key={key}", f"/A1?key={key[:-2]}")
    ] == [403] * 5
    late = Signer(b"k" * 32, link_lasts=-1)
    assert not late.opens(key, AlertId(1))
    forged = Signer(b"x" * 32).alert_link("", AlertId(1)).partition("?key=")[2]
    assert shared.get(f"/A1?key={forged}").status == 403
    form = re.findall(r'name="form" value="([^"]+)"', answer.text)[0]
    assert shared.post("/A2/claim", {"form": form, "key": key}).status == 403
    done = shared.post("/A1/claim", {"form": form, "key": key})
    assert done.headers["location"] == f"/A1?key={key}"
    told = shared.store.desk.alert(AlertId(1))
    assert told is not None
    assert told.claimed_by == BY_LINK


def test_numbers_for_prometheus_are_for_whom_the_door_lets_in(page: Page, shared: Page) -> None:
    answer = page.get("/metrics")
    assert (answer.status, answer.text) == (200, "# EOF\n")
    assert answer.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert shared.get("/metrics").status == 403
    assert shared.get("/metrics", **{"X-Desk-User": "prometheus"}).status == 200


def test_a_name_that_points_here_gets_no_answer(page: Page) -> None:
    assert page.get("/", Host="evil.example").status == 400


def test_a_database_that_does_not_answer_is_told_for_what_it_is(page: Page, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "store.db")) as other:
        other.execute("ALTER TABLE alerts RENAME TO away")
    told = page.get("/")
    assert (told.status, told.headers["cache-control"]) == (503, "no-store")
    assert "Not now" in told.text
    assert "Alerts wait and are not lost" in told.text
    assert "store.db" not in told.text
    assert page.post("/A1/claim", {"form": SIGNER.form("ani")}).status == 503


def test_an_error_that_nobody_foresaw_has_a_page_and_our_headers(tmp_path: Path) -> None:
    for page in serve(tmp_path, Door(signer=SIGNER, local_user="ani"), zone="Nowhere/Town"):
        told = page.get("/")
        assert told.status == 500
        assert "error of its own" in told.text
        assert "Nowhere" not in told.text
        assert "script-src 'self'" in told.headers["content-security-policy"]
        assert page.get("/stamp").status == 200


def test_a_pasted_rule_is_tried_and_its_faults_are_told(page: Page) -> None:
    told = page.press("/try", rule="id: water\nany: [flood]").text
    assert "1 match, 0 alerts" in told  # published too long ago to be told
    assert "<mark>flood</mark>" in told
    assert "did you mean" in page.press("/try", rule="- {id: water, anny: [flood]}").text
    assert "version: 1" in page.press("/try", rule="version: 1\nrules:\n  - {id: water, any: [flood]}\n").text


def test_the_key_of_links_is_made_once_and_is_nobody_elses(tmp_path: Path) -> None:
    link = signer_of(tmp_path / "home").alert_link("https://desk.example/", AlertId(7))
    assert link.startswith("https://desk.example/A7?key=")
    assert signer_of(tmp_path / "home").opens(link.partition("=")[2], AlertId(7))
    assert (tmp_path / "home" / "desk.key").stat().st_mode & 0o077 == 0


def test_a_door_knows_its_forms_by_itself() -> None:
    door = Door(signer=SIGNER, local_user="ani")
    assert replace(door).used is door.used
    assert Door(signer=SIGNER, local_user="ani").used is not door.used


def test_noise_becomes_a_test_of_its_rule_by_one_click(page: Page) -> None:
    assert "Make it a test" not in page.get("/A2").text
    page.press("/A2/noise")
    assert "Make it a test" in page.get("/A2").text
    told = page.press("/A2/test").text
    written = (page.desk / "quakes.yaml").read_text()
    assert "<code>quakes.yaml:7</code>" in told
    assert "still says match" in told
    assert '# in a desk\'s words\n    tests:\n      - name: "The flood"\n' in written
    assert "expect: no_match" in written
    key = SIGNER.alert_link("", AlertId(2)).partition("?key=")[2]
    form = re.findall(r'name="form" value="([^"]+)"', page.get(f"/A2?key={key}").text)[0]
    assert page.post("/A2/test", {"form": form, "key": key}).status == 403
    assert (page.desk / "quakes.yaml").read_text() == written
    (page.desk / "quakes.yaml").write_text("version: 1\nrules: []\n")
    assert "no rule quakes in the desk" in page.press("/A2/test").text


def test_two_who_make_tests_at_once_lose_neither(page: Page) -> None:
    forms = [page.form("/") for _ in range(8)]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda form: page.post("/A2/test", {"form": form}).status, forms))
    assert answers == [200] * 8
    assert (page.desk / "quakes.yaml").read_text().count("expect: no_match") == 8


def test_a_silence_is_made_listed_and_ended(page: Page) -> None:
    made = {"rule": "quakes", "outlet": "tufa", "label": "desk=science", "why": "<b>known</b>", "hours": "12"}
    assert page.press("/silences", **made).headers["location"] == "/silences"
    [row] = page.store.silences.all(datetime.now(UTC))
    assert dict(row.silence.selector) == {"rule": "quakes", "outlet": "tufa", "desk": "science"}
    assert row.silence.until - row.silence.starts_at == timedelta(hours=12)
    text = page.get("/silences").text
    assert "desk science, outlet tufa, rule quakes" in text
    assert "&lt;b&gt;known" in text
    for wrong in ({"why": ""}, {"rule": "", "outlet": "", "label": ""}, {"label": "rule=x"}, {"hours": "1000"}):
        assert page.press("/silences", **{**made, **wrong}).status == 400, wrong
    assert len(page.store.silences.all(datetime.now(UTC))) == 1


def test_the_archive_is_searched_with_hits_marked(page: Page) -> None:
    assert "<mark>flood</mark>" in page.get("/search?q=flood").text
    assert "a bracket is not closed" in page.get("/search?q=(flood").text
    assert "did you mean `tufa`" in page.get("/search?q=flood&feed=tuf").text
    assert "Nothing found" in page.get("/search?q=flood&language=hy").text
    assert "nothing lies between" in page.get("/search?q=a&from=2026-11-02&to=2026-11-01").text
    poll(page.store, *(entry(f"deluge {number}") for number in range(40)), now=NOW)
    extract(page.store, now=NOW)
    found: list[str] = []
    path = "/search?q=deluge"
    while path:
        text = page.get(path).text
        found += re.findall(r'href="https://tufa.example/deluge (\d+)', text.replace("%20", " "))
        more = re.search(r'href="(/search[^"]+before=[^"]+)"', text)
        path = html.unescape(more[1]) if more else ""
    assert sorted(map(int, found)) == list(range(40))


def test_a_rule_is_picked_and_shown_with_what_it_told(page: Page) -> None:
    assert "any: [shook, flood*]" in page.get("/try?rule=quakes").text
    text = page.get("/rules/quakes").text
    assert "A1" in text
    assert "any: [shook, flood*]" in text
    assert re.search(r"<title>\d+ \w+: 2</title>", text)
    assert page.get("/rules/nothing").status == 404


def test_held_matches_are_shown_by_kind(page: Page) -> None:
    assert "Nothing was silenced" in page.get("/held?kind=silenced").text
    assert "Nothing was held" in page.get("/held?kind=<script>").text


@pytest.mark.parametrize("path", ["/A99999999999999999999", "/articles/99999999999999999999", "/?before=A" + "9" * 30])
def test_a_number_beyond_all_bounds_is_no_trouble(either: Page, path: str) -> None:
    assert either.get(path).status in {200, 400, 404}


@pytest.mark.parametrize(
    ("settings", "host", "who"),
    [
        ({}, "127.0.0.1", "local"),
        ({"WIREWATCH_DESK_URL": "http://localhost:3001"}, "localhost", "local"),
        ({"WIREWATCH_DESK_URL": "https://desk.example"}, "127.0.0.1", None),  # a proxy may stand before it
        ({"WIREWATCH_DESK_USER_HEADER": "X-Desk-User"}, "127.0.0.1", None),
        ({"WIREWATCH_DESK_URL": "https://desk.example"}, "0.0.0.0", None),
        ({"WIREWATCH_DESK_USER_HEADER": "X-Desk-User"}, "::", None),
    ],
)
def test_only_a_page_for_this_machine_alone_needs_no_login(
    settings: dict[str, str], host: str, who: str | None, tmp_path: Path
) -> None:
    (tmp_path / "alert_rules").mkdir()
    found = local_user(load_settings(settings, tmp_path), host)
    assert found == (getpass.getuser() if who else None)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "desk.example"])
def test_outside_this_machine_the_page_is_off_until_there_is_a_login(host: str, tmp_path: Path) -> None:
    (tmp_path / "alert_rules").mkdir()
    with pytest.raises(SettingsError, match=f"{host} is not this machine alone: set WIREWATCH_DESK_URL or"):
        local_user(load_settings({}, tmp_path), host)


def test_a_header_that_nobody_set_up_names_nobody(page: Page) -> None:
    assert '<span class="who">ani</span>' in page.get("/", **{"X-Desk-User": "mallory"}).text
