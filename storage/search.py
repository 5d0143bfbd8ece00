"""The archive's index asked: candidates for a search, what was stored last first."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, cast, column, func, literal, select, table
from sqlalchemy.dialects.postgresql import TSQUERY

from pipelines.model import Content
from pipelines.search.archive import Narrow, StoredText
from pipelines.search.sought import All, Condition, Piece
from pipelines.states import FeedId, RevisionId
from storage.database import Database
from storage.feed_tables import feed_entries, feeds, outlets
from storage.lookups import rows_in
from storage.records import LATEST
from storage.search_index import search_words
from storage.tables import articles, revisions

FIRST, LATER = 60, 300
"""Candidates read together: a page's worth, then as many as a MiB or so of memory holds."""
NEWEST = 2_000
"""Texts whose words PostgreSQL looks through one by one: 9 us each."""
_at = func.coalesce(revisions.c.published_utc, articles.c.first_seen_at, type_=articles.c.first_seen_at.type)
_FTS5 = table("search_words", column("rowid", search_words.c.revision_id.type), column("search_words"))


class SqlSearch:
    """The SearchedArchive of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def candidates(self, wanted: Condition, narrow: Narrow) -> Iterator[Sequence[StoredText]]:
        """See SearchedArchive. Each batch is a transaction of its own."""
        before, size = narrow.before, FIRST
        while True:
            with self._database.reading() as connection:
                found = _ids(connection, wanted, replace(narrow, before=before), size)
                texts = _texts(connection, found)
            if texts:
                yield texts
            if len(found) < size:
                return
            before, size = found[-1], LATER

    def feeds(self) -> Sequence[FeedId]:
        """The feeds that articles came from."""
        with self._database.reading() as connection:
            return connection.scalars(select(feeds.c.feed_id).order_by(feeds.c.feed_id)).all()


def _ids(connection: Connection, wanted: Condition, narrow: Narrow, size: int) -> Sequence[RevisionId]:
    """The `size` greatest ids of texts with these words.

    PostgreSQL takes a word that it has no figures of for a common one, and reads the words of text after text. So what
    is common is looked for among the newest, and what is not found there by the index alone.
    """
    if connection.dialect.name == "sqlite":
        its = _FTS5.c.search_words.op("MATCH")(bindparam(None, _written(wanted, _fts5, "AND", "OR", "NOT")))
        return connection.scalars(_narrowed(_newest(_FTS5.c.rowid, narrow).where(its), narrow).limit(size)).all()
    its = search_words.c.words.op("@@")(cast(literal(_written(wanted, _tsquery, "&", "|", "& !")), TSQUERY))
    key = search_words.c.revision_id
    last = narrow.before or 1 + (connection.scalar(select(func.max(key))) or 0)
    newest = _newest(key, narrow).where(its, key >= last - NEWEST)
    found = connection.scalars(_narrowed(newest, narrow).limit(size)).all()
    if len(found) == size:
        return found
    indexed = select(key).where(its).cte("indexed").prefix_with("MATERIALIZED")
    return connection.scalars(_narrowed(_newest(indexed.c.revision_id, narrow), narrow).limit(size)).all()


def _newest(key: Any, narrow: Narrow) -> Select[Any]:
    query = select(key.label("revision_id")).order_by(key.desc())
    return query if narrow.before is None else query.where(key < narrow.before)


def _narrowed(query: Select[Any], narrow: Narrow) -> Select[Any]:
    """Those of a time, feed and language."""
    if narrow.since is None and narrow.until is None and narrow.feed is None and narrow.language is None:
        return query
    [key] = query.selected_columns
    query = query.join(revisions, revisions.c.revision_id == key.element)
    query = query.join(articles, articles.c.article_id == revisions.c.article_id)
    if narrow.since is not None:
        query = query.where(_at >= narrow.since)
    if narrow.until is not None:
        query = query.where(_at < narrow.until)
    if narrow.language is not None:
        query = query.where(revisions.c.language == narrow.language)
    if narrow.feed is not None:  # one list for all that is found, not a question each
        its = select(feed_entries.c.article_id).where(feed_entries.c.feed_id == narrow.feed)
        query = query.where(revisions.c.article_id.in_(its))
    return query


def _written(wanted: Condition, piece: Callable[[Piece], str], both: str, either: str, without: str) -> str:
    """The condition in the database's own language; words are letters and digits alone, and stand in its quotes."""

    def written(one: Condition) -> str:
        if isinstance(one, Piece):
            return piece(one)
        joined = f" {both if isinstance(one, All) else either} ".join(map(written, one.parts))
        unwanted = f" {either} ".join(map(piece, one.without)) if isinstance(one, All) else ""
        return f"(({joined}) {without} ({unwanted}))" if unwanted else f"({joined})"

    return written(wanted)


def _fts5(piece: Piece) -> str:
    return f'"{piece.word}"{" *" if piece.open else ""}'


def _tsquery(piece: Piece) -> str:
    return f"'{piece.word}'{':*' if piece.open else ''}"


def _texts(connection: Connection, revision_ids: Sequence[RevisionId]) -> list[StoredText]:
    """The texts in the order of their ids; what is stored no more is left out."""
    words = (revisions.c.title, revisions.c.lead, revisions.c.body, revisions.c.language)
    query = (
        select(revisions.c.revision_id, articles.c.article_id, *words, outlets.c.title.label("outlet"))
        .add_columns(articles.c.link, _at.label("at"), LATEST.label("latest"))
        .join(articles, articles.c.article_id == revisions.c.article_id)
        .join(outlets, outlets.c.outlet_id == articles.c.outlet_id)
    )
    found = {row.revision_id: _text(row) for row in rows_in(connection, query, revisions.c.revision_id, revision_ids)}
    return [found[one] for one in revision_ids if one in found]


def _text(row: Row[Any]) -> StoredText:
    return StoredText(
        revision_id=row.revision_id,
        article_id=row.article_id,
        content=Content(title=row.title, lead=row.lead, body=row.body, language=row.language),
        outlet=row.outlet,
        link=row.link,
        at=row.at,
        latest=row.latest,
    )
