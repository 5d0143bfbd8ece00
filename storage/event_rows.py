"""Events as a grouping transaction meets them: terms and profiles are read once, and written at its end.

What was asked once is answered from here, with what was written since; so a batch's questions, asked ahead, are a few
statements. What comes out of here is what the database would give: moments to the second, weights as they are packed.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, select

from pipelines.states import StoryId
from pipelines.stories import Profile, Told, second_of
from storage.bulk import delete_numbers, insert_numbers, write_rows
from storage.event_profiles import packed, unpacked
from storage.lookups import among, rows_in
from storage.tables import event_profiles, story_terms
from storage.weeks import row_of, second_since, weeks_between, within

_ADD_PROFILE = event_profiles.insert()
Carriers = dict[int, dict[StoryId, Told]]
"""By term."""
BEYOND = timedelta(days=3)
"""After a window: an event that a new story is part of may have gone on for so long."""
EARLIEST = datetime.min.replace(tzinfo=UTC)
LATEST = datetime.max.replace(tzinfo=UTC)


class EventRows:
    """Rows of story_terms and event_profiles."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._since, self._until = LATEST, EARLIEST
        self._asked: set[int] = set()
        self._carried: Carriers = {}
        """The rows of terms asked for, as they are to be."""
        self._stored: Carriers = {}
        """The same as they are in the database, where they differ."""
        self._profiles: dict[StoryId, bytes | None] = {}
        self._opened: dict[StoryId, Profile] = {}
        """Those of them that were asked for."""
        self._kept: dict[StoryId, bytes] = {}
        """Profiles that wait to be written."""

    def carriers(self, terms: Collection[int], since: datetime, until: datetime) -> dict[int, Sequence[Told]]:
        """For each term, the events that carry it in a window, oldest first."""
        self._load(terms, since, until)
        first, last = second_of(since), second_of(until)
        found: dict[int, Sequence[Told]] = {}
        for term in terms:
            if told := [one for one in self._carried[term].values() if first <= (one.second or 0) <= last]:
                told.sort()
                found[term] = told
        return found

    def describe(
        self, event_id: StoryId, moment: datetime, terms: Collection[int], gone: Mapping[int, StoryId]
    ) -> None:
        """Let an event be found by each of these terms, as of its moment alone, in place of others."""
        if not {*terms, *gone} <= self._carried.keys():
            self._load({*terms, *gone}, EARLIEST, LATEST)
        for term in (*terms, *gone):
            if term not in self._stored:
                self._stored[term] = dict(self._carried[term])
        for term, old in gone.items():
            self._carried[term].pop(old, None)
        told = Told(second_of(moment), event_id)
        for term in terms:
            self._carried[term][event_id] = told

    def profiles(self, event_ids: Collection[StoryId]) -> dict[StoryId, Profile]:
        """What each event is about; of one that was never described nothing is known."""
        unread = {each for each in event_ids if each not in self._profiles}
        if unread:
            self._profiles.update(dict.fromkeys(unread))
            rows = rows_in(self._connection, event_profiles.select(), event_profiles.c.event_id, unread)
            self._profiles.update((row.event_id, row.profile) for row in rows)
        for each in event_ids:
            if each not in self._opened and (profile := self._profiles[each]) is not None:
                self._opened[each] = unpacked(profile)
        return {each: self._opened[each] for each in event_ids if each in self._opened}

    def keep(self, event_id: StoryId, profile: Profile) -> None:
        """What an event is about, in place of what was known."""
        self._profiles[event_id] = self._kept[event_id] = packed(profile)
        self._opened.pop(event_id, None)

    def write(self) -> None:
        """All that waits, in a statement or two a table."""
        if self._kept:
            known = event_profiles.delete().where(among(self._connection, event_profiles.c.event_id, list(self._kept)))
            self._connection.execute(known)
            rows = [{"event_id": each, "profile": profile} for each, profile in sorted(self._kept.items())]
            write_rows(self._connection, _ADD_PROFILE, rows)
            self._kept.clear()
        carried = {term: self._carried[term] for term in self._stored}
        delete_numbers(self._connection, story_terms, _changes(self._stored, carried))
        insert_numbers(self._connection, story_terms, _changes(carried, self._stored))
        self._stored.clear()

    def afresh(self, event_ids: Collection[StoryId]) -> None:
        """Forget what was read of these events, all of it written: somebody else changed it. It will be asked again."""
        changed = [term for term, events in self._carried.items() if not events.keys().isdisjoint(event_ids)]
        for term in changed:
            del self._carried[term]
        for each in self._profiles.keys() & event_ids:
            del self._profiles[each]
            self._opened.pop(each, None)

    def _load(self, terms: Collection[int], since: datetime, until: datetime) -> None:
        """Have the rows of these terms and this window; what was asked before is read with them."""
        if since < self._since or self._until < until:
            self.write()
            self._since, self._until = min(since, self._since), max(until, self._until)
            self._carried.clear()
        if any(term not in self._carried for term in terms):
            self._asked.update(terms)
            self._read(self._asked - self._carried.keys())

    def _read(self, terms: Collection[int]) -> None:
        table = story_terms.c
        until = self._until + BEYOND if self._until < LATEST - BEYOND else LATEST
        weeks = weeks_between(self._connection, table.week, self._since, until)
        query = select(story_terms).where(within(table.week, table.second, weeks, self._since))
        found: defaultdict[int, dict[StoryId, Told]] = defaultdict(dict)
        for row in rows_in(self._connection, query, table.term, terms if weeks else ()):
            week, term, second, event = tuple(row)  # by place: by name each costs a look-up
            found[term][event] = Told(second_since(week, second), event)
        self._carried.update((term, found.get(term, {})) for term in terms)


def _changes(some: Carriers, others: Carriers) -> list[tuple[int, ...]]:
    """Rows of `some` that are not in `others`, in the order of their key."""
    return sorted(
        row_of(told.second or 0, term, event)
        for term, events in some.items()
        for event, told in events.items()
        if others[term].get(event) != told
    )
