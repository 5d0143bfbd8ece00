"""Named times and cron slots in a desk's zone; pure, and right through changes of daylight saving."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

MORNING = time(8)
"""When a receiver who was away is told what happened meanwhile."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedTime:
    """A stretch of certain days, such as the night; one that ends no later than it begins ends on the next day."""

    name: str
    days: frozenset[int]
    """The days on which it begins, Monday 0."""
    begins: time
    ends: time

    def end(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """When (UTC) the stretch that holds `now` ends; None outside. One that follows at once prolongs it."""
        today = now.astimezone(zone).date()
        ends: datetime | None = None
        for begin, end in self._stretches(today - _DAY, zone):
            if begin <= (ends or now) < end:
                ends = end
        return ends

    def stretch(self, after: datetime, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
        """The first whole stretch (UTC) that ends after `after`; those that follow at once are one with it."""
        whole: tuple[datetime, datetime] | None = None
        for begin, end in self._stretches(after.astimezone(zone).date() - 9 * _DAY, zone, days=18):
            if whole is not None and begin > whole[1]:
                if whole[1] > after:
                    return whole
                whole = None
            whole = (whole[0] if whole else begin, end)
        return whole if whole and whole[1] > after else None

    def _stretches(self, first: date, zone: ZoneInfo, days: int = 9) -> Iterator[tuple[datetime, datetime]]:
        """The stretches of some days from `first` on, in UTC; by itself, more than a week in a row is for ever."""
        for number in range(days):
            day = first + number * _DAY
            if day.weekday() in self.days:
                last = day if self.ends > self.begins else day + _DAY
                yield moment(day, self.begins, zone), moment(last, self.ends, zone)


def moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """That time of that day in `zone`, as UTC; one that the change to summer time leaves out is the moment after."""
    return datetime.combine(day, clock, zone).astimezone(UTC)


def next_slot(cron: str, now: datetime, zone: ZoneInfo) -> datetime:
    """The first moment (UTC) after `now` that a cron expression names, read in `zone`; raises ValueError."""
    try:
        return next(CronSim(cron, now.astimezone(zone).replace(microsecond=0))).astimezone(UTC)
    except CronSimError as error:
        raise ValueError(f"expected a cron expression such as 0 8 * * 1-5, not `{cron}`: {error}") from error
    except StopIteration as error:
        raise ValueError(f"`{cron}` names no moment that ever comes") from error
