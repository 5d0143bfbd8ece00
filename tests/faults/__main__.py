"""`make faults`: tries every case of the fault catalogue and prints them as one table: expected, seen, seconds, memory.

What was seen is what the product said, where a test tells it, else the sentences that passed. Seconds and megabytes are
of the case itself where it is measured in its own process, else of its tests with what is set up for them.

usage: python -m tests.faults [NUMBER...]; exits with 1 where a case was not tried or not as expected.
"""

import re
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.faults.catalogue import CATALOGUE, Fault

ROOT = Path(__file__).parents[2]
PAGE_MB = 4096 / (1 << 20)
LOOK_EVERY = 0.02  # seconds
WIDTH = 110  # of what was seen: the rest is in the tests' own words


@dataclass(slots=True)
class Tried:
    """What came of the tests of one case."""

    passed: int = 0
    failed: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    seconds: float = 0.0
    peak_mb: float = 0.0

    absent: list[str] = field(default_factory=list)
    """Tests that the catalogue names and pytest does not find."""

    @property
    def well(self) -> bool:
        """Whether it was tried, all of it, and as expected."""
        return self.passed > 0 and not self.failed and not self.absent

    def told(self) -> str:
        """What was seen, in few words."""
        if self.failed:
            return f"NOT AS EXPECTED: {self.failed[0]}"
        if self.absent:
            return f"NOT TRIED: no test {self.absent[0]}"
        if not self.passed:
            return f"NOT TRIED: {self.skipped[0] if self.skipped else 'no test ran'}"
        return "; ".join(dict.fromkeys(self.seen))


class Trial:
    """Runs the catalogue's tests, each with its time and the memory that it and its children took over the start's."""

    def __init__(self, wanted: Sequence[int]) -> None:
        self.tried: dict[int, Tried] = {number: Tried() for number in wanted}
        self._numbers: dict[str, list[int]] = defaultdict(list)
        for number in wanted:
            for test in CATALOGUE[number].tests:
                self._numbers[test].append(number)

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Leave the tests that a case names."""
        items[:] = [item for item in items if self._cases(item)]
        for test, numbers in self._numbers.items():
            if not any(_is(test, *_parts(item.nodeid)) for item in items):
                for number in numbers:
                    self.tried[number].absent.append(test)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
        """Measure one test, with what is set up for it."""
        began = time.monotonic()
        with _peak() as peak:
            result = yield
        told = dict(item.user_properties)
        cost = told.get("cost")  # where cases are tried together, or in a process that is measured there
        seconds, peak_mb = cost if isinstance(cost, tuple) else (time.monotonic() - began, *peak)
        for number in self._cases(item):
            tried = self.tried[number]
            tried.seconds += seconds
            tried.peak_mb = max(tried.peak_mb, peak_mb)
            tried.seen.append(str(told.get("seen") or _said_by(item.name)))
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note how it ended."""
        for number in self._named(report.nodeid):
            tried = self.tried[number]
            if report.failed:
                lines = str(report.longrepr).strip().splitlines()
                tried.failed.append(next((line[1:].strip() for line in lines if line.startswith("E ")), lines[-1]))
            elif report.skipped:
                reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
                tried.skipped.append(str(reason).removeprefix("Skipped: "))
            elif report.when == "call":
                tried.passed += 1

    def _cases(self, item: pytest.Item) -> list[int]:
        return self._named(item.nodeid)

    def _named(self, nodeid: str) -> list[int]:
        parts = _parts(nodeid)
        return sorted({number for test, numbers in self._numbers.items() if _is(test, *parts) for number in numbers})


def _parts(nodeid: str) -> tuple[str, str]:
    """A test's name below tests/, and that of its case."""
    bare, _, case = nodeid.removeprefix("tests/").partition("[")
    return bare, case


def _said_by(test: str) -> str:
    """A test's name as the sentence that it is, without its number."""
    return re.sub(r"^[\d ]+", "", test.partition("[")[0].removeprefix("test_").replace("_", " "))


def _is(test: str, bare: str, case: str) -> bool:
    """Whether a test of the catalogue is this one: its name begins so, and so does its case where one is named."""
    wanted, _, part = test.partition("[")
    return bare.startswith(wanted) and case.startswith(part)


@contextmanager
def _peak() -> Iterator[list[float]]:
    """Megabytes that this process and its children took at most, over what they had at the start."""
    start, most, over = _resident(), [0.0], threading.Event()

    def look() -> None:
        while not over.wait(LOOK_EVERY):
            most[0] = max(most[0], _resident() - start)

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield most
    finally:
        over.set()
        watcher.join()


def _resident() -> float:
    """Megabytes of this process and all below it."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, IndexError, ValueError):
            continue
    ours = {int(Path("/proc/self").readlink().name)}
    while more := {pid for pid, parent in parents.items() if parent in ours} - ours:
        ours |= more
    return sum(map(_pages, ours)) * PAGE_MB


def _pages(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0


def _row(number: int, fault: Fault, tried: Tried) -> str:
    seen = " ".join(tried.told().split()).replace("|", "/")
    shown = seen if len(seen) <= WIDTH or not tried.well else f"{seen[: WIDTH - 1]}…"
    return f"| {number} | {fault.case} | {fault.expected} | {shown} | {tried.seconds:.1f} | {tried.peak_mb:.0f} |"


def main(arguments: Sequence[str]) -> int:
    """The table, on standard output."""
    wanted = [int(number) for number in arguments] or list(CATALOGUE)
    trial = Trial(wanted)
    files = sorted({test.partition("::")[0] for number in wanted for test in CATALOGUE[number].tests})
    there = [f"tests/{file}" for file in files if (ROOT / "tests" / file).exists()]
    pytest.main(["-q", "--no-header", "--tb=short", "-p", "no:cacheprovider", *there], plugins=[trial])
    print("\n| # | case | expected | seen | s | MB |\n|---|---|---|---|---|---|")
    for number in wanted:
        print(_row(number, CATALOGUE[number], trial.tried[number]))
    ill = [number for number in wanted if not trial.tried[number].well]
    print(f"\n{len(wanted) - len(ill)} of {len(wanted)} cases as expected" + (f"; not: {ill}" if ill else ""))
    return 1 if ill else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
