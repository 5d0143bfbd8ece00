"""The first of the six steps: from the desk's feeds to entries; it works as `steps` says."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from pipelines import errors, protocols
from pipelines.ingest import health, polling
from pipelines.ingest.parser_version import parser_version
from pipelines.ingest.reading import parse_feed
from pipelines.ingest.round import Answer, Manners, fetch_each
from pipelines.ingest.sitemap_index import WholeSources
from pipelines.model import Feed, FeedEntry, Outlet
from pipelines.notices import Notices
from pipelines.polls import Arrivals, FeedState, FeedStore, Poll, PolledFeed
from pipelines.progress import Budget, Tally
from pipelines.reports import Report

if TYPE_CHECKING:
    from pipelines.ingest.parsed_feed import ParsedFeed

MANNERS = Manners(
    at_once=100,  # reaches the latency floor of 1,000 feeds (design measurement)
    patience=15.0,
)


def poll_feeds(
    store: FeedStore,
    notices: Notices,
    fetcher: protocols.Fetcher,
    workers: protocols.Workers,
    feeds: Callable[[], Sequence[Feed]],
    *,
    budget: Budget,
    everything: bool = False,
) -> Report:
    """Poll the feeds that are due (all with `everything`); a faulty feeds.yaml leaves its last good version."""
    tally = Tally("feed_entries", "feeds polled", "feeds unchanged", "feeds failed", "entries new", "entries changed")
    try:
        store.sync_feeds(feeds(), budget.now())
    except errors.DeskFileError as error:
        tally.problems("feeds.yaml", error.faults)
    now = budget.now()
    due = [
        (polled, polling.request(polled.feed, polled.state, parser_version(polled.feed), now))
        for polled in store.due_feeds(now, everything=everything)
    ]

    def take(answers: Sequence[tuple[PolledFeed, Answer]]) -> None:
        _record(store, _polls(answers, workers, tally, budget.now()), tally, budget.now())

    reached = fetch_each(WholeSources(fetcher), due, take, manners=MANNERS, budget=budget)
    _look_after(store.due_feeds(budget.now(), everything=True), notices, tally, budget.now())
    return tally.report(unfinished=reached < len(due))


def _look_after(feeds: Sequence[PolledFeed], notices: Notices, tally: Tally, now: datetime) -> None:
    """See which feeds are not well; the operator is told once, and once more when they are."""
    troubles = health.feed_troubles(feeds, now)
    for kind in ("failing", "stale"):
        found = [trouble for trouble in troubles.values() if trouble.kind == kind]
        detail = " ".join(line for trouble in found[:10] for line in trouble.lines)
        tally.check(f"no_{kind}_feeds", passed=not found, number=len(found), detail=detail or f"{len(feeds)} are well")
    watched = {health.feed_subject(one.feed): one for one in feeds}
    known = notices.open_subjects()
    for subject in troubles.keys() - known:
        notices.begin(subject, troubles[subject].title, troubles[subject].lines, now)
    for subject in known:
        one = watched.get(subject)
        if one and health.feed_trouble(one.feed, one.state, now) is None:
            notices.end(subject, f"Feed {one.feed.feed_id} is well", health.feed_recovery(one.feed, one.state), now)
        elif subject.startswith("feed:") and one is None:
            notices.end(subject, "A feed is no longer watched", [f"{subject[5:]} was taken out of feeds.yaml."], now)
        elif subject == health.NETWORK and subject not in troubles:
            notices.end(subject, "Feeds answer again", ["What they still list is not lost."], now)


def _polls(
    answers: Sequence[tuple[PolledFeed, Answer]], workers: protocols.Workers, tally: Tally, now: datetime
) -> list[Poll]:
    """The polls that the answers make; the documents that must be read are read side by side."""
    readings = {
        number: workers.submit(
            parse_feed, polled.feed, answer, now, polling.known_items(polled.state, parser_version(polled.feed))
        )
        for number, (polled, answer) in enumerate(answers)
        if isinstance(answer, protocols.Response)
        and not polling.is_known(polled.state, answer, parser_version(polled.feed))
    }
    return [_poll(polled, answer, readings.get(number), tally, now) for number, (polled, answer) in enumerate(answers)]


def _poll(
    polled: PolledFeed, answer: Answer, reading: "Future[ParsedFeed] | None", tally: Tally, now: datetime
) -> Poll:
    feed, state = polled.feed, polled.state
    tally.count("feeds polled")
    entries: Sequence[FeedEntry] = ()
    try:
        if isinstance(answer, errors.FetchError):
            raise answer
        read = None
        if reading is None:
            tally.count("feeds unchanged")
        else:
            parsed = reading.result()
            read = polling.FeedReading(entries=parsed.entries, parser=parser_version(feed), items=parsed.items)
            tally.problems(feed.feed_id, parsed.problems)
        after = polling.after_success(state, feed, answer, read, now)
        if read and after.entries_hash != state.entries_hash:
            entries = read.entries
    except Exception as error:
        tally.count("feeds failed")
        tally.failure(feed.feed_id, error)
        after = polling.after_failure(state, feed, error, now)
    return _with_entries(feed, after, entries, polling.backlog_before(state, feed, now))


def _with_entries(feed: Feed, state: FeedState, entries: Sequence[FeedEntry], backlog_before: datetime | None) -> Poll:
    from pipelines.ingest.urls import article_outlet

    outlets: Mapping[str, Outlet] = (
        {} if feed.outlet else {entry.entry_id: article_outlet(feed, entry.url) for entry in entries}
    )
    return Poll(feed=feed, state=state, entries=entries, backlog_before=backlog_before, outlets=outlets)


def _record(store: FeedStore, polls: Sequence[Poll], tally: Tally, now: datetime) -> None:
    """Store polls together; where one of them cannot be stored, each by itself, so that it alone fails."""
    try:
        arrivals = store.record_polls(polls, now)
    except errors.StoreError:
        raise
    except Exception as error:
        if len(polls) > 1:
            for poll in polls:
                _record(store, [poll], tally, now)
            return
        feed, state = polls[0].feed, polls[0].state
        tally.count("feeds failed")
        tally.failure(feed.feed_id, error)
        store.record_polls([Poll(feed=feed, state=polling.after_failure(_unread(state), feed, error, now))], now)
        return
    for poll, arrived in zip(polls, arrivals, strict=True):
        _tell(poll.feed, arrived, tally)


def _unread(state: FeedState) -> FeedState:
    """The state of a document that came and could not be stored: the next poll must not take it for known."""
    return replace(state, body_hash=None, entries_hash=None, items=())


def _tell(feed: Feed, arrived: Arrivals, tally: Tally) -> None:
    tally.count("entries new", len(arrived.new))
    tally.count("entries changed", len(arrived.changed))
    for entry in (*arrived.new, *arrived.changed):
        tally.news(feed=feed.feed_id, title=entry.title, published=str(entry.published or ""), link=entry.link or "")
