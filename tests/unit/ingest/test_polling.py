"""When a feed is polled next, and what is remembered."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import BadStatus, NotAFeed, Unreachable
from pipelines.ingest.polling import LONGEST, after_failure, after_success, backlog_before
from pipelines.model import Feed, FeedState, Published
from pipelines.protocols import Response
from pipelines.states import FeedId

NOW = datetime(2023, 2, 7, 8, 0, tzinfo=UTC)
FEED = Feed(
    feed_id=FeedId("f"), url="https://news.example/rss", every=timedelta(minutes=5), backfill=timedelta(hours=24)
)
FRESH = FeedState(due_at=NOW)
DOWN = Unreachable("https://news.example/rss", "cannot connect")


def answer(
    body: bytes = b"<rss/>", status: int = 200, etag: str | None = None, modified: str | None = None
) -> Response:
    """An answer of FEED."""
    return Response(url=FEED.url, status=status, body=body, etag=etag, last_modified=modified)


def failed(times: int, feed: Feed = FEED, error: Exception = DOWN) -> FeedState:
    """The state after so many failures in a row."""
    state = FRESH
    for _ in range(times):
        state = after_failure(state, feed, error, NOW)
    return state


def test_a_good_poll_is_remembered() -> None:
    state = after_success(failed(3), FEED, answer(etag='"a"', modified="then"), NOW)
    assert (state.failures, state.error) == (0, None)
    assert (state.etag, state.last_modified) == ('"a"', "then")
    assert state.body_hash == hashlib.sha256(b"<rss/>").hexdigest()
    assert (state.polled_at, state.succeeded_at, state.first_polled_at) == (NOW, NOW, NOW)
    assert FEED.every <= state.due_at - NOW <= FEED.every * 1.1


def test_304_keeps_what_is_known() -> None:
    first = after_success(FRESH, FEED, answer(etag='"a"', modified="then"), NOW)
    later = NOW + timedelta(hours=1)
    again = after_success(first, FEED, answer(b"", 304), later)
    assert (again.etag, again.last_modified, again.body_hash) == ('"a"', "then", first.body_hash)
    assert (again.first_polled_at, again.succeeded_at) == (NOW, later)
    renewed = after_success(first, FEED, answer(b"", 304, etag='"b"'), later)
    assert (renewed.etag, renewed.last_modified) == ('"b"', "then")


def test_validators_that_are_gone_are_forgotten() -> None:
    first = after_success(FRESH, FEED, answer(etag='"a"', modified="then"), NOW)
    assert after_success(first, FEED, answer(), NOW).etag is None


def test_failures_wait_longer_each_time_and_are_never_given_up() -> None:
    minutes = [(failed(times).due_at - NOW) / timedelta(minutes=1) for times in range(1, 30)]
    rough = [round(wait / (minutes[0] / 5)) for wait in minutes]
    assert rough[:8] == [5, 10, 15, 20, 25, 50, 100, 200]
    assert minutes == sorted(minutes)
    assert minutes[-1] <= 24 * 60 * 1.1


def test_a_failure_keeps_validators_and_says_why() -> None:
    good = after_success(FRESH, FEED, answer(etag='"a"'), NOW)
    bad = after_failure(good, FEED, NotAFeed("an HTML page, not a feed"), NOW + timedelta(hours=1))
    assert (bad.etag, bad.first_polled_at, bad.succeeded_at) == ('"a"', NOW, NOW)
    assert (bad.failures, bad.error, bad.polled_at) == (1, "an HTML page, not a feed", NOW + timedelta(hours=1))


@pytest.mark.parametrize("error", [KeyError(), ValueError("https://user:secret@news.example/")])
def test_an_error_not_ours_is_stored_by_its_name_alone(error: Exception) -> None:
    assert after_failure(FRESH, FEED, error, NOW).error == f"unexpected {type(error).__name__}: see the log"


@pytest.mark.parametrize(
    ("asked", "least"),
    [(timedelta(hours=2), timedelta(hours=2)), (timedelta(days=900), LONGEST), (None, timedelta(minutes=5))],
)
def test_retry_after_is_honoured_up_to_a_day(asked: timedelta | None, least: timedelta) -> None:
    state = after_failure(FRESH, FEED, BadStatus(FEED.url, 429, asked), NOW)
    assert least <= state.due_at - NOW <= max(least, FEED.every * 1.1)


def test_what_is_older_than_the_first_good_poll_starts_silent() -> None:
    assert backlog_before(FRESH, FEED, NOW) == NOW - timedelta(hours=24)
    assert backlog_before(failed(2), FEED, NOW) == NOW - timedelta(hours=24)
    assert backlog_before(after_success(FRESH, FEED, answer(), NOW), FEED, NOW) is None


def test_without_a_backfill_all_of_the_first_good_poll_starts_silent() -> None:
    before = backlog_before(FRESH, replace(FEED, backfill=timedelta(0)), NOW)
    assert before is not None
    assert before > NOW + timedelta(days=10_000)
    assert before > Published(moment=datetime(2100, 12, 31, 23, 59, tzinfo=timezone(timedelta(hours=-12)))).utc


@given(
    st.text(min_size=1, max_size=20),
    st.timedeltas(min_value=timedelta(seconds=30), max_value=timedelta(days=30)),
    st.integers(0, 10_000),
    st.one_of(st.none(), st.timedeltas(min_value=timedelta(0))),
)
def test_the_next_poll_always_comes(name: str, every: timedelta, failures: int, asked: timedelta | None) -> None:
    feed = Feed(feed_id=FeedId(name), url=FEED.url, every=every)
    state = FeedState(due_at=NOW, failures=failures)
    bad = after_failure(state, feed, BadStatus(feed.url, 503, asked), NOW)
    longest = max(every, LONGEST)
    assert every <= bad.due_at - NOW <= longest * 1.1 + timedelta(seconds=1)
    assert bad == after_failure(state, feed, BadStatus(feed.url, 503, asked), NOW)
    good = after_success(bad, feed, answer(), NOW)
    assert every <= good.due_at - NOW <= every * 1.1 + timedelta(seconds=1)
