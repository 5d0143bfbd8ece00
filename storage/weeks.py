"""Time at the head of an index: the week, so that new rows come to one place and a window reads no other.

An index of a million articles by hash alone takes a page read and a page written for each row; the newest week of it
stays in memory.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, and_, func, or_, select

_WEEK = 7 * 24 * 3600
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def week_and_second(moment: datetime) -> tuple[int, int]:
    """The week since 1970 and the second in it."""
    return divmod((moment - _EPOCH) // timedelta(seconds=1), _WEEK)


def second_since(week: int, second: int) -> int:
    """The second since 1970."""
    return week * _WEEK + second


def row_of(second: int, value: int, whose: int) -> tuple[int, int, int, int]:
    """A posting's row: of a second since 1970, a hash or term, and whom it names."""
    week, second_of_week = divmod(second, _WEEK)
    return week, value, second_of_week, whose


def within(week: Column[Any], second: Column[Any], weeks: Sequence[int], since: datetime) -> ColumnElement[bool]:
    """Of these weeks, at or after `since`'s second."""
    first, begin = week_and_second(since)
    return and_(week.in_(weeks), or_(week > first, second >= begin))


def weeks_between(
    connection: Connection, week: Column[Any], since: datetime | None = None, until: datetime | None = None
) -> Sequence[int]:
    """The weeks of a window that the table can have rows of."""
    ends = select(select(func.min(week)).scalar_subquery(), select(func.max(week)).scalar_subquery())
    first, last = connection.execute(ends).one()
    if first is None:
        return ()
    begin = week_and_second(since)[0] if since else first
    end = week_and_second(until)[0] if until else last
    return range(max(first, begin), min(last, end) + 1)
