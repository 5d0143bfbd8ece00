"""Which stored articles are worth comparing with a new one; pure.

Shared words are not yet a shared text: an outlet's appeal or a background paragraph stands in many stories. A hash
carried by several stories is therefore masked. Of each hash a few carriers are kept, so that what a million articles
print costs no more to look up than what two do.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pipelines.model import Content
from pipelines.states import ArticleId, StoryId
from pipelines.stories import Member

SHARED = 2
"""Hashes in common that make a candidate (an article of one hash only needs that one)."""
COMMON = 3
"""Stories that make a hash common property."""
NEARLY_ALL = 0.75
"""A share of the hashes in common that no mask overrules: the text itself may be what was told often."""
VERIFIED = 4
"""Candidates compared at most."""
CARRIERS = 4
"""Articles kept of one hash in a window: one more than tells common property from a story's own words. With 32 hashes
no lookup reads more than 128 rows, and as many again for the stories of the carriers."""


class CandidateIndex(Protocol):
    """Grouped articles by fingerprint."""

    def postings(self, hashes: Collection[int], since: datetime) -> Mapping[int, Sequence[ArticleId]]:
        """For each fingerprint hash, the articles (first seen at or after `since`) that carry it."""
        ...

    def stories(self, article_ids: Collection[ArticleId]) -> Mapping[ArticleId, StoryId]:
        """The story of each grouped article."""
        ...

    def contents(self, article_ids: Collection[ArticleId]) -> Mapping[ArticleId, Content]:
        """Latest content of grouped articles."""
        ...


Texts = Callable[[Collection[ArticleId]], Mapping[ArticleId, Content]]


def no_texts(_: Collection[ArticleId]) -> Mapping[ArticleId, Content]:
    """Where there is no store to ask."""
    return {}


class MemoryIndex:
    """A CandidateIndex of this process alone, and of what it was told of a store: `stored` has the texts of that."""

    def __init__(self, stored: Texts = no_texts) -> None:
        self._stored = stored
        self._postings: dict[int, tuple[ArticleId, ...]] = {}
        self._stories: dict[ArticleId, StoryId] = {}
        self._contents: dict[ArticleId, Content] = {}
        self._members: defaultdict[StoryId, list[ArticleId]] = defaultdict(list)
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
        self._stories[article_id] = story_id
        self._contents[article_id] = content
        self._members[story_id].append(article_id)
        self._seen_at[article_id] = seen_at
        alone = (article_id,)  # most hashes have one carrier: they share this
        for number in hashes:
            self._postings[number] = self._postings.get(number, ()) + alone

    def know(self, postings: Mapping[int, Sequence[ArticleId]], members: Mapping[ArticleId, Member]) -> None:
        """Take in what a store has: for each hash its articles, and where these are."""
        for number, ids in postings.items():
            self._postings[number] = self._postings.get(number, ()) + tuple(ids)
        for article_id, member in members.items():
            self._stories[article_id] = member.story_id
            self._members[member.story_id].append(article_id)
            self._seen_at[article_id] = member.seen_at

    def read(self, article_ids: Collection[ArticleId]) -> None:
        """Have the texts of stored articles at hand."""
        unread = [each for each in article_ids if each not in self._contents]
        if unread:
            self._contents.update(self._stored(unread))

    def merge(self, story_id: StoryId, into: StoryId) -> None:
        """Put every article of one story into another."""
        moved = self._members.pop(story_id, [])
        self._members[into] += moved
        self._stories.update(dict.fromkeys(moved, into))

    def postings(
        self, hashes: Collection[int], since: datetime, until: datetime | None = None
    ) -> Mapping[int, Sequence[ArticleId]]:
        """See CandidateIndex; `until` closes the window for articles that come in any order."""

        def within(article_id: ArticleId) -> bool:
            seen_at = self._seen_at[article_id]
            return seen_at is None or (since <= seen_at and (until is None or seen_at <= until))

        found = {number: ids for number in hashes if (ids := self._postings.get(number))}
        beyond = {each for each in witnesses(found) if not within(each)}
        if not beyond:
            return found
        return {number: [each for each in ids if each not in beyond] for number, ids in found.items()}

    def stories(self, article_ids: Collection[ArticleId]) -> Mapping[ArticleId, StoryId]:
        """See CandidateIndex."""
        return {each: self._stories[each] for each in article_ids if each in self._stories}

    def contents(self, article_ids: Collection[ArticleId]) -> Mapping[ArticleId, Content]:
        """See CandidateIndex."""
        self.read(article_ids)
        return {each: self._contents[each] for each in article_ids if each in self._contents}


@dataclass(frozen=True, slots=True)
class Until:
    """A MemoryIndex as it looks to an article of a time: what is later than `until` is out of its window."""

    index: MemoryIndex
    until: datetime

    def postings(self, hashes: Collection[int], since: datetime) -> Mapping[int, Sequence[ArticleId]]:
        """See CandidateIndex."""
        return self.index.postings(hashes, since, self.until)

    def stories(self, article_ids: Collection[ArticleId]) -> Mapping[ArticleId, StoryId]:
        """See CandidateIndex."""
        return self.index.stories(article_ids)

    def contents(self, article_ids: Collection[ArticleId]) -> Mapping[ArticleId, Content]:
        """See CandidateIndex."""
        return self.index.contents(article_ids)


def witnesses(postings: Mapping[int, Sequence[ArticleId]]) -> frozenset[ArticleId]:
    """The articles whose stories must be known to choose."""
    return frozenset(each for ids in postings.values() for each in ids)


def common(postings: Mapping[int, Sequence[ArticleId]], stories: Mapping[ArticleId, StoryId]) -> frozenset[int]:
    """The hashes that are nobody's own words: several stories have them."""
    return frozenset(
        number
        for number, ids in postings.items()
        if len(ids) >= COMMON and len({stories[each] for each in ids if each in stories}) >= COMMON
    )


def choose(
    postings: Mapping[int, Sequence[ArticleId]],
    stories: Mapping[ArticleId, StoryId],
    masked: Collection[int],
    hashes: int,
) -> tuple[ArticleId, ...]:
    """The at most four articles to compare with, best first; `hashes` is how many the new article has.

    The best of each story come before the second best of any: a text may be what two stories have in common.
    """
    everything = Counter(each for ids in postings.values() for each in ids)
    shared = Counter(each for number, ids in postings.items() if number not in masked for each in ids)
    chosen = [
        each
        for each, number in everything.items()
        if each in stories and (shared[each] >= min(SHARED, hashes) or number >= NEARLY_ALL * hashes)
    ]
    chosen.sort(key=lambda each: (-shared[each], -everything[each], each))
    turn = Counter[StoryId]()
    turns = [(_next(turn, stories[each]), place) for place, each in enumerate(chosen)]
    return tuple(chosen[place] for _, place in sorted(turns)[:VERIFIED])


def _next(turn: Counter[StoryId], story_id: StoryId) -> int:
    turn[story_id] += 1
    return turn[story_id]
