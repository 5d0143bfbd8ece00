"""One round of fetches: side by side, each answer handed on as it comes, within a time budget, fair to every host."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar
from urllib.parse import urlsplit

from pipelines.errors import FetchError, Unreachable
from pipelines.progress import Budget
from pipelines.protocols import Fetcher, Request, Response

T = TypeVar("T")

HOST_AT_ONCE = 2  # polite, and no host that hangs can fill the round
NAMES_AT_ONCE = 64  # look-ups in threads: the loop's own pool of six let a dozen dead names hold up all others


def fetch_each(
    fetcher: Fetcher,
    wanted: Sequence[tuple[T, Request]],
    take: Callable[[T, Response | FetchError], None],
    *,
    at_once: int,
    patience: float,
    budget: Budget,
) -> int:
    """Call `take` with the answer to each request, at most `at_once` in the air; returns how many came in time.

    A request has `patience` seconds once it is in the air, then its answer is Unreachable: shorter than the budget, so
    that what hangs is known as such and not begun anew in each round. What is in the air when the budget is spent is
    dropped. `take` is never called by two at once; what it raises ends the round.
    """
    taken = 0

    async def one(gates: tuple[asyncio.Semaphore, asyncio.Semaphore], item: T, request: Request) -> None:
        nonlocal taken
        host, everywhere = gates
        async with host, everywhere:
            if budget.spent:
                return
            answer = await _answer(fetcher, request, patience)
        take(item, answer)
        taken += 1

    async def everything() -> None:
        everywhere = asyncio.Semaphore(at_once)
        hosts: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(HOST_AT_ONCE))
        asyncio.get_running_loop().set_default_executor(_Names(NAMES_AT_ONCE))
        with suppress(TimeoutError):
            async with fetcher, asyncio.timeout(budget.left()):
                await asyncio.gather(
                    *(one((hosts[_host(request.url)], everywhere), item, request) for item, request in wanted)
                )

    if wanted:
        asyncio.run(everything())
    return taken


async def _answer(fetcher: Fetcher, request: Request, patience: float) -> Response | FetchError:
    try:
        async with asyncio.timeout(patience):
            return await fetcher.fetch(request)
    except FetchError as error:
        return error
    except TimeoutError:
        return Unreachable(request.url, f"no whole answer within {patience:.0f} s")


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.rpartition("@")[2].lower()
    except ValueError:  # the fetcher will say so
        return url


class _Names(ThreadPoolExecutor):
    """The threads that look names up; the round does not wait for those that hang."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let go at once."""
        super().shutdown(wait=False, cancel_futures=True)
