"""What a feed is asked, when it is polled next, and what is remembered."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import BadStatus, NotAFeed, Unreachable
from pipelines.ingest.pace import LATENESS
from pipelines.ingest.polling import (
    LONGEST,
    LONGEST_SOFT,
    FeedReading,
    address,
    after_failure,
    after_success,
    backlog_before,
    doubt,
    is_known,
    request,
)
from pipelines.model import Feed, FeedEntry, Published
from pipelines.polls import STREAK_KEPT, FeedState
from pipelines.protocols import Response
from pipelines.states import FeedId

NOW = datetime(2023, 2, 7, 8, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
FEED = Feed(feed_id=FeedId("f"), url="https://news.example/rss", every=5 * MINUTE, backfill=timedelta(hours=24))
FRESH = FeedState(due_at=NOW)
DOWN = Unreachable("https://news.example/rss", "cannot connect")
READ = FeedReading(entries=[FeedEntry(title="One", url="https://news.example/1")], parser="v1")
OTHER = FeedReading(entries=[FeedEntry(title="Two", url="https://news.example/2")], parser="v1")


def answer(
    body: bytes = b"<rss/>",
    status: int = 200,
    etag: str | None = None,
    modified: str | None = None,
    moved_to: str | None = None,
) -> Response:
    """An answer of FEED."""
    return Response(url=FEED.url, status=status, body=body, etag=etag, last_modified=modified, moved_to=moved_to)


def read(state: FeedState = FRESH, *, now: datetime = NOW, **facts: str | bytes) -> FeedState:
    """The state after a whole document that READ was read out of."""
    return after_success(state, FEED, answer(**facts), READ, now)  # type: ignore[arg-type]


def failed(times: int, feed: Feed = FEED, error: Exception = DOWN) -> FeedState:
    """The state after so many failures in a row."""
    state = FRESH
    for _ in range(times):
        state = after_failure(state, feed, error, NOW)
    return state


def test_a_good_poll_is_remembered() -> None:
    state = read(failed(3), etag='"a"', modified="then")
    assert (state.failures, state.error, state.streak) == (0, None, ())
    assert (state.etag, state.last_modified, state.read_by) == ('"a"', "then", "v1")
    assert state.body_hash == hashlib.sha256(b"<rss/>").hexdigest()
    assert (state.polled_at, state.succeeded_at, state.first_polled_at, state.whole_at) == (NOW, NOW, NOW, NOW)
    assert FEED.every * 0.9 <= state.due_at - NOW <= FEED.every


def test_304_keeps_what_is_known() -> None:
    first = read(etag='"a"', modified="then")
    later = NOW + HOUR
    again = after_success(first, FEED, answer(b"", 304), None, later)
    assert (again.etag, again.last_modified, again.body_hash) == ('"a"', "then", first.body_hash)
    assert (again.first_polled_at, again.succeeded_at, again.whole_at) == (NOW, later, NOW)
    renewed = after_success(first, FEED, answer(b"", 304, etag='"b"'), None, later)
    assert (renewed.etag, renewed.last_modified) == ('"b"', "then")


def test_validators_that_are_gone_are_forgotten() -> None:
    assert read(read(etag='"a"', modified="then")).etag is None


def test_what_was_read_is_asked_for_conditionally() -> None:
    asked = request(FEED, read(etag='"a"', modified="then"), "v1", NOW + 5 * MINUTE)
    assert (asked.url, asked.etag, asked.last_modified) == (FEED.url, '"a"', "then")


def test_after_a_failure_nothing_changed_would_not_count() -> None:
    state = after_failure(read(etag='"a"'), FEED, NotAFeed("an HTML page"), NOW)
    assert state.etag == '"a"'
    assert request(FEED, state, "v1", NOW).etag is None
    assert doubt(FEED, state, "v1", NOW) == "the last poll failed"


def test_another_parser_reads_the_whole_again() -> None:
    state = read(etag='"a"')
    assert request(FEED, state, "v2", NOW).etag is None
    assert is_known(state, answer(), "v1")
    assert not is_known(state, answer(), "v2")
    assert not is_known(state, answer(b"<rss>other</rss>"), "v1")


def test_nothing_changed_for_long_is_checked() -> None:
    state = read(etag='"a"')
    assert doubt(FEED, state, "v1", NOW + 2 * HOUR) is None
    assert doubt(FEED, state, "v1", NOW + 25 * HOUR) == "nothing changed for long"
    assert doubt(FEED, replace(state, rhythm=10 * MINUTE), "v1", NOW + 2 * HOUR) == "nothing changed for long"


def test_one_etag_for_two_documents_is_believed_no_more() -> None:
    lied = after_success(read(etag='"a"'), FEED, answer(b"<rss>2</rss>", etag='"a"'), OTHER, NOW)
    assert "ETag" in (doubt(FEED, lied, "v1", NOW + MINUTE) or "")
    assert request(FEED, lied, "v1", NOW + MINUTE).etag is None
    assert doubt(FEED, replace(lied, whole_at=NOW + timedelta(days=8)), "v1", NOW + timedelta(days=8)) is None


def test_a_date_in_the_wrapping_is_no_lie() -> None:
    """Some servers write the time of their cache under an honest ETag: the entries are what counts."""
    same = after_success(read(etag='"a"'), FEED, answer(b"<rss/><!-- 12:00 -->", etag='"a"'), READ, NOW)
    assert same.doubted_until is None
    honest = after_success(read(etag='"a"'), FEED, answer(b"<rss>2</rss>", etag='"b"'), OTHER, NOW)
    assert honest.doubted_until is None


def test_a_move_is_followed_at_once_and_kept_after_confirmations() -> None:
    state, new = FRESH, "https://new.example/rss"
    for hours in range(0, 30, 6):
        assert address(FEED, state) == FEED.url
        state = read(state, now=NOW + hours * HOUR, moved_to=new)
    assert address(FEED, state) == new
    assert state.move is not None
    settled = read(state, now=NOW + 40 * HOUR)
    assert address(FEED, settled) == new
    for _ in range(3):
        settled = after_failure(settled, FEED, DOWN, NOW)
    assert address(FEED, settled) == FEED.url


def test_moves_in_one_afternoon_or_to_several_places_are_not_kept() -> None:
    state = FRESH
    for minute in range(20):
        state = read(state, now=NOW + minute * MINUTE, moved_to="https://new.example/rss")
    assert address(FEED, state) == FEED.url
    assert read(state, moved_to="https://third.example/").move != state.move
    assert read(state).move is None


@pytest.mark.parametrize(
    ("error", "rests"),
    [
        (DOWN, [5, 10, 15, 20, 25, 50, 60, 60]),
        (BadStatus(FEED.url, 503), [5, 10, 15, 20, 25, 50, 100, 200]),
        (BadStatus(FEED.url, 403), [5, 10, 20, 40, 80, 160, 320, 640]),
        (NotAFeed("an HTML page"), [5, 10, 20, 40, 80, 160, 320, 640]),
        (BadStatus(FEED.url, 410), [1440] * 8),
    ],
)
def test_who_must_mend_it_decides_how_long_a_failing_feed_rests(error: Exception, rests: list[int]) -> None:
    jitter = (failed(1).due_at - NOW) / FEED.every
    assert 1 <= jitter <= 1.1
    assert [round((failed(n, error=error).due_at - NOW) / jitter / MINUTE) for n in range(1, 9)] == rests
    assert failed(40, error=error).due_at - NOW <= (LONGEST_SOFT if error is DOWN else LONGEST) * 1.1


def test_a_failure_keeps_validators_and_says_why() -> None:
    bad = after_failure(read(etag='"a"'), FEED, NotAFeed("an HTML page, not a feed"), NOW + HOUR)
    assert (bad.etag, bad.first_polled_at, bad.succeeded_at) == ('"a"', NOW, NOW)
    assert (bad.failures, bad.error, bad.polled_at) == (1, "an HTML page, not a feed", NOW + HOUR)


def test_a_row_of_failures_keeps_its_first_and_its_latest() -> None:
    state = FRESH
    for number in range(50):
        state = after_failure(state, FEED, BadStatus(FEED.url, 500 + number), NOW + number * HOUR)
    assert len(state.streak) == STREAK_KEPT
    assert state.streak[0].at == NOW
    assert [one.at for one in state.streak[1:]] == [NOW + number * HOUR for number in range(41, 50)]


@pytest.mark.parametrize("error", [KeyError(), ValueError("https://user:secret@news.example/")])
def test_an_error_not_ours_is_stored_by_its_name_alone(error: Exception) -> None:
    assert after_failure(FRESH, FEED, error, NOW).error == f"unexpected {type(error).__name__}: see the log"


@pytest.mark.parametrize(
    ("asked", "least"), [(timedelta(hours=2), timedelta(hours=2)), (timedelta(days=900), LONGEST), (None, 5 * MINUTE)]
)
def test_retry_after_is_honoured_up_to_a_day(asked: timedelta | None, least: timedelta) -> None:
    state = after_failure(FRESH, FEED, BadStatus(FEED.url, 429, asked), NOW)
    assert least <= state.due_at - NOW <= max(least, FEED.every * 1.1)


def test_what_is_older_than_the_first_good_poll_starts_silent() -> None:
    assert backlog_before(FRESH, FEED, NOW) == NOW - timedelta(hours=24)
    assert backlog_before(failed(2), FEED, NOW) == NOW - timedelta(hours=24)
    assert backlog_before(read(), FEED, NOW) is None


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
    st.sampled_from([200, 403, 404, 410, 429, 503]),
)
def test_the_next_poll_always_comes(
    name: str, every: timedelta, failures: int, asked: timedelta | None, status: int
) -> None:
    feed = Feed(feed_id=FeedId(name), url=FEED.url, every=every)
    state = FeedState(due_at=NOW, failures=failures)
    bad = after_failure(state, feed, BadStatus(feed.url, status, asked), NOW)
    assert every <= bad.due_at - NOW <= max(every, LONGEST) * 1.1 + timedelta(seconds=1)
    assert bad == after_failure(state, feed, BadStatus(feed.url, status, asked), NOW)
    good = after_success(bad, feed, answer(), READ, NOW)
    assert max(every - LATENESS, every / 2) * 0.9 - timedelta(seconds=1) <= good.due_at - NOW <= every
