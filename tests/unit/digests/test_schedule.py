"""When digests are due: over any runs of the machine each time is told once and none is left out, in any zone."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.alerts import Receiver
from pipelines.delivery.calendar import NamedTime
from pipelines.delivery.plan import Away, Hold, Pace
from pipelines.delivery.routing import Route, Routes
from pipelines.digests.records import Closing, DigestKind, Period, slices
from pipelines.digests.schedule import closings, first, planned, schedules
from pipelines.states import DigestId, ReceiverId

MAIL, CHAT = ReceiverId("mail"), ReceiverId("chat")
NIGHT = NamedTime(name="night", days=frozenset(range(7)), begins=time(22), ends=time(8))
START = datetime(2026, 3, 20, 11, 17, tzinfo=UTC)
HOUR = timedelta(hours=1)
CRONS = ["0 8 * * *", "30 2 * * *", "0 7,8 * * 1-5", "*/20 * * * *", "0 9 * * 1", "15 3 29 3 *"]
ZONES = ["Europe/Berlin", "Asia/Tbilisi", "America/St_Johns", "Africa/Casablanca", "Pacific/Apia"]


def routes(
    *,
    zone: str = "Europe/Berlin",
    morning: str | None = None,
    weekly: str | None = None,
    hold: bool = False,
    digest: str | None = None,
    away: date | None = None,
) -> Routes:
    mail = Receiver(receiver_id=MAIL, url_env="M", morning=morning, weekly=weekly)
    pace = Pace(hold=Hold(during=NIGHT, unless={}) if hold else None, digest=digest)
    return Routes(
        zone=zone,
        receivers={MAIL: mail, CHAT: Receiver(receiver_id=CHAT, url_env="C")},
        owners={},
        operator=None,
        root=Route(match={}, to=(MAIL,), pace=pace),
        away={MAIL: Away(until=away, to=CHAT)} if away else {},
    )


class Machine:
    """Periods under way, as a store keeps them, and the digests made of them."""

    def __init__(self, desk: Routes, now: datetime) -> None:
        self.desk = desk
        self.under_way: list[Period] = []
        self.made: list[tuple[datetime, Closing]] = []
        self._numbers = 0
        self.plan(desk, now)

    def plan(self, desk: Routes, now: datetime) -> None:
        self.desk = desk
        self.under_way = [self._numbered(one) for one in planned(schedules(desk, now), self.under_way, now)]

    def run(self, now: datetime) -> list[Closing]:
        due = [one for one in self.under_way if one.ends_at <= now]
        found = list(closings(due, schedules(self.desk, now), now))
        for closing in found:
            over = {closing.period.digest_id, *(one.digest_id for one in closing.covered)}
            self.under_way = [one for one in self.under_way if one.digest_id not in over]
            self.under_way += [self._numbered(one) for one in closing.next]
            self.made.append((now, closing))
        return found

    def _numbered(self, period: Period) -> Period:
        if period.digest_id:
            return period
        self._numbers += 1
        return replace(period, digest_id=DigestId(self._numbers))


def without_gaps(made: Iterable[Period]) -> bool:
    periods = list(made)
    return all(after.starts_at == before.ends_at for before, after in pairwise(periods))


gaps = st.lists(st.timedeltas(timedelta(seconds=20), timedelta(days=4)), min_size=1, max_size=40)


@settings(max_examples=150, deadline=None)
@given(gaps=gaps, cron=st.sampled_from(CRONS), zone=st.sampled_from(ZONES), start=st.integers(0, 300))
def test_whenever_it_runs_no_time_is_told_twice_and_none_is_skipped(
    gaps: Sequence[timedelta], cron: str, zone: str, start: int
) -> None:
    now = START + start * timedelta(days=1)
    machine = Machine(routes(zone=zone, morning=cron), now)
    for gap in gaps:
        now += gap
        assert len(machine.run(now)) <= 1
        assert machine.run(now) == []
        (ahead,) = machine.under_way
        assert ahead.ends_at > now
        if machine.made:
            assert machine.made[-1][1].period.ends_at == ahead.starts_at
    periods = [closing.period for _, closing in machine.made]
    assert without_gaps(periods)
    assert all(period.starts_at < period.ends_at <= at for (at, _), period in zip(machine.made, periods, strict=True))
    assert all(b.ends_at - b.starts_at >= 3 * HOUR - timedelta(seconds=1) for b in periods[1:])


@settings(max_examples=60, deadline=None)
@given(day=st.dates(date(2026, 1, 1), date(2027, 12, 30)), zone=st.sampled_from(ZONES))
def test_a_machine_that_always_runs_makes_one_each_day_at_its_hour(day: date, zone: str) -> None:
    now = datetime.combine(day, time(12), UTC)
    machine = Machine(routes(zone=zone, morning="0 8 * * *"), now)
    for _ in range(6 * 24):
        now += HOUR / 2
        machine.run(now)
    days = [closing.period.ends_at.astimezone(ZoneInfo(zone)) for _, closing in machine.made]
    assert [f"{one:%H:%M}" for one in days] == ["08:00"] * len(days)
    assert [one.date() for one in days] == [days[0].date() + timedelta(days=number) for number in range(len(days))]
    assert len(days) in (2, 3, 4)


@settings(max_examples=60, deadline=None)
@given(gaps=gaps, hold=st.booleans(), weekly=st.booleans())
def test_what_ends_at_once_is_one_digest_and_the_week_is_its_own(
    gaps: Sequence[timedelta], hold: bool, weekly: bool
) -> None:
    now = START
    desk = routes(morning="0 8 * * *", hold=hold, weekly="0 8 * * 1" if weekly else None)
    machine = Machine(desk, now)
    for gap in gaps:
        now += gap
        kinds = [closing.period.kind for closing in machine.run(now)]
        assert len(kinds) == len(set(kinds))
        assert DigestKind.HOLD not in kinds
    for kind in (DigestKind.MORNING, DigestKind.WEEKLY):
        assert without_gaps(closing.period for _, closing in machine.made if closing.period.kind is kind)
    assert len(machine.under_way) == 1 + hold + weekly


def test_a_hold_is_told_of_from_its_beginning_and_several_missed_ones_from_the_first() -> None:
    machine = Machine(routes(zone="UTC", hold=True), START)
    (period,) = machine.under_way
    assert (period.starts_at, period.ends_at) == (
        datetime(2026, 3, 20, 22, tzinfo=UTC),
        datetime(2026, 3, 21, 8, tzinfo=UTC),
    )
    (closing,) = machine.run(datetime(2026, 3, 24, 12, tzinfo=UTC))
    assert closing.period.starts_at == datetime(2026, 3, 20, 22, tzinfo=UTC)
    assert closing.period.ends_at == datetime(2026, 3, 24, 8, tzinfo=UTC)
    assert closing.next[0].starts_at == datetime(2026, 3, 24, 22, tzinfo=UTC)


def test_who_is_away_gets_nothing_before_its_return_and_then_all_of_it() -> None:
    desk = routes(zone="UTC", morning="0 8 * * *", hold=True, away=date(2026, 3, 25))
    machine = Machine(routes(zone="UTC", morning="0 8 * * *", hold=True), START)
    machine.run(START + 24 * HOUR)
    machine.plan(desk, START + 25 * HOUR)
    now = START + 25 * HOUR
    while now < datetime(2026, 3, 25, 7, 59, tzinfo=UTC):
        now += HOUR / 4
        assert machine.run(min(now, datetime(2026, 3, 25, 7, 59, tzinfo=UTC))) == []
    (closing,) = machine.run(datetime(2026, 3, 25, 8, tzinfo=UTC))
    assert closing.period.kind is DigestKind.AWAY
    assert closing.period.starts_at == datetime(2026, 3, 21, 8, tzinfo=UTC)
    assert {one.kind for one in closing.covered} == {DigestKind.MORNING, DigestKind.HOLD}
    assert {one.kind for one in machine.under_way} == {DigestKind.MORNING, DigestKind.HOLD}


def test_who_comes_back_early_is_told_in_the_next_morning() -> None:
    machine = Machine(routes(zone="UTC", morning="0 8 * * *", away=date(2026, 4, 10)), START)
    machine.plan(routes(zone="UTC", morning="0 8 * * *"), START + HOUR)
    (ahead,) = machine.under_way
    assert (ahead.kind, ahead.ends_at) == (DigestKind.MORNING, datetime(2026, 3, 21, 8, tzinfo=UTC))


def test_a_digest_asked_for_anew_is_not_due_for_what_has_passed() -> None:
    machine = Machine(routes(), START)
    assert machine.under_way == []
    machine.plan(routes(zone="UTC", morning="0 8 * * *"), START)
    (ahead,) = machine.under_way
    assert (ahead.starts_at, ahead.ends_at) == (START, datetime(2026, 3, 21, 8, tzinfo=UTC))


def test_a_first_cycle_is_told_to_whom_the_root_names_first() -> None:
    period = first(routes(), START)
    assert (period.receiver, period.kind, period.starts_at) == (MAIL, DigestKind.FIRST, START)
    (closing,) = closings([period], {}, START + HOUR)
    assert (closing.next, closing.carries) == ((), False)


@pytest.mark.parametrize(
    ("hours", "each", "number"), [(0.2, 1, 1), (10, 1, 10), (24, 1, 24), (48, 2, 24), (168, 6, 28), (2_000, 72, 28)]
)
def test_a_plot_has_room_on_a_phone(hours: float, each: int, number: int) -> None:
    begin = datetime(2026, 3, 20, tzinfo=UTC)
    cut = slices(begin, begin + hours * HOUR)
    assert (cut.each / HOUR, cut.number) == (each, number)
    assert cut.of(begin + hours * HOUR) == number - 1


@given(
    begin=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    length=st.timedeltas(timedelta(seconds=1), timedelta(days=400)),
    share=st.floats(0, 1, exclude_max=True),
)
def test_each_moment_has_its_slice(begin: datetime, length: timedelta, share: float) -> None:
    cut = slices(begin, begin + length)
    moment = begin + share * length
    number = cut.of(moment)
    assert 0 <= number < cut.number <= 30
    assert cut.begin + number * cut.each <= moment < cut.begin + (number + 1) * cut.each


def test_a_stretch_that_follows_at_once_is_one_with_it() -> None:
    weekend = NamedTime(name="weekend", days=frozenset({5, 6}), begins=time(0), ends=time(0))
    zone = ZoneInfo("Europe/Berlin")
    assert weekend.stretch(START, zone) == (
        datetime(2026, 3, 20, 23, tzinfo=UTC),
        datetime(2026, 3, 22, 23, tzinfo=UTC),
    )
