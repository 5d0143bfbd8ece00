"""Feeds that mean harm or are broken, all polled in one round from a real server: each ends as it must, alone."""

import resource
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import astuple, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.ingest.fetcher import HttpFetcher
from pipelines.ingest.workers import BoundedWorkers, Limits
from pipelines.model import Feed
from pipelines.polls import Arrivals, KnownItem, Poll, PolledFeed
from pipelines.reports import Report
from pipelines.sites import SiteTexts
from pipelines.states import FeedId, OutletId
from pipelines.steps.progress import Budget
from pipelines.steps.watching import poll_feeds
from storage.store import SqlStore, open_store
from tests.faults.feeds_table import CASES, GOOD, RSS_TYPE, rss
from tests.faults.measured import Cost, MeasuringWorkers
from tests.web import Page, Web, web_server

NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
MEMORY_MB = 250  # of the process that polls: a round holds the answers that wait to be read
LIMITS = Limits(cpu=10, wall=300.0)  # the clock of a busy machine is no fault of a feed's


@dataclass(slots=True)
class Kept:
    """The store, and what polls brought to it."""

    store: SqlStore
    polls: dict[str, Poll] = field(default_factory=dict)

    def sync_feeds(self, feeds: Sequence[Feed], now: datetime) -> None:
        """As the store."""
        self.store.feeds.sync_feeds(feeds, now)

    def due_feeds(self, now: datetime, *, everything: bool = False) -> Sequence[PolledFeed]:
        """As the store."""
        return self.store.feeds.due_feeds(now, everything=everything)

    def known_items(self, feed_ids: Collection[FeedId]) -> Mapping[FeedId, Sequence[KnownItem]]:
        """As the store."""
        return self.store.feeds.known_items(feed_ids)

    def site_texts(self, outlet_ids: Collection[OutletId], now: datetime) -> Sequence[SiteTexts]:
        """As the store."""
        return self.store.feeds.site_texts(outlet_ids, now)

    def record_polls(self, polls: Sequence[Poll], now: datetime) -> Sequence[Arrivals]:
        """As the store."""
        self.polls |= {str(poll.feed.feed_id): poll for poll in polls}
        return self.store.feeds.record_polls(polls, now)


@dataclass(frozen=True, slots=True)
class Round:
    """One poll of every case and of some good feeds."""

    polls: Mapping[str, Poll]
    report: Report
    grown_mb: float
    costs: Mapping[str, Cost]

    def problems(self, name: str) -> str:
        """What the operator is told of a feed."""
        return "; ".join(problem.message for problem in self.report.problems if problem.subject == name)


def feed_of(web: Web, name: str, number: int) -> Feed:
    """A case as its server sends it."""
    case = CASES[name]
    body = case.body()
    page = Page(
        body=body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body,
        headers={"Content-Type": case.content_type},
    )
    web.routes[f"/{number}"] = page
    return Feed(feed_id=FeedId(name), url=web.url(f"/{number}"))


def polled(kept: Kept, feeds: Sequence[Feed], *, minutes: float = 0, workers: BoundedWorkers | None = None) -> Report:
    """One round over these feeds."""
    budget = Budget(NOW + timedelta(minutes=minutes), 400)
    fetcher = HttpFetcher(frozenset({"127.0.0.1"}))
    with workers or BoundedWorkers(LIMITS) as these:
        return poll_feeds(kept, kept.store.notices, fetcher, these, lambda: feeds, budget=budget, everything=True)


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with web_server() as server:
        yield server


@pytest.fixture(scope="module")
def round_of_all(web: Web, tmp_path_factory: pytest.TempPathFactory) -> Round:
    feeds = [feed_of(web, name, number) for number, name in enumerate(CASES)]
    good = [Feed(feed_id=FeedId(f"good {n}"), url=web.serve(f"/good{n}", rss(GOOD), RSS_TYPE)) for n in range(5)]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with closing(open_store(f"sqlite:///{tmp_path_factory.mktemp('faults') / 'wirewatch.db'}")) as store:
        kept, workers = Kept(store), MeasuringWorkers(LIMITS)
        report = polled(kept, [*feeds, *good], workers=workers)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return Round(kept.polls, report, grown, workers.costs)


@pytest.mark.parametrize("name", CASES)
def test_each_ends_as_it_must(round_of_all: Round, name: str, record_property: Callable[[str, object], None]) -> None:
    case, poll = CASES[name], round_of_all.polls[name]
    record_property("cost", astuple(round_of_all.costs.get(poll.feed.url, Cost(0.0, 0.0))))
    told = poll.state.error or round_of_all.problems(name)
    record_property(
        "seen", f"{len(poll.entries)} {'entry' if len(poll.entries) == 1 else 'entries'}" + f": {told}" * bool(told)
    )
    titles = tuple(entry.title for entry in poll.entries)
    assert case.titles is None or titles == case.titles
    assert case.failure in (poll.state.error or "")
    assert bool(case.failure) is bool(poll.state.error)
    assert case.problem in round_of_all.problems(name)


def test_the_others_are_read_and_memory_is_bounded(round_of_all: Round) -> None:
    for number in range(5):
        assert [entry.title for entry in round_of_all.polls[f"good {number}"].entries] == ["A good item"]
    assert not round_of_all.report.unfinished
    assert round_of_all.grown_mb < MEMORY_MB


def test_no_entry_holds_what_harms(round_of_all: Round) -> None:
    """No file's words, no entity unfolded, nothing a terminal obeys, no address but the web's, no date out of range."""
    for poll in round_of_all.polls.values():
        for entry in poll.entries:
            words = f"{entry.title}{entry.summary}{entry.body}"
            assert "root:" not in words
            assert len(entry.title) <= 500
            assert len(entry.body) <= 1 << 20
            assert not any(ord(mark) < 32 and mark != "\n" for mark in words)
            assert (entry.link or "https://").startswith(("http://", "https://"))
            assert entry.published is None or 1900 <= entry.published.moment.year <= NOW.year


def test_links_are_those_of_the_final_address(round_of_all: Round, web: Web) -> None:
    (entry,) = round_of_all.polls["47 relative links"].entries
    assert entry.url == web.url("/b")
    (entry,) = round_of_all.polls["48 a link that is code"].entries
    assert (entry.url, entry.link) == (None, None)


def guids(at: int) -> str:
    """A feed whose guids are others in every document, and whose links are tagged anew."""
    link = "https://a.example/{0}?utm_source=rss&amp;utm_campaign={1}"
    return rss(
        *(
            f"<item><title>Item {name}</title><link>{link.format(name, at)}</link>"
            f"<guid isPermaLink='false'>{name}-{at}</guid></item>"
            for name in "ab"
        )
    )


def test_guids_that_change_and_tracking_make_no_new_entry(web: Web, tmp_path: Path) -> None:
    with closing(open_store(f"sqlite:///{tmp_path / 'wirewatch.db'}")) as store:
        kept, found = Kept(store), []
        for at in range(3):
            feed = Feed(feed_id=FeedId("shifting"), url=web.serve("/shifting", guids(at), RSS_TYPE))
            found.append(polled(kept, [feed], minutes=20 * at).counts["entries new"])
    assert found == [2, 0, 0]


def test_one_that_is_cut_by_its_limit_holds_up_no_other(web: Web, tmp_path: Path) -> None:
    """Its poll fails, with the reason; what came beside it is stored."""
    deep = rss(GOOD, "<a " * 400_000)
    feeds = [Feed(feed_id=FeedId("slow"), url=web.serve("/slow", deep, RSS_TYPE))]
    feeds += [Feed(feed_id=FeedId(f"ok{n}"), url=web.serve(f"/ok{n}", rss(GOOD), RSS_TYPE)) for n in range(5)]
    fetcher = HttpFetcher(frozenset({"127.0.0.1"}))
    with (
        closing(open_store(f"sqlite:///{tmp_path / 'wirewatch.db'}")) as store,
        BoundedWorkers(Limits(cpu=1, wall=60.0)) as workers,
    ):
        kept = Kept(store)
        budget = Budget(NOW, 60)
        report = poll_feeds(kept, store.notices, fetcher, workers, lambda: feeds, budget=budget, everything=True)
    assert report.counts["feeds failed"] == 1
    assert "not read within 1 s of computing" in (kept.polls["slow"].state.error or "")
    assert report.counts["entries new"] == 5
