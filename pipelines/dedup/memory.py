"""The indexes of one process alone, for the filter command and for tests: what a store keeps in tables."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from pipelines.dedup.relations import Related
from pipelines.model import Content
from pipelines.states import StoryId


class MemoryEvents:
    """An EventIndex of this process alone."""

    def __init__(self) -> None:
        self._carriers: defaultdict[int, list[StoryId]] = defaultdict(list)
        self._events: dict[StoryId, StoryId] = {}
        self._leads: dict[StoryId, tuple[Content, datetime | None]] = {}

    def add(self, story_id: StoryId, content: Content, moment: datetime | None, related: Related) -> None:
        """Remember a new story and what it is related to."""
        self._events[story_id] = related.link.event_id if related.link else story_id
        self._leads[story_id] = content, moment
        for term, old in related.gone.items():
            self._carriers[term].remove(old)
        for term in related.terms:
            self._carriers[term].append(story_id)

    def merge(self, story_id: StoryId, into: StoryId) -> None:
        """Let one story go into another, and what was of its event into that one's."""
        old, new = self._events.get(story_id), self._events.get(into, into)
        if old == story_id:
            self._events.update({each: new for each, event in self._events.items() if event == story_id})
        self._events[story_id] = new

    def carriers(self, terms: Collection[int], since: datetime, until: datetime) -> Mapping[int, Sequence[StoryId]]:
        """See EventIndex."""
        found = {term: self._carriers[term] for term in terms if term in self._carriers}

        def within(story_id: StoryId) -> bool:
            moment = self._leads[story_id][1]
            return moment is None or since <= moment <= until

        return {term: [each for each in ids if within(each)] for term, ids in found.items()}

    def events(self, story_ids: Collection[StoryId]) -> Mapping[StoryId, StoryId]:
        """See EventIndex."""
        return {each: self._events[each] for each in story_ids}

    def leads(self, story_ids: Collection[StoryId]) -> Mapping[StoryId, tuple[Content, datetime | None]]:
        """See EventIndex."""
        return {each: self._leads[each] for each in story_ids if each in self._leads}
