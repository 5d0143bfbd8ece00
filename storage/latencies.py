"""How long messages took from publication to their receiver, read from what was sent."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, select

from pipelines.cycles import Latencies
from pipelines.states import Precision
from storage.alert_tables import OF_MATCH, WAS_SENT, alerts, deliveries
from storage.tables import articles, matches, revisions


def sent_since(connection: Connection, since: datetime) -> Sequence[Row[Any, Any, Any]]:
    """When each message after `since` went, with when its article was seen and published.

    Without those that something held back: a digest, a pause, a page that was known or late before its rule.
    """
    query = (
        select(deliveries.c.sent_at, articles.c.first_seen_at, revisions.c.published)
        .join(alerts, alerts.c.alert_id == deliveries.c.alert_id)
        .join(matches, matches.c.match_id == alerts.c.match_id)
        .join(articles, articles.c.article_id == matches.c.article_id)
        .join(
            revisions,
            and_(revisions.c.article_id == matches.c.article_id, revisions.c.text_hash == matches.c.text_hash),
        )
        .where(WAS_SENT, deliveries.c.sent_at > since, deliveries.c.reason == "", OF_MATCH)
        .where(alerts.c.sequence == 1, ~articles.c.backlog, ~articles.c.late)
    )
    return connection.execute(query).all()


def latencies_of(rows: Sequence[Row[Any, Any, Any]]) -> Latencies:
    """Their latencies; what a source dates by the day alone, or in the future, has none from its publication."""
    timed = [
        row
        for row in rows
        if row.published and row.published.precision is Precision.TIME and row.published.utc <= row.first_seen_at
    ]
    return Latencies(
        found=[(row.first_seen_at - row.published.utc).total_seconds() for row in timed],
        told=[(row.sent_at - row.first_seen_at).total_seconds() for row in rows],
        whole=[(row.sent_at - row.published.utc).total_seconds() for row in timed],
    )
