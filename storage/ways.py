"""The whole way of one article, for people: what brought it, its text, its story, each rule's answer, each delivery."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, or_, select

from pipelines.alerts import Delivery
from pipelines.states import AlertId, ArticleId, FeedId
from pipelines.visits import ChangeKind
from storage.alert_tables import deliveries
from storage.database import Database
from storage.feed_tables import feed_entries
from storage.journal import ArticleRow, article_rows
from storage.lookups import rows_in
from storage.outbox import delivery_of
from storage.tables import articles, changes, revisions


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """A feed that had the article."""

    feed_id: FeedId
    at: datetime
    """When we first saw it there."""
    backlog: bool
    """It was there before the watch began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """An article and all that became of it."""

    row: ArticleRow
    brought: tuple[Brought, ...]
    extracted_at: datetime | None
    forgotten_at: datetime | None
    """When its text was forgotten, kept for its time."""
    matched_at: datetime | None
    """When the rules last looked at its latest text."""
    due_at: datetime | None
    """When its page is tried again."""
    attempts: int
    page_error: str
    changes: tuple[tuple[datetime, ChangeKind, str], ...]
    deliveries: dict[AlertId, tuple[Delivery, ...]]


class Ways:
    """Articles of one database, by address or number."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, names: Sequence[str]) -> Way | None:
        """The article of the first of these numbers or addresses that names one, with its text or without."""
        with self._database.reading() as connection:
            for name in names:
                article_id = _article_id(connection, name)
                if article_id is not None:
                    return _way(connection, article_id)
        return None


def _article_id(connection: Connection, name: str) -> ArticleId | None:
    if name.isdecimal():
        query = select(articles.c.article_id).where(articles.c.article_id == int(name[:18]))
    else:
        query = select(articles.c.article_id).where(or_(articles.c.url == name, articles.c.link == name))
    found = connection.scalar(query.limit(1))
    return None if found is None else ArticleId(found)


def _way(connection: Connection, article_id: ArticleId) -> Way:
    row = article_rows(connection, [article_id])[0]
    article = connection.execute(select(articles).where(articles.c.article_id == article_id)).one()
    newest = select(revisions.c.extracted_at, revisions.c.matched_at, revisions.c.forgotten_at).where(
        revisions.c.article_id == article_id
    )
    text = connection.execute(newest.order_by(revisions.c.revision_id.desc()).limit(1)).first()
    entries = select(feed_entries).where(feed_entries.c.article_id == article_id).order_by(feed_entries.c.entry_key)
    changed = select(changes).where(changes.c.article_id == article_id).order_by(changes.c.change_id)
    return Way(
        row=row,
        brought=tuple(
            Brought(feed_id=FeedId(one.feed_id), at=one.first_seen_at, backlog=one.backlog)
            for one in connection.execute(entries)
        ),
        extracted_at=text.extracted_at if text else None,
        forgotten_at=text.forgotten_at if text else None,
        matched_at=text.matched_at if text else None,
        due_at=article.extract_due_at,
        attempts=article.extract_attempts,
        page_error=article.page_error or "",
        changes=tuple((one.seen_at, one.kind, one.reason) for one in connection.execute(changed)),
        deliveries=_deliveries(connection, [one.alert_id for one in row.answers if one.alert_id is not None]),
    )


def _deliveries(connection: Connection, alert_ids: Sequence[AlertId]) -> dict[AlertId, tuple[Delivery, ...]]:
    found: dict[AlertId, list[Delivery]] = {alert_id: [] for alert_id in alert_ids}
    query = select(deliveries).order_by(deliveries.c.receiver)
    for row in rows_in(connection, query, deliveries.c.alert_id, alert_ids):
        found[row.alert_id].append(delivery_of(row))
    return {alert_id: tuple(some) for alert_id, some in found.items()}
