"""`wirewatch db copy`: a filled archive goes over whole, both ways, and work goes on there; else nothing goes over."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipelines.cli.app import app
from pipelines.errors import StoreError
from pipelines.states import StoryEditKind, StoryId
from storage import copying
from storage.database import Database
from storage.store import open_store
from storage.story_edits import merge
from tests.storage.samples import LATER, NOW, alert, entry, extract, group, match, matched, poll, rule


@pytest.fixture
def urls(database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """From a database of each kind to one of the other."""
    if database_url.startswith("sqlite"):
        yield database_url, request.getfixturevalue("postgres_url")
    else:
        yield database_url, f"sqlite:///{tmp_path / 'copy.db'}"


def fill(url: str) -> None:
    """Matches, alerts, deliveries, and a story that went into an older and one that went into a younger."""
    with closing(open_store(url)) as store:
        matched(store, "quake", "flood", "fire", "storm")
        alert(store)
        store.silences.acknowledge(store.journal.alerts(1)[0].detail.alert.alert_id, "ani", NOW)
    with closing(Database(url)) as database, database.writing() as connection:
        for one, into in ((2, 1), (3, 4)):
            kind = StoryEditKind.MERGE
            merge(connection, StoryId(one), StoryId(into), kind=kind, who="ani", why="one text", now=NOW)


def test_an_archive_goes_over_whole_and_work_goes_on_there(
    urls: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "AT_ONCE", 3)
    source, target = urls
    fill(source)
    went: list[int] = []
    copied = copying.copy_archive(source, target, went.append)
    assert sum(went) == sum(copied.values()) == sum(copying.rows_in_all(source).values())
    assert copied == copying.rows_in_all(target)
    with closing(open_store(source)) as before, closing(open_store(target)) as after:
        assert after.journal.alerts(10) == before.journal.alerts(10)
        assert after.ways.find(["1"]) == before.ways.find(["1"])
        assert list(after.archive.texts(NOW)) == list(before.archive.texts(NOW))
        assert after.due_work(LATER) == before.due_work(LATER)
        poll(after, entry("landslide"), now=LATER)
        extract(after, now=LATER)
        group(after, now=LATER)
        match(after, rule("slides"), now=LATER)
        assert len(alert(after, now=LATER)) == 1


def test_what_is_stopped_half_way_leaves_nothing_and_can_be_done_again(urls: tuple[str, str]) -> None:
    source, target = urls
    fill(source)
    total = sum(copying.rows_in_all(source).values())
    seen = 0

    def stop(rows: int) -> None:
        nonlocal seen
        seen += rows
        if seen > total / 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copying.copy_archive(source, target, stop)
    assert not any(copying.rows_in_all(target).values())
    assert copying.copy_archive(source, target, lambda _: None)["alerts"] == 4


def test_a_database_with_anything_in_it_is_left_alone(urls: tuple[str, str]) -> None:
    source, target = urls
    fill(source)
    fill(target)
    with pytest.raises(StoreError, match=r"is not empty, it holds .*; name an empty database"):
        copying.copy_archive(source, target, lambda _: None)


def test_the_command_tells_what_went_over_and_a_wrong_source_is_told(tmp_path: Path) -> None:
    source, target = (f"sqlite:///{tmp_path / name}" for name in ("a.db", "b.db"))
    missing = CliRunner().invoke(app, ["db", "copy", source, target])
    assert isinstance(missing.exception, StoreError)
    assert str(missing.exception) == f"{tmp_path / 'a.db'}: there is no such file"
    assert list(tmp_path.iterdir()) == []
    fill(source)
    done = CliRunner().invoke(app, ["db", "copy", source, target])
    assert done.exit_code == 0
    assert ["alerts", "4"] in [line.split() for line in done.output.splitlines()]
    onto = CliRunner().invoke(app, ["db", "copy", source, source])
    assert isinstance(onto.exception, StoreError)
