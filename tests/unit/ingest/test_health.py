"""What is told of feeds and sites that are not well, and when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import BadStatus, NotAFeed, Unreachable
from pipelines.ingest.health import (
    FEWEST,
    NETWORK,
    feed_subject,
    feed_trouble,
    feed_troubles,
    silence,
    site_trouble,
)
from pipelines.ingest.polling import after_failure
from pipelines.model import Feed, Outlet
from pipelines.polls import FeedState, PolledFeed
from pipelines.sites import SiteTexts
from pipelines.states import FeedId, OutletId

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
FEED = Feed(feed_id=FeedId("oc-media"), url="https://oc-media.example/rss")
WELL = FeedState(due_at=NOW, succeeded_at=NOW, first_polled_at=NOW - 900 * HOUR, new_at=NOW - HOUR)


def failing(error: Exception, times: int) -> FeedState:
    """The state after so many failures, the last one now."""
    state = WELL
    for number in range(times):
        state = after_failure(state, FEED, error, NOW - (times - 1 - number) * HOUR)
    return state


def test_a_feed_that_is_well_is_in_no_trouble() -> None:
    assert feed_trouble(FEED, WELL, NOW) is None
    assert feed_trouble(FEED, FeedState(due_at=NOW), NOW) is None


@pytest.mark.parametrize(
    ("error", "times", "advice"),
    [
        (BadStatus(FEED.url, 403), 3, "try `user_agent`"),
        (BadStatus(FEED.url, 404), 3, "put its new address into feeds.yaml"),
        (BadStatus(FEED.url, 503), 4, "tried again at"),
        (Unreachable(FEED.url, "cannot connect"), 3, "network"),
        (NotAFeed("an HTML page, not a feed"), 1, "A page is where the feed was"),
    ],
)
def test_a_failing_feed_is_told_with_its_reason_and_what_to_do(error: Exception, times: int, advice: str) -> None:
    state = failing(error, times)
    trouble = feed_trouble(FEED, state, NOW)
    assert trouble is not None
    told = " ".join(trouble.lines)
    assert advice in told
    assert str(error) in told
    assert f"since {NOW - (times - 1) * HOUR:%d %b %H:%M} UTC" in told
    if times > 1:
        assert feed_trouble(FEED, failing(error, 2), NOW) is None


def test_silence_is_measured_by_the_feeds_own_rhythm() -> None:
    assert silence(WELL) == 24 * HOUR
    assert silence(replace(WELL, rhythm=10 * HOUR)) == 60 * HOUR
    quiet = replace(WELL, new_at=NOW - 30 * HOUR)
    trouble = feed_trouble(FEED, quiet, NOW)
    assert trouble is not None
    assert trouble.kind == "stale"
    assert "23 Nov 06:00" in trouble.lines[0]
    assert feed_trouble(FEED, replace(quiet, rhythm=10 * HOUR), NOW) is None
    assert feed_trouble(FEED, replace(quiet, new_at=None, first_polled_at=NOW - 2 * HOUR), NOW) is None


def feeds(number: int, state: FeedState) -> list[PolledFeed]:
    """So many feeds in one state."""
    return [PolledFeed(feed=replace(FEED, feed_id=FeedId(f"{id(state)}-{n}")), state=state) for n in range(number)]


def test_a_network_that_is_down_is_one_trouble() -> None:
    down = failing(Unreachable(FEED.url, "cannot connect"), 3)
    assert feed_troubles([*feeds(8, down), *feeds(4, WELL)], NOW).keys() == {NETWORK}
    assert len(feed_troubles([*feeds(8, down), *feeds(40, WELL)], NOW)) == 8
    gone = feeds(1, failing(BadStatus(FEED.url, 404), 3))
    assert feed_troubles([*feeds(8, down), *gone], NOW).keys() == {NETWORK, feed_subject(gone[0].feed)}
    assert NETWORK not in feed_troubles(feeds(8, failing(BadStatus(FEED.url, 500), 3)), NOW)


def texts(recent: tuple[int, int], before: tuple[int, int], reason: str = "") -> SiteTexts:
    """An outlet with (full, all) texts of late and before."""
    outlet = Outlet(outlet_id=OutletId("apa"), title="APA")
    (recent_full, all_recent), (before_full, all_before) = recent, before
    return SiteTexts(
        outlet=outlet,
        recent=all_recent,
        recent_full=recent_full,
        before=all_before,
        before_full=before_full,
        reason=reason,
        since=NOW,
    )


def test_full_texts_that_fall_are_told() -> None:
    trouble = site_trouble(texts((1, 25), (49, 50)))
    assert trouble is not None
    assert "Full texts at APA fell from 98 % to 4 % at 12:00 UTC" in trouble.lines[0]
    assert "`keep`" in trouble.lines[1]


def test_a_site_that_refuses_us_is_told_so() -> None:
    trouble = site_trouble(texts((0, 9), (0, 0), "HTTP 403"))
    assert trouble is not None
    assert trouble.lines[0].startswith(
        "APA refuses us (403) since 12:00 UTC; feed still read, alerts are headline only"
    )
    assert "user_agent" in trouble.lines[1]


@pytest.mark.parametrize(
    "fine",
    [texts((9, 9), (50, 50)), texts((0, FEWEST - 1), (50, 50)), texts((0, 20), (5, 50)), texts((10, 20), (50, 50))],
)
def test_what_is_usual_or_too_little_is_no_news(fine: SiteTexts) -> None:
    assert site_trouble(fine) is None


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=400)), st.integers(0, 9), st.booleans())
def test_every_trouble_says_what_and_what_to_do(ago: timedelta, failures: int, soft: bool) -> None:
    error = Unreachable(FEED.url, "down") if soft else BadStatus(FEED.url, 451)
    state = replace(failing(error, failures), new_at=NOW - ago)
    trouble = feed_trouble(FEED, state, NOW)
    assert (trouble is None) == (failures < 3 and (failures > 0 or ago <= 24 * HOUR))
    if trouble:
        assert len(trouble.lines) == 2
        assert FEED.feed_id in trouble.title
