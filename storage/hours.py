"""The last day by the hour, for the operator's picture."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Select, func, select

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
    last_matches = select(matches.c.matched_at).where(IS_MATCH).order_by(matches.c.match_id.desc())
    last_alerts = select(alerts.c.created_at).order_by(alerts.c.alert_id.desc())
    matched, told = (_by_hour(connection, newest, begins[0]) for newest in (last_matches, last_alerts))
    return [
        Hour(since=since, articles=count, matches=matched[since], alerts=told[since])
        for since, count in zip(begins, counts, strict=True)
    ]


def _by_hour(connection: Connection, newest: Select[tuple[datetime]], since: datetime) -> Counter[datetime]:
    """How many of the newest rows fall into each hour; those of earlier days stay in the database."""
    (moment,) = newest.limit(LAST).subquery().c
    times = connection.scalars(select(moment).where(moment >= since))
    return Counter(at.replace(minute=0, second=0, microsecond=0) for at in times)
