"""How long a feed rests, and what its document says of that."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.hints import entries_hash, hints_of, rhythm_of
from pipelines.ingest.pace import JITTER, LATENESS, SKIPPED, SOONEST, pace, share
from pipelines.model import Feed, FeedEntry, Published
from pipelines.polls import Hints
from pipelines.states import FeedId, Precision

NOW = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)  # a Tuesday
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
FEED = Feed(feed_id=FeedId("f"), url="https://news.example/rss", every=15 * MINUTE)


NONE = Hints()
USUAL = round((FEED.every - LATENESS) / MINUTE, 1)


def rests(
    rhythm: timedelta | None = None, hints: Hints = NONE, fresh_for: timedelta | None = None
) -> tuple[float, str]:
    """Minutes, jitter undone, and why."""
    found = pace(FEED, rhythm, hints, fresh_for, NOW)
    return round(found.rest / (1 - JITTER * share(FEED)) / MINUTE, 1), found.reason


def test_every_is_the_desks_word() -> None:
    assert rests() == (USUAL, "every")
    assert rests(rhythm=5 * HOUR) == (USUAL, "every")
    assert rests(hints=Hints(ttl=24 * HOUR)) == (USUAL, "every")


def test_a_busy_feed_is_asked_at_its_own_rhythm_but_not_sooner_than_it_asks_for() -> None:
    assert rests(rhythm=8 * MINUTE) == (8, "its own rhythm")
    assert rests(rhythm=timedelta(seconds=10)) == (5, "its own rhythm")
    assert rests(rhythm=8 * MINUTE, hints=Hints(ttl=10 * MINUTE)) == (10, "its own rhythm")
    assert rests(rhythm=8 * MINUTE, hints=Hints(ttl=HOUR)) == (USUAL, "every")


def test_max_age_slows_to_twice_every() -> None:
    assert pace(FEED, None, Hints(), 20 * MINUTE, NOW).rest == 20 * MINUTE
    found = pace(FEED, None, Hints(), 24 * HOUR, NOW)
    assert found.rest == 30 * MINUTE
    assert "max-age" in found.reason
    assert rests(fresh_for=MINUTE) == (USUAL, "every")


def test_hours_and_days_to_skip_are_asked_once_an_hour() -> None:
    assert pace(FEED, None, Hints(skip_hours=frozenset({2})), None, NOW).rest == 30 * MINUTE
    assert pace(FEED, None, Hints(skip_hours=frozenset(range(2, 9))), None, NOW).rest == SKIPPED
    assert pace(FEED, None, Hints(skip_days=frozenset({1})), None, NOW).rest == SKIPPED
    assert pace(FEED, None, Hints(skip_days=frozenset({2})), None, NOW).reason == "every"


GAPS = st.one_of(st.none(), st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=9999)))


@given(
    st.timedeltas(min_value=timedelta(seconds=30), max_value=timedelta(days=30)),
    GAPS,
    GAPS,
    GAPS,
    st.frozensets(st.integers(0, 23)),
    st.frozensets(st.integers(0, 6)),
)
def test_a_desk_is_never_late_by_more_than_the_server_may_ask(
    every: timedelta,
    rhythm: timedelta | None,
    ttl: timedelta | None,
    fresh: timedelta | None,
    hours: frozenset[int],
    days: frozenset[int],
) -> None:
    feed = Feed(feed_id=FeedId("f"), url="https://news.example/rss", every=every)
    found = pace(feed, rhythm, Hints(ttl=ttl, skip_hours=hours, skip_days=days), fresh, NOW)
    assert found.rest <= max(2 * every, SKIPPED)
    assert found.rest >= min(max(every - LATENESS, every / 2), SOONEST) * 0.9 - timedelta(seconds=1)
    if not hours and not days and not fresh:
        assert found.rest <= every


def test_hints_of_a_document() -> None:
    rss = b"""<rss><channel><title>T</title><ttl> 30 </ttl>
      <skipHours><hour>0</hour><hour>24</hour><hour>3</hour></skipHours><skipDays><day>Sunday</day></skipDays>
      <item><ttl>5</ttl></item></channel></rss>"""
    assert hints_of(rss) == Hints(ttl=30 * MINUTE, skip_hours=frozenset({0, 3}), skip_days=frozenset({6}))
    sy = b"<sy:updatePeriod>\n hourly</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency><item/>"
    assert hints_of(sy).ttl == 15 * MINUTE
    assert hints_of(b"<item/></item><ttl>7</ttl></channel>").ttl == 7 * MINUTE


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<ttl>x</ttl>",
        b"<ttl>0</ttl>",
        b"<ttl>99999999</ttl>",
        b"<hour>77</hour>",
        b"<sy:updatePeriod>fortnightly</sy:updatePeriod>",
        b"<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>",
        b"".join(b"<hour>%d</hour>" % hour for hour in range(24)),
        "<ttl>30</ttl>".encode("utf-16"),
        b"{}",
    ],
)
def test_no_sense_is_no_hint(body: bytes) -> None:
    assert hints_of(body) == Hints()


@given(st.binary(max_size=3000))
def test_anything_has_hints(body: bytes) -> None:
    hints_of(body)


def entry(minutes: int, precision: Precision = Precision.TIME) -> FeedEntry:
    """An entry of so many minutes ago."""
    return FeedEntry(title=str(minutes), published=Published(moment=NOW - minutes * MINUTE, precision=precision))


def test_rhythm_is_the_median_gap() -> None:
    assert rhythm_of([entry(minutes) for minutes in (500, 0, 10, 20, 40)]) == 20 * MINUTE
    assert rhythm_of([entry(0), entry(9), entry(20)]) is None
    assert rhythm_of([entry(minutes, Precision.DAY) for minutes in range(9)]) is None
    assert rhythm_of([FeedEntry(title="undated")] * 9) is None


def test_the_entries_hash_sees_words_and_links_not_order() -> None:
    one, two = (FeedEntry(title=name, url=f"https://news.example/{name}") for name in "ab")
    assert entries_hash([one, two]) == entries_hash([two, one])
    assert entries_hash([one]) != entries_hash([one, two])
    assert entries_hash([one]) != entries_hash([FeedEntry(title="a", url=one.url, summary="x")])
