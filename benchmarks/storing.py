"""Storing what polls bring, beside the same rows by sqlite3 alone: rows per CPU second, an article and an entry each.

usage: python benchmarks/storing.py [--feeds 300] [--rounds 5]

Ours is `record_polls` in batches of 100 feeds of 30 entries, first of new feeds, then of the same feeds with one new
entry of 30. sqlite3 makes the same rows from the same records and upserts them in one transaction, into the same
tables with their indexes and checks, without a look at what is known, changed, moved or backlog. Both must leave the
same rows. Contestants take turns; medians.
"""

import argparse
import gc
import json
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from fetch import START, document, host

from pipelines.ingest.feed_parser import parse_feed
from pipelines.model import Feed, FeedEntry, Outlet
from pipelines.polls import FeedState, Poll
from pipelines.shards import slot_of
from pipelines.states import FeedId, OutletId
from storage.store import open_store

OUTLET = Outlet(outlet_id=OutletId("bench"), title="Bench")
NOW = START + timedelta(minutes=15)
BATCH = 100
ARTICLE = "INSERT INTO articles (url, link, outlet_id, first_seen_at, backlog, extract_due_at, extract_attempts, slot) "
ENTRY = "INSERT INTO feed_entries (feed_id, url, guid, content_hash, link, title, summary, body, published, "
ENTRY += "published_utc, authors, article_id, first_seen_at, backlog) "


def polls_of(feeds: Sequence[Feed], *, newer: bool) -> list[Poll]:
    """A poll of each; a `newer` one brings one entry more."""
    found = []
    for number, feed in enumerate(feeds):
        parsed = parse_feed(document(number), url=feed.url, content_type=None)
        entries = parsed.entries
        if newer:
            one = replace(entries[0], url=f"{feed.url}/new", link=f"{feed.url}/new", guid=f"{feed.url}/new")
            entries = (one, *entries[:-1])
        found.append(Poll(feed=feed, state=FeedState(due_at=NOW), entries=entries, items=parsed.items))
    return found


def ours(folder: Path, feeds: Sequence[Feed], polls: Sequence[Sequence[Poll]]) -> list[float]:
    """CPU seconds of storing each of several rounds of polls, one after another."""
    with closing(open_store(f"sqlite:///{folder / 'ours.db'}")) as store:
        store.feeds.sync_feeds(feeds, NOW)
        taken = []
        for some in polls:
            gc.collect()  # what others left is not ours to look through
            began = time.process_time()
            for start in range(0, len(some), BATCH):
                store.feeds.record_polls(some[start : start + BATCH], NOW)
            taken.append(time.process_time() - began)
        return taken


def plain(folder: Path, feeds: Sequence[Feed], polls: Sequence[Poll]) -> float:
    """CPU seconds of sqlite3 alone for the rows of one round."""
    path = folder / "plain.db"
    with closing(open_store(f"sqlite:///{path}")) as store:
        store.feeds.sync_feeds(feeds, NOW)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")  # as ours: a third of its time
        gc.collect()
        began = time.process_time()
        entries = [(poll.feed, entry) for poll in polls for entry in poll.entries]
        moment = text_of(NOW)
        connection.executemany(
            f"{ARTICLE} VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [
                (entry.url, entry.link, OUTLET.outlet_id, moment, 0, moment, 0, slot_of(entry.link or ""))
                for _, entry in entries
            ],
        )
        ids = dict(connection.execute("SELECT url, article_id FROM articles"))
        marks = ", ".join("?" * 14)
        connection.executemany(
            f"{ENTRY} VALUES ({marks}) ON CONFLICT DO NOTHING",
            [(feed.feed_id, *row_of(entry), ids[entry.url], moment, 0) for feed, entry in entries],
        )
        connection.commit()
        return time.process_time() - began


def check(feeds: Sequence[Feed], polls: Sequence[Poll]) -> None:
    """Leave where the two sides do not leave the same rows: their speeds could not be compared."""
    with tempfile.TemporaryDirectory() as folder:
        ours(Path(folder), feeds, [polls])
        plain(Path(folder), feeds, polls)
        theirs, mine = (rows_of(Path(folder) / name) for name in ("plain.db", "ours.db"))
    if not mine or mine != theirs:
        raise SystemExit(f"ours and sqlite3 alone left other rows, such as {min(mine ^ theirs, default='none at all')}")


def rows_of(path: Path) -> set[tuple[object, ...]]:
    """Every entry in a database with its article, but for the numbers that rows were given."""
    own = "feed_id, e.url, guid, content_hash, e.link, title, summary, body = '' OR body = x'', published"
    stamps = "published_utc, authors, e.first_seen_at, e.backlog"
    of_article = "a.url, a.link, outlet_id, a.first_seen_at, a.backlog, late, extract_due_at, extract_attempts, slot"
    joined = "feed_entries e JOIN articles a USING (article_id)"
    with closing(sqlite3.connect(path)) as connection:
        return set(connection.execute(f"SELECT {own}, {stamps}, {of_article} FROM {joined}"))


def row_of(entry: FeedEntry) -> tuple[object, ...]:
    """An entry's own columns."""
    published = entry.published
    return (
        *(entry.url, entry.guid, entry.content_hash, entry.link, entry.title, entry.summary, entry.body),
        *((str(published), text_of(published.utc)) if published else (None, None)),
        json.dumps(list(entry.authors)),
    )


def text_of(moment: datetime) -> str:
    """A moment as our SQLite database holds it."""
    return moment.replace(tzinfo=None).isoformat(" ", "microseconds")


def main() -> None:
    """Measure, and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--feeds", type=int, default=300)
    arguments.add_argument("--rounds", type=int, default=5)
    options = arguments.parse_args()
    feeds = [
        Feed(feed_id=FeedId(f"f{number}"), url=f"http://{host(number)}/{number}", outlet=OUTLET)
        for number in range(options.feeds)
    ]
    polls = [polls_of(feeds, newer=newer) for newer in (False, True)]
    rows = 2 * sum(len(poll.entries) for poll in polls[0])
    check(feeds, polls[0])
    times: list[list[float]] = []
    for _ in range(options.rounds):
        with tempfile.TemporaryDirectory() as folder:
            times.append([*ours(Path(folder), feeds, polls), plain(Path(folder), feeds, polls[0])])
    cold, again, alone = (statistics.median(one) for one in zip(*times, strict=True))
    print(f"sqlite3 alone       {rows / alone:9,.0f} rows a CPU second")
    print(f"ours, new feeds     {rows / cold:9,.0f} rows a CPU second: {alone / cold:.2f} x (aim 0.6)")
    print(f"ours, one new of 30 {again / len(feeds) * 1e3:9.2f} ms a feed")


if __name__ == "__main__":
    main()
