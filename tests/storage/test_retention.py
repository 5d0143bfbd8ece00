"""What is forgotten and what is not: pages, fingerprints, texts and whole articles, on a filled store."""

import random
import shutil
from collections.abc import Collection
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from pipelines.keeping import Kind
from pipelines.protocols import Response
from pipelines.states import AlertId, DeliveryId, StoryId
from pipelines.stories import Link
from storage import old_articles, retention
from storage.alert_tables import alerts
from storage.database import Database
from storage.feed_tables import metadata
from storage.store import SqlStore, open_store
from tests.storage.samples import MAIL, MINUTE, NOW, alert, content, entry, extract, feed, group, match, poll, rule

DAY = timedelta(days=1)
YEARS = NOW + 2_000 * DAY


def forget(store: SqlStore, kind: Kind, *, before: datetime, now: datetime = YEARS) -> int:
    """Forget all of a kind, batch after batch; how many rows."""
    rows, after = 0, 0
    while True:
        gone = store.house.forget(kind, before, now, after)
        rows += gone.rows
        if gone.after is None:
            return rows
        after = gone.after


def told(store: SqlStore, *names: str, now: datetime = NOW, sent: bool = True) -> list[AlertId]:
    """Articles as far as an alert, whose delivery has gone out."""
    poll(store, *(entry(name) for name in names), now=now)
    extract(store, now=now)
    group(store, now=now)
    match(store, now=now)
    made = alert(store, MAIL, now=now)
    if sent:
        send(store, now)
    return made


def send(store: SqlStore, now: datetime) -> None:
    """Let the receiver take all that waits."""
    while some := store.outbox.claim(MAIL, now, now + MINUTE):
        store.outbox.mark_sent([DeliveryId(one.delivery_id) for one in some], now)


def untold(store: SqlStore, *names: str, now: datetime = NOW) -> None:
    """Articles that no rule matched."""
    poll(store, *(entry(name, summary="What the feed said.") for name in names), now=now)
    extract(store, now=now)
    group(store, now=now)
    store.matches.sync_rules([rule()], now)
    store.matches.save_matches([one.revision_id for one in store.matches.unmatched(1_000)], [], now)


def bodies(store: SqlStore) -> dict[str, bool]:
    """By title, whether an article still has its text."""
    names = [str(number) for number in range(1, 20)]
    found = [one.revision.content for name in names if (one := store.archive.find(name))]
    return {one.title: bool(one.body or one.lead) for one in found}


def counts(store_url: str, tables: Collection[str] = ()) -> dict[str, int]:
    """Rows of every table that has any, rules aside."""
    with closing(Database(store_url)) as database, database.reading() as connection:
        found = {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in metadata.tables.items()
            if not tables or name in tables
        }
    return {name: number for name, number in found.items() if number and name not in {"rules", "feeds", "outlets"}}


def test_pages_go_after_their_days(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    poll(store, *(entry(name) for name in ("quake", "flood", "fire")))
    for page in store.articles.pages_due(NOW, 10):
        answer = Response(url="https://tufa.example/x", status=200, body=b"<html>" * 50)
        store.articles.save_text(page, content(), NOW, try_again_at=None, answer=answer)
    assert forget(store, Kind.PAGES, before=NOW) == 0
    assert forget(store, Kind.PAGES, before=NOW + MINUTE) == 3
    assert forget(store, Kind.PAGES, before=NOW + MINUTE) == 0


def test_texts_go_but_the_headline_the_address_and_the_answer_stay(store: SqlStore) -> None:
    untold(store, "quake")
    untold(store, "flood", now=NOW + 100 * DAY)
    assert forget(store, Kind.TEXTS, before=NOW + 50 * DAY) == 1
    assert bodies(store) == {"The quake": False, "The flood": True}
    assert forget(store, Kind.TEXTS, before=NOW + 50 * DAY) == 0
    way = store.ways.find(["https://tufa.example/quake"])
    assert way is not None
    assert (way.forgotten_at, way.row.title) == (YEARS, "The quake")
    assert [one.revision.content.title for batch in store.archive.texts(NOW) for one in batch] == ["The flood"]
    assert store.archive.count(NOW) == 1


def test_what_texts_took_is_given_back_to_the_disk(tmp_path: Path, sqlite_template: Path) -> None:
    path = shutil.copy(sqlite_template, tmp_path / "wirewatch.db")
    with closing(open_store(f"sqlite:///{path}")) as store:
        poll(store, *(entry(f"quake{number}") for number in range(200)))
        for page in store.articles.pages_due(NOW, 200):
            words = random.Random(page.article.article_id).randbytes(2_000).hex()  # nothing packs it
            store.articles.save_text(page, content(page.entry.title, words), NOW, try_again_at=None)
        untold(store, "storm")
        full = store.house.size()
        assert forget(store, Kind.TEXTS, before=NOW + DAY) == 201
        while store.house.give_back():
            pass
        assert store.house.size() < full - 200 * 1_800


def test_a_forgotten_text_is_known_when_it_comes_again(store: SqlStore) -> None:
    untold(store, "quake")
    forget(store, Kind.TEXTS, before=NOW + DAY)
    arrived = poll(store, entry("quake", summary="What the feed said."), now=YEARS)
    assert (arrived.new, arrived.changed) == ((), ())
    poll(store, entry("quake", summary="Other words."), now=YEARS)
    extract(store, now=YEARS)
    assert store.matches.unmatched(10) == []


def test_texts_stay_that_the_desk_was_told_of_that_are_undecided_or_to_be_looked_at_again(store: SqlStore) -> None:
    told(store, "quake")
    poll(store, entry("flood"))
    extract(store)
    group(store)
    assert forget(store, Kind.TEXTS, before=NOW + DAY) == 0, "told of; no rule looked at it yet"
    match(store)
    assert forget(store, Kind.TEXTS, before=NOW + DAY) == 0, "undecided"
    assert all(bodies(store).values())


def test_texts_stay_of_a_story_that_still_takes_in_reprints(store: SqlStore) -> None:
    untold(store, "quake")
    now = NOW + 100 * DAY
    poll(store, entry("reprint"), now=now)
    extract(store, now=now)
    group(store, StoryId(1), now=now)
    assert forget(store, Kind.TEXTS, before=NOW + DAY, now=now + 5 * DAY) == 0
    assert forget(store, Kind.TEXTS, before=NOW + DAY, now=now + 50 * DAY) == 1


def test_old_articles_go_whole_with_all_that_was_said_of_them(store: SqlStore, store_url: str) -> None:
    (first,) = told(store, "quake")
    store.silences.acknowledge(first, "ani", NOW)
    store.desk.mark(first, "ani", "useful", NOW)
    untold(store, "flood")
    assert forget(store, Kind.ARTICLES, before=NOW) == 0
    assert forget(store, Kind.ARTICLES, before=NOW + DAY) == 1, "the other's page waits to be looked at again"
    settle(store_url)
    assert forget(store, Kind.ARTICLES, before=NOW + DAY) == 1
    assert counts(store_url) == {"fingerprints": 6, "paragraphs": 2}  # those have a time of their own


def settle(store_url: str) -> None:
    """Nothing is to be looked at again."""
    with closing(Database(store_url)) as database, database.writing() as connection:
        connection.exec_driver_sql("UPDATE visits SET due_at = NULL")


@pytest.mark.parametrize("what", ["waits", "young alert", "young report", "listed by its site", "undated"])
def test_old_articles_stay_while_something_needs_them(store: SqlStore, store_url: str, what: str) -> None:
    of = feed(whose=None)
    if what == "listed by its site":
        of = replace(of, kind="sitemap")  # type: ignore[arg-type]
    items = [replace(entry("quake"), published=None) if what == "undated" else entry("quake")]
    poll(store, *items, of=of)
    extract(store)
    group(store)
    match(store)
    later = NOW + 100 * DAY
    alert(store, MAIL, now=later if what == "young alert" else NOW)
    if what != "waits":
        send(store, later)
    if what == "young report":
        poll(store, entry("report"), now=later)
        extract(store, now=later)
        (own,) = group(store, now=later)
        with store.stories.grouping(later) as grouping:
            grouping.link(own, Link(event_id=StoryId(1), other_id=StoryId(1), strength=0.5, reason="both name Goris"))
    settle(store_url)
    before = counts(store_url)
    assert forget(store, Kind.ARTICLES, before=NOW + DAY) == 0
    assert counts(store_url) == before
    assert len(store.journal.alerts(10)) == 1


def test_an_event_goes_as_one_and_its_neighbours_stay_readable(store: SqlStore, store_url: str) -> None:
    untold(store, "quake", "report")
    with store.stories.grouping(NOW) as grouping:
        grouping.link(
            StoryId(2), Link(event_id=StoryId(1), other_id=StoryId(1), strength=0.5, reason="both name Goris")
        )
    (young,) = told(store, "flood", now=NOW + 100 * DAY)
    settle(store_url)
    assert forget(store, Kind.ARTICLES, before=NOW + DAY) == 2
    (row,) = store.journal.alerts(10)
    assert row.detail.alert.alert_id == young
    assert set(bodies(store)) == {"The flood"}


def test_every_table_that_names_an_article_or_an_alert_goes_with_it() -> None:
    """A table to come that refers to one of these must be deleted with it, or the database would refuse."""
    gone = {"articles", "revisions", "matches", "alerts", "stories", "changes", "findings"}
    referring = {
        table.name
        for table in alerts.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name in gone
    }
    names = {name for name, value in vars(old_articles).items() if value is metadata.tables.get(name)}
    assert referring <= names
