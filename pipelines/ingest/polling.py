"""What a feed is asked, when it is asked next, and what is remembered of the last poll. Pure.

A failing feed is asked ever more seldom, but never given up: outages end without anybody telling us. How long it rests
depends on who must mend it:

| failure | what it is | rests, in intervals (`every`) | at most |
|---|---|---|---|
| soft | no answer: name, connection, time-out, reset; perhaps our own network | 1, 2, 3, 4, 5, then doubled | 1 hour |
| temporary | the server says that it will pass: 408, 425, 429, 5xx | the same, and `Retry-After` | 1 day |
| hard | 401, 403, 404, no feed, too large, ... | 1, 2, 4, 8, ... | 1 day |
| gone | 410 | a day at once | 1 day |
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from pipelines.errors import BadStatus, NotAFeed, Unreachable, WirewatchError
from pipelines.ingest.hints import entries_hash, hints_of, names_hash, rhythm_of, rhythm_of_moments
from pipelines.ingest.pace import JITTER, pace, share
from pipelines.model import Feed, FeedEntry
from pipelines.polls import STREAK_KEPT, Failure, FailureKind, FeedState, KnownItem, Move
from pipelines.protocols import Request, Response

LONGEST = timedelta(hours=24)
LONGEST_SOFT = timedelta(hours=1)
PATIENT_FAILURES = 5  # up to here the wait grows by one interval a failure, then it doubles
DOUBT = timedelta(days=7)
UNSEEN = (timedelta(hours=1), timedelta(hours=24))
"""A server's "nothing changed" is checked by asking for the whole after three times the feed's rhythm, within these."""
MOVED_FOR_GOOD = (5, timedelta(hours=24))
"""Confirmations in a row, and over how long: one bad deployment sends everybody elsewhere for an afternoon."""

AWAY = timedelta(hours=3)
"""A feed unread for so long beyond its time was missed: a night's outage is not told article by article."""
FRESH = timedelta(hours=1)
"""What was published so shortly before is news all the same."""

_LONGEST_ERROR = 500
_END_OF_TIME = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedReading:
    """What was read out of a whole document."""

    entries: Sequence[FeedEntry]
    """Those not known from the last reading, where `items` tells of the others."""
    parser: str
    """The version of the parser."""
    items: tuple[KnownItem, ...] = ()
    """Every item of the document; none where it could not be taken apart."""

    @property
    def hash(self) -> str:
        """Of everything that the document says."""
        return names_hash(one.name for one in self.items) if self.items else entries_hash(self.entries)

    @property
    def rhythm(self) -> timedelta | None:
        """Median time between two entries of the document."""
        if not self.items:
            return rhythm_of(self.entries)
        return rhythm_of_moments([one.moment for one in self.items if one.moment is not None])


def known_items(state: FeedState, items: Iterable[KnownItem], parser: str) -> Mapping[str, KnownItem]:
    """What of the `items` stored with a state need not be read again by the same parser, by digest."""
    return {one.digest: one for one in items} if state.read_by == parser else {}


def request(feed: Feed, state: FeedState, parser: str, now: datetime) -> Request:
    """The next poll: conditional only where a "nothing changed" could be believed."""
    url, options = address(feed, state), feed.options
    asked = Request(url=url, headers=options.sent, secret_headers=dict(options.secret_headers))
    if not _same_site(feed.url, url):  # what is secret was given to the old address alone
        asked = Request(url=url, headers={"User-Agent": options.user_agent} if options.user_agent else {})
    if doubt(feed, state, parser, now):
        return asked
    return replace(asked, etag=state.etag, last_modified=state.last_modified)


def doubt(feed: Feed, state: FeedState, parser: str, now: datetime) -> str | None:
    """Why a 304 would not count now, if it would not."""
    if state.failures:
        return "the last poll failed"
    if state.body_hash is None or state.read_by != parser:
        return "it was last read by another version of the parser, or never"
    if state.doubted_until and state.doubted_until > now:
        return "its server gave one ETag to two documents"
    shortest, longest = UNSEEN
    unseen = min(max(3 * (state.rhythm or longest / 6), shortest), longest) * (1 + JITTER * share(feed))
    if state.whole_at is None or now - state.whole_at > unseen:
        return "nothing changed for long"
    return None


def address(feed: Feed, state: FeedState) -> str:
    """Where the feed is asked: its own address, unless that moved for good."""
    return state.move.to if state.move and moved_for_good(state) else feed.url


def moved_for_good(state: FeedState) -> bool:
    """Whether the permanent redirect has been confirmed often and long enough."""
    times, period = MOVED_FOR_GOOD
    move = state.move
    return bool(move and move.times >= times and (state.succeeded_at or move.since) - move.since >= period)


def is_known(state: FeedState, response: Response, parser: str) -> bool:
    """Whether the answer brings nothing that the same parser has not read."""
    return response.not_modified or (state.body_hash == _hash(response.body) and state.read_by == parser)


def after_success(
    state: FeedState, feed: Feed, response: Response, reading: FeedReading | None, now: datetime
) -> FeedState:
    """The state after an answer that was read; `reading` is None where it `is_known`."""
    kept = response.not_modified
    after = replace(
        state,
        etag=response.etag or (state.etag if kept else None),
        last_modified=response.last_modified or (state.last_modified if kept else None),
        whole_at=state.whole_at if kept else now,
        move=_moved(state, feed, response, now),
        failures=0,
        error=None,
        streak=(),
        polled_at=now,
        succeeded_at=now,
        first_polled_at=state.first_polled_at or now,
    )
    if reading is not None:
        after = _read(after, state, response, reading, now)
    rest = pace(feed, after.rhythm, after.hints, response.fresh_for, now)
    return replace(after, due_at=now + rest.rest, due_because=rest.reason)


def after_failure(state: FeedState, feed: Feed, error: Exception, now: datetime) -> FeedState:
    """The state after a poll that brought nothing: later the more failures there were, and as the server asks.

    An error that is not ours might hold a secret: its text is not kept.
    """
    failures = state.failures + 1
    asked = error.retry_after if isinstance(error, BadStatus) and error.retry_after else timedelta(0)
    wait = max(_backed_off(feed, error, failures), min(asked, LONGEST))
    ours = isinstance(error, WirewatchError)
    reason = ((str(error) if ours else "") or f"unexpected {type(error).__name__}: see the log")[:_LONGEST_ERROR]
    latest = Failure(at=now, reason=reason, kind=_kind(error))
    return replace(
        state,
        due_at=now + wait,
        due_because=f"{failures} failed {'poll' if failures == 1 else 'polls'} in a row",
        failures=failures,
        error=reason,
        streak=(*state.streak[:1], *state.streak[1:][2 - STREAK_KEPT :], latest),
        move=None if state.move and moved_for_good(state) and failures >= 3 else state.move,
        polled_at=now,
    )


def backlog_before(state: FeedState, feed: Feed, now: datetime) -> datetime | None:
    """Up to when a feed's entries start silent, while it never had a good poll (`state` before this one); then None.

    Without a backfill all of them do, those too that a wrong offset dates ahead of `now`.
    """
    if state.first_polled_at:
        return None
    return now - feed.backfill if feed.backfill else _END_OF_TIME


def late_before(state: FeedState, now: datetime) -> datetime | None:
    """Up to when a feed's entries count as found late, where we or the feed were away (`state` before this poll).

    None where it was read as it should be: after a short pause nothing waits for a summary.
    """
    if state.first_polled_at is None or state.succeeded_at is None:
        return None
    away = now - (state.succeeded_at if state.failures else max(state.due_at, state.succeeded_at))
    return now - FRESH if away >= AWAY else None


def _read(after: FeedState, before: FeedState, response: Response, reading: FeedReading, now: datetime) -> FeedState:
    found = reading.hash
    return replace(
        after,
        body_hash=_hash(response.body),
        read_by=reading.parser,
        entries_hash=found,
        hints=hints_of(response.body),
        rhythm=reading.rhythm or after.rhythm,
        doubted_until=now + DOUBT if _repeats_validators(before, response, found, reading) else before.doubted_until,
    )


def _repeats_validators(before: FeedState, response: Response, found: str, reading: FeedReading) -> bool:
    """Whether the server gave the old document's validator to this other one, by which 304s would hide news."""
    if before.entries_hash in {None, found} or before.read_by != reading.parser:
        return False
    if before.etag or response.etag:
        return before.etag == response.etag
    return response.last_modified is not None and before.last_modified == response.last_modified


def _moved(state: FeedState, feed: Feed, response: Response, now: datetime) -> Move | None:
    move = state.move
    if move and moved_for_good(state):
        return move
    if response.moved_to is None or response.moved_to == feed.url:
        return None
    if move is None or move.to != response.moved_to:
        return Move(to=response.moved_to, times=1, since=now)
    return replace(move, times=move.times + 1)


def _backed_off(feed: Feed, error: Exception, failures: int) -> timedelta:
    """By the table above; up to a tenth longer, by the feed's id."""
    longest = max(LONGEST_SOFT if isinstance(error, Unreachable) else LONGEST, feed.every)
    passing = isinstance(error, WirewatchError) and error.retry_may_help
    patient = min(failures, PATIENT_FAILURES) if passing else 1
    doublings = min(failures - patient, 20)  # long past the cap
    wait = min(feed.every * (patient << doublings), longest)
    if isinstance(error, BadStatus) and error.status == 410:
        wait = longest
    return wait * (1 + JITTER * share(feed))


def _same_site(one: str, other: str) -> bool:
    parts = urlsplit(one), urlsplit(other)
    return parts[0].netloc.lower() == parts[1].netloc.lower() and parts[1].scheme in {parts[0].scheme, "https"}


def _kind(error: Exception) -> FailureKind:
    if isinstance(error, NotAFeed):
        return FailureKind.NO_FEED
    if isinstance(error, Unreachable):
        return FailureKind.SOFT
    passing = isinstance(error, WirewatchError) and error.retry_may_help
    return FailureKind.TEMPORARY if passing else FailureKind.HARD


def _hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
