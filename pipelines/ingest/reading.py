"""Pages on their way through the workers; loads the extractor nowhere but in a worker."""

import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Generic, TypeVar

from pipelines.model import Content, Feed, FeedEntry, Page
from pipelines.polls import KnownItem
from pipelines.protocols import Response
from pipelines.states import PassageKind, TextSource
from pipelines.steps.progress import Budget

if TYPE_CHECKING:
    from pipelines.ingest.parsed_feed import ParsedFeed

T = TypeVar("T")
R = TypeVar("R")
LOADED_FIRST = {
    "read_page": ("pipelines.ingest.extractor",),
    "get_ready": ("pipelines.ingest.extractor",),
    "parse_feed": ("pipelines.ingest.sources",),
}
"""What a worker loads before the time of an item begins, by the function that reads it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """An article's words, and where they are not its page's, why."""

    content: Content
    reason: str = ""


def read_page(page: Page, answer: Response | None) -> Reading:
    """The words of an article that is due: from the answer for its page, or from its feed where it has no page."""
    from pipelines.ingest.extractor import read
    from pipelines.ingest.parser_version import extractor_version

    found = read(page, answer)
    content = replace(found.content, extractor=extractor_version(page.options))
    if answer is None and page.entry.body and not page.options.full_text:
        # The desk says that these words are the whole article, as a channel's post is: nothing more is to come.
        content = replace(content, text_source=TextSource.PAGE)
    return replace(found, content=content)


def get_ready() -> None:
    """Nothing: it is for a worker that will soon be given pages, and loads what they are read with before."""


def read_html(html: bytes, url: str | None) -> tuple[Reading, float]:
    """The article on a page of no feed, and the seconds of computing that it took."""
    from pipelines.ingest.extractor import Given, examine

    began = time.process_time()
    return examine(html, Given(url=url)), time.process_time() - began


def parse_feed(feed: Feed, answer: Response, now: datetime, known: Mapping[str, KnownItem]) -> "ParsedFeed":
    """The entries in a feed's answer that are not `known`, none dated far past `now`; raises NotAFeed."""
    from pipelines.ingest.parsed_feed import not_ahead
    from pipelines.ingest.sources import parse

    return not_ahead(parse(feed.kind, answer, feed.options, known), now)


def from_entry(entry: FeedEntry, language: str | None) -> Content:
    """What the feed alone gives, for when the page cannot be had."""
    from pipelines.ingest.plain_text import one_line

    return Content(
        title=entry.title or one_line((entry.summary or entry.body)[:120]),
        lead=entry.summary,
        body=entry.body,
        language=language,
        published=entry.published,
        authors=entry.authors,
        text_source=TextSource.FEED if entry.body else TextSource.HEADLINE,
    )


def without_captions(content: Content) -> Content:
    """The body without its pictures' captions, and without marks."""
    body = content.body
    for one in sorted(content.passages, key=lambda passage: -passage.start):
        if one.kind is PassageKind.CAPTION:
            body = body[: max(one.start - 1, 0)] + body[one.end :]
    return replace(content, body=body.lstrip("\n"), passages=())


WAITING = 64
"""Items that may wait for a worker: at 10 MiB each, what a run can hold."""


class Readings(Generic[T, R]):
    """Items that workers are reading; `take` is called with each and its answer, by the thread that asks for them."""

    def __init__(self, take: Callable[[T, Future[R]], None]) -> None:
        self._take = take
        self._items: dict[Future[R], T] = {}

    def add(self, item: T, answer: Future[R]) -> None:
        """One more; hands on what is done meanwhile, and waits where too much is not."""
        self._items[answer] = item
        if len(self._items) > WAITING:
            wait(self._items, return_when=FIRST_COMPLETED)
        self._hand_on(future for future in list(self._items) if future.done())

    def finish(self, budget: Budget) -> int:
        """Hand on all that is done within the budget, and what a worker has begun; returns how many were dropped.

        What has begun is waited for, or an item that takes long would be begun anew in every run.
        """
        while self._items and not budget.spent:
            done, _ = wait(self._items, timeout=budget.left(), return_when=FIRST_COMPLETED)
            self._hand_on(done)
        begun = [future for future in self._items if not future.cancel()]
        wait(begun)
        self._hand_on(begun)
        return len(self._items)

    def _hand_on(self, done: Iterable[Future[R]]) -> None:
        for future in done:
            self._take(self._items.pop(future), future)
