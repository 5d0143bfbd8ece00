"""Events: stories that report one happening, read for the desk and for people."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Connection, and_, func, select

from pipelines.model import Content
from pipelines.states import StoryId
from pipelines.stories import Event, began_at
from storage.lookups import rows_in
from storage.records import LATEST, content_of, named
from storage.tables import articles, revisions, stories, story_links, story_members


def load_events(connection: Connection, story_ids: Collection[StoryId]) -> dict[StoryId, Event]:
    """The event of each story, by the id that was asked for, merged ids among them."""
    first_of = firsts(connection, story_ids)
    members: defaultdict[StoryId, set[StoryId]] = defaultdict(set)
    for first in first_of.values():
        members[first].add(first)
    linked = select(story_links.c.story_id, story_links.c.event_id)
    for row in rows_in(connection, linked, story_links.c.event_id, list(members)):
        members[row.event_id].add(row.story_id)
    merged = _merged(connection, {one for some in members.values() for one in some})
    events = {first: _event(first, some, merged) for first, some in members.items()}
    return {asked: events[first] for asked, first in first_of.items()}


def firsts(connection: Connection, story_ids: Collection[StoryId]) -> dict[StoryId, StoryId]:
    """The first story of each story's event, by the id that was asked for."""
    roots = standing(connection, story_ids)
    query = select(story_links.c.story_id, story_links.c.event_id)
    rows = rows_in(connection, query, story_links.c.story_id, roots.values())
    first_of: dict[StoryId, StoryId] = {row.story_id: row.event_id for row in rows}
    return {asked: first_of.get(root, root) for asked, root in roots.items()}


def standing(connection: Connection, story_ids: Iterable[StoryId]) -> dict[StoryId, StoryId]:
    """Where each story is now: the one it went into, else itself."""
    wanted = list(story_ids)
    query = select(stories.c.story_id, stories.c.merged_into)
    into = {row.story_id: row.merged_into for row in rows_in(connection, query, stories.c.story_id, wanted)}
    return {story_id: into.get(story_id) or story_id for story_id in wanted}


def lead_texts(connection: Connection, story_ids: Collection[StoryId]) -> dict[StoryId, tuple[Content, datetime]]:
    """Each story's first article: its latest content, and its moment."""
    roots = standing(connection, story_ids)
    first = select(func.min(story_members.c.member_key).label("member_key")).group_by(story_members.c.story_id)
    members = [row.member_key for row in rows_in(connection, first, story_members.c.story_id, roots.values())]
    query = named(
        select(story_members.c.story_id, articles.c.first_seen_at, revisions)
        .select_from(story_members)
        .join(articles, articles.c.article_id == story_members.c.article_id)
        .join(revisions, and_(revisions.c.article_id == articles.c.article_id, LATEST))
    )
    found = {}
    for row in rows_in(connection, query, story_members.c.member_key, members):
        content = content_of(row)
        found[row.story_members_story_id] = content, began_at(content, row.articles_first_seen_at)
    return {asked: found[root] for asked, root in roots.items() if root in found}


def _merged(connection: Connection, story_ids: Collection[StoryId]) -> dict[StoryId, list[StoryId]]:
    found: defaultdict[StoryId, list[StoryId]] = defaultdict(list)
    query = select(stories.c.story_id, stories.c.merged_into)
    for row in rows_in(connection, query, stories.c.merged_into, story_ids):
        found[row.merged_into].append(row.story_id)
    return found


def _event(first: StoryId, members: Collection[StoryId], merged: dict[StoryId, list[StoryId]]) -> Event:
    gone = (old for story_id in members for old in merged.get(story_id, ()))
    return Event(event_id=first, stories=tuple(sorted(members)), merged=tuple(sorted(gone)))
