"""Stories and events: their records, and what `group_stories` needs of the store.

A story is one text, however many outlets print it. An event is a story with its related stories: separate reports,
each of them a source. Times are aware UTC; what a method writes is part of its transaction.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pipelines.model import Content, Revision
from pipelines.states import ArticleId, StoryId


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


class Grouping(Protocol):
    """One exclusive transaction of `group_stories`: a kill inside it leaves nothing behind."""

    def ungrouped(self, limit: int) -> Sequence[Revision]:
        """Latest revisions of articles that are in no story, by publication time, else by when they were first seen."""
        ...

    def postings(self, hashes: Collection[int], since: datetime) -> Mapping[int, Sequence[ArticleId]]:
        """For each fingerprint hash, the articles (first seen at or after `since`) that carry it."""
        ...

    def contents(self, article_ids: Collection[ArticleId]) -> Mapping[ArticleId, tuple[StoryId, Content]]:
        """Story and latest content of grouped articles."""
        ...

    def join(
        self,
        article_id: ArticleId,
        story_id: StoryId | None,
        *,
        similarity: float,
        reason: str,
        hashes: Collection[int],
    ) -> StoryId:
        """Put an article into a story, a new one where `story_id` is None, and index its fingerprint."""
        ...


class StoryStore(Protocol):
    """What `group_stories` needs."""

    def grouping(self, now: datetime) -> AbstractContextManager[Grouping]:
        """Open the transaction, alone among all processes; commits at the end, rolls back on any error."""
        ...
