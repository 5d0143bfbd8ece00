"""Which stored articles are worth comparing with a new one; pure.

Shared words are not yet a shared text: an outlet's appeal or a background paragraph stands in many stories. A hash
carried by several stories is therefore masked.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pipelines.model import Content
from pipelines.states import ArticleId, StoryId

SHARED = 2
"""Hashes in common that make a candidate (an article of one hash only needs that one)."""
COMMON = 3
"""Stories that make a hash common property."""
NEARLY_ALL = 0.75
"""A share of the hashes in common that no mask overrules: the text itself may be what was told often."""
VERIFIED = 4
"""Candidates compared at most."""
CARRIERS = 8
"""Articles of one hash looked at, so that common property costs no more than a story."""
REMEMBERED = 64
"""Articles of one hash kept in memory: an outlet's appeal must not make each further page dearer."""


class CandidateIndex(Protocol):
    """Grouped articles by fingerprint; a store's `Grouping` is one."""

    def postings(self, hashes: Collection[int], since: datetime) -> Mapping[int, Sequence[ArticleId]]:
        """For each fingerprint hash, the articles (first seen at or after `since`) that carry it."""
        ...

    def contents(self, article_ids: Collection[ArticleId]) -> Mapping[ArticleId, tuple[StoryId, Content]]:
        """Story and latest content of grouped articles."""
        ...


class MemoryIndex:
    """A CandidateIndex of this process alone; of a hash it remembers the latest carriers only."""

    def __init__(self) -> None:
        self._postings: defaultdict[int, deque[ArticleId]] = defaultdict(lambda: deque(maxlen=REMEMBERED))
        self._members: dict[ArticleId, tuple[StoryId, Content]] = {}
        self._seen_at: dict[ArticleId, datetime | None] = {}

    def add(
        self,
        article_id: ArticleId,
        story_id: StoryId,
        content: Content,
        hashes: Iterable[int],
        seen_at: datetime | None,
    ) -> None:
        """Put an article into a story; one without a time is within every window."""
        self._members[article_id] = (story_id, content)
        self._seen_at[article_id] = seen_at
        for number in hashes:
            self._postings[number].append(article_id)

    def postings(
        self, hashes: Collection[int], since: datetime, until: datetime | None = None
    ) -> Mapping[int, Sequence[ArticleId]]:
        """See CandidateIndex; `until` closes the window for articles that come in any order."""

        def within(article_id: ArticleId) -> bool:
            seen_at = self._seen_at[article_id]
            return seen_at is None or (since <= seen_at and (until is None or seen_at <= until))

        found = {number: self._postings[number] for number in hashes if number in self._postings}
        return {number: [each for each in ids if within(each)] for number, ids in found.items()}

    def contents(self, article_ids: Collection[ArticleId]) -> Mapping[ArticleId, tuple[StoryId, Content]]:
        """See CandidateIndex."""
        return {each: self._members[each] for each in article_ids if each in self._members}


@dataclass(frozen=True, slots=True)
class Until:
    """A MemoryIndex as it looks to an article of a time: what is later than `until` is out of its window."""

    index: MemoryIndex
    until: datetime

    def postings(self, hashes: Collection[int], since: datetime) -> Mapping[int, Sequence[ArticleId]]:
        """See CandidateIndex."""
        return self.index.postings(hashes, since, self.until)

    def contents(self, article_ids: Collection[ArticleId]) -> Mapping[ArticleId, tuple[StoryId, Content]]:
        """See CandidateIndex."""
        return self.index.contents(article_ids)


def witnesses(postings: Mapping[int, Sequence[ArticleId]]) -> frozenset[ArticleId]:
    """The articles whose stories must be known to choose: a few carriers of each hash, the oldest and the newest."""
    return frozenset(each for ids in postings.values() for each in _few(ids))


def choose(
    postings: Mapping[int, Sequence[ArticleId]], stories: Mapping[ArticleId, StoryId], hashes: int
) -> tuple[ArticleId, ...]:
    """The at most four articles to compare with, best first; `hashes` is how many the new article has."""
    shared: Counter[ArticleId] = Counter()
    everything: Counter[ArticleId] = Counter()
    for ids in postings.values():
        few = _few(ids)
        everything.update(few)
        if len({stories[each] for each in few if each in stories}) < COMMON:
            shared.update(few)
    chosen = [
        each
        for each, number in everything.items()
        if shared[each] >= min(SHARED, hashes) or number >= NEARLY_ALL * hashes
    ]
    return tuple(sorted(chosen, key=lambda each: (-shared[each], -everything[each], each))[:VERIFIED])


def _few(ids: Sequence[ArticleId]) -> Sequence[ArticleId]:
    ordered = sorted(set(ids))
    return ordered if len(ordered) <= CARRIERS else ordered[: CARRIERS // 2] + ordered[-CARRIERS // 2 :]
