"""The process in which every cycle of a simulated day is done: one whenever it is told to, at the hour it is told."""

import os
import resource
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

from pipelines.cycle import Cycle, open_cycle


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What one cycle took and did."""

    wall: float
    """Seconds."""
    cpu: float
    """Seconds of processor, without the workers."""
    counts: dict[str, int]
    unfinished: int
    """Steps that left work for the next."""


class Clock:
    """The hour that was told, and what has passed since."""

    def __init__(self) -> None:
        self.set(0)

    def set(self, moment: float) -> None:
        """It is `moment` now, in seconds since 1970."""
        self._start, self._began = datetime.fromtimestamp(moment, UTC), time.monotonic()

    def __call__(self) -> datetime:
        return self._start + timedelta(seconds=time.monotonic() - self._began)


def cycles(orders: Connection, hour: "Synchronized[float]", folder: Path) -> None:
    """For each order do a cycle; None ends it.

    An order that says so ends with housekeeping, and then all that is open is closed and opened anew: each cycle is a
    process outside, but 288 of them would spend their time on starting workers.
    """
    with (folder / "log").open("a") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    clock, going = Clock(), True
    while going:
        clock.set(hour.value)
        with open_cycle(os.environ, folder, clock=clock) as cycle:
            going = _until_tidied(cycle, orders, hour, clock)


def _until_tidied(cycle: Cycle, orders: Connection, hour: "Synchronized[float]", clock: Clock) -> bool:
    """Do as told until housekeeping is over; whether there is more to do."""
    tidy = False
    while not tidy:
        tidy = orders.recv()
        if tidy is None:
            return False
        clock.set(hour.value)
        orders.send(_done(cycle, tidy=tidy))
    return True


def _done(cycle: Cycle, *, tidy: bool) -> Done:
    began, used = time.monotonic(), _cpu()
    reports = [*cycle.each(), cycle.heartbeat(), *([cycle.housekeeping()] if tidy else [])]
    counts = Counter[str]()
    for report in reports:
        counts.update(report.counts)
    left = sum(report.unfinished for report in reports)
    return Done(wall=time.monotonic() - began, cpu=_cpu() - used, counts=dict(counts), unfinished=left)


def _cpu() -> float:
    """Of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
