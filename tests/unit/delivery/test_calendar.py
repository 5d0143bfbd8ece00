"""Named times and cron slots, through the changes of daylight saving."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.delivery.calendar import NamedTime, next_slot

TBILISI, BERLIN = ZoneInfo("Asia/Tbilisi"), ZoneInfo("Europe/Berlin")
EVERY_DAY = frozenset(range(7))
NIGHT = NamedTime(name="night", days=EVERY_DAY, begins=time(22), ends=time(8))
LUNCH = NamedTime(name="lunch", days=frozenset({2}), begins=time(12), ends=time(13))
WEEKEND = NamedTime(name="weekend", days=frozenset({5, 6}), begins=time(0), ends=time(0))


def local(zone: ZoneInfo, *parts: int) -> datetime:
    """A moment of a zone, as UTC."""
    return datetime(*parts, tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ((2026, 11, 24, 21, 59), None),
        ((2026, 11, 24, 22, 0), (2026, 11, 25, 8, 0)),
        ((2026, 11, 25, 3, 0), (2026, 11, 25, 8, 0)),
        ((2026, 11, 25, 8, 0), None),
    ],
)
def test_a_night_ends_in_the_morning(now: tuple[int, ...], end: tuple[int, ...] | None) -> None:
    assert NIGHT.end(local(TBILISI, *now), TBILISI) == (local(TBILISI, *end) if end else None)


def test_a_stretch_of_one_day_is_for_that_day() -> None:
    assert LUNCH.end(local(TBILISI, 2026, 11, 25, 12, 30), TBILISI) == local(TBILISI, 2026, 11, 25, 13)
    assert LUNCH.end(local(TBILISI, 2026, 11, 24, 12, 30), TBILISI) is None


def test_stretches_that_follow_one_another_are_one() -> None:
    assert WEEKEND.end(local(TBILISI, 2026, 11, 28, 9), TBILISI) == local(TBILISI, 2026, 11, 30, 0)


@pytest.mark.parametrize(("day", "hours"), [((2026, 3, 28), 9), ((2026, 10, 24), 11), ((2026, 6, 1), 10)])
def test_a_night_has_the_hours_that_the_clocks_leave_it(day: tuple[int, int, int], hours: int) -> None:
    begins = local(BERLIN, *day, 22)
    assert NIGHT.end(begins, BERLIN) == begins + timedelta(hours=hours)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from([NIGHT, LUNCH, WEEKEND]),
    st.sampled_from([TBILISI, BERLIN]),
)
def test_an_end_lies_ahead_and_outside(now: datetime, named: NamedTime, zone: ZoneInfo) -> None:
    end = named.end(now, zone)
    if end is not None:
        assert now < end
        assert named.end(end, zone) is None


def test_a_slot_is_the_next_one_in_the_desks_zone() -> None:
    friday = local(TBILISI, 2026, 11, 27, 8, 0)
    assert next_slot("0 8 * * 1-5", friday - timedelta(seconds=1), TBILISI) == friday
    assert next_slot("0 8 * * 1-5", friday, TBILISI) == local(TBILISI, 2026, 11, 30, 8)


def test_a_slot_that_the_clocks_skip_is_not_lost() -> None:
    assert next_slot("30 2 * * *", local(BERLIN, 2026, 3, 28, 12), BERLIN) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize("cron", ["", "0 8 * *", "61 8 * * *", "0 0 31 2 *", "@daily or so"])
def test_what_is_no_cron_expression_is_a_value_error(cron: str) -> None:
    with pytest.raises(ValueError, match=r"cron expression|no moment"):
        next_slot(cron, datetime(2026, 1, 1, tzinfo=UTC), TBILISI)
