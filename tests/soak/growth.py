"""What an installation takes as the hours go by, and whether that stays as it should; pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from tests.soak.oracle import Invariant

FLAT = 1.10
"""The last quarter of a day against its second: 1.05 for memory and 1.0 for the rows of every table in a day of 1,000
feeds. A run of six hours still warms up in its second quarter, by 1.11."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One look at it."""

    hour: float
    """Of the installation's own clock, since the watch began."""
    memory_mb: float
    """Of the process in which every cycle is done."""
    workers_mb: float
    """Of its workers, at most since the last look."""
    database_mb: float
    articles: int
    alerts: int
    cycles: int
    wall: float
    """Seconds of all cycles so far."""
    cpu: float
    """Seconds of processor of all cycles so far, without the workers."""
    rows: dict[str, int] = field(default_factory=dict)
    """Of each table."""


def table(samples: Sequence[Sample]) -> Iterator[str]:
    """The samples as lines of Markdown; seconds are those of a cycle since the sample before."""
    names = (
        "hour",
        "memory MB",
        "workers MB",
        "database MB",
        "articles",
        "kB an article",
        "alerts",
        "s a cycle",
        "CPU s",
    )
    yield f"| {' | '.join(names)} |"
    yield "|---" * len(names) + "|"
    for before, one in pairwise(samples):
        cycles = max(1, one.cycles - before.cycles)
        told = (
            f"{one.hour:.1f}", f"{one.memory_mb:.0f}", f"{one.workers_mb:.0f}", f"{one.database_mb:.1f}",
            f"{one.articles:,}", f"{_weight(before, one):.1f}", f"{one.alerts:,}",
            f"{(one.wall - before.wall) / cycles:.2f}", f"{(one.cpu - before.cpu) / cycles:.2f}",
        )  # fmt: skip
        yield f"| {' | '.join(told)} |"


def judged(samples: Sequence[Sample]) -> Iterator[Invariant]:
    """Whether memory and growth are flat; the first quarter counts not: all is loaded in it, and pages come in."""
    quarter = max(1, (len(samples) - 1) // 4)
    early, late = samples[quarter : 2 * quarter + 1], samples[-quarter - 1 :]
    memory = _ratio(early, late, lambda some: sum(one.memory_mb for one in some) / len(some))
    yield Invariant("memory is flat", memory <= FLAT, f"{memory:.2f} of what it was in the second quarter")
    weight = _ratio(early, late, lambda some: _weight(some[0], some[-1]))
    seen = f"{_weight(late[0], late[-1]):.1f} kB, {weight:.2f} of what it was in the second quarter"
    yield Invariant("the database grows as its articles do", weight <= FLAT, seen)
    grown = sorted(_excess(early, late).items(), key=lambda one: -one[1])
    worst = ", ".join(f"{name} {ratio:.2f}" for name, ratio in grown[:3])
    yield Invariant("no table grows faster than before", all(one <= FLAT for _, one in grown), f"most: {worst}")


def _ratio(early: Sequence[Sample], late: Sequence[Sample], of: Callable[[Sequence[Sample]], float]) -> float:
    return of(late) / max(of(early), 1e-9)


def _weight(first: Sample, last: Sample) -> float:
    """Kilobytes an article between two looks."""
    return (last.database_mb - first.database_mb) * 1000 / max(1, last.articles - first.articles)


SMALL = 500
"""Rows in a quarter of a day: fewer tell nothing of a trend."""


def _excess(early: Sequence[Sample], late: Sequence[Sample]) -> dict[str, float]:
    """Per table that grows: rows an article in the last quarter against the second."""

    def rate(some: Sequence[Sample], name: str) -> float:
        grown = some[-1].rows[name] - some[0].rows.get(name, 0)
        return grown / max(1, some[-1].articles - some[0].articles)

    growing = [name for name in late[-1].rows if late[-1].rows[name] - late[0].rows.get(name, 0) >= SMALL]
    return {name: rate(late, name) / max(rate(early, name), 1e-9) for name in growing}
