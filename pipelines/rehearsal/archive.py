"""The archive as people's questions read it: the stored texts of some days, and one article by its name."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pipelines.model import Revision
from pipelines.states import StoryId


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """An article's latest text, and where it belongs."""

    revision: Revision
    story_id: StoryId | None
    """None where it is not grouped yet."""
    event_id: StoryId | None
    """The first story of its event; its own where no other reports it."""

    @property
    def moment(self) -> datetime:
        """When it came, UTC; of what its feed had before the watch began, when it was published."""
        article = self.revision.article
        return self.revision.published_at if article.backlog else article.first_seen_at


class Archive(Protocol):
    """Reading what is stored; nothing here writes."""

    def count(self, since: datetime) -> int:
        """How many articles with a text were first seen at or after `since`."""
        ...

    def texts(self, since: datetime) -> Iterator[Sequence[Archived]]:
        """These articles, oldest first, some at a time: memory does not grow with their number."""
        ...

    def find(self, name: str) -> Archived | None:
        """The article of that number or address (canonical, or as its feed gave it); None where there is none."""
        ...
