"""Trying a feed once, without remembering anything: what an operator wants to know of it."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from pipelines.errors import BadStatus, FetchError, NotAFeed
from pipelines.ingest.sitemap_index import WholeSources
from pipelines.ingest.sources import parse
from pipelines.model import Feed, FeedEntry
from pipelines.protocols import Fetcher, Request
from pipelines.states import SourceKind

AT_ONCE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """How a feed fared: whole where `problem` is None."""

    feed: Feed
    url: str
    """Final URL, after redirects."""
    seconds: float = 0.0
    status: int | None = None
    size: int = 0
    title: str | None = None
    language: str | None = None
    entries: tuple[FeedEntry, ...] = ()
    kind: SourceKind = SourceKind.FEED
    """What the answer was."""
    problem: str | None = None
    remarks: tuple[str, ...] = ()
    """What was repaired or left out while reading."""

    @property
    def newest(self) -> FeedEntry | None:
        """The entry with the latest date."""
        dated = [(entry.published.utc, entry) for entry in self.entries if entry.published]
        return max(dated, key=lambda pair: pair[0])[1] if dated else None


def probe_feeds(
    feeds: Sequence[Feed], fetcher: Fetcher, done: Callable[[Probe], None] = lambda _: None
) -> tuple[Probe, ...]:
    """Each feed fetched and read once, side by side; answers in the order of `feeds`, `done` called as they come."""

    async def everything() -> list[Probe]:
        async with WholeSources(fetcher) as whole:
            return await probe_each(feeds, whole, done)

    return tuple(asyncio.run(everything()))


async def probe_each(
    feeds: Sequence[Feed], fetcher: Fetcher, done: Callable[[Probe], None] = lambda _: None
) -> list[Probe]:
    """The same, by a fetcher that is open already."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(feed: Feed) -> Probe:
        probe = await _probe(feed, fetcher, gate)
        done(probe)
        return probe

    return await asyncio.gather(*map(one, feeds))


async def _probe(feed: Feed, fetcher: Fetcher, gate: asyncio.Semaphore) -> Probe:
    async with gate:
        began = time.monotonic()
        try:
            response = await fetcher.fetch(_request(feed))
        except FetchError as error:
            status = error.status if isinstance(error, BadStatus) else None
            seconds = time.monotonic() - began
            return Probe(feed=feed, url=error.url, seconds=seconds, status=status, problem=error.reason)
    answered = Probe(
        feed=feed,
        url=response.url,
        seconds=time.monotonic() - began,
        status=response.status,
        size=len(response.body),
    )
    try:
        parsed = parse(feed.kind, response, feed.options)
    except NotAFeed as error:
        return replace(answered, problem=str(error))
    return replace(
        answered,
        title=parsed.title,
        language=parsed.language,
        entries=parsed.entries,
        kind=parsed.kind,
        remarks=parsed.problems,
    )


def _request(feed: Feed) -> Request:
    options = feed.options
    return Request(url=feed.url, headers=options.sent, secret_headers=dict(options.secret_headers))
