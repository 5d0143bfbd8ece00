"""The last day by the hour, for the operator's picture."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, func, select

from pipelines.overview.hours import HOURS, Hour
from storage.alert_tables import alerts
from storage.tables import IS_MATCH, articles, matches

LAST = 20_000
"""Matches and alerts looked at, the newest: a desk that has more of them in a day has no use for a picture of them."""
_HOUR = timedelta(hours=1)


def last_hours(connection: Connection, now: datetime) -> Sequence[Hour]:
    """The hours of the clock up to `now`, the oldest first."""
    this = now.replace(minute=0, second=0, microsecond=0)
    begins = [this - _HOUR * back for back in reversed(range(HOURS))]
    seen = articles.c.first_seen_at
    came = select(*(func.count().filter(seen >= since, seen < since + _HOUR) for since in begins))
    counts = connection.execute(came.where(seen >= begins[0])).one()
    matched = _newest(connection, matches.c.matched_at, matches.c.match_id, IS_MATCH)
    told = _newest(connection, alerts.c.created_at, alerts.c.alert_id)
    return [
        Hour(since=since, articles=count, matches=matched[since], alerts=told[since])
        for since, count in zip(begins, counts, strict=True)
    ]


def _newest(connection: Connection, moment: Column[datetime], key: Column[int], *which: object) -> Counter[datetime]:
    """How many of the newest rows fall into each hour."""
    query = select(moment).where(*which).order_by(key.desc()).limit(LAST)  # type: ignore[arg-type]
    return Counter(at.replace(minute=0, second=0, microsecond=0) for at in connection.scalars(query))
