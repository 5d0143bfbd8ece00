"""When a feed is polled next, and what is remembered of the last poll. Pure.

A failing feed is asked ever more seldom, but never given up: outages end without anybody telling us.
"""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pipelines.errors import BadStatus, WirewatchError
from pipelines.model import Feed, FeedState
from pipelines.protocols import Response

LONGEST = timedelta(hours=24)
PATIENT_FAILURES = 5  # up to here the wait grows by one interval a failure, then it doubles
JITTER = 0.1
PAGE_RESTS = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=3))

_LONGEST_ERROR = 500
_END_OF_TIME = datetime.max.replace(tzinfo=UTC)


def after_success(state: FeedState, feed: Feed, response: Response, now: datetime) -> FeedState:
    """The state after an answer that was read, or that said nothing changed."""
    kept = response.not_modified
    return FeedState(
        due_at=now + _spread(feed, feed.every),
        etag=response.etag or (state.etag if kept else None),
        last_modified=response.last_modified or (state.last_modified if kept else None),
        body_hash=state.body_hash if kept else hashlib.sha256(response.body).hexdigest(),
        polled_at=now,
        succeeded_at=now,
        first_polled_at=state.first_polled_at or now,
    )


def after_failure(state: FeedState, feed: Feed, error: Exception, now: datetime) -> FeedState:
    """The state after a poll that brought nothing: later the more failures there were, and as the server asks.

    An error that is not ours might hold a secret: its text is not kept.
    """
    failures = state.failures + 1
    asked = error.retry_after if isinstance(error, BadStatus) and error.retry_after else timedelta(0)
    wait = max(_spread(feed, _backed_off(feed.every, failures)), min(asked, LONGEST))
    ours = isinstance(error, WirewatchError)
    reason = (str(error) if ours else "") or f"unexpected {type(error).__name__}: see the log"
    return replace(
        state,
        due_at=now + wait,
        failures=failures,
        error=reason[:_LONGEST_ERROR],
        polled_at=now,
    )


def backlog_before(state: FeedState, feed: Feed, now: datetime) -> datetime | None:
    """Up to when a feed's entries start silent, while it never had a good poll (`state` before this one); then None.

    Without a backfill all of them do, those too that a wrong offset dates ahead of `now`.
    """
    if state.first_polled_at:
        return None
    return now - feed.backfill if feed.backfill else _END_OF_TIME


def page_due_again(attempts: int, error: Exception | None, now: datetime) -> datetime | None:
    """When to ask again for a page that gave no full text after `attempts` earlier tries; None to leave it at that.

    `error` is why there was no page at all; its server's Retry-After is a lower bound, up to LONGEST.
    """
    if attempts >= len(PAGE_RESTS) or (isinstance(error, WirewatchError) and not error.retry_may_help):
        return None
    asked = error.retry_after if isinstance(error, BadStatus) and error.retry_after else timedelta(0)
    return now + max(PAGE_RESTS[attempts], min(asked, LONGEST))


def _backed_off(every: timedelta, failures: int) -> timedelta:
    patient = min(failures, PATIENT_FAILURES)
    doublings = min(failures - patient, 20)  # long past the cap
    return min(every * (patient << doublings), max(LONGEST, every))


def _spread(feed: Feed, wait: timedelta) -> timedelta:
    """Up to a tenth longer, always the same for a feed, so that feeds added together drift apart."""
    share = int.from_bytes(hashlib.sha256(feed.feed_id.encode()).digest()[:4]) / 2**32
    return wait * (1 + JITTER * share)
