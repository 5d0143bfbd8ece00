"""Events as a grouping transaction meets them: terms and profiles are read once, and written at its end.

What was asked once is answered from here, with what was written since; so a batch's questions, asked ahead, are a few
statements. What comes out of here is what the database would give: moments to the second, weights as they are packed.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, select

from pipelines.states import StoryId
from pipelines.stories import Profile, Told
from storage.event_profiles import packed, unpacked
from storage.lookups import rows_in
from storage.tables import event_profiles, story_terms
from storage.weeks import moment_of, week_and_second, weeks_between, within

Place = tuple[int, int]
"""Week and second."""
BEYOND = timedelta(days=3)
"""After a window: an event that a new story is part of may have gone on for so long."""
EARLIEST = datetime.min.replace(tzinfo=UTC)
LATEST = datetime.max.replace(tzinfo=UTC)
_KEY = ("week", "term", "second", "story_id")


class EventRows:
    """Rows of story_terms and event_profiles."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._since, self._until = LATEST, EARLIEST
        self._asked: set[int] = set()
        self._stored: dict[int, dict[StoryId, Place]] = {}
        """By term, the rows as they are in the database."""
        self._carried: dict[int, dict[StoryId, Place]] = {}
        """The same as they are to be."""
        self._profiles: dict[StoryId, bytes | None] = {}
        self._again: set[StoryId] = set()
        """Profiles that were read before, and are read again with the next."""
        self._kept: dict[StoryId, bytes] = {}
        """Profiles that wait to be written."""

    def carriers(self, terms: Collection[int], since: datetime, until: datetime) -> dict[int, Sequence[Told]]:
        """For each term, the events that carry it in a window, oldest first."""
        self._load(terms, since, until)
        first, last = week_and_second(since), week_and_second(until)
        found: dict[int, Sequence[Told]] = {}
        for term in terms:
            places = sorted((place, event) for event, place in self._carried[term].items() if first <= place <= last)
            if places:
                found[term] = [Told(story_id=event, moment=moment_of(*place)) for place, event in places]
        return found

    def describe(
        self, event_id: StoryId, moment: datetime, terms: Collection[int], gone: Mapping[int, StoryId]
    ) -> None:
        """Let an event be found by each of these terms, as of its moment alone, in place of others."""
        if not {*terms, *gone} <= self._carried.keys():
            self._load({*terms, *gone}, EARLIEST, LATEST)
        for term, old in gone.items():
            self._carried[term].pop(old, None)
        place = week_and_second(moment)
        for term in terms:
            self._carried[term][event_id] = place

    def profiles(self, event_ids: Collection[StoryId]) -> dict[StoryId, Profile]:
        """What each event is about; of one that was never described nothing is known."""
        unread = {each for each in event_ids if each not in self._profiles}
        if unread:
            unread |= self._again
            self._again.clear()
            self._profiles.update(dict.fromkeys(unread))
            rows = rows_in(self._connection, event_profiles.select(), event_profiles.c.event_id, unread)
            self._profiles.update((row.event_id, row.profile) for row in rows)
        known = {each: self._profiles[each] for each in event_ids}
        return {each: unpacked(profile) for each, profile in known.items() if profile is not None}

    def keep(self, event_id: StoryId, profile: Profile) -> None:
        """What an event is about, in place of what was known."""
        self._profiles[event_id] = self._kept[event_id] = packed(profile)

    def write(self) -> None:
        """All that waits, in a statement or two a table."""
        if self._kept:
            ids = [{"gone": each} for each in self._kept]
            self._connection.execute(event_profiles.delete().where(event_profiles.c.event_id == bindparam("gone")), ids)
            rows = [{"event_id": each, "profile": profile} for each, profile in sorted(self._kept.items())]
            self._connection.execute(event_profiles.insert(), rows)
            self._kept.clear()
        gone, new = _changes(self._stored, self._carried), _changes(self._carried, self._stored)
        if gone:
            where = [story_terms.c[name] == bindparam(f"old_{name}") for name in _KEY]
            self._connection.execute(story_terms.delete().where(*where), _rows(gone, "old_"))
        if new:
            self._connection.execute(story_terms.insert(), _rows(new))
        for _, term, *_ in (*gone, *new):
            self._stored[term] = dict(self._carried[term])

    def afresh(self) -> None:
        """Forget what was read, all of it written: the desk's way of merging changed it. It will be asked again."""
        self._stored.clear()
        self._carried.clear()
        self._again.update(self._profiles)
        self._profiles.clear()

    def _load(self, terms: Collection[int], since: datetime, until: datetime) -> None:
        """Have the rows of these terms and this window; what was asked before is read with them."""
        if since < self._since or self._until < until:
            self.write()
            self._since, self._until = min(since, self._since), max(until, self._until)
            self._stored.clear()
            self._carried.clear()
        if any(term not in self._carried for term in terms):
            self._asked.update(terms)
            self._read(self._asked - self._carried.keys())

    def _read(self, terms: Collection[int]) -> None:
        table = story_terms.c
        until = self._until + BEYOND if self._until < LATEST - BEYOND else LATEST
        weeks = weeks_between(self._connection, table.week, self._since, until)
        query = select(story_terms).where(within(table.week, table.second, weeks, self._since))
        found: defaultdict[int, dict[StoryId, Place]] = defaultdict(dict)
        for row in rows_in(self._connection, query, table.term, terms if weeks else ()):
            found[row.term][row.story_id] = row.week, row.second
        for term in terms:
            self._stored[term] = found.get(term, {})
            self._carried[term] = dict(self._stored[term])


def _changes(some: dict[int, dict[StoryId, Place]], others: dict[int, dict[StoryId, Place]]) -> list[Any]:
    """Rows of `some` that are not in `others`, in the order of their key."""
    return sorted(
        (week, term, second, event)
        for term, events in some.items()
        if events != others[term]
        for event, (week, second) in events.items()
        if others[term].get(event) != (week, second)
    )


def _rows(keys: Iterable[tuple[int, int, int, int]], prefix: str = "") -> list[dict[str, int]]:
    return [{f"{prefix}{name}": value for name, value in zip(_KEY, key, strict=True)} for key in keys]
