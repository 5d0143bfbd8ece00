"""What cycles did, what waits, and how long messages took: what status and metrics are made of."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, func, select

from pipelines.cycles import KEPT, LATENCY_BOUNDS, Backlog, CycleDone, Latencies, StepDone
from pipelines.states import DeliveryState
from storage.alert_tables import OPEN, UNSENT, deliveries, notices
from storage.cycle_tables import cycles, sums
from storage.database import Database
from storage.latencies import latencies_of, sent_since
from storage.outbox import claimable
from storage.vital_signs import SqlVitalSigns

_MARK = "sent until"
"""The sum that is none: microseconds of the last message that is counted."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


class SqlCycles:
    """The CycleBook of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, done: CycleDone) -> None:
        """See CycleBook. A power cut may undo it: nothing depends on it but what is shown."""
        this = cycles.c.cycle_id == done.cycle_id
        with self._database.writing(exclusive="cycles", lasting=False) as connection:
            known = connection.execute(select(cycles).where(this)).first()
            for (name, label), number in _added(done, first=known is None).items():
                _add(connection, name, label, number)
            _count_sent(connection, done.began_at)
            connection.execute(cycles.delete().where(this | (cycles.c.ended_at < done.ended_at - KEPT)))
            connection.execute(cycles.insert().values(**_row(_joined(known, done) if known else done)))

    def last(self) -> CycleDone | None:
        """See CycleBook."""
        with self._database.reading() as connection:
            row = connection.execute(select(cycles).order_by(cycles.c.ended_at.desc()).limit(1)).first()
        return _cycle(row) if row else None

    def sums(self) -> Mapping[tuple[str, str], float]:
        """See CycleBook."""
        query = select(sums).where(sums.c.name != _MARK).order_by(sums.c.name, sums.c.label)
        with self._database.reading() as connection:
            return {(row.name, row.label): row.value for row in connection.execute(query)}

    def latencies(self, since: datetime) -> Latencies:
        """See CycleBook."""
        with self._database.reading() as connection:
            return latencies_of(sent_since(connection, since))

    def backlog(self, now: datetime) -> Backlog:
        """See CycleBook."""
        by_state = select(deliveries.c.state, func.count()).where(UNSENT).group_by(deliveries.c.state)
        oldest = select(func.min(deliveries.c.due_at)).where(claimable(now))
        troubles = select(notices.c.title).where(OPEN).order_by(notices.c.began_at)
        given_up = (deliveries.c.state == DeliveryState.DEAD) & (deliveries.c.tried_at > now - timedelta(days=1))
        dead = select(func.count()).where(UNSENT, given_up)
        waiting = SqlVitalSigns(self._database).waiting_since(now)
        with self._database.reading() as connection:
            return Backlog(
                deliveries={str(state): number for state, number in connection.execute(by_state)},
                newly_dead=connection.scalar(dead) or 0,
                waiting_since=waiting,
                oldest_delivery=connection.scalar(oldest),
                troubles=list(connection.scalars(troubles)),
            )


def _added(done: CycleDone, *, first: bool) -> Mapping[tuple[str, str], float]:
    """What the cycle's steps add to the sums."""
    added = defaultdict[tuple[str, str], float](float, {("cycles", ""): float(first)})
    for step in done.steps:
        added["steps", step.step] += 1
        added["seconds", step.step] += step.seconds
        added["problems", step.step] += step.problems
        added["failed", step.step] += bool(step.failed)
        for name, number in step.counts.items():
            added["work", f"{step.step}:{name}"] += number
    return added


def _count_sent(connection: Connection, began_at: datetime) -> None:
    """Put the messages sent since they were last counted into the histograms; the first time, those of this cycle."""
    mark = connection.scalar(select(sums.c.value).where(sums.c.name == _MARK))
    since = began_at if mark is None else _EPOCH + round(mark) * _TICK
    rows = sent_since(connection, since)
    found = latencies_of(rows)
    added = defaultdict[tuple[str, str], float](float)
    for name, seconds in (("found", found.found), ("told", found.told), ("whole", found.whole)):
        for one in seconds:
            added[name, "sum"] += one
            added[name, _bucket(one)] += 1
    for (name, label), number in added.items():
        _add(connection, name, label, number)
    until = max((row.sent_at for row in rows), default=since)
    _add(connection, _MARK, "", (until - _EPOCH) // _TICK - (mark or 0))


def _bucket(seconds: float) -> str:
    """The bound of the histogram's bucket that it falls into, by itself."""
    place = bisect_left(LATENCY_BOUNDS, seconds)
    return str(LATENCY_BOUNDS[place]) if place < len(LATENCY_BOUNDS) else "+Inf"


def _add(connection: Connection, name: str, label: str, number: float) -> None:
    this = and_(sums.c.name == name, sums.c.label == label)
    if connection.execute(sums.update().where(this).values(value=sums.c.value + number)).rowcount == 0:
        connection.execute(sums.insert().values(name=name, label=label, value=number))


def _joined(known: Row[Any], done: CycleDone) -> CycleDone:
    """A cycle whose steps several processes do."""
    before = _cycle(known)
    return CycleDone(
        cycle_id=done.cycle_id,
        began_at=min(before.began_at, done.began_at),
        ended_at=max(before.ended_at, done.ended_at),
        steps=(*before.steps, *done.steps),
    )


def _row(done: CycleDone) -> dict[str, object]:
    times = {"began_at": done.began_at, "ended_at": done.ended_at}
    return {"cycle_id": done.cycle_id, **times, "steps": [asdict(step) for step in done.steps]}


def _cycle(row: Row[Any]) -> CycleDone:
    steps = tuple(StepDone(**step) for step in row.steps)
    return CycleDone(cycle_id=row.cycle_id, began_at=row.began_at, ended_at=row.ended_at, steps=steps)
