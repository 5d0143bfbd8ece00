"""Pages are fetched politely: what robots.txt says, a pause for each host; and the operator hears where none come."""

import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from pipelines.ingest.fetcher import HttpFetcher
from pipelines.ingest.workers import BoundedWorkers
from pipelines.model import Feed, FeedEntry, Outlet
from pipelines.polls import FeedState, Poll
from pipelines.reports import Report
from pipelines.states import FeedId, OutletId
from pipelines.steps.gathering import extract_articles
from pipelines.steps.progress import Budget
from storage.store import SqlStore
from tests.web import Asked, Page, Web

START = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
WORDS = "The council met on Tuesday and decided to open the mountain road to the village before the winter comes. "
PAGE = f"<html><body><article><h1>Road</h1>{''.join(f'<p>{WORDS * 3}</p>' for _ in range(5))}</article></body></html>"


def bring(store: SqlStore, web: Web, *paths: str) -> None:
    """Let a feed bring entries with these pages."""
    feed = Feed(feed_id=FeedId("apa"), url=web.url("/rss"), outlet=Outlet(outlet_id=OutletId("apa"), title="APA"))
    store.feeds.sync_feeds([feed], START)
    entries = [FeedEntry(title=path, url=web.url(path), link=web.url(path)) for path in paths]
    store.feeds.record_polls([Poll(feed=feed, state=FeedState(due_at=START), entries=entries)], START)


def extract(store: SqlStore, *, hours: float = 0, pause: float = 0) -> Report:
    """One extraction step."""
    with BoundedWorkers() as workers:
        return extract_articles(
            store.articles,
            store.robots,
            store.notices,
            HttpFetcher(frozenset({"127.0.0.1"})),
            workers,
            budget=Budget(START + timedelta(hours=hours), 60),
            pause=pause,
        )


def asked(web: Web, path: str) -> int:
    """How often a path was asked for."""
    return sum(one.path == path for one in web.requests)


def test_robots_is_asked_once_a_day_and_obeyed(store: SqlStore, web: Web) -> None:
    web.serve("/robots.txt", "User-agent: *\nDisallow: /private")
    web.serve("/open", PAGE)
    bring(store, web, "/open", "/private/1")
    counts = extract(store).counts
    assert (counts["text from page"], counts["text from headline"]) == (1, 1)
    assert (asked(web, "/robots.txt"), asked(web, "/private/1")) == (1, 0)
    web.serve("/later", PAGE)
    bring(store, web, "/later")
    assert extract(store, hours=1).counts["text from page"] == 1
    assert asked(web, "/robots.txt") == 1
    web.serve("/next", PAGE)
    bring(store, web, "/next")
    extract(store, hours=25)
    assert asked(web, "/robots.txt") == 2


def test_pages_of_one_host_are_a_pause_apart(store: SqlStore, web: Web) -> None:
    begun: list[float] = []

    def note(_: Asked) -> Page:
        begun.append(time.monotonic())
        return Page(body=PAGE.encode(), headers={"Content-Type": "text/html"})

    paths = [f"/{number}" for number in range(4)]
    for path in paths:
        web.routes[path] = note
    bring(store, web, *paths)
    extract(store, pause=0.3)
    assert len(begun) == 4
    assert all(later - earlier > 0.2 for earlier, later in pairwise(sorted(begun)[1:]))  # robots.txt delays the first


def test_a_site_that_refuses_its_pages_is_told_once_and_when_it_is_over(store: SqlStore, web: Web) -> None:
    for number in range(10):
        web.serve(f"/{number}", "no", status=403)
    bring(store, web, *(f"/{number}" for number in range(10)))
    report = extract(store)
    assert [(check.name, check.passed, check.number) for check in report.checks] == [("full_texts", False, 0.0)]
    [notice] = store.notices.due(START + timedelta(hours=1))
    assert notice.lines[0].startswith("APA refuses us (403) since 06:00 UTC")
    store.notices.told(notice, START)
    for number in range(20, 30):
        web.serve(f"/{number}", PAGE)
    bring(store, web, *(f"/{number}" for number in range(20, 30)))
    assert extract(store, hours=2).checks[0].passed
    [over] = store.notices.due(START + timedelta(hours=3))
    assert over.title == "Full texts of APA are back"
