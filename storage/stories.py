"""Stories and fingerprints: what `group_stories` needs of the store."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, and_, func, select

from pipelines.model import Content, Revision
from pipelines.states import ArticleId, StoryId
from pipelines.stories import Grouping
from storage.database import Database
from storage.records import LATEST, content_of, load_revisions, named, rows_in
from storage.tables import UNMATCHED, articles, fingerprints, revisions, stories, story_members


class SqlStories:
    """The StoryStore of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def grouping(self, now: datetime) -> Iterator[Grouping]:
        """See StoryStore."""
        with self._database.writing(exclusive="stories") as connection:
            yield _SqlGrouping(connection, now)


class _SqlGrouping:
    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now
        self._first_seen: dict[ArticleId, datetime] = {}

    def ungrouped(self, limit: int) -> Sequence[Revision]:
        """See Grouping. An article in no story has only unmatched revisions: their small index finds it."""
        grouped = select(story_members.c.article_id).where(story_members.c.article_id == revisions.c.article_id)
        query = (
            select(revisions.c.revision_id)
            .join(articles)
            .where(UNMATCHED, ~grouped.exists(), LATEST)
            .order_by(func.coalesce(revisions.c.published_utc, articles.c.first_seen_at), revisions.c.article_id)
            .limit(limit)
        )
        found = load_revisions(self._connection, self._connection.scalars(query).all())
        self._first_seen |= {one.article.article_id: one.article.first_seen_at for one in found}
        return found

    def postings(self, hashes: Collection[int], since: datetime) -> Mapping[int, Sequence[ArticleId]]:
        """See Grouping. Hashes that no article carries are left out."""
        query = (
            select(fingerprints.c.hash, fingerprints.c.article_id)
            .where(fingerprints.c.seen_at >= since)
            .order_by(fingerprints.c.hash, fingerprints.c.article_id)
        )
        found: dict[int, list[ArticleId]] = {}
        for row in rows_in(self._connection, query, fingerprints.c.hash, hashes):
            found.setdefault(row.hash, []).append(row.article_id)
        return found

    def contents(self, article_ids: Collection[ArticleId]) -> Mapping[ArticleId, tuple[StoryId, Content]]:
        """See Grouping."""
        query = named(
            select(story_members.c.article_id, story_members.c.story_id, revisions).join_from(
                story_members, revisions, and_(revisions.c.article_id == story_members.c.article_id, LATEST)
            )
        )
        return {
            row.story_members_article_id: (row.story_members_story_id, content_of(row))
            for row in rows_in(self._connection, query, story_members.c.article_id, article_ids)
        }

    def join(
        self,
        article_id: ArticleId,
        story_id: StoryId | None,
        *,
        similarity: float,
        reason: str,
        hashes: Collection[int],
    ) -> StoryId:
        """See Grouping. An article that is in a story already stays there."""
        joined = self._connection.scalar(
            select(story_members.c.story_id).where(story_members.c.article_id == article_id)
        )
        if joined is not None:
            return StoryId(joined)
        story_id = story_id or self._new_story()
        self._connection.execute(
            story_members.insert().values(
                article_id=article_id,
                story_id=story_id,
                similarity=similarity,
                reason=reason,
                joined_at=self._now,
            )
        )
        if hashes:
            self._index(article_id, hashes)
        return story_id

    def _new_story(self) -> StoryId:
        query = stories.insert().values(created_at=self._now).returning(stories.c.story_id)
        return StoryId(self._connection.execute(query).scalar_one())

    def _index(self, article_id: ArticleId, hashes: Collection[int]) -> None:
        query = select(articles.c.first_seen_at).where(articles.c.article_id == article_id)
        seen_at = self._first_seen.get(article_id) or self._connection.scalar(query)
        self._connection.execute(
            fingerprints.insert(),
            [{"hash": one, "article_id": article_id, "seen_at": seen_at} for one in dict.fromkeys(hashes)],
        )
