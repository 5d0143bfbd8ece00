"""Answers of a round of polls on their way to the store: read by workers side by side, stored in batches when done.

A document that takes a worker ten seconds holds up no other: what is read is stored while it is still being read.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ALL_COMPLETED, FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from pipelines import errors, protocols
from pipelines.ingest import polling
from pipelines.ingest.parser_version import parser_version
from pipelines.ingest.reading import parse_feed
from pipelines.ingest.round import Answer
from pipelines.model import Feed, FeedEntry, Outlet
from pipelines.polls import Arrivals, FeedState, FeedStore, Poll, PolledFeed
from pipelines.states import FeedId
from pipelines.steps.progress import Budget, Tally

if TYPE_CHECKING:
    from pipelines.ingest.parsed_feed import ParsedFeed

READ_AT_ONCE = 100
"""Documents that wait for the workers before a round's next answers do: at 10 MiB each, what a run can hold."""
_PATIENCE = 1.0  # seconds; at a round's end, what has been read is stored at least so often


@dataclass(frozen=True, slots=True)
class _Begun:
    """An answer, and where it brought another document, what is being read out of it."""

    polled: PolledFeed
    answer: Answer
    reading: "Future[ParsedFeed] | None" = None

    @property
    def done(self) -> bool:
        return self.reading is None or self.reading.done()


class Answers:
    """Takes the answers of a round; call `finish` at its end. One thread at a time."""

    def __init__(self, store: FeedStore, workers: protocols.Workers, tally: Tally, budget: Budget) -> None:
        self._store, self._workers, self._tally, self._budget = store, workers, tally, budget
        self._begun: list[_Begun] = []
        self.states: dict[FeedId, FeedState] = {}
        """How each feed stands after its poll, once that is stored."""

    def take(self, answers: Sequence[tuple[PolledFeed, Answer]]) -> None:
        """Begin to read what these bring, and store what has been read since."""
        self._begun += self._begin(answers)
        waiting = self._waiting()
        while len(waiting) > READ_AT_ONCE:
            wait(waiting, return_when=FIRST_COMPLETED)
            waiting = self._waiting()
        self._store_done()

    def finish(self) -> int:
        """Store all that is read within the budget, and what a worker has begun; returns how many were dropped."""
        while self._begun and not self._budget.spent:
            wait(self._waiting(), timeout=min(_PATIENCE, self._budget.left()), return_when=ALL_COMPLETED)
            self._store_done()
        begun = self._begun
        self._begun = [one for one in begun if one.reading is None or not one.reading.cancel()]
        dropped = len(begun) - len(self._begun)
        wait(self._waiting())
        self._store_done()
        return dropped

    def _begin(self, answers: Sequence[tuple[PolledFeed, Answer]]) -> list[_Begun]:
        brought = [
            polled.feed.feed_id
            for polled, answer in answers
            if isinstance(answer, protocols.Response)
            and not polling.is_known(polled.state, answer, parser_version(polled.feed))
        ]
        items = self._store.known_items(brought) if brought else {}
        begun = []
        for polled, answer in answers:
            feed, reading = polled.feed, None
            if feed.feed_id in items and isinstance(answer, protocols.Response):
                known = polling.known_items(polled.state, items[feed.feed_id], parser_version(feed))
                reading = self._workers.submit(parse_feed, feed, answer, self._budget.now(), known)
            begun.append(_Begun(polled, answer, reading))
        return begun

    def _waiting(self) -> "list[Future[ParsedFeed]]":
        return [one.reading for one in self._begun if one.reading and not one.done]

    def _store_done(self) -> None:
        begun, done = self._begun, list[_Begun]()
        self._begun = []
        for one in begun:  # asked once: it may be done in the next moment
            (done if one.done else self._begun).append(one)
        if done:
            now = self._budget.now()
            self.states |= _record(self._store, [_poll(one, self._tally, now) for one in done], self._tally, now)


def _poll(begun: _Begun, tally: Tally, now: datetime) -> Poll:
    """The poll that an answer makes."""
    feed, state, answer = begun.polled.feed, begun.polled.state, begun.answer
    tally.count("feeds polled")
    entries: Sequence[FeedEntry] = ()
    read = None
    try:
        if isinstance(answer, errors.FetchError):
            raise answer
        if begun.reading is None:
            tally.count("feeds unchanged")
        else:
            parsed = begun.reading.result()
            read = polling.FeedReading(entries=parsed.entries, parser=parser_version(feed), items=parsed.items)
            tally.problems(feed.feed_id, parsed.problems)
        after = polling.after_success(state, feed, answer, read, now)
        if read and after.entries_hash != state.entries_hash:
            entries = read.entries
    except Exception as error:
        tally.count("feeds failed")
        tally.failure(feed.feed_id, error, feed_id=feed.feed_id)
        after, entries, read = polling.after_failure(state, feed, error, now), (), None
    return Poll(
        feed=feed,
        state=after,
        entries=entries,
        items=read.items if read else None,
        backlog_before=polling.backlog_before(state, feed, now),
        late_before=polling.late_before(state, now),
        outlets=_outlets(feed, entries),
    )


def _outlets(feed: Feed, entries: Sequence[FeedEntry]) -> Mapping[str, Outlet]:
    """Whose text each entry is, where feeds.yaml does not say."""
    if feed.outlet or not entries:
        return {}
    from pipelines.ingest.urls import article_outlet

    return {entry.entry_id: article_outlet(feed, entry.url) for entry in entries}


def _record(store: FeedStore, polls: Sequence[Poll], tally: Tally, now: datetime) -> dict[FeedId, FeedState]:
    """Store polls together; where one of them cannot be stored, each by itself, so that it alone fails.

    Returns the states that are stored.
    """
    try:
        arrivals = store.record_polls(polls, now)
    except errors.StoreError:
        raise
    except Exception as error:
        if len(polls) > 1:
            return {key: state for poll in polls for key, state in _record(store, [poll], tally, now).items()}
        feed, state = polls[0].feed, polls[0].state
        tally.count("feeds failed")
        tally.failure(feed.feed_id, error, feed_id=feed.feed_id)
        unread = replace(state, body_hash=None, entries_hash=None)  # or the next poll would take it for known
        failed = polling.after_failure(unread, feed, error, now)
        store.record_polls([Poll(feed=feed, state=failed, items=())], now)
        return {feed.feed_id: failed}
    for poll, arrived in zip(polls, arrivals, strict=True):
        _tell(poll.feed, arrived, tally)
    return {
        poll.feed.feed_id: replace(poll.state, new_at=now) if arrived.new else poll.state
        for poll, arrived in zip(polls, arrivals, strict=True)
    }


def _tell(feed: Feed, arrived: Arrivals, tally: Tally) -> None:
    tally.count("entries new", len(arrived.new))
    tally.count("entries changed", len(arrived.changed))
    for entry in (*arrived.new, *arrived.changed):
        tally.news(feed=feed.feed_id, title=entry.title, published=str(entry.published or ""), link=entry.link or "")
