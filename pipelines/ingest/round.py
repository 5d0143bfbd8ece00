"""One round of fetches: side by side, answers handed on in batches as they come, in a budget, fair to every host."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from pipelines.errors import FetchError, Unreachable
from pipelines.protocols import Fetcher, Request, Response
from pipelines.sites import host_of
from pipelines.steps.progress import Budget

T = TypeVar("T")
Answer = Response | FetchError

HOST_AT_ONCE = 2  # polite, and no host that hangs can fill the round
_TOGETHER = 0.05  # seconds that an answer waits for others: a thousand 304s were 80 transactions, and are 17
NAMES_AT_ONCE = 64  # look-ups in threads: the loop's own pool of six let a dozen dead names hold up all others


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How a round treats the hosts it asks."""

    at_once: int
    """Requests in the air, all hosts together."""
    patience: float
    """Seconds for a request in the air, then its answer is Unreachable: shorter than the budget, so that what hangs is
    known as such and not begun anew in each round."""
    pause: float = 0.0
    """Seconds between the beginnings of two requests to one host."""
    turns: dict[str, float] = field(default_factory=dict)
    """By host, when the next request may begin, by the monotonic clock; rounds of one step share it."""


def fetch_each(
    fetcher: Fetcher,
    wanted: Sequence[tuple[T, Request]],
    take: Callable[[Sequence[tuple[T, Answer]]], None],
    *,
    manners: Manners,
    budget: Budget,
) -> int:
    """Call `take` with the answers as they come, those together that came while it was busy; returns how many came.

    `take` runs in a thread of its own, never twice at once: parsing and storing hold up no fetch, and at most
    `at_once` answers wait for it. What it raises ends the round. What is in the air when the budget is spent is
    dropped; what has come is taken.
    """
    return asyncio.run(_Round(fetcher, take, manners, budget).over(wanted)) if wanted else 0


class _Round(Generic[T]):
    def __init__(
        self,
        fetcher: Fetcher,
        take: Callable[[Sequence[tuple[T, Answer]]], None],
        manners: Manners,
        budget: Budget,
    ) -> None:
        self._fetcher, self._take, self._manners, self._budget = fetcher, take, manners, budget
        self._gates: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(HOST_AT_ONCE))
        self._taken = 0
        self._broken = False

    async def over(self, wanted: Sequence[tuple[T, Request]]) -> int:
        """The round; how many answers were taken."""
        asyncio.get_running_loop().set_default_executor(_Names(NAMES_AT_ONCE))
        self._everywhere = asyncio.Semaphore(self._manners.at_once)
        self._answers: asyncio.Queue[tuple[T, Answer] | None] = asyncio.Queue(self._manners.at_once)
        fetching = asyncio.create_task(self._fetch_all(wanted))
        try:
            await self._take_all(fetching)  # what it raises is the round's end
        finally:
            self._broken = not fetching.done()
            fetching.cancel()
            with suppress(asyncio.CancelledError):
                await fetching
        return self._taken

    async def _fetch_all(self, wanted: Sequence[tuple[T, Request]]) -> None:
        try:
            with suppress(TimeoutError):
                async with self._fetcher, asyncio.timeout(self._budget.left()):
                    await asyncio.gather(*(self._one(item, request) for item, request in wanted))
        finally:
            if not self._broken:
                await self._answers.put(None)

    async def _one(self, item: T, request: Request) -> None:
        host = host_of(request.url)
        async with self._gates[host]:
            await self._polite(host)
            async with self._everywhere:
                if self._budget.spent:
                    return
                answer = await self._answer(request)
        await self._answers.put((item, answer))

    async def _polite(self, host: str) -> None:
        """Wait for the host's turn."""
        now = time.monotonic()
        begins = max(now, self._manners.turns.get(host, now))
        self._manners.turns[host] = begins + self._manners.pause
        if begins > now:
            await asyncio.sleep(begins - now)

    async def _answer(self, request: Request) -> Answer:
        try:
            async with asyncio.timeout(self._manners.patience):
                return await self._fetcher.fetch(request)
        except FetchError as error:
            return error
        except TimeoutError:
            return Unreachable(request.url, f"no whole answer within {self._manners.patience:.0f} s")

    async def _take_all(self, fetching: asyncio.Task[None]) -> None:
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1, "taking") as taking:
            while (first := await self._answers.get()) is not None:
                await asyncio.wait([fetching], timeout=_TOGETHER)
                batch, over = self._waiting(first)
                await loop.run_in_executor(taking, self._take, batch)
                self._taken += len(batch)
                if over:
                    return

    def _waiting(self, first: tuple[T, Answer]) -> tuple[list[tuple[T, Answer]], bool]:
        """All answers that have come, and whether they are the last."""
        batch = [first]
        while not self._answers.empty():
            answer = self._answers.get_nowait()
            if answer is None:
                return batch, True
            batch.append(answer)
        return batch, False


class _Names(ThreadPoolExecutor):
    """The threads that look names up; the round does not wait for those that hang."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let go at once."""
        super().shutdown(wait=False, cancel_futures=True)
