"""Stories, fingerprints and links: what `group_stories` needs of the store."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, func, select

from pipelines.model import Content, Revision
from pipelines.states import ArticleId, StoryEditKind, StoryId
from pipelines.stories import BigStory, Day, Grouping, Link, Profile, Told
from storage.database import Database
from storage.event_profiles import find_by, load_profiles, save_profile, unfind
from storage.events import lead_texts, standing
from storage.lookups import rows_in
from storage.paragraphs import with_marks
from storage.records import LATEST, content_of, load_revisions, named
from storage.story_edits import kept_apart, merge
from storage.tables import (
    UNMATCHED,
    articles,
    fingerprints,
    revisions,
    stories,
    story_links,
    story_members,
    story_terms,
)


class SqlStories:
    """The StoryStore of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def grouping(self, now: datetime) -> Iterator[Grouping]:
        """See StoryStore."""
        with self._database.writing(exclusive="stories") as connection:
            yield _SqlGrouping(connection, now)

    def days(self, now: datetime, number: int) -> Sequence[Day]:
        """See StoryStore."""
        found = []
        with self._database.reading() as connection:
            for until in (now - timedelta(days=day) for day in range(number)):
                within = and_(story_members.c.joined_at > until - timedelta(days=1), story_members.c.joined_at <= until)
                row = connection.execute(
                    select(func.count(), func.count(story_members.c.story_id.distinct())).where(within)
                ).one()
                found.append(Day(until=until, articles=row[0], stories=row[1]))
        return found

    def biggest(self, since: datetime, limit: int) -> Sequence[BigStory]:
        """See StoryStore."""
        number = func.count().label("number")
        query = (
            select(story_members.c.story_id, number)
            .where(story_members.c.joined_at >= since)
            .group_by(story_members.c.story_id)
            .having(number > 1)
            .order_by(number.desc(), story_members.c.story_id)
            .limit(limit)
        )
        with self._database.reading() as connection:
            numbers = {StoryId(row.story_id): row.number for row in connection.execute(query)}
            leads = lead_texts(connection, numbers)
        return [BigStory(story_id=one, title=leads[one][0].title, articles=many) for one, many in numbers.items()]


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

    def stories(self, article_ids: Collection[ArticleId]) -> Mapping[ArticleId, StoryId]:
        """See Grouping."""
        query = select(story_members.c.article_id, story_members.c.story_id)
        rows = rows_in(self._connection, query, story_members.c.article_id, article_ids)
        return {row.article_id: row.story_id for row in rows}

    def contents(self, article_ids: Collection[ArticleId]) -> Mapping[ArticleId, Content]:
        """See Grouping."""
        query = named(
            select(revisions, articles.c.outlet_id)
            .select_from(revisions)
            .join(story_members, and_(story_members.c.article_id == revisions.c.article_id, LATEST))
            .join(articles, articles.c.article_id == revisions.c.article_id)
        )
        rows = list(rows_in(self._connection, query, revisions.c.article_id, article_ids))
        contents = with_marks(self._connection, [(row.articles_outlet_id, content_of(row)) for row in rows])
        return {row.revisions_article_id: content for row, content in zip(rows, contents, strict=True)}

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

    def bridge(self, story_id: StoryId, younger: Collection[StoryId], article_id: ArticleId) -> Sequence[StoryId]:
        """See Grouping."""
        apart = kept_apart(self._connection)
        went = [one for one in younger if frozenset((one, story_id)) not in apart]
        for one in went:
            merge(
                self._connection,
                one,
                story_id,
                kind=StoryEditKind.BRIDGE,
                who="grouping",
                why=f"article {article_id} is one text with both",
                now=self._now,
                article_id=article_id,
            )
        return went

    def carriers(self, terms: Collection[int], since: datetime, until: datetime) -> Mapping[int, Sequence[Told]]:
        """See Grouping."""
        query = (
            select(story_terms)
            .where(story_terms.c.seen_at.between(since, until))
            .order_by(story_terms.c.term, story_terms.c.seen_at, story_terms.c.story_id)
        )
        found: defaultdict[int, list[Told]] = defaultdict(list)
        for row in rows_in(self._connection, query, story_terms.c.term, terms):
            found[row.term].append(Told(story_id=row.story_id, moment=row.seen_at))
        return found

    def profiles(self, event_ids: Collection[StoryId]) -> Mapping[StoryId, Profile]:
        """See Grouping."""
        return load_profiles(self._connection, event_ids)

    def describe(
        self, story_id: StoryId, moment: datetime, terms: Collection[int], gone: Mapping[int, StoryId]
    ) -> None:
        """See Grouping."""
        for term, old in gone.items():
            unfind(self._connection, old, [term])
        find_by(self._connection, story_id, dict.fromkeys(terms, moment))

    def keep(self, event_id: StoryId, profile: Profile) -> None:
        """See Grouping."""
        save_profile(self._connection, event_id, profile)

    def link(self, story_id: StoryId, link: Link) -> None:
        """See Grouping. Ids of stories that went into others are taken for those."""
        roots = standing(self._connection, [story_id, link.event_id, link.other_id])
        self._connection.execute(
            story_links.insert().values(
                story_id=story_id,
                event_id=roots[link.event_id],
                other_id=roots[link.other_id],
                strength=link.strength,
                reason=link.reason,
                linked_at=self._now,
            )
        )

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
