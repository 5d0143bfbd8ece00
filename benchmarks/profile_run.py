"""Where the time of one monitor run goes, nothing being due: Dagster's own records, the opening, each step, the rest.

usage: python -m benchmarks.profile_run [--articles 1000] [--rounds 5]

The job runs in this process, as in idle_run. Each row is the median over the rounds of the seconds that a piece of code
took by itself, without what it called of the other rows; so the rows add up to about the run. Before it the tick: the
sensor's question, asked in this process as Dagster's code server asks it; and the same run in a process of its own,
which is what a launch adds. Imports are timed in a process of their own. A profiler would count calls rather than
waits: these are clocks around the calls.
"""

import argparse
import logging
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from dagster import DagsterInstance, build_sensor_context

from benchmarks.idle_run import fill, run
from pipelines.cli.dev import prepare_dagster_home
from pipelines.config import load_settings

TICKS = 20
IMPORTS = ("dagster", "pipelines.definitions", "pipelines.cycle", "storage.store")


class Clock:
    """Seconds by name, each without those of the names within it; and how often each was begun."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.times: Counter[str] = Counter()
        self._within: list[float] = []

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Count what happens inside as `name`."""
        began = time.perf_counter()
        self._within.append(0.0)
        try:
            yield
        finally:
            took = time.perf_counter() - began
            inner = self._within.pop()
            self.seconds[name] += took - inner
            self.times[name] += 1
            if self._within:
                self._within[-1] += took

    def around(self, owner: Any, method: str, name: Callable[..., str]) -> None:
        """Time every call of a method from now on, in this process."""
        plain = getattr(owner, method)

        def timed(*arguments: Any, **named: Any) -> Any:
            with self.of(name(*arguments, **named)):
                return plain(*arguments, **named)

        setattr(owner, method, timed)


def watch(clock: Clock, instance: DagsterInstance) -> None:
    """Put the clock around what a run is made of."""
    from pipelines.cycle import Cycle
    from pipelines.defs import resources

    clock.around(instance.event_log_storage, "store_event", lambda event: f"Dagster's record: {_kind(event)}")
    clock.around(resources, "open_cycle", lambda *_: "opening store, fetcher and notifier")
    clock.around(resources.Installation, "teardown_after_execution", lambda *_: "closing them")
    steps = "feed_entries articles revisits stories matches alerts deliveries heartbeat"
    for step in steps.split():
        clock.around(Cycle, step, lambda *_, step=step, **__: f"step {step}")


def _kind(event: Any) -> str:
    kind = event.dagster_event.event_type_value if event.dagster_event else "log"
    if kind.startswith("ASSET_CHECK"):
        return "asset checks"
    return "asset and run planned" if kind.endswith("PLANNED") else "steps and materializations"


def imported(module: str) -> float:
    """Seconds of a fresh process to import a module, without the interpreter's own start."""
    code = f"import time; t = time.perf_counter(); import {module}; print(time.perf_counter() - t)"
    answers = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True) for _ in range(3)
    ]
    return statistics.median(float(answer.stdout) for answer in answers)


def tick(instance: DagsterInstance) -> float:
    """Seconds of the sensor's question where nothing has changed since the last."""
    from sensors.due_work import due_work

    context = build_sensor_context(instance=instance)
    due_work(context)
    taken = []
    for _ in range(TICKS):
        again, began = build_sensor_context(instance=instance, cursor=context.cursor), time.perf_counter()
        due_work(again)
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def launched(home: Path) -> float:
    """Seconds of the run in a fresh process, its start, its imports and its end included."""
    command = [str(Path(sys.executable).with_name("dagster")), "job", "execute", "-m", "pipelines.definitions"]
    began = time.perf_counter()
    found = {**os.environ, "DAGSTER_HOME": str(home)}
    subprocess.run([*command, "-j", "monitor"], env=found, capture_output=True, check=True)
    return time.perf_counter() - began


def commits(folder: Path) -> int:
    """Rows of Dagster's event log: each is some ten commits on SQLite."""
    total = 0
    for file in folder.rglob("*.db"):
        with sqlite3.connect(file) as database:
            if database.execute("SELECT 1 FROM sqlite_master WHERE name = 'event_logs'").fetchone():
                total += database.execute("SELECT count(*) FROM event_logs").fetchone()[0]
    return total


def main() -> None:
    """Measure, and print the table."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--articles", type=int, default=1_000)
    arguments.add_argument("--rounds", type=int, default=5)
    options = arguments.parse_args()
    logging.disable(logging.CRITICAL)
    rounds: list[Clock] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (folder / "alert_rules").mkdir()
        os.environ |= {"WIREWATCH_DESK": str(folder / "alert_rules"), "WIREWATCH_HOME": str(folder / "home")}
        from pipelines.definitions import defs

        home = prepare_dagster_home(load_settings(os.environ, folder))
        instance = stack.enter_context(DagsterInstance.from_config(str(home)))
        fill(options.articles)
        job = defs.resolve_job_def("monitor")
        clock = Clock()
        watch(clock, instance)
        for _ in range(options.rounds + 1):
            clock.seconds, clock.times = defaultdict(float), Counter()
            with clock.of("Dagster: plan, executor, reading its storage"):
                if not run(job, instance):
                    raise SystemExit("the run failed: the figures would mean nothing")
            rounds.append(_copy(clock))
        rows, asked = commits(home) / len(rounds), tick(instance)
        fresh = statistics.median(launched(home) for _ in range(3))
    show(rounds[1:], rows)  # the first round loads modules
    print(f"\nThe tick before it: {1e3 * asked:.0f} ms. The same in a process of its own: {fresh:.2f} s")


def _copy(clock: Clock) -> Clock:
    kept = Clock()
    kept.seconds, kept.times = clock.seconds, clock.times
    return kept


def show(rounds: list[Clock], rows: float) -> None:
    """The table, dearest first, and the imports."""
    whole = statistics.median(sum(one.seconds.values()) for one in rounds)
    names = {name for one in rounds for name in one.seconds}
    medians = {name: statistics.median(one.seconds[name] for one in rounds) for name in names}
    print(f"One idle run: {whole:.2f} s, median of {len(rounds)}; {rows:.0f} rows in Dagster's event logs\n")
    print("| part | times | ms | share |\n|---|---|---|---|")
    for name, seconds in sorted(medians.items(), key=lambda pair: -pair[1]):
        print(f"| {name} | {rounds[0].times[name]} | {1e3 * seconds:.0f} | {seconds / whole:.0%} |")
    print("\n| import in a fresh process | ms |\n|---|---|")
    for module in IMPORTS:
        print(f"| {module} | {1e3 * imported(module):.0f} |")


if __name__ == "__main__":
    main()
