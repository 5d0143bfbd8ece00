"""Events: stories that report one happening, read for the desk and for people."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from sqlalchemy import Connection, select

from pipelines.states import StoryId
from pipelines.stories import Event
from storage.lookups import rows_in
from storage.tables import stories, story_links


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


def _merged(connection: Connection, story_ids: Collection[StoryId]) -> dict[StoryId, list[StoryId]]:
    found: defaultdict[StoryId, list[StoryId]] = defaultdict(list)
    query = select(stories.c.story_id, stories.c.merged_into)
    for row in rows_in(connection, query, stories.c.merged_into, story_ids):
        found[row.merged_into].append(row.story_id)
    return found


def _event(first: StoryId, members: Collection[StoryId], merged: dict[StoryId, list[StoryId]]) -> Event:
    gone = (old for story_id in members for old in merged.get(story_id, ()))
    return Event(event_id=first, stories=tuple(sorted(members)), merged=tuple(sorted(gone)))
