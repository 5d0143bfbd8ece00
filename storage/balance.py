"""The sums of the ledger, over so few of the last matches that every run can ask, or over a period for its digest."""

from datetime import datetime

from sqlalchemy import Connection, and_, func, or_, select

from pipelines.alert_store import Balance
from storage.alert_tables import OF_MATCH, alerts, deliveries, verdicts
from storage.tables import IS_MATCH, matches

LAST = 2_000
"""A day of a busy desk; each is looked up by its key."""


def balance_of(connection: Connection, since: datetime | None = None, until: datetime | None = None) -> Balance:
    """See AlertStore; with `since` and `until` that of the matches found between them."""
    last = select(matches.c.match_id, matches.c.decided_at).where(IS_MATCH)
    newest = select(alerts.c.alert_id)
    if since is not None and until is not None:
        last = last.where(matches.c.matched_at >= since, matches.c.matched_at < until)
        newest = newest.where(alerts.c.created_at >= since, alerts.c.created_at < until)
    else:
        last = last.order_by(matches.c.match_id.desc()).limit(LAST)
        newest = newest.order_by(alerts.c.alert_id.desc()).limit(LAST)
    recent, latest = last.subquery(), newest.subquery()
    made = select(alerts.c.alert_id).where(alerts.c.match_id == recent.c.match_id, OF_MATCH).exists()
    held = select(verdicts.c.match_id).where(verdicts.c.match_id == recent.c.match_id).exists()
    sent = select(deliveries.c.delivery_id).where(deliveries.c.alert_id == alerts.c.alert_id).exists()
    decided = recent.c.decided_at.is_not(None)
    row = connection.execute(
        select(
            func.count().label("matches"),
            func.count().filter(made).label("alerts"),
            func.count().filter(and_(held, ~made)).label("held"),
            func.count().filter(and_(~decided, ~made, ~held)).label("waiting"),
            func.count().filter(and_(decided, ~or_(made, held))).label("lost"),
        ).select_from(recent)
    ).one()
    untold = select(func.count()).select_from(alerts).where(alerts.c.alert_id.in_(select(latest)), ~sent)
    return Balance(
        matches=row.matches,
        alerts=row.alerts,
        held=row.held,
        waiting=row.waiting,
        lost=row.lost,
        untold=connection.scalar(untold) or 0,
    )
