"""Stories and events: their records, and what `group_stories` needs of the store.

A story is one text, however many outlets print it. An event is a story with its related stories: separate reports,
each of them a source. Times are aware UTC; what a method writes is part of its transaction.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from math import sqrt
from typing import NamedTuple, Protocol, TypeVar

from pipelines.model import Content, Revision
from pipelines.states import ArticleId, StoryId

N = TypeVar("N", int, float)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
TELLING = 60
"""Terms of a profile; of 300 headlines of one event a hundred tell no more."""


def began_at(content: Content, first_seen_at: datetime) -> datetime:
    """The second a text was told, for comparing with others: never after it was first seen, whatever its page says."""
    moment = min(content.published.utc, first_seen_at) if content.published else first_seen_at
    return moment.replace(microsecond=0)


def second_of(moment: datetime) -> int:
    """Whole seconds since 1970."""
    return (moment - _EPOCH) // _SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A story with its related stories."""

    event_id: StoryId
    """Its first story; it changes only where that story itself goes into an older one."""
    stories: tuple[StoryId, ...]
    """Every story in it, in order of their ids."""
    merged: tuple[StoryId, ...] = ()
    """Ids that went into one of `stories`: what was told under them was told of this event."""

    @property
    def sources(self) -> int:
        """Independent texts: one per story, however many outlets reprint it."""
        return len(self.stories)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Why a story belongs to an event."""

    event_id: StoryId
    other_id: StoryId
    """The story of the event that it shares most with."""
    strength: float
    """0 to 1: how much of what the story is about, rarity counted, the other shares."""
    reason: str


class Told(NamedTuple):
    """An event that carries a term, and when a story of it last did; sorted, the oldest stand first."""

    second: int | None
    """Since 1970, UTC."""
    story_id: StoryId
    """The event's first story."""


@dataclass(frozen=True, kw_only=True)  # without slots: what is asked again and again is worked out once
class Profile:
    """What an event is about, as its stories tell it; terms, names and numbers by their keys, moments as seconds."""

    began: int | None
    last: int | None
    stories: int
    weights: Mapping[int, float]
    """By term, what it told in the stories that carry it, added up."""
    carried: Mapping[int, int]
    """By term, how many stories carry it."""
    titled: Mapping[int, int]
    """By name, how many stories have it in their title."""
    names: frozenset[int]
    numbers: frozenset[int]
    days: frozenset[int]
    """Of the week, that its stories name."""

    @cached_property
    def length(self) -> float:
        """Of `weights`, as a vector."""
        return sqrt(sum(part * part for part in self.weights.values()))

    @cached_property
    def leading(self) -> frozenset[int]:
        """The names in more than half of the titles."""
        return frozenset(name for name, number in self.titled.items() if 2 * number > self.stories)

    def with_story(self, other: "Profile") -> "Profile":
        """Both as one, with the terms that tell most; the window stays that of this one's first story."""
        weights = _added(self.weights, other.weights)
        kept = sorted(weights, key=lambda term: (-weights[term], term))[:TELLING]
        carried = _added(self.carried, other.carried)
        moments = [each for each in (self.last, other.last) if each is not None]
        return Profile(
            began=self.began,
            last=max(moments, default=None),
            stories=self.stories + other.stories,
            weights={term: weights[term] for term in kept},
            carried={term: carried[term] for term in kept},
            titled={term: number for term, number in _added(self.titled, other.titled).items() if term in kept},
            names=(self.names | other.names).intersection(kept),
            numbers=(self.numbers | other.numbers).intersection(kept),
            days=self.days | other.days,
        )


def _added(one: Mapping[int, N], other: Mapping[int, N]) -> dict[int, N]:
    found = dict(one)
    for key, number in other.items():
        found[key] = found[key] + number if key in found else number
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Where a grouped article is, and since when it is known."""

    story_id: StoryId
    seen_at: datetime


class Grouping(Protocol):
    """One exclusive transaction of `group_stories`: a kill inside it leaves nothing behind.

    Each question is a few statements, of however many articles it is asked. What is written waits for the next
    question or for the end, and is then written at once; carriers and profiles asked once are not asked again.
    """

    def ungrouped(self, limit: int) -> Sequence[Revision]:
        """Latest revisions of articles that are in no story, by publication time, else by when they were first seen."""
        ...

    def postings(self, hashes: Collection[int], since: datetime) -> Mapping[int, Sequence[ArticleId]]:
        """For each fingerprint hash, the articles (first seen at or after `since`'s second) that carry it."""
        ...

    def outdated(self, limit: int) -> Mapping[ArticleId, Content]:
        """Grouped articles whose fingerprints wait to be made anew, for they are made otherwise now."""
        ...

    def renew(self, hashes: Mapping[ArticleId, Collection[int]]) -> None:
        """The fingerprints of such articles; they wait no longer."""
        ...

    def forget(self, before: datetime) -> None:
        """Drop what was indexed of earlier texts and events, of much of it a part at a time."""
        ...

    def members(self, article_ids: Collection[ArticleId]) -> Mapping[ArticleId, Member]:
        """The story of each grouped article."""
        ...

    def contents(self, article_ids: Collection[ArticleId]) -> Mapping[ArticleId, Content]:
        """Latest content of grouped articles."""
        ...

    def new_story(self) -> StoryId:
        """A story's id, younger than any: it is a story once an article joins it."""
        ...

    def join(
        self,
        article_id: ArticleId,
        story_id: StoryId | None,
        *,
        similarity: float,
        reason: str,
        hashes: Collection[int],
        credits: Sequence[str] = (),
    ) -> StoryId:
        """Put an ungrouped article into a story, a new one where `story_id` is None, and index its fingerprint.

        `credits` are the agencies that it names as its source.
        """
        ...

    def kept_apart(self) -> frozenset[frozenset[StoryId]]:
        """Pairs of stories that the desk took apart: no bridge joins them again."""
        ...

    def bridge(self, story_id: StoryId, younger: Collection[StoryId], article_id: ArticleId) -> Sequence[StoryId]:
        """Let stories that an article showed to be one text go into the oldest, except where the desk took them apart.

        Their ids go on to name the story they went into. Returns those that went.
        """
        ...

    def carriers(self, terms: Collection[int], since: datetime, until: datetime) -> Mapping[int, Sequence[Told]]:
        """For each term, the events that carry it and when they last did, oldest first."""
        ...

    def profiles(self, event_ids: Collection[StoryId]) -> Mapping[StoryId, Profile]:
        """What each event is about, by its first story."""
        ...

    def describe(
        self, story_id: StoryId, moment: datetime, terms: Collection[int], gone: Mapping[int, StoryId]
    ) -> None:
        """Let the event of this first story be found by `terms` as of `moment`, in place of the events `gone`."""
        ...

    def keep(self, event_id: StoryId, profile: Profile) -> None:
        """What an event is about, in place of what was known of it."""
        ...

    def link(self, story_id: StoryId, link: Link) -> None:
        """Put a story that is alone so far into an event."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """How many articles came in 24 hours, and how many stories began among them."""

    until: datetime
    articles: int
    stories: int

    @property
    def joined(self) -> float:
        """Share (0 to 1) of the articles that joined a story that was there."""
        return 1 - self.stories / self.articles if self.articles else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BigStory:
    """A story that many articles joined."""

    story_id: StoryId
    title: str
    articles: int


class StoryStore(Protocol):
    """What `group_stories` needs."""

    def grouping(self, now: datetime) -> AbstractContextManager[Grouping]:
        """Open the transaction, alone among all processes; commits at the end, rolls back on any error."""
        ...

    def days(self, now: datetime, number: int) -> Sequence[Day]:
        """The last days up to `now`, the latest first."""
        ...

    def biggest(self, since: datetime, limit: int) -> Sequence[BigStory]:
        """The stories of two or more that most articles joined since then."""
        ...

    def sizes(self, since: datetime) -> Mapping[int, int]:
        """How many stories have so many articles that joined since then, by that number."""
        ...
