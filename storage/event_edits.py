"""Events as the desk puts them right: a story taken out, two events made one. The machine undoes neither."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from pipelines.model import Content
from pipelines.states import StoryEditKind, StoryId
from pipelines.stories import Profile
from storage.event_profiles import find_by, fold_event, load_profiles, save_profile, unfind
from storage.events import firsts, lead_texts, load_events, standing
from storage.tables import story_edits, story_links

TOGETHER = "taken out of another event together"
Describe = Callable[[Content, datetime], Profile]
"""What a story alone is about, by its first article and its moment."""


def take_out(
    connection: Connection, leaving: Sequence[StoryId], event_id: StoryId, describe: Describe, now: datetime
) -> None:
    """Make stories, of which none is their event's first, an event of their own; both are described anew."""
    for story_id in leaving:
        _leave(connection, story_id, event_id)
    first, *rest = leaving
    links = story_links.insert()
    for story_id in rest:
        connection.execute(
            links.values(
                story_id=story_id, event_id=first, other_id=first, strength=1.0, reason=TOGETHER, linked_at=now
            )
        )
    for event in (event_id, first):
        describe_anew(connection, event, describe)


def describe_anew(connection: Connection, event_id: StoryId, describe: Describe) -> None:
    """An event's profile from its stories, as they are now."""
    known = load_profiles(connection, [event_id]).get(event_id)
    if known:
        unfind(connection, event_id, known.weights)
    found = lead_texts(connection, load_events(connection, [event_id])[event_id].stories)
    first, *rest = (describe(*found[one]) for one in sorted(found, key=lambda one: (one != event_id, found[one][1])))
    for other in rest:
        first = first.with_story(other)
    save_profile(connection, event_id, first)
    if first.last is not None:
        find_by(connection, event_id, dict.fromkeys(first.weights, first.last))


def put_together(
    connection: Connection, event_id: StoryId, younger: StoryId, *, other_id: StoryId, reason: str, now: datetime
) -> None:
    """Let an event go into another that is older, with all its stories."""
    links = story_links.c
    connection.execute(story_links.update().where(links.event_id == younger).values(event_id=event_id))
    connection.execute(
        story_links.insert().values(
            story_id=younger, event_id=event_id, other_id=other_id, strength=1.0, reason=reason, linked_at=now
        )
    )
    fold_event(connection, younger, event_id)


def relink(connection: Connection, story_id: StoryId, into: StoryId, now: datetime) -> None:
    """While one story goes into another: what was linked to it is linked to that one, as far as the desk lets it be."""
    events = firsts(connection, [story_id, into])
    left, own = events[story_id], events[into]
    if own == story_id:
        _new_first(connection, story_id, into)
    elif left == story_id:
        _new_first(connection, story_id, _heir(connection, story_id, own))
    else:
        _leave(connection, story_id, left)
        if left != own and _belongs(connection, story_id, left):
            old, young = sorted((left, own))
            put_together(connection, old, young, other_id=old, reason="linked by the desk", now=now)


def parted(connection: Connection) -> frozenset[frozenset[StoryId]]:
    """Pairs of stories whose events the desk made two, all that is linked to either counted: no text joins these."""
    pairs = [tuple(pair) for pair in _decided(connection, StoryEditKind.UNLINK)]
    events = load_events(connection, {one for pair in pairs for one in pair})
    return frozenset(
        frozenset((one, other))
        for first, second in pairs
        for one in events[first].stories
        for other in events[second].stories
    )


def _heir(connection: Connection, first: StoryId, event_id: StoryId) -> StoryId:
    """Where an event's stories go when its first one goes into another event: there, or on by themselves."""
    apart = _decided(connection, StoryEditKind.UNLINK)
    members = load_events(connection, [first, event_id])
    rest = [one for one in members[first].stories if one != first]
    kept = any(frozenset((one, other)) in apart for one in rest for other in members[event_id].stories)
    return min(rest) if kept else event_id


def _belongs(connection: Connection, story_id: StoryId, event_id: StoryId) -> bool:
    """Whether the desk itself linked the story to its event."""
    linked = _decided(connection, StoryEditKind.LINK)
    stories = load_events(connection, [event_id])[event_id].stories
    return any(frozenset((one, story_id)) in linked for one in stories)


def _leave(connection: Connection, story_id: StoryId, event_id: StoryId) -> None:
    """A story is no more of an event; who was linked through it is linked to the first."""
    links = story_links.c
    connection.execute(story_links.delete().where(links.story_id == story_id))
    connection.execute(story_links.update().where(links.other_id == story_id).values(other_id=event_id))


def _new_first(connection: Connection, old: StoryId, first: StoryId) -> None:
    """All that was linked to an event's first story is linked to another, which may have an event already."""
    links = story_links.c
    connection.execute(story_links.delete().where((links.story_id == first) & (links.event_id == old)))
    connection.execute(story_links.update().where(links.event_id == old).values(event_id=first))
    connection.execute(story_links.update().where(links.other_id == old).values(other_id=first))
    fold_event(connection, old, first)


def _decided(connection: Connection, kind: StoryEditKind) -> frozenset[frozenset[StoryId]]:
    """Pairs of stories that the desk put into one event, or into two, by their present ids; its last word counts."""
    query = select(story_edits).where(story_edits.c.kind.in_((StoryEditKind.UNLINK, StoryEditKind.LINK)))
    rows = list(connection.execute(query.order_by(story_edits.c.edit_id)))
    roots = standing(connection, {one for row in rows for one in (row.story_id, row.other_id)})
    last = {frozenset((roots[row.story_id], roots[row.other_id])): row.kind for row in rows}
    return frozenset(pair for pair, decided in last.items() if decided is kind and len(pair) > 1)
