"""What became of articles that the desk was told of: corrections and take-downs, and who got the original."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Row, and_, func, or_, select

from pipelines.alerts import Delivery
from pipelines.model import Article, Match, Rule
from pipelines.states import AlertReason, ArticleId, DeliveryState, ReceiverId
from pipelines.visits import ChangeKind, ToldChange
from storage.alert_tables import WAITING, WAS_SENT, alerts, deliveries
from storage.outbox import delivery_of
from storage.records import load_matches
from storage.tables import CHANGE_WAITS, UNDECIDED, UNMATCHED, matches, revisions
from storage.tables import changes as changes_table

AT_ONCE = 100
_TOLD_AS = {ChangeKind.CORRECTED: AlertReason.CORRECTED, ChangeKind.TAKEN_DOWN: AlertReason.TAKEN_DOWN}


def changes(connection: Connection) -> Sequence[ToldChange]:
    """See Dispatch."""
    unread = select(revisions.c.revision_id).where(revisions.c.article_id == changes_table.c.article_id, UNMATCHED)
    open_ = select(matches.c.match_id).where(matches.c.article_id == changes_table.c.article_id, UNDECIDED)
    query = (
        select(changes_table)
        .where(CHANGE_WAITS, ~unread.exists(), ~open_.exists())
        .order_by(changes_table.c.change_id)
        .limit(AT_ONCE)
    )
    found: list[ToldChange] = []
    heard: set[tuple[ArticleId, ChangeKind]] = set()
    for row in connection.execute(query).all():
        # Several reasons of one look are one correction: the first is told.
        told = () if (row.article_id, row.kind) in heard else _told(connection, row)
        heard.add((row.article_id, row.kind))
        found.append(ToldChange(change_id=row.change_id, kind=row.kind, reason=row.reason, told=told))
    return found


def close(connection: Connection, change: ToldChange, now: datetime) -> None:
    """See Dispatch."""
    this = and_(changes_table.c.change_id == change.change_id, CHANGE_WAITS)
    connection.execute(changes_table.update().where(this).values(decided_at=now))


def recipients(connection: Connection, rule: Rule, article: Article) -> Sequence[Delivery]:
    """See Dispatch."""
    query = (
        select(deliveries)
        .join(alerts, alerts.c.alert_id == deliveries.c.alert_id)
        .join(matches, matches.c.match_id == alerts.c.match_id)
        .where(matches.c.rule_id == rule.rule_id, matches.c.article_id == article.article_id, or_(WAS_SENT, WAITING))
        .order_by(deliveries.c.delivery_id)
    )
    found: dict[ReceiverId, Delivery] = {}
    for delivery in map(delivery_of, connection.execute(query)):
        known = found.get(delivery.receiver)
        if known is None or known.state is not DeliveryState.SENT:
            found[delivery.receiver] = delivery
    return list(found.values())


def _told(connection: Connection, change: Row[tuple[object, ...]]) -> tuple[Match, ...]:
    """The newest match that each rule told of the article, where it has not told of such a change since."""
    heard = func.max(alerts.c.created_at).filter(alerts.c.reason == _TOLD_AS[change.kind])
    query = (
        select(func.max(alerts.c.match_id))
        .join(matches, matches.c.match_id == alerts.c.match_id)
        .where(matches.c.article_id == change.article_id)
        .group_by(alerts.c.rule_id)
        .having(or_(heard.is_(None), heard < change.seen_at))
    )
    match_ids = sorted(connection.scalars(query))
    found = load_matches(connection, match_ids)
    return tuple(found[match_id] for match_id in match_ids)
