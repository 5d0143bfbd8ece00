"""When digests are due and what each covers, in the desk's zone; pure.

A receiver's digests of one kind follow one another without a gap: each begins where the last one ended, however long
the machine was off and whatever became of its clock. So no time is told twice and none is left out.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pipelines.delivery.calendar import MORNING, NamedTime, moment, next_slot
from pipelines.delivery.routing import Route, Routes
from pipelines.digests.records import Closing, DigestKind, Period
from pipelines.states import ReceiverId

APART = timedelta(hours=3)
"""A route's digest every half hour is a way of gathering; only so often is it a briefing, sent though empty."""
FIRST_WAITS = timedelta(minutes=10)
"""For a first cycle to be over: the pages of 34 feeds take several runs."""
USUAL = dict.fromkeys(DigestKind, timedelta(days=1)) | {DigestKind.WEEKLY: timedelta(days=7)}
"""How long a digest's time is, where nothing says when it began."""
_SECOND = timedelta(seconds=1)
_ONE_OF = (DigestKind.HOLD, DigestKind.MORNING, DigestKind.AWAY)
"""Of these that end at once a receiver gets one, the last of them here."""
_Key = tuple[ReceiverId, DigestKind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When a receiver's digests of one kind are due: by cron, at the ends of named times, or once."""

    receiver: ReceiverId
    kind: DigestKind
    zone: ZoneInfo
    crons: tuple[str, ...] = ()
    times: tuple[NamedTime, ...] = ()
    once: datetime | None = None
    not_before: datetime | None = None
    """When the receiver is back, where it is away."""

    def slot(self, after: datetime) -> datetime | None:
        """The first moment after `after` at which one is due."""
        if self.not_before is not None and after < self.not_before - _SECOND:
            after = self.not_before - _SECOND
        slots = [next_slot(cron, after, self.zone) for cron in self.crons]
        slots += [stretch[1] for time in self.times if (stretch := time.stretch(after, self.zone))]
        slots += [self.once] if self.once and self.once > after else []
        return min(slots, default=None)

    def following(self, end: datetime) -> datetime | None:
        """The moment of the digest after one that ended at `end`."""
        return self.slot(end + APART - _SECOND)

    def period(self, since: datetime, slot: datetime) -> Period:
        """What a digest at `slot` covers: all since then, or the named time that ends there."""
        begins = [
            stretch[0]
            for time in self.times
            if (stretch := time.stretch(slot - _SECOND, self.zone)) and stretch[1] == slot
        ]
        starts_at = max([since, *begins[:1]])
        return Period(receiver=self.receiver, kind=self.kind, starts_at=starts_at, ends_at=slot)


def schedules(routes: Routes, now: datetime) -> Mapping[_Key, Schedule]:
    """All that routes.yaml asks for; who is away gets nothing before the morning of its return."""
    zone = ZoneInfo(routes.zone)
    back = {name: moment(away.until, MORNING, zone) for name, away in routes.away.items()}
    back = {name: when for name, when in back.items() if when > now}
    crons: defaultdict[_Key, list[str]] = defaultdict(list)
    times: defaultdict[_Key, list[NamedTime]] = defaultdict(list)
    for name, receiver in routes.receivers.items():
        for kind, cron in ((DigestKind.MORNING, receiver.morning), (DigestKind.WEEKLY, receiver.weekly)):
            crons[name, kind] += [cron] if cron else []
    for route in _all(routes.root):
        for name in route.to:
            crons[name, DigestKind.MORNING] += [route.pace.digest] if route.pace.digest else []
            times[name, DigestKind.HOLD] += [route.pace.hold.during] if route.pace.hold else []
    found = [
        Schedule(
            receiver=key[0],
            kind=key[1],
            zone=zone,
            crons=tuple(dict.fromkeys(crons[key])),
            times=tuple(dict.fromkeys(times[key])),
            not_before=back.get(key[0]),
        )
        for key in {**crons, **times}
        if crons[key] or times[key]
    ]
    found += [
        Schedule(receiver=name, kind=DigestKind.AWAY, zone=zone, once=when)
        for name, when in back.items()
        if name in routes.receivers
    ]
    return {(one.receiver, one.kind): one for one in found}


def planned(asked: Mapping[_Key, Schedule], under_way: Iterable[Period], now: datetime) -> tuple[Period, ...]:
    """The periods that are to be under way: what goes on keeps its beginning, what is new begins now."""
    known = {(one.receiver, one.kind): one for one in under_way}
    periods = [one for one in known.values() if one.kind is DigestKind.FIRST]
    for key, schedule in asked.items():
        before, slot = known.get(key), schedule.slot(now)
        if before and (before.ends_at <= now or before.ends_at == schedule.following(before.starts_at)):
            periods.append(before)
        elif slot:
            periods.append(replace(before, ends_at=slot) if before else schedule.period(now, slot))
    # Whoever came back while the machine was off is no longer away by today's file, but is told of it all the same.
    late = [one for key, one in known.items() if one.kind is DigestKind.AWAY and key not in asked]
    return (*periods, *(one for one in late if one.ends_at <= now))


def first(routes: Routes, now: datetime) -> Period:
    """What a new installation tells once its first cycle is over, to whom the root of the routes names first."""
    receiver = next(iter(routes.root.to))
    return Period(receiver=receiver, kind=DigestKind.FIRST, starts_at=now, ends_at=now + FIRST_WAITS)


def closings(due: Sequence[Period], asked: Mapping[_Key, Schedule], now: datetime) -> Iterator[Closing]:
    """The digests to be made of periods that are over, in the order in which they ended; one a receiver and kind.

    However many moments have passed, it is one digest up to the last of them.
    """
    ended = [_ended(one, asked.get((one.receiver, one.kind)), now) for one in due]
    by_message: defaultdict[tuple[ReceiverId, object], list[Period]] = defaultdict(list)
    for one in sorted(ended, key=lambda one: (one.ends_at, one.receiver, one.kind)):
        by_message[one.receiver, one.kind if one.kind not in _ONE_OF else ""].append(one)
    for together in by_message.values():
        yield _closing(together, asked)


def _closing(together: Sequence[Period], asked: Mapping[_Key, Schedule]) -> Closing:
    """One digest for periods that end at once, over all of their time."""
    loudest = max(together, key=lambda one: _ONE_OF.index(one.kind) if one.kind in _ONE_OF else 0)
    end = max(one.ends_at for one in together)
    following = []
    for one in together:
        schedule = asked.get((one.receiver, one.kind))
        slot = schedule.following(end) if schedule else None
        if schedule and slot:
            following.append(schedule.period(end, slot))
    return Closing(
        period=replace(loudest, starts_at=min(one.starts_at for one in together), ends_at=end),
        covered=tuple(one for one in together if one is not loudest),
        next=tuple(following),
    )


def _ended(period: Period, schedule: Schedule | None, now: datetime) -> Period:
    """The period up to the last moment that has passed."""
    if period.kind is DigestKind.FIRST:
        return replace(period, ends_at=now)
    end = period.ends_at
    while schedule and (slot := schedule.following(end)) and slot <= now:
        end = slot
    return replace(period, ends_at=end)


def _all(route: Route) -> Iterator[Route]:
    yield route
    for below in route.routes:
        yield from _all(below)
