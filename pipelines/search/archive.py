"""The archive searched: candidates of the index, newest first, of which each text decides."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pipelines.model import Content, Hit
from pipelines.search.finding import hits_in
from pipelines.search.sought import Condition, Sought, condition
from pipelines.states import ArticleId, FeedId, RevisionId


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrow:
    """Which texts of the archive are looked at; the times are those of publication, else when the article came."""

    since: datetime | None = None
    until: datetime | None = None
    """Not this moment itself any more."""
    feed: FeedId | None = None
    language: str | None = None
    """ISO 639-1."""
    before: RevisionId | None = None
    """Only what was stored before this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredText:
    """A version of an article's text, and whose it is."""

    revision_id: RevisionId
    article_id: ArticleId
    content: Content
    outlet: str
    link: str
    at: datetime
    """When it was published, else when the article came, UTC."""
    latest: bool
    """Whether the article has no newer text."""


class SearchedArchive(Protocol):
    """The index and the texts behind it."""

    def candidates(self, wanted: Condition, narrow: Narrow) -> Iterator[Sequence[StoredText]]:
        """Texts with these words, what was stored last first, some at a time."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A text that answers, with where it does."""

    text: StoredText
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a search found, the newest first; each article once, by its newest text that answers."""

    found: tuple[Found, ...]
    looked_to: RevisionId | None
    """The last text looked at, where there may be more before it."""


def search(
    archive: SearchedArchive, sought: Sought, narrow: Narrow, limit: int, spent: Callable[[], bool] = lambda: False
) -> Answer:
    """The `limit` newest texts that answer, or those found until the time is `spent`."""
    wanted = condition(sought)
    found: dict[ArticleId, Found] = {}
    for some in archive.candidates(wanted, narrow) if wanted is not None else ():
        for text in some:
            hits = None if text.article_id in found else hits_in(sought, text.content)
            if hits is not None:
                found[text.article_id] = Found(text=text, hits=hits)
            if len(found) >= limit or spent():
                return Answer(found=tuple(found.values()), looked_to=text.revision_id)
    return Answer(found=tuple(found.values()), looked_to=None)
