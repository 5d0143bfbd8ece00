"""A fetcher of pages that asks first: each host's robots.txt once a day, its Crawl-delay kept."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Collection
from datetime import datetime
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from pipelines.errors import FetchError, RefusedAddress, RobotsRefused
from pipelines.ingest import robots
from pipelines.protocols import Fetcher, Request, Response
from pipelines.robots import RobotsFile, RobotsStore


class PoliteFetcher:
    """The Fetcher `inside`, for what robots.txt allows; raises RobotsRefused for the rest.

    `turns` are those of the round: a host that asks for more time between two requests is given it there.
    """

    def __init__(
        self, inside: Fetcher, store: RobotsStore, now: Callable[[], datetime], turns: dict[str, float]
    ) -> None:
        self._inside, self._store, self._now, self._turns = inside, store, now, turns
        self._files: dict[str, RobotsFile] = {}
        self._new: dict[str, RobotsFile] = {}

    def know(self, urls: Collection[str]) -> None:
        """Load what is known of the hosts of these addresses."""
        self._files |= self._store.load({origin(url) for url in urls} - self._files.keys())

    def keep(self) -> None:
        """Store what was learned since."""
        if self._new:
            self._store.save(list(self._new.values()))
            self._new.clear()

    async def __aenter__(self) -> Self:
        self._asking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        await self._inside.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._inside.__aexit__(kind, error, trace)

    async def fetch(self, request: Request) -> Response:
        """See Fetcher."""
        file = await self._file(origin(request.url))
        if file is not None:
            refusal = robots.refusal(file, request.url, self._now())
            if refusal:
                raise RobotsRefused(request.url, refusal, passing=file.answered_at is None)
            self._rest(request.url, robots.crawl_delay(file))
        return await self._inside.fetch(request)

    async def _file(self, of: str) -> RobotsFile | None:
        """What an origin allows; None for what is no web address, which the fetcher refuses in its own words."""
        async with self._asking[of]:
            known = self._files.get(of)
            if known is not None and known.due_at > self._now():
                return known
            answer: Response | FetchError
            try:
                answer = await self._inside.fetch(Request(url=f"{of}/robots.txt"))
            except RefusedAddress:
                return None
            except FetchError as error:
                answer = error
            self._files[of] = self._new[of] = robots.told(of, answer, known, self._now())
            return self._files[of]

    def _rest(self, url: str, seconds: float) -> None:
        host = urlsplit(url).netloc.lower()
        self._turns[host] = max(self._turns.get(host, 0.0), time.monotonic() + seconds)


def origin(url: str) -> str:
    """Scheme, host and port: what one robots.txt speaks for."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}"
