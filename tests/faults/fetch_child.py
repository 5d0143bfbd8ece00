"""One fetch in a process of its own with 1 GiB of address space: how it ended, and what it took of time and memory.

python -m tests.faults.fetch_child URL ALLOWED_HOST SECONDS
"""

import asyncio
import json
import resource
import sys
import time

from pipelines.errors import FetchError
from pipelines.ingest.fetcher import HttpFetcher, Limits
from pipelines.protocols import Request


async def fetch(url: str, allowed: str, seconds: float) -> str:
    """The error's class and reason, or the size of the body."""
    async with HttpFetcher(frozenset({allowed} if allowed else ()), limits=Limits(total=seconds)) as fetcher:
        try:
            answer = await fetcher.fetch(Request(url=url))
        except FetchError as error:
            return f"{type(error).__name__}: {error.reason}"
        return f"{len(answer.body)} bytes"


def main() -> None:
    """Fetch, and print a JSON object."""
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    outcome = asyncio.run(fetch(sys.argv[1], sys.argv[2], float(sys.argv[3])))
    seconds = time.monotonic() - began
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(json.dumps({"outcome": outcome, "grown_mb": grown / 1024, "seconds": seconds}))


if __name__ == "__main__":
    main()
