"""What is kept for a time only: pages, texts, whole articles, each forgotten in short transactions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Table, and_, exists, func, select, text

from pipelines.keeping import Forgotten, Kind
from storage import room
from storage.alert_tables import alerts
from storage.bulk import write_rows
from storage.database import Database
from storage.feed_tables import feed_entries
from storage.lookups import among
from storage.old_articles import drop_articles, drop_findings, droppable
from storage.page_copies import forget_pages
from storage.paragraphs import forget_paragraphs
from storage.search_index import forget_texts, give_room, index_texts
from storage.tables import (
    KEPT,
    UNDECIDED,
    UNMATCHED,
    VISIT_WAITS,
    articles,
    matches,
    revisions,
    story_members,
    visits,
)

AT_ONCE = 200
"""Texts, pages or articles: some 20 ms, in which nobody else writes on SQLite."""
STORY_LIVES = timedelta(days=10)
"""A story whose newest article is older takes in no more: 7 days, and 3 for an event that goes on."""
_PARAGRAPH = 25
"""Bytes of a paragraph's row and its place in the index, about."""


class SqlRetention:
    """The HouseStore of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def forget(self, kind: Kind, before: datetime, now: datetime, after: int = 0) -> Forgotten:
        """See HouseStore."""
        with self._database.writing() as connection:
            return _WAYS[kind](_Turn(connection=connection, before=before, now=now, after=after))

    def give_back(self) -> int:
        """See HouseStore."""
        return room.give_back(self._database)

    def size(self) -> int:
        """See HouseStore."""
        return room.bytes_used(self._database)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """One transaction's share."""

    connection: Connection
    before: datetime
    now: datetime
    after: int


def _pages(turn: _Turn) -> Forgotten:
    rows, size = forget_pages(turn.connection, turn.before, AT_ONCE)
    return Forgotten(rows=rows, size=size, after=0 if rows == AT_ONCE else None)


def _paragraphs(turn: _Turn) -> Forgotten:
    rows = forget_paragraphs(turn.connection, turn.before)
    return Forgotten(rows=rows, size=rows * _PARAGRAPH, after=None)


def _texts(turn: _Turn) -> Forgotten:
    """Bodies, leads and what feeds said; the address, the headline and the hash by which a text is known stay."""
    connection = turn.connection
    query = select(revisions.c.revision_id, revisions.c.extracted_at).where(KEPT, revisions.c.revision_id > turn.after)
    looked = connection.execute(query.order_by(revisions.c.revision_id).limit(AT_ONCE)).all()
    old = [row.revision_id for row in looked if row.extracted_at < turn.before]
    free = select(revisions.c.revision_id, revisions.c.article_id, func.length(revisions.c.body)).where(
        among(connection, revisions.c.revision_id, old), ~UNMATCHED, *(~one for one in _spoken_for(turn.now))
    )
    rows = connection.execute(free).all() if old else []
    ids = [row[0] for row in rows]
    forget_texts(connection, ids)
    nothing = {"body": "", "lead": "", "passages": None, "forgotten_at": turn.now}
    _emptied(connection, revisions, among(connection, revisions.c.revision_id, ids), nothing)
    these = among(connection, revisions.c.revision_id, ids)
    titles = connection.execute(select(revisions.c.revision_id, revisions.c.title).where(these))
    index_texts(connection, [(one, title, "", "") for one, title in titles.all()])
    entries = among(connection, feed_entries.c.article_id, [row[1] for row in rows])
    _emptied(connection, feed_entries, entries, {"summary": "", "body": ""})
    give_room(connection)
    more = len(looked) == AT_ONCE and looked[-1].extracted_at < turn.before
    return Forgotten(rows=len(rows), size=sum(row[2] for row in rows), after=looked[-1].revision_id if more else None)


def _emptied(connection: Connection, table: Table, which: ColumnElement[bool], values: Mapping[str, object]) -> None:
    """Rows with these values. SQLite joins pages that deletions leave nearly empty, but not what an update does: there
    the rows are taken out and put in again, at the same keys."""
    if connection.dialect.name != "sqlite":
        connection.execute(table.update().where(which).values(dict(values)))
        return
    connection.execute(text("PRAGMA defer_foreign_keys = ON"))
    query = select(table).where(which).order_by(*table.primary_key.columns)
    rows = [{**row, **values} for row in connection.execute(query).mappings()]
    connection.execute(table.delete().where(which))
    write_rows(connection, table.insert(), rows)


def _spoken_for(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Revisions whose text is still needed: told of, to be decided or looked at again, or of a story that lives."""
    of_article = matches.c.article_id == revisions.c.article_id
    own = story_members.alias("own")
    same = and_(own.c.article_id == revisions.c.article_id, own.c.story_id == story_members.c.story_id)
    return (
        exists().where(of_article, alerts.c.match_id == matches.c.match_id),
        exists().where(of_article, UNDECIDED),
        exists().where(visits.c.article_id == revisions.c.article_id, VISIT_WAITS),
        exists().where(same, story_members.c.joined_at >= now - STORY_LIVES),
    )


def _articles(turn: _Turn) -> Forgotten:
    """Events whose last article is old; at the end, what volume rules found."""
    connection = turn.connection
    old = articles.c.first_seen_at < turn.before
    newest = select(articles.c.article_id).where(old).order_by(articles.c.first_seen_at.desc()).limit(1)
    last = connection.scalar(newest) or 0
    query = select(articles.c.article_id).where(old, articles.c.article_id > turn.after, articles.c.article_id <= last)
    some = connection.scalars(query.order_by(articles.c.article_id).limit(AT_ONCE)).all()
    gone = droppable(connection, turn.before, some)
    weight = select(func.coalesce(func.sum(func.length(revisions.c.body)), 0))
    size = connection.scalar(weight.where(among(connection, revisions.c.article_id, list(gone)))) or 0
    drop_articles(connection, list(gone), {story for story in gone.values() if story is not None})
    if len(some) == AT_ONCE:
        return Forgotten(rows=len(gone), size=size, after=some[-1])
    return Forgotten(rows=len(gone) + drop_findings(connection, turn.before, AT_ONCE), size=size, after=None)


_WAYS: dict[Kind, Callable[[_Turn], Forgotten]] = {
    Kind.PAGES: _pages,
    Kind.PARAGRAPHS: _paragraphs,
    Kind.TEXTS: _texts,
    Kind.ARTICLES: _articles,
}
