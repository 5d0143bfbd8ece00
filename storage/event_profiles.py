"""What events are about: a row an event, and the terms by which it is found."""

from collections.abc import Collection, Mapping
from struct import Struct

from sqlalchemy import ColumnElement, Connection, delete

from pipelines.states import StoryId
from pipelines.stories import Profile
from storage.bulk import insert_numbers
from storage.lookups import rows_in
from storage.tables import event_profiles, story_terms
from storage.weeks import row_of, second_since, weeks_between

_HEAD = Struct("<qqIB")
_TERM = Struct("<qeHHB")
"""The weight in half precision: three digits."""
_NAME, _NUMBER = 1, 2
_MANY = 2**16 - 1
_HEAVIEST = 65_504.0
_NEVER = -(2**63)


def load_profiles(connection: Connection, event_ids: Collection[StoryId]) -> dict[StoryId, Profile]:
    """What each event is about; of one that was never described nothing is known."""
    rows = rows_in(connection, event_profiles.select(), event_profiles.c.event_id, event_ids)
    return {row.event_id: unpacked(row.profile) for row in rows}


def save_profile(connection: Connection, event_id: StoryId, profile: Profile) -> None:
    """In place of what was known."""
    forget_profile(connection, event_id)
    connection.execute(event_profiles.insert().values(event_id=event_id, profile=packed(profile)))


def forget_profile(connection: Connection, event_id: StoryId) -> None:
    """Of an event that is no more."""
    connection.execute(delete(event_profiles).where(event_profiles.c.event_id == event_id))


def find_by(connection: Connection, event_id: StoryId, terms: Mapping[int, int]) -> None:
    """Let an event be found by each of these terms, as of its second since 1970 alone."""
    unfind(connection, event_id, terms)
    insert_numbers(connection, story_terms, [row_of(second, term, event_id) for term, second in terms.items()])


def unfind(connection: Connection, event_id: StoryId, terms: Collection[int]) -> None:
    """Let an event be found no longer by these of its terms."""
    here = story_terms.c.term.in_(terms) & _of(connection, event_id)
    connection.execute(story_terms.delete().where(here))


def fold_event(connection: Connection, gone: StoryId, event_id: StoryId) -> None:
    """Let what is known of one event go into another, which may be new."""
    known = load_profiles(connection, [gone, event_id])
    if gone not in known:
        return
    old = known[gone]
    forget_profile(connection, gone)
    save_profile(connection, event_id, known[event_id].with_story(old) if event_id in known else old)
    rows = rows_in(connection, story_terms.select().where(_of(connection, gone)), story_terms.c.term, old.weights)
    terms = {row.term: second_since(row.week, row.second) for row in rows}
    unfind(connection, gone, terms)
    find_by(connection, event_id, terms)


def _of(connection: Connection, event_id: StoryId) -> ColumnElement[bool]:
    """Rows of an event, whenever; every week is named, for by the week the index begins."""
    weeks = weeks_between(connection, story_terms.c.week)
    return story_terms.c.week.in_(weeks) & (story_terms.c.story_id == event_id)


def packed(profile: Profile) -> bytes:
    """Some 200 bytes for an event of one story: there is one for each event of the archive."""
    days = sum(1 << day for day in profile.days)
    moments = [_NEVER if each is None else each for each in (profile.began, profile.last)]
    parts = [_HEAD.pack(*moments, profile.stories, days)]
    for term, worth in profile.weights.items():
        kind = (_NAME if term in profile.names else 0) | (_NUMBER if term in profile.numbers else 0)
        titled = min(profile.titled.get(term, 0), _MANY)
        parts.append(_TERM.pack(term, min(worth, _HEAVIEST), min(profile.carried[term], _MANY), titled, kind))
    return b"".join(parts)


def unpacked(row: bytes) -> Profile:
    """The profile of `packed`."""
    *moments, stories, days = _HEAD.unpack_from(row)
    terms = list(_TERM.iter_unpack(row[_HEAD.size :]))
    began, last = (None if each == _NEVER else each for each in moments)
    return Profile(
        began=began,
        last=last,
        stories=stories,
        weights={term: worth for term, worth, _, _, _ in terms},
        carried={term: carried for term, _, carried, _, _ in terms},
        titled={term: titled for term, _, _, titled, _ in terms if titled},
        names=frozenset(term for term, _, _, _, kind in terms if kind & _NAME),
        numbers=frozenset(term for term, _, _, _, kind in terms if kind & _NUMBER),
        days=frozenset(day for day in range(1, 8) if days >> day & 1),
    )
