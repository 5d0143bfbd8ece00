"""How a step keeps to its time, and how it tells what it did."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from pipelines.errors import WirewatchError, shown
from pipelines.reports import Check, Problem, Report

log = logging.getLogger(__name__)


class Budget:
    """`seconds` of time from `start` (aware UTC) on; `monotonic` counts them, so that a clock jump changes nothing."""

    def __init__(self, start: datetime, seconds: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._start = start
        self._seconds = seconds
        self._monotonic = monotonic
        self._began = monotonic()

    def now(self) -> datetime:
        """`start`, plus what has passed since."""
        return self._start + timedelta(seconds=self._monotonic() - self._began)

    def left(self) -> float:
        """Seconds left, never below zero."""
        return max(0.0, self._seconds - (self._monotonic() - self._began))

    @property
    def spent(self) -> bool:
        """Whether no new work should be taken."""
        return self.left() == 0.0


class Tally:
    """Counts, news and problems of one step, in the order they came; safe between threads.

    `names` are shown even where they stay 0.
    """

    def __init__(self, step: str, *names: str) -> None:
        self._step = step
        self._lock = threading.Lock()
        self._counts = Counter[str](dict.fromkeys(names, 0))
        self._news: list[dict[str, str]] = []
        self._problems: list[Problem] = []
        self._tables: dict[str, tuple[Mapping[str, str], ...]] = {}
        self._checks: list[Check] = []
        self._measures: dict[str, float] = {}
        self._pictures: dict[str, str] = {}
        self._rules: dict[str, Counter[str]] = {}
        self._nanoseconds = Counter[str]()

    def count(self, name: str, number: int = 1) -> None:
        """Add to a count."""
        with self._lock:
            self._counts[name] += number

    @property
    def anything(self) -> bool:
        """Whether anything was counted."""
        return any(self._counts.values())

    def news(self, **row: str) -> None:
        """One row of the table of what was new; states become their plain words."""
        self._news.append({name: str(value) for name, value in row.items()})

    def table(self, name: str, rows: Iterable[Mapping[str, str]]) -> None:
        """Rows to look at that are not news."""
        self._tables[name] = tuple(rows)

    def number(self, name: str) -> int:
        """What was counted so far."""
        return self._counts[name]

    def measure(self, name: str, number: float) -> None:
        """A number that is no count."""
        self._measures[name] = number

    def picture(self, name: str, svg: str) -> None:
        """Something to look at."""
        self._pictures[name] = svg

    def problems(self, subject: str, faults: Iterable[object]) -> None:
        """What could not be finished, or not quite, about one item."""
        self._problems += [Problem(subject=subject, message=str(fault)) for fault in faults]

    def check(self, name: str, *, passed: bool, number: float, detail: str, grave: bool = False) -> None:
        """What was found of the state of things."""
        self.checked(Check(name=name, passed=passed, number=number, detail=detail, grave=grave))

    def checked(self, check: Check) -> None:
        """The same, as it was found."""
        self._checks.append(check)

    def rules(self, said: Iterable[tuple[str, str]], nanoseconds: Iterable[tuple[str, int]]) -> None:
        """What rules said of one text (`matched`, `shadowed` or `partial`), and the time that each took."""
        for rule_id, what in said:
            self._rules.setdefault(rule_id, Counter())[what] += 1
        for rule_id, spent in nanoseconds:
            self._nanoseconds[rule_id] += spent

    def failure(self, subject: str, error: Exception, **ids: object) -> None:
        """A problem that was caught: one line in the log where it is one of ours, its trace where the code is wrong.

        `ids` become fields of the line, such as `feed_id`.
        """
        extra = {"step": self._step, **ids}
        if isinstance(error, WirewatchError):
            log.warning("%s: %s: %s", self._step, subject, error, extra=extra)
        else:
            log.error("%s: %s", self._step, subject, exc_info=error, extra=extra)
        self.problems(subject, [shown(error)])

    def report(self, *, unfinished: bool = False) -> Report:
        """What there is to tell."""
        return Report(
            step=self._step,
            counts=dict(self._counts),
            news=tuple(self._news),
            problems=tuple(self._problems),
            checks=tuple(self._checks),
            unfinished=unfinished,
            measures=dict(self._measures),
            pictures=dict(self._pictures),
            tables={**self._tables, f"rules in {self._step}": tuple(map(self._rule, sorted(self._rules)))},
        )

    def _rule(self, rule_id: str) -> Mapping[str, str]:
        said = {what: str(self._rules[rule_id][what]) for what in ("matched", "shadowed", "partial")}
        return {"rule": rule_id, **said, "seconds": f"{self._nanoseconds[rule_id] / 1e9:.3f}"}
