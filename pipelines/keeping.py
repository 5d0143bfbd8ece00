"""How long each kind of thing is kept, and what `keep_house` needs of the store; imports the standard library only."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol


class Kind(StrEnum):
    """What is forgotten, in the order in which it is."""

    PAGES = "pages"
    """Fetched pages as they came."""
    PARAGRAPHS = "paragraphs"
    """What an outlet printed once and never again."""
    TEXTS = "texts"
    """Bodies and leads of articles of which the desk was not told; headline, address and answers stay."""
    ARTICLES = "articles"
    """Whole articles, with their matches, alerts, deliveries and answers."""


SHORTEST = {
    Kind.PAGES: timedelta(),
    Kind.TEXTS: timedelta(days=30),
    Kind.ARTICLES: timedelta(days=30),
}
"""Volume rules and backtests look back 14 days, twice that where they compare."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """How long; None is for ever."""

    pages: timedelta | None = timedelta(days=3)
    paragraphs: timedelta | None = timedelta(days=60)
    texts: timedelta | None = timedelta(days=400)
    """The same month of last year can still be looked at."""
    articles: timedelta | None = timedelta(days=1_826)

    def of(self, kind: Kind) -> timedelta | None:
        """How long things of the kind are kept; an article is no longer without its text than with it."""
        kept: timedelta | None = getattr(self, kind)
        return kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What one transaction forgot."""

    rows: int
    size: int
    """Bytes of them, as they were stored; of indexed numbers about so many."""
    after: int | None
    """Where the next goes on; None where nothing of the kind is left that may go."""


class HouseStore(Protocol):
    """What `keep_house` needs."""

    def forget(self, kind: Kind, before: datetime, now: datetime, after: int = 0) -> Forgotten:
        """Forget some things of the kind that are older than `before`, in one short transaction.

        What an alert of the kept time needs stays: its article, with the stories of its event; so does what is not
        told, matched or looked at to its end yet, and what a feed may list again.
        """
        ...

    def give_back(self) -> int:
        """Give the disk some of what is free; how many bytes, 0 when there is nothing more to give."""
        ...

    def size(self) -> int:
        """Bytes on disk."""
        ...
