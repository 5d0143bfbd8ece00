"""What cycles did, kept for who asks how the installation fares: the last ones whole, all of them in sums."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

KEPT = timedelta(days=2)
"""For which a cycle is kept whole; its numbers stay in the sums."""
LATENCY_BOUNDS = (5.0, 15.0, 30.0, 60.0, 90.0, 120.0, 300.0, 900.0, 3600.0, 21_600.0)
"""Seconds, upper bounds of the histograms: fine around the 30 to 90 s that README tells of, then coarse."""


WAITS = timedelta(minutes=10)
"""Work that could be done and is not, for so long, is a trouble: ten of a minute's cycles have left it."""


def percentile(seconds: Sequence[float], percent: int) -> float:
    """The number below which `percent` of them lie; there is at least one."""
    from statistics import quantiles  # ten milliseconds, of which a cycle without news needs none

    return seconds[0] if len(seconds) == 1 else quantiles(seconds, n=100, method="inclusive")[percent - 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDone:
    """One step of a cycle: how long it took, what it counted, and what went wrong."""

    step: str
    seconds: float
    counts: Mapping[str, int] = field(default_factory=dict)
    problems: int = 0
    """Items that could not be finished; the others were."""
    unfinished: bool = False
    """Whether time was up before the work was done."""
    failed: str = ""
    """Why the step as a whole did not end well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleDone:
    """One cycle; its key is Dagster's run id, or one of its own."""

    cycle_id: str
    began_at: datetime
    ended_at: datetime
    steps: tuple[StepDone, ...]

    @property
    def failed(self) -> bool:
        """Whether a step as a whole did not end well."""
        return any(step.failed for step in self.steps)

    @property
    def seconds(self) -> float:
        """From its beginning to its end."""
        return (self.ended_at - self.began_at).total_seconds()


@dataclass(frozen=True, slots=True, kw_only=True)
class Latencies:
    """Of messages that nothing held back: seconds, a message each."""

    found: Sequence[float] = ()
    """From publication, where its time is known, to the entry seen in a feed."""
    told: Sequence[float] = ()
    """From the entry seen to the message taken by its receiver."""
    whole: Sequence[float] = ()
    """From publication, where its time is known, to the message taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What waits, and what nobody got."""

    deliveries: Mapping[str, int]
    """Deliveries that were not sent, by state."""
    newly_dead: int
    """Of the dead, those that were given up in the last day."""
    waiting_since: Mapping[str, datetime]
    """For each step with work that could be done: since when the oldest of it could."""
    oldest_delivery: datetime | None
    """Since when the longest-waiting delivery, whose time has come, is due."""
    troubles: Sequence[str]
    """Titles of the operator's open troubles, oldest first."""


class CycleBook(Protocol):
    """Cycles that were done, and sums over all of them."""

    def record(self, done: CycleDone) -> None:
        """Keep a cycle and add it to the sums; steps done by several processes under one id are one cycle."""
        ...

    def last(self) -> CycleDone | None:
        """The one that ended last."""
        ...

    def sums(self) -> Mapping[tuple[str, str], float]:
        """By name and label: `cycles`, `failed`, `seconds` and `steps` a step, `work` as step:count, the histograms."""
        ...

    def latencies(self, since: datetime) -> Latencies:
        """Of what was sent after `since`."""
        ...

    def backlog(self, now: datetime) -> Backlog:
        """What waits."""
        ...
