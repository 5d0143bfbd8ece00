"""Pages that are looked at again, what was found changed, and what the step needs of the store for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pipelines.model import Content, Match, Page
from pipelines.protocols import Response
from pipelines.states import ArticleId


class ChangeKind(StrEnum):
    """What a look at a page found, beyond other words."""

    CORRECTED = "corrected"
    TAKEN_DOWN = "taken down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A fact about an article of which the desk was told, or might have been; key (article, kind, reason)."""

    kind: ChangeKind
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldChange:
    """A change that the desk has not heard of, with the matches as which each rule last told the article."""

    change_id: int
    kind: ChangeKind
    reason: str
    told: tuple[Match, ...]
    """None where the desk was never told of the article, or has heard of the change by another way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """An article that matched, whose page is due to be looked at again."""

    page: Page
    known: Content
    """Its newest text."""
    quoted: tuple[str, ...]
    """The sentences in which its matches found their terms."""
    gone: int
    """How often in a row its page was not there."""


class VisitStore(Protocol):
    """What `revisit_pages` needs."""

    def due(self, now: datetime, limit: int) -> Sequence[Visit]:
        """Pages of matched articles that are due, longest overdue first."""
        ...

    def done(
        self,
        visit: Visit,
        now: datetime,
        *,
        text: Content | None,
        share: float | None,
        changes: Sequence[Change],
        gone: int,
        again: datetime | None,
        answer: Response | None = None,
    ) -> None:
        """Store what a visit found: a changed `text` as a revision with its `share` changed, and facts.

        `share` is None where the known text cannot be compared; the `answer` that held the text is kept in place of
        the page's earlier copy. The page is due `again` then, or never.
        """
        ...

    def copies(self, visits: Sequence[Visit]) -> Mapping[ArticleId, Response]:
        """The kept pages that the known texts were read from, as far as there are any."""
        ...
