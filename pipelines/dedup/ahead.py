"""What a batch of new articles will ask of a store, asked at once; what they come to is as if each had asked alone."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime

from pipelines.dedup.candidates import MemoryIndex, choose, common, witnesses
from pipelines.dedup.relations import EARLIEST, LATEST, EventIndex
from pipelines.states import ArticleId, StoryId
from pipelines.stories import Grouping, Profile, Told

Sample = Mapping[int, str]


def candidates(store: Grouping, samples: Sequence[tuple[Sample, datetime]]) -> MemoryIndex:
    """An index of all that the store has for articles of these fingerprints, each with the begin of its window."""
    index = MemoryIndex(store.contents)
    if samples:
        hashes = {number for sampled, _ in samples for number in sampled}
        postings = store.postings(hashes, min(since for _, since in samples))
        index.know(postings, store.members(witnesses(postings)))
        index.read({each for sampled, since in samples for each in _likely(index, sampled, since)})
    return index


def _likely(index: MemoryIndex, sampled: Sample, since: datetime) -> Collection[ArticleId]:
    """What the article would be compared with if it came alone; company may change that, and is then read singly."""
    postings = index.postings(sampled, since)
    stories = index.stories(witnesses(postings))
    return choose(postings, stories, common(postings, stories), len(sampled)) if stories else ()


def foresee(store: Grouping, questions: Iterable[Callable[[EventIndex], object]]) -> None:
    """Let the store read what these questions will ask of it; they are asked twice, and answered in vain."""
    questions = list(questions)
    asked = _Asked()
    for ask in questions:
        ask(asked)
    if not asked.terms:
        return
    asked.carried = store.carriers(asked.terms, asked.since, asked.until)
    for ask in questions:
        ask(asked)
    store.profiles(asked.events)


class _Asked:
    """An EventIndex that notes what is wanted of it; it may know what carries the terms, and has no profiles."""

    def __init__(self) -> None:
        self.terms: set[int] = set()
        self.events: set[StoryId] = set()
        self.since, self.until = LATEST, EARLIEST
        """A window that holds those of all questions."""
        self.carried: Mapping[int, Sequence[Told]] = {}

    def carriers(self, terms: Collection[int], since: datetime, until: datetime) -> Mapping[int, Sequence[Told]]:
        """See EventIndex."""
        self.terms.update(terms)
        self.since, self.until = min(self.since, since), max(self.until, until)
        found = {term: self.carried[term] for term in terms if term in self.carried}
        return {
            term: [one for one in told if one.moment and since <= one.moment <= until] for term, told in found.items()
        }

    def profiles(self, event_ids: Collection[StoryId]) -> Mapping[StoryId, Profile]:
        """See EventIndex."""
        self.events.update(event_ids)
        return {}
