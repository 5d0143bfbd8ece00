"""Answers on their way to the store: what is read is stored at once, and a round ends in its time."""

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ParamSpec, TypeVar

from pipelines.errors import Unreachable
from pipelines.ingest.parsed_feed import ParsedFeed
from pipelines.model import Feed, FeedEntry
from pipelines.polls import Arrivals, FeedState, KnownItem, Poll, PolledFeed
from pipelines.protocols import Response
from pipelines.sites import SiteTexts
from pipelines.states import FeedId, OutletId
from pipelines.steps.answers import READ_AT_ONCE, Answers
from pipelines.steps.progress import Budget, Tally

P = ParamSpec("P")
T = TypeVar("T")
NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
READ = ParsedFeed(entries=(FeedEntry(title="Dam", url="https://a.example/dam"),))


@dataclass(slots=True)
class Store:
    """Notes the names of the feeds of each batch."""

    batches: list[list[str]] = field(default_factory=list)

    def sync_feeds(self, feeds: Sequence[Feed], now: datetime) -> None:
        """Not asked here."""

    def due_feeds(self, now: datetime, *, everything: bool = False) -> Sequence[PolledFeed]:
        """Not asked here."""
        return ()

    def site_texts(self, outlet_ids: Collection[OutletId], now: datetime) -> Sequence[SiteTexts]:
        """Not asked here."""
        return ()

    def known_items(self, feed_ids: Collection[FeedId]) -> Mapping[FeedId, Sequence[KnownItem]]:
        """None of any."""
        return dict.fromkeys(feed_ids, ())

    def record_polls(self, polls: Sequence[Poll], now: datetime) -> Sequence[Arrivals]:
        """A batch."""
        self.batches.append([poll.feed.feed_id for poll in polls])
        return [Arrivals(new=tuple(poll.entries)) for poll in polls]


@dataclass(slots=True)
class Workers:
    """Hands out readings that the test ends."""

    begun: list["Future[ParsedFeed]"] = field(default_factory=list)

    def submit(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        """A reading that waits."""
        self.begun.append(Future())
        return self.begun[-1]  # type: ignore[return-value]  # feeds alone are read here


def answer(name: str, *, body: bytes | None = b"<rss/>") -> tuple[PolledFeed, Response | Unreachable]:
    """What a feed's server said; None for nothing."""
    feed = Feed(feed_id=FeedId(name), url=f"https://{name}.example/rss")
    polled = PolledFeed(feed=feed, state=FeedState(due_at=NOW))
    if body is None:
        return polled, Unreachable(feed.url, "down")
    return polled, Response(url=feed.url, status=200, body=body)


def answers(seconds: float = 60) -> tuple[Answers, Store, Workers, Tally]:
    """All that takes part."""
    store, workers, tally = Store(), Workers(), Tally("feed_entries")
    return Answers(store, workers, tally, Budget(NOW, seconds)), store, workers, tally


def test_a_document_that_takes_long_holds_up_no_other() -> None:
    round_, store, workers, tally = answers()
    round_.take([answer("slow"), answer("quick"), answer("down", body=None)])
    assert store.batches == [["down"]]
    workers.begun[1].set_result(READ)
    round_.take([answer("next", body=None)])
    assert store.batches == [["down"], ["quick", "next"]]
    workers.begun[0].set_result(READ)
    assert round_.finish() == 0
    assert store.batches[2:] == [["slow"]]
    counts = tally.report().counts
    assert (counts["feeds polled"], counts["feeds failed"], counts["entries new"]) == (4, 2, 2)


def test_at_the_end_of_its_time_a_round_drops_what_nobody_has_begun_to_read() -> None:
    round_, store, workers, _ = answers(seconds=0)
    round_.take([answer("begun"), answer("waiting")])
    assert workers.begun[0].set_running_or_notify_cancel()
    threading.Timer(0.05, workers.begun[0].set_result, [READ]).start()
    assert round_.finish() == 1
    assert workers.begun[1].cancelled()
    assert store.batches == [["begun"]]


def test_no_more_wait_than_a_run_can_hold() -> None:
    round_, store, workers, _ = answers()

    def read_ten() -> None:
        for reading in workers.begun[:10]:
            reading.set_result(READ)

    threading.Timer(0.05, read_ten).start()
    round_.take([answer(f"f{number}") for number in range(READ_AT_ONCE + 10)])
    assert sum(map(len, store.batches)) == 10
