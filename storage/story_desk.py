"""Stories as people see them and put them right: shown, split, merged; each edit is one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, select

from pipelines.errors import StoryEditRefused
from pipelines.states import ArticleId, StoryEditKind, StoryId
from storage.database import Database
from storage.event_edits import Describe, describe_anew, put_together, take_out
from storage.events import firsts, load_events, standing
from storage.feed_tables import outlets
from storage.records import LATEST
from storage.story_edits import merge, record, size, split
from storage.tables import articles, revisions, stories, story_edits, story_links, story_members


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRow:
    """An article in its story."""

    article_id: ArticleId
    outlet: str
    title: str
    link: str
    first_seen_at: datetime
    published_at: datetime
    similarity: float
    reason: str
    credits: tuple[str, ...]
    """The agencies that it names as its source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedRow:
    """Another story of the same event, by its first article."""

    story_id: StoryId
    title: str
    outlet: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EditRow:
    """What was done to a story after it was grouped."""

    kind: StoryEditKind
    story_id: StoryId
    other_id: StoryId
    who: str
    why: str
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryView:
    """All that is known of a story; its lead article is the first of `members`."""

    story_id: StoryId
    merged: tuple[StoryId, ...]
    event_id: StoryId
    members: tuple[MemberRow, ...]
    related: tuple[RelatedRow, ...]
    edits: tuple[EditRow, ...]

    @property
    def carriers(self) -> tuple[str, ...]:
        """The outlets that print it, first come first."""
        return tuple(dict.fromkeys(one.outlet for one in self.members))

    @property
    def credits(self) -> tuple[str, ...]:
        """The agencies that its articles name as their source, first come first."""
        return tuple(dict.fromkeys(agency for one in self.members for agency in one.credits))

    @property
    def first_seen_at(self) -> datetime:
        """When the first of its articles was seen."""
        return min(one.first_seen_at for one in self.members)

    @property
    def last_seen_at(self) -> datetime:
        """When the last of its articles was seen."""
        return max(one.first_seen_at for one in self.members)


class StoryDesk:
    """Stories of one database, for people; raises StoryEditRefused where what they ask cannot be done."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def show(self, story_id: StoryId) -> StoryView:
        """A story, by its id or by one that went into it."""
        with self._database.reading() as connection:
            root = _known(connection, story_id)
            event = load_events(connection, [root])[root]
            query = select(stories.c.story_id).where(stories.c.merged_into == root).order_by(stories.c.story_id)
            merged = tuple(StoryId(one) for one in connection.scalars(query))
            return StoryView(
                story_id=root,
                merged=merged,
                event_id=event.event_id,
                members=tuple(_members(connection, root)),
                related=tuple(_related(connection, root, [one for one in event.stories if one != root])),
                edits=tuple(_edits(connection, [root, *merged])),
            )

    def split(
        self, article_id: ArticleId, *, who: str, why: str, now: datetime, describe: Describe
    ) -> tuple[StoryId, StoryId]:
        """Take an article out of its story for good; returns the story it left, and its own."""
        with self._database.writing(exclusive="stories") as connection:
            query = select(story_members.c.story_id).where(story_members.c.article_id == article_id)
            story_id = connection.scalar(query)
            if story_id is None:
                raise StoryEditRefused(f"no article {article_id} in any story: see `wirewatch stories show`")
            if size(connection, story_id) == 1:
                raise StoryEditRefused(f"article {article_id} is alone in story {story_id} already")
            own = split(connection, article_id, story_id, who=who, why=why, now=now)
            describe_anew(connection, own, describe)
            return story_id, own

    def merge(
        self, story_id: StoryId, other_id: StoryId, *, who: str, why: str, now: datetime
    ) -> tuple[StoryId, StoryId]:
        """Let the younger of two stories go into the older; returns the older and the younger."""
        with self._database.writing(exclusive="stories") as connection:
            old, young = sorted(_known(connection, one) for one in (story_id, other_id))
            if old == young:
                raise StoryEditRefused(f"stories {story_id} and {other_id} are one story already: {old}")
            merge(connection, young, old, kind=StoryEditKind.MERGE, who=who, why=why, now=now)
            return old, young

    def unlink(
        self, story_id: StoryId, *others: StoryId, who: str, why: str, now: datetime, describe: Describe
    ) -> tuple[Sequence[StoryId], StoryId]:
        """Make one event two, for good; returns the stories that left, and the event that stays.

        The others leave together. Where the event began with one of them they stay, and the story leaves: alone if it
        is parted from one, with all the rest of the event if from several.
        """
        with self._database.writing(exclusive="stories") as connection:
            story = _known(connection, story_id)
            parted = sorted({_two(connection, story, other)[1] for other in others})
            event = load_events(connection, [story])[story]
            if strangers := [one for one in parted if one not in event.stories]:
                raise StoryEditRefused(f"stories {story_id} and {strangers[0]} are of two events already")
            leaving = parted
            if event.event_id in parted:
                leaving = [one for one in event.stories if one not in parted] if len(parted) > 1 else [story]
            take_out(connection, leaving, event.event_id, describe, now)
            for other in parted:
                record(connection, StoryEditKind.UNLINK, story, other, who=who, why=why, now=now)
            return leaving, event.event_id

    def link(self, story_id: StoryId, other_id: StoryId, *, who: str, why: str, now: datetime) -> StoryId:
        """Make the events of two stories one, for good; returns it."""
        with self._database.writing(exclusive="stories") as connection:
            one, other, events = _two(connection, story_id, other_id)
            if len(set(events)) == 1:
                raise StoryEditRefused(f"stories {story_id} and {other_id} are of one event already: {events[0]}")
            old, young = sorted(events)
            beside = one if events[0] == old else other
            put_together(connection, old, young, other_id=beside, reason=f"linked by {who}: {why}", now=now)
            record(connection, StoryEditKind.LINK, one, other, who=who, why=why, now=now)
            return old


def _known(connection: Connection, story_id: StoryId) -> StoryId:
    if connection.scalar(select(stories.c.story_id).where(stories.c.story_id == story_id)) is None:
        raise StoryEditRefused(f"no story {story_id}: `wirewatch alerts list` names the stories that were told")
    return standing(connection, [story_id])[story_id]


def _two(
    connection: Connection, story_id: StoryId, other_id: StoryId
) -> tuple[StoryId, StoryId, tuple[StoryId, StoryId]]:
    """Two stories by their present ids, with the events they are part of."""
    one, other = _known(connection, story_id), _known(connection, other_id)
    if one == other:
        raise StoryEditRefused(f"stories {story_id} and {other_id} are one story: take its articles apart by `split`")
    events = firsts(connection, [one, other])
    return one, other, (events[one], events[other])


def _members(connection: Connection, story_id: StoryId) -> Sequence[MemberRow]:
    query = (
        select(story_members, outlets.c.title.label("outlet"), revisions.c.title, articles.c.link,
               articles.c.first_seen_at, revisions.c.published_utc)
        .select_from(story_members)
        .join(articles, articles.c.article_id == story_members.c.article_id)
        .join(outlets, outlets.c.outlet_id == articles.c.outlet_id)
        .join(revisions, and_(revisions.c.article_id == articles.c.article_id, LATEST))
        .where(story_members.c.story_id == story_id)
        .order_by(story_members.c.member_key)
    )  # fmt: skip
    return [
        MemberRow(
            article_id=row.article_id,
            outlet=row.outlet,
            title=row.title,
            link=row.link,
            first_seen_at=row.first_seen_at,
            published_at=row.published_utc or row.first_seen_at,
            similarity=row.similarity,
            reason=row.reason,
            credits=tuple(row.credits or ()),
        )
        for row in connection.execute(query)
    ]


def _related(connection: Connection, story_id: StoryId, others: Sequence[StoryId]) -> Sequence[RelatedRow]:
    links = {
        row.story_id: row.reason
        for row in connection.execute(
            select(story_links.c.story_id, story_links.c.reason).where(story_links.c.story_id.in_([story_id, *others]))
        )
    }
    found = []
    for other in others:
        lead = next(iter(_members(connection, other)), None)
        if lead:
            reason = links.get(other) or links.get(story_id, "of one event")
            found.append(RelatedRow(story_id=other, title=lead.title, outlet=lead.outlet, reason=reason))
    return found


def _edits(connection: Connection, story_ids: Sequence[StoryId]) -> Sequence[EditRow]:
    query = select(story_edits).order_by(story_edits.c.edit_id)
    mine = story_edits.c.story_id.in_(story_ids) | story_edits.c.other_id.in_(story_ids)
    rows = connection.execute(query.where(mine))
    return [
        EditRow(
            kind=row.kind,
            story_id=row.story_id,
            other_id=row.other_id,
            who=row.who,
            why=row.why,
            made_at=row.made_at,
        )
        for row in rows
    ]
