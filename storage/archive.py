"""The archive of an SQL database: stored texts by the day they came, and one article by its name."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select, tuple_

from pipelines.rehearsal.archive import Archived
from pipelines.states import RevisionId
from storage.database import Database
from storage.events import firsts
from storage.lookups import rows_in
from storage.records import LATEST, load_revisions
from storage.tables import KEPT, articles, revisions, story_members

AT_ONCE = 500
"""Texts in memory; at 2 kB each about a MiB."""


class SqlArchive:
    """The Archive of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def count(self, since: datetime) -> int:
        """See Archive."""
        with_text = select(revisions.c.article_id).where(revisions.c.article_id == articles.c.article_id, KEPT).exists()
        query = select(func.count()).select_from(articles).where(articles.c.first_seen_at >= since, with_text)
        with self._database.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def texts(self, since: datetime) -> Iterator[Sequence[Archived]]:
        """See Archive. Each batch is a transaction of its own: what comes meanwhile comes last."""
        order = (articles.c.first_seen_at, articles.c.article_id)
        query = _latest().where(KEPT, articles.c.first_seen_at >= since).order_by(*order).limit(AT_ONCE)
        after: tuple[Any, ...] | None = None
        while True:
            page = query if after is None else query.where(tuple_(*order) > after)
            with self._database.reading() as connection:
                rows = connection.execute(page).all()
                found = _archived(connection, [row.revision_id for row in rows])
            if found:
                yield found
            if len(rows) < AT_ONCE:
                return
            after = (rows[-1].first_seen_at, rows[-1].article_id)

    def find(self, name: str) -> Archived | None:
        """See Archive."""
        by_number = [articles.c.article_id == int(name)] if name.isdecimal() and len(name) < 19 else []
        with self._database.reading() as connection:
            for wanted in by_number or (articles.c.url == name, articles.c.link == name):
                row = connection.execute(_latest().where(wanted).limit(1)).first()
                if row:
                    return _archived(connection, [row.revision_id])[0]
        return None


def _latest() -> Select[Any]:
    columns = (revisions.c.revision_id, articles.c.first_seen_at, articles.c.article_id)
    return select(*columns).join(articles, articles.c.article_id == revisions.c.article_id).where(LATEST)


def _archived(connection: Connection, revision_ids: Collection[RevisionId]) -> list[Archived]:
    found = load_revisions(connection, revision_ids)
    query = select(story_members.c.article_id, story_members.c.story_id)
    article_ids = [revision.article.article_id for revision in found]
    story_of = {
        row.article_id: row.story_id for row in rows_in(connection, query, story_members.c.article_id, article_ids)
    }
    event_of = firsts(connection, set(story_of.values()))
    stories = [story_of.get(article_id) for article_id in article_ids]
    return [
        Archived(revision=revision, story_id=story, event_id=None if story is None else event_of[story])
        for revision, story in zip(found, stories, strict=True)
    ]
