"""One round of fetches: side by side, each answer handed on as it comes, within a time budget."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

from pipelines.errors import FetchError
from pipelines.progress import Budget
from pipelines.protocols import Fetcher, Request, Response

T = TypeVar("T")


def fetch_each(
    fetcher: Fetcher,
    wanted: Sequence[tuple[T, Request]],
    take: Callable[[T, Response | FetchError], None],
    *,
    at_once: int,
    budget: Budget,
) -> int:
    """Call `take` with the answer to each request, at most `at_once` in the air; returns how many came in time.

    What is still in the air when the budget is spent is dropped. `take` is never called by two at once; what it
    raises ends the round.
    """
    taken = 0

    async def one(gate: asyncio.Semaphore, item: T, request: Request) -> None:
        nonlocal taken
        async with gate:
            if budget.spent:
                return
            try:
                answer: Response | FetchError = await fetcher.fetch(request)
            except FetchError as error:
                answer = error
        take(item, answer)
        taken += 1

    async def everything() -> None:
        gate = asyncio.Semaphore(at_once)
        with suppress(TimeoutError):
            async with fetcher, asyncio.timeout(budget.left()):
                await asyncio.gather(*(one(gate, item, request) for item, request in wanted))

    if wanted:
        asyncio.run(everything())
    return taken
