"""Stories made anew from articles that are grouped already: which go elsewhere, and which stories into others; pure.

A story's id is in alerts, silences and links, so it stays with the story's first article; where that one proves to be
the text of another story, the id goes on to name that one.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipelines.dedup.candidates import MemoryIndex, Texts
from pipelines.dedup.grouping import Grouped, group
from pipelines.model import Content
from pipelines.regrouping import Fold, Move, Placed, Rearrangement
from pipelines.states import ArticleId, StoryId
from pipelines.stories import Member

FRESH = StoryId(1 << 60)
"""Ids from here on stand for stories to come; younger than any that is stored."""

Pairs = frozenset[frozenset[StoryId]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """An article that was decided again, and the group that it is in now."""

    placed: Placed
    group: StoryId
    grouped: Grouped


class Anew:
    """Decides articles again, in the order in which they were told, as if none of them had been grouped yet."""

    def __init__(self, texts: Texts, again: Collection[ArticleId], apart: Pairs) -> None:
        """`again` are all that will be decided: the store's word on them does not count. `apart` stay two stories."""
        self._index = MemoryIndex(texts)
        self._again = frozenset(again)
        self._apart = apart
        self._asked: set[int] = set()
        self._decided: list[tuple[Placed, Grouped]] = []
        self._bridged: list[Fold] = []

    def unasked(self, hashes: Collection[int]) -> frozenset[int]:
        """Those of the hashes that the store was not asked for yet."""
        fresh = frozenset(hashes) - self._asked
        self._asked |= fresh
        return fresh

    def others(self, postings: Mapping[int, Sequence[ArticleId]]) -> dict[int, list[ArticleId]]:
        """Of what the store has, the articles that are not decided again."""
        return {number: [one for one in ids if one not in self._again] for number, ids in postings.items()}

    def know(self, postings: Mapping[int, Sequence[ArticleId]], members: Mapping[ArticleId, Member]) -> None:
        """Take in what the store has of `others`."""
        self._index.know(postings, members)

    def decide(self, placed: Placed, content: Content, since: datetime) -> None:
        """Group one article, compared with those first seen from `since` on."""
        grouped = group(content, self._index, since)
        story = StoryId(FRESH + len(self._decided)) if grouped.story_id is None else grouped.story_id
        self._index.add(placed.article_id, story, content, grouped.hashes, placed.seen_at)
        self._decided.append((placed, grouped))
        for younger in grouped.bridges:
            self._bridge(younger, story, grouped.reason)

    def rearranged(self) -> Rearrangement:
        """What is otherwise than it was."""
        now = self._index.stories([placed.article_id for placed, _ in self._decided])
        decided = [
            Decided(placed=placed, group=now[placed.article_id], grouped=grouped) for placed, grouped in self._decided
        ]
        return rearranged(decided, self._bridged, self._apart)

    def _bridge(self, younger: StoryId, story: StoryId, reason: str) -> None:
        if frozenset((younger, story)) in self._apart:
            return
        self._index.merge(younger, story)
        if younger < FRESH:
            self._bridged.append(Fold(story_id=younger, into=story, reason=reason))
            self._apart = frozenset(frozenset(story if one == younger else one for one in pair) for pair in self._apart)


def rearranged(decided: Sequence[Decided], bridged: Sequence[Fold], apart: Pairs) -> Rearrangement:
    """Where each group's articles belong, by the ids that stories have; one that has none is a story to come."""
    leads = _leads(decided)
    home = _homes(decided, leads)
    folds = {
        story: Fold(story_id=story, into=home[lead.group], reason=lead.grouped.reason)
        for story, lead in leads.items()
        if home[lead.group] != story and frozenset((story, home[lead.group])) not in apart
    }
    moves = tuple(_moves(decided, home, {story: fold.into for story, fold in folds.items()}, apart))
    return Rearrangement(moves=moves, folds=(*bridged, *folds.values()))


def _moves(
    decided: Sequence[Decided], home: Mapping[StoryId, StoryId], folded: Mapping[StoryId, StoryId], apart: Pairs
) -> Iterator[Move]:
    """Articles that leave their story, where it does not go there as a whole."""
    for one in decided:
        story, into = one.placed.story_id, home[one.group]
        if into != folded.get(story, story) and frozenset((story, into)) not in apart:
            yield Move(
                article_id=one.placed.article_id,
                story_id=story,
                into=into,
                fresh=into >= FRESH,
                similarity=one.grouped.similarity,
                reason=one.grouped.reason,
            )


def _leads(decided: Sequence[Decided]) -> dict[StoryId, Decided]:
    """The first article of each story, as they came to it."""
    leads: dict[StoryId, Decided] = {}
    for one in sorted(decided, key=lambda one: one.placed.place):
        leads.setdefault(one.placed.story_id, one)
    return leads


def _homes(decided: Sequence[Decided], leads: Mapping[StoryId, Decided]) -> dict[StoryId, StoryId]:
    """For each group its story: the one that is there, else the oldest whose first article is in it, else a new one."""
    home = {one.group: one.group for one in decided}
    for story in sorted(leads, reverse=True):
        group_of = leads[story].group
        if group_of >= FRESH:
            home[group_of] = story
    return home
