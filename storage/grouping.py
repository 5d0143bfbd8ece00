"""The transaction of `group_stories`: it asks for many articles at once, and writes what they came to at once."""

from collections import defaultdict, deque
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, func, select, text

from pipelines.model import Content, Revision
from pipelines.states import ArticleId, StoryEditKind, StoryId
from pipelines.stories import Link, Member, Profile, Told
from storage.event_rows import EventRows
from storage.events import firsts, load_events
from storage.lookups import rows_in
from storage.paragraphs import with_marks
from storage.records import LATEST, content_of, load_revisions, named
from storage.story_edits import kept_apart, merge
from storage.story_rows import StoryRows
from storage.story_upkeep import drop_old, made_anew, outdated
from storage.tables import UNMATCHED, articles, fingerprints, revisions, stories, story_members
from storage.weeks import weeks_between, within


class SqlGrouping:
    """The Grouping of an SQL database; `close` writes what waits, at the end."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now
        self._rows = StoryRows(connection, now)
        self._events = EventRows(connection)
        self._ahead: deque[StoryId] = deque()
        self._youngest = StoryId(0)
        self._expected = 1

    def close(self) -> None:
        """Write what waits."""
        self._write()

    def ungrouped(self, limit: int) -> Sequence[Revision]:
        """See Grouping. An article in no story has only unmatched revisions: their small index finds it."""
        self._write()
        grouped = select(story_members.c.article_id).where(story_members.c.article_id == revisions.c.article_id)
        query = (
            select(revisions.c.revision_id)
            .join(articles)
            .where(UNMATCHED, ~grouped.exists(), LATEST)
            .order_by(func.coalesce(revisions.c.published_utc, articles.c.first_seen_at), revisions.c.article_id)
            .limit(limit)
        )
        found = load_revisions(self._connection, self._connection.scalars(query).all())
        self._rows.first_seen.update((one.article.article_id, one.article.first_seen_at) for one in found)
        self._expected = max(1, len(found))
        return found

    def postings(self, hashes: Collection[int], since: datetime) -> Mapping[int, Sequence[ArticleId]]:
        """See Grouping. Hashes that no article carries are left out."""
        self._write()
        table = fingerprints.c
        weeks = weeks_between(self._connection, table.week, since)
        query = select(table.hash, table.article_id).where(within(table.week, table.second, weeks, since))
        found: defaultdict[int, list[ArticleId]] = defaultdict(list)
        for row in rows_in(self._connection, query, table.hash, hashes if weeks else ()):
            found[row.hash].append(row.article_id)
        return {number: sorted(found[number]) for number in sorted(found)}

    def outdated(self, limit: int) -> Mapping[ArticleId, Content]:
        """See Grouping."""
        while waiting := outdated(self._connection, limit):
            if found := self.contents(waiting):
                return found
            made_anew(self._connection, waiting[-1])  # texts that are no more
        return {}

    def renew(self, hashes: Mapping[ArticleId, Collection[int]]) -> None:
        """See Grouping. Articles before them without a text wait no longer either."""
        for article_id, some in hashes.items():
            self._rows.index(article_id, some)
        made_anew(self._connection, max(hashes))

    def forget(self, before: datetime) -> None:
        """See Grouping."""
        self._write()
        drop_old(self._connection, before)

    def members(self, article_ids: Collection[ArticleId]) -> Mapping[ArticleId, Member]:
        """See Grouping."""
        self._write()
        query = select(story_members.c.article_id, story_members.c.story_id, articles.c.first_seen_at).join(articles)
        return {
            row.article_id: Member(story_id=row.story_id, seen_at=row.first_seen_at)
            for row in rows_in(self._connection, query, story_members.c.article_id, article_ids)
        }

    def contents(self, article_ids: Collection[ArticleId]) -> Mapping[ArticleId, Content]:
        """See Grouping."""
        self._write()
        query = named(
            select(revisions, articles.c.outlet_id)
            .select_from(revisions)
            .join(story_members, and_(story_members.c.article_id == revisions.c.article_id, LATEST))
            .join(articles, articles.c.article_id == revisions.c.article_id)
        )
        rows = list(rows_in(self._connection, query, revisions.c.article_id, article_ids))
        contents = with_marks(self._connection, [(row.articles_outlet_id, content_of(row)) for row in rows])
        return {row.revisions_article_id: content for row, content in zip(rows, contents, strict=True)}

    def new_story(self) -> StoryId:
        """See Grouping."""
        if not self._ahead:
            self._ahead.extend(self._ids(self._expected))
        self._youngest = self._ahead.popleft()
        self._rows.fresh.add(self._youngest)
        return self._youngest

    def join(
        self,
        article_id: ArticleId,
        story_id: StoryId | None,
        *,
        similarity: float,
        reason: str,
        hashes: Collection[int],
        credits: Sequence[str] = (),
    ) -> StoryId:
        """See Grouping."""
        story = self.new_story() if story_id is None else story_id
        told = {"similarity": similarity, "reason": reason, "credits": list(credits) or None}
        self._rows.join(article_id, story, hashes, told)
        return story

    def kept_apart(self) -> frozenset[frozenset[StoryId]]:
        """See Grouping."""
        return kept_apart(self._connection)

    def bridge(self, story_id: StoryId, younger: Collection[StoryId], article_id: ArticleId) -> Sequence[StoryId]:
        """See Grouping."""
        self._write()
        apart = kept_apart(self._connection)
        went = [one for one in younger if frozenset((one, story_id)) not in apart]
        before = load_events(self._connection, [story_id, *went]).values()
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
        after = firsts(self._connection, [story for event in before for story in event.stories])
        self._events.afresh({*after.values(), *(event.event_id for event in before)})
        return went

    def carriers(self, terms: Collection[int], since: datetime, until: datetime) -> Mapping[int, Sequence[Told]]:
        """See Grouping."""
        return self._events.carriers(terms, since, until)

    def profiles(self, event_ids: Collection[StoryId]) -> Mapping[StoryId, Profile]:
        """See Grouping."""
        return self._events.profiles(event_ids)

    def describe(
        self, story_id: StoryId, moment: datetime, terms: Collection[int], gone: Mapping[int, StoryId]
    ) -> None:
        """See Grouping."""
        self._events.describe(story_id, moment, terms, gone)

    def keep(self, event_id: StoryId, profile: Profile) -> None:
        """See Grouping."""
        self._events.keep(event_id, profile)

    def link(self, story_id: StoryId, link: Link) -> None:
        """See Grouping. Ids of stories that went into others are taken for those."""
        self._rows.links.append((story_id, link))

    def _write(self) -> None:
        """Stories first: the others name them."""
        self._rows.write()
        self._events.write()

    def _ids(self, number: int) -> Sequence[StoryId]:
        """Ids that no story has: nobody else begins one meanwhile."""
        if self._connection.dialect.name == "sqlite":
            last = self._connection.scalar(select(func.max(stories.c.story_id))) or 0
            first = max(last, self._youngest) + 1
            return [StoryId(each) for each in range(first, first + number)]
        query = "SELECT nextval(pg_get_serial_sequence('stories', 'story_id')) FROM generate_series(1, :number)"
        return [StoryId(each) for each in self._connection.scalars(text(query), {"number": number})]
