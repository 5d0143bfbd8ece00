"""The indexes of one process alone, for the filter command and for tests: what a store keeps in tables."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from pipelines.dedup.relations import Related
from pipelines.states import StoryId
from pipelines.stories import Profile, Told, second_of


class MemoryEvents:
    """An EventIndex of this process alone."""

    def __init__(self) -> None:
        self._carriers: defaultdict[int, dict[StoryId, int | None]] = defaultdict(dict)
        self._events: dict[StoryId, StoryId] = {}
        self._profiles: dict[StoryId, Profile] = {}

    def add(self, story_id: StoryId, moment: datetime | None, related: Related) -> None:
        """Remember a new story, and what its event is about with it."""
        event = related.link.event_id if related.link else story_id
        self._events[story_id] = event
        self._profiles[event] = related.profile
        for term, old in related.gone.items():
            self._carriers[term].pop(old, None)
        second = second_of(moment) if moment else None
        for term in related.terms:
            self._carriers[term].pop(event, None)  # so that it stands last
            self._carriers[term][event] = second

    def merge(self, story_id: StoryId, into: StoryId) -> None:
        """Let one story go into another, and what was of its event into that one's."""
        old, new = self._events.get(story_id), self._events.get(into, into)
        if old == story_id and old != new:
            self._events.update({each: new for each, event in self._events.items() if event == story_id})
            self._join(story_id, new)
        self._events[story_id] = new

    def carriers(self, terms: Collection[int], since: datetime, until: datetime) -> Mapping[int, Sequence[Told]]:
        """See EventIndex."""
        found = {term: self._carriers[term] for term in terms if term in self._carriers}
        first, last = second_of(since), second_of(until)
        return {
            term: [Told(seen, event) for event, seen in some.items() if seen is None or first <= seen <= last]
            for term, some in found.items()
        }

    def events(self, story_ids: Collection[StoryId]) -> Mapping[StoryId, StoryId]:
        """The first story of each story's event; a story alone is its own."""
        return {each: self._events[each] for each in story_ids}

    def profiles(self, event_ids: Collection[StoryId]) -> Mapping[StoryId, Profile]:
        """See EventIndex."""
        return {each: self._profiles[each] for each in event_ids if each in self._profiles}

    def _join(self, gone: StoryId, event: StoryId) -> None:
        profile = self._profiles.pop(gone, None)
        if profile:
            known = self._profiles.get(event)
            self._profiles[event] = known.with_story(profile) if known else profile
        for some in self._carriers.values():
            if gone in some:
                seen = some.pop(gone)
                some.setdefault(event, seen)
