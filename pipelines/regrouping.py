"""Articles that are grouped already, to be grouped anew: the records, and what the backfill needs of the store."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pipelines.model import Content
from pipelines.states import ArticleId, StoryId
from pipelines.stories import Member, Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A grouped article."""

    article_id: ArticleId
    story_id: StoryId
    seen_at: datetime
    place: int
    """Its turn among all articles, as they came to their stories."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """An article that belongs into another story."""

    article_id: ArticleId
    story_id: StoryId
    """Where it is."""
    into: StoryId
    fresh: bool
    """Whether `into` only stands for a story to come; several moves may name it."""
    similarity: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """A story that goes into another as a whole."""

    story_id: StoryId
    into: StoryId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rearrangement:
    """What is otherwise than it was; moves come before folds, and these in their order."""

    moves: tuple[Move, ...]
    folds: tuple[Fold, ...]


Describe = Callable[[Content, datetime], Profile]
"""What a story alone is about, by its first article and its moment."""


class RegroupStore(Protocol):
    """What `group_again` needs; each question is a snapshot of its own, so that nobody waits for it."""

    def unready(self) -> bool:
        """Whether fingerprints wait to be made anew: what they belong to cannot be found."""
        ...

    def placed(self, since: datetime, until: datetime) -> Sequence[Placed]:
        """All articles of the stories that began from `since` on and before `until`, in the order they were told.

        Stories from which the desk took an article, or that it put together, are not among them.
        """
        ...

    def kept_apart(self) -> frozenset[frozenset[StoryId]]:
        """See Grouping."""
        ...

    def postings(self, hashes: Collection[int], since: datetime) -> Mapping[int, Sequence[ArticleId]]:
        """See Grouping."""
        ...

    def members(self, article_ids: Collection[ArticleId]) -> Mapping[ArticleId, Member]:
        """See Grouping."""
        ...

    def contents(self, article_ids: Collection[ArticleId]) -> Mapping[ArticleId, Content]:
        """See Grouping."""
        ...

    def rearrange(self, changes: Rearrangement, describe: Describe, now: datetime) -> int:
        """Write the changes in one transaction; how many were left out, for they do not hold any more.

        That is what somebody else has moved meanwhile. An id that goes into another goes on to name that one.
        """
        ...
