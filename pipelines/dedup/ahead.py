"""What a batch of new articles will ask of a store, asked at once; what they come to is as if each had asked alone."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from pipelines.dedup.candidates import MemoryIndex, choose, common, witnesses
from pipelines.dedup.relations import familiar, likeliest
from pipelines.dedup.subject import Subject
from pipelines.states import ArticleId
from pipelines.stories import Grouping

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


def foresee(store: Grouping, stories: Sequence[tuple[Subject, datetime | None]]) -> None:
    """Let the store read what relating these stories, each with its moment, will ask of it."""
    if not stories:
        return
    windows = [familiar(moment) for _, moment in stories]
    terms = {key for subject, _ in stories for key in subject.keys}
    carriers = store.carriers(terms, min(since for since, _ in windows), max(until for _, until in windows))
    store.profiles({event for subject, moment in stories for event in likeliest(subject, moment, carriers)})
