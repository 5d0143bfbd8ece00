"""What reading one item takes of a worker: it runs in the worker's own process, around what the product runs there."""

import os
import pickle
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.errors import WirewatchError
from pipelines.ingest.reading import LOADED_FIRST as READING
from pipelines.ingest.workers import BoundedWorkers

LOADED_FIRST = {"measured": tuple(sorted({module for modules in READING.values() for module in modules}))}
"""As the product's worker loads them: before the time of an item begins."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one item."""

    seconds: float
    peak_mb: float
    """Beyond what the worker had when it began."""


def measured(function: Callable[..., object], *args: object) -> tuple[object, Cost]:
    """The answer of a module's function, or its error, and what it took."""
    Path("/proc/self/clear_refs").write_text("5")  # the peak is that of this item
    began, before = time.monotonic(), _memory("VmRSS")
    try:
        answer: object = function(*args)
    except WirewatchError as error:
        answer = error
    return answer, Cost(time.monotonic() - began, max(0.0, _memory("VmHWM") - before))


def _memory(name: str) -> float:
    """Megabytes."""
    lines = Path(f"/proc/{os.getpid()}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024


class MeasuringWorkers(BoundedWorkers):
    """Workers that note what each item took, by the address of what was read; a limit that cuts one is noted too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.costs: dict[str, Cost] = {}

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """See BoundedWorkers."""
        return self._threads.submit(self._measure, pickle.dumps((measured, (function, *args), kwargs)), args[1].url)

    def _measure(self, job: bytes, url: str) -> object:
        began = time.monotonic()
        self.costs[url] = Cost(0.0, 0.0)
        try:
            found = self._done(job)
        finally:
            self.costs[url] = Cost(time.monotonic() - began, 0.0)
        assert isinstance(found, tuple)
        answer, self.costs[url] = found
        if isinstance(answer, WirewatchError):
            raise answer
        return answer
