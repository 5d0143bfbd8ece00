"""Feeds that fail and recover, from the server to the operator's notices."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from pipelines.ingest.fetcher import HttpFetcher
from pipelines.ingest.workers import BoundedWorkers
from pipelines.model import Feed
from pipelines.polls import Arrivals, KnownItem, Poll, PolledFeed
from pipelines.reports import Report
from pipelines.sites import SiteTexts
from pipelines.states import FeedId, OutletId
from pipelines.steps.progress import Budget
from pipelines.steps.watching import poll_feeds
from storage.store import SqlStore
from tests.web import Web

START = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
RSS = "<rss version='2.0'><channel><title>T</title><item><title>{0}</title><link>https://a.example/{0}</link></item>"
RSS += "</channel></rss>"


def poll(store: SqlStore, web: Web, hours: float, *, of: str = "/rss") -> Report:
    """One poll of every feed, so many hours after START."""
    feed = Feed(feed_id=FeedId("oc-media"), url=web.url(of))
    fetcher = HttpFetcher(frozenset({"127.0.0.1"}))
    with BoundedWorkers() as workers:
        return poll_feeds(
            store.feeds,
            store.notices,
            fetcher,
            workers,
            lambda: [feed],
            budget=Budget(START + timedelta(hours=hours), 30),
            everything=True,
        )


def told(store: SqlStore, hours: float) -> list[tuple[str, str]]:
    """What the operator gets now: each notice's title and words."""
    now = START + timedelta(hours=hours, minutes=3)
    found = store.notices.due(now)
    for notice in found:
        store.notices.told(notice, now)
    return [(notice.title, " ".join(notice.lines)) for notice in found]


def test_a_failing_feed_is_told_once_and_once_more_when_it_is_well(store: SqlStore, web: Web) -> None:
    web.serve("/rss", RSS.format("one"))
    assert {check.passed for check in poll(store, web, 0).checks} == {True}
    web.serve("/rss", "no", status=403)
    for hour in (1, 2):
        poll(store, web, hour)
    assert told(store, 2) == []
    report = poll(store, web, 3)
    assert [(check.name, check.passed) for check in report.checks] == [
        ("no_failing_feeds", False),
        ("no_stale_feeds", True),
    ]
    [row] = report.tables["feed health"]
    assert (row["feed"], row["state"], row["errors"]) == ("oc-media", "failing", "3")
    assert (row["read"], row["new entry"]) == ("24\u00a0Nov\u00a006:00", "24\u00a0Nov\u00a006:00")
    assert row["errors in a row"].startswith("24\u00a0Nov\u00a007:00 hard: ")
    [(title, words)] = told(store, 3)
    assert title == "Feed oc-media cannot be read"
    assert "since 24 Nov 07:00 UTC (3 times in a row)" in words
    assert "HTTP 403" in words
    poll(store, web, 4)
    assert told(store, 4) == []
    web.serve("/rss", RSS.format("two"))
    assert poll(store, web, 5).counts["entries new"] == 1
    assert [title for title, _ in told(store, 5)] == ["Feed oc-media is well"]
    poll(store, web, 6)
    assert told(store, 6) == []


def test_a_feed_that_falls_silent_is_told_once(store: SqlStore, web: Web) -> None:
    web.serve("/rss", RSS.format("one"))
    for hour in (0, 23, 25, 26):
        poll(store, web, hour)
    assert [title for title, _ in told(store, 26)] == ["Feed oc-media brings nothing new"]
    web.serve("/rss", RSS.format("two"))
    poll(store, web, 27)
    assert [title for title, _ in told(store, 27)] == ["Feed oc-media is well"]


def test_a_page_where_a_feed_was_is_told_at_once(store: SqlStore, web: Web) -> None:
    web.serve("/rss", RSS.format("one"))
    poll(store, web, 0)
    web.serve("/rss", "<!DOCTYPE html><html><body>Please log in</body></html>")
    poll(store, web, 1)
    [(_, words)] = told(store, 1)
    assert "look for its new address" in words


def test_a_304_after_a_failure_is_not_asked_for(store: SqlStore, web: Web) -> None:
    web.serve("/rss", RSS.format("one"), ETag='"a"')
    poll(store, web, 0)
    poll(store, web, 0.1)
    web.serve("/rss", "busy", status=503)
    poll(store, web, 0.2)
    poll(store, web, 0.3)
    assert [asked.headers.get("if-none-match") for asked in web.requests] == [None, '"a"', '"a"', None]


class Picky:
    """A store that chokes on one feed's entries, as a database driver might on a value it cannot bind."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    def sync_feeds(self, feeds: Sequence[Feed], now: datetime) -> None:
        """As the store."""
        self._store.feeds.sync_feeds(feeds, now)

    def due_feeds(self, now: datetime, *, everything: bool = False) -> Sequence[PolledFeed]:
        """As the store."""
        return self._store.feeds.due_feeds(now, everything=everything)

    def known_items(self, feed_ids: Collection[FeedId]) -> Mapping[FeedId, Sequence[KnownItem]]:
        """As the store."""
        return self._store.feeds.known_items(feed_ids)

    def site_texts(self, outlet_ids: Collection[OutletId], now: datetime) -> Sequence[SiteTexts]:
        """As the store."""
        return self._store.feeds.site_texts(outlet_ids, now)

    def record_polls(self, polls: Sequence[Poll], now: datetime) -> Sequence[Arrivals]:
        """As the store, but for what it chokes on."""
        if any(poll.entries and poll.feed.feed_id == "bad" for poll in polls):
            raise ValueError("no such value")
        return self._store.feeds.record_polls(polls, now)


def test_one_feed_that_cannot_be_stored_fails_alone_and_is_read_again(store: SqlStore, web: Web) -> None:
    names = ("bad", *(f"good{number}" for number in range(5)))
    feeds = [Feed(feed_id=FeedId(name), url=web.serve(f"/{name}", RSS.format(name), ETag='"a"')) for name in names]
    fetcher = HttpFetcher(frozenset({"127.0.0.1"}))
    counts = []
    with BoundedWorkers() as workers:
        for one, minutes in ((Picky(store), 0), (store.feeds, 20)):
            budget = Budget(START + timedelta(minutes=minutes), 30)
            report = poll_feeds(one, store.notices, fetcher, workers, lambda: feeds, budget=budget)
            counts.append((report.counts["entries new"], report.counts["feeds failed"]))
    assert counts == [(5, 1), (1, 0)]
