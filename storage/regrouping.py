"""Stories made anew: the RegroupStore."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, func, select

from pipelines.model import Content
from pipelines.regrouping import Fold, Move, Placed, Rearrangement
from pipelines.states import ArticleId, StoryEditKind, StoryId
from pipelines.stories import Member
from storage.database import Database
from storage.event_edits import Describe, describe_anew
from storage.events import standing
from storage.grouping import SqlGrouping
from storage.records import LATEST
from storage.story_edits import kept_apart, merge
from storage.tables import articles, fingerprints_due, revisions, stories, story_edits, story_members

WHO = "backfill"
_BY_HAND = (StoryEditKind.SPLIT, StoryEditKind.MERGE)
_EVER = datetime.min.replace(tzinfo=UTC)
"""What a question alone needs of the clock: nothing."""


class SqlRegrouping:
    """The RegroupStore of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def unready(self) -> bool:
        """See RegroupStore."""
        with self._database.reading() as connection:
            return connection.execute(select(fingerprints_due.c.article_id).limit(1)).first() is not None

    def placed(self, since: datetime, until: datetime) -> Sequence[Placed]:
        """See RegroupStore."""
        told = func.coalesce(revisions.c.published_utc, articles.c.first_seen_at)
        query = (
            select(story_members, articles.c.first_seen_at)
            .select_from(story_members)
            .join(stories, stories.c.story_id == story_members.c.story_id)
            .join(articles, articles.c.article_id == story_members.c.article_id)
            .join(revisions, (revisions.c.article_id == articles.c.article_id) & LATEST)
            .where(stories.c.created_at >= since, stories.c.created_at < until)
            .order_by(told, story_members.c.article_id)
        )
        with self._database.reading() as connection:
            desks = _edited_by_hand(connection)
            rows = connection.execute(query).all()
        return [
            Placed(article_id=row.article_id, story_id=row.story_id, seen_at=row.first_seen_at, place=row.member_key)
            for row in rows
            if row.story_id not in desks
        ]

    def kept_apart(self) -> frozenset[frozenset[StoryId]]:
        """See RegroupStore."""
        with self._database.reading() as connection:
            return kept_apart(connection)

    def postings(self, hashes: Collection[int], since: datetime) -> Mapping[int, Sequence[ArticleId]]:
        """See RegroupStore."""
        with self._database.reading() as connection:
            return SqlGrouping(connection, _EVER).postings(hashes, since)

    def members(self, article_ids: Collection[ArticleId]) -> Mapping[ArticleId, Member]:
        """See RegroupStore."""
        with self._database.reading() as connection:
            return SqlGrouping(connection, _EVER).members(article_ids)

    def contents(self, article_ids: Collection[ArticleId]) -> Mapping[ArticleId, Content]:
        """See RegroupStore."""
        with self._database.reading() as connection:
            return SqlGrouping(connection, _EVER).contents(article_ids)

    def rearrange(self, changes: Rearrangement, describe: Describe, now: datetime) -> int:
        """See RegroupStore."""
        with self._database.writing(exclusive="stories") as connection:
            return _Rearranging(connection, now).write(changes, describe)


class _Rearranging:
    """One transaction of it."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now
        self._by_hand = _edited_by_hand(connection)
        self._fresh: dict[StoryId, StoryId] = {}

    def write(self, changes: Rearrangement, describe: Describe) -> int:
        """How many changes do not hold any more."""
        left = sum(not self._moved(move) for move in changes.moves)
        left += sum(not self._folded(fold) for fold in changes.folds)
        for own in self._fresh.values():
            describe_anew(self._connection, own, describe)
        return left

    def _moved(self, move: Move) -> bool:
        here = (story_members.c.article_id == move.article_id) & (story_members.c.story_id == move.story_id)
        into = self._new_story(move.into) if move.fresh else standing(self._connection, [move.into])[move.into]
        why = f"grouped anew, was in story {move.story_id}: {move.reason}"
        values = {"story_id": into, "similarity": move.similarity, "reason": why}
        if move.story_id in self._by_hand:
            return False
        return self._connection.execute(story_members.update().where(here).values(values)).rowcount == 1

    def _folded(self, fold: Fold) -> bool:
        roots = standing(self._connection, [fold.story_id, fold.into])
        into = roots[fold.into]
        apart = frozenset((fold.story_id, into)) in kept_apart(self._connection)
        if apart or fold.story_id in self._by_hand or roots[fold.story_id] != fold.story_id or into == fold.story_id:
            return False
        kind, why = StoryEditKind.BRIDGE, f"grouped anew: {fold.reason}"
        merge(self._connection, fold.story_id, into, kind=kind, who=WHO, why=why, now=self._now)
        return True

    def _new_story(self, stands_for: StoryId) -> StoryId:
        if stands_for not in self._fresh:
            query = stories.insert().values(created_at=self._now).returning(stories.c.story_id)
            self._fresh[stands_for] = StoryId(self._connection.execute(query).scalar_one())
        return self._fresh[stands_for]


def _edited_by_hand(connection: Connection) -> frozenset[StoryId]:
    """Stories from which the desk took an article, or that it put together, by the ids that they have now."""
    query = select(story_edits.c.story_id, story_edits.c.other_id).where(story_edits.c.kind.in_(_BY_HAND))
    named = {one for row in connection.execute(query) for one in row}
    return frozenset(standing(connection, named).values())
