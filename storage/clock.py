"""What a clock that went ahead left behind: once it is right again, nothing waits for the hour that it was wrong by."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, bindparam, func, select, true, update

from storage.alert_tables import NOTICE_WAITS, PENDING, SIGN_WAITS, deliveries, notices, receiver_pauses, vital_signs
from storage.cycle_tables import cycles
from storage.database import Database
from storage.feed_tables import feeds, robots
from storage.tables import COUNTS, EXTRACT_WAITS, VISIT_WAITS, articles, rules, visits

SLACK = timedelta(minutes=10)
"""By so much the clocks of two machines, or a clock and itself before a correction, may differ: nobody need mind."""

# What was counted from the wrong clock. What a desk's own hours set, such as the end of a hold, is no wait and stays.
_MOMENTS: tuple[tuple[Column[Any], ColumnElement[bool]], ...] = (
    *((feeds.c[name], true()) for name in ("due_at", "polled_at", "succeeded_at", "whole_at", "new_at")),
    (robots.c.due_at, true()),
    (articles.c.extract_due_at, EXTRACT_WAITS),
    (visits.c.due_at, VISIT_WAITS),
    *((deliveries.c[name], deliveries.c.state == PENDING) for name in ("due_at", "ready_at", "tried_at")),
    (deliveries.c.lease_until, deliveries.c.lease_until.is_not(None)),
    (receiver_pauses.c.probe_at, true()),
    (notices.c.due_at, NOTICE_WAITS),
    (vital_signs.c.due_at, SIGN_WAITS),
    (rules.c.volume_due_at, COUNTS),
    (cycles.c.ended_at, true()),
)


def set_right(database: Database, now: datetime) -> timedelta:
    """Bring moments that a clock ahead wrote back by what it was ahead; by how much, zero where it was right.

    That it was ahead is known from cycles that ended in what is the future now. One read where all is well.
    """
    with database.reading() as connection:
        if not _ahead(connection, now):
            return timedelta(0)
    with database.writing(exclusive="clock") as connection:
        ahead = _ahead(connection, now)
        if ahead:
            for column, where in _MOMENTS:
                _bring_back(connection, column, where, ahead, now)
        return ahead


def _ahead(connection: Connection, now: datetime) -> timedelta:
    last = connection.scalar(select(func.max(cycles.c.ended_at)))
    return last - now if last is not None and last - now > SLACK else timedelta(0)


def _bring_back(
    connection: Connection, column: Column[Any], where: ColumnElement[bool], ahead: timedelta, now: datetime
) -> None:
    keys = list(column.table.primary_key)
    named = [key.label(f"the_{key.name}") for key in keys]
    rows = connection.execute(select(*named, column.label("moment")).where(where, column > now)).mappings().all()
    this = [key == bindparam(f"the_{key.name}") for key in keys]
    change = update(column.table).where(*this).values({column.name: bindparam("moment")})
    if rows:
        connection.execute(change, [{**row, "moment": row["moment"] - ahead} for row in rows])
