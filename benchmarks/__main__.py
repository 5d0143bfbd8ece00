"""`make bench`: runs the benchmarks one after the other, several times, and writes results.md and its plots here.

usage: python -m benchmarks [NAME...] [--runs 3] [--minutes 25] [--small] [--data ../shared/data] [--to FOLDER]

Each is a script of its own, with peers side by side (`make peers`); one that cannot run, or does not end, is a row that
says so. A whole run at full size replaces benchmarks/results.md and what README quotes of it; a part or a trial is
printed, and written where --to says. What is there is written after each benchmark: nothing waits for the last. Each
runs once; second and third runs begin within --minutes only.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.quoted import rewrite
from benchmarks.results_page import aims_plot, page, peers_plot
from benchmarks.suite import BENCHMARKS, Benchmark

ROOT = Path(__file__).parents[1]
PATIENCE = 1_800.0  # seconds for one benchmark; the longest takes eight minutes of a quiet machine


class CannotRun(Exception):
    """Why a benchmark has no figures."""


def run(benchmark: Benchmark, data: Path, *, small: bool) -> list[Figure]:
    """The figures of one run."""
    if absent := [peer for peer in benchmark.peers if find_spec(peer) is None]:
        raise CannotRun(f"not installed: {', '.join(absent)} (`make peers`)")
    if benchmark.data and not data.is_dir():
        raise CannotRun(f"no measuring data at {data.resolve()} (`--data`)")
    try:
        return list(benchmark.read(output([sys.executable, *benchmark.command(data, small=small)])))
    except (OSError, ValueError) as error:
        raise CannotRun(str(error)) from None


def output(command: Sequence[str], patience: float = PATIENCE) -> str:
    """What a script prints; whatever it started ends with it."""
    # Some scripts name their neighbours as a script does, some as modules of this package.
    found = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'benchmarks'}"}
    with subprocess.Popen(
        command, cwd=ROOT, env=found, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as script:
        try:
            said, complained = script.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            raise CannotRun(f"not over after {patience:.0f} s") from None
        finally:
            _end(script.pid)
    if script.returncode != 0:
        raise CannotRun(f"exit code {script.returncode}: {(complained.strip().splitlines() or ['no words'])[-1]}")
    return said


def _end(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


class Results:
    """What the runs so far brought, written anew after each."""

    def __init__(self, folder: Path | None, *, small: bool) -> None:
        self.runs: dict[str, list[list[Figure]]] = {}
        self.failed: dict[str, list[str]] = {}
        self._folder, self._small = folder, small

    def add(self, benchmark: Benchmark, data: Path) -> None:
        """Run it once."""
        try:
            self.runs.setdefault(benchmark.name, []).append(run(benchmark, data, small=self._small))
        except CannotRun as why:
            self.failed.setdefault(benchmark.name, []).append(str(why))
            print(f"  {benchmark.name}: {why}", file=sys.stderr, flush=True)
        if self._folder:
            (self._folder / "results.md").write_text(self.told(), encoding="utf-8")
            (self._folder / "results.svg").write_text(aims_plot(self.runs), encoding="utf-8")
            (self._folder / "peers.svg").write_text(peers_plot(self.runs), encoding="utf-8")

    def told(self) -> str:
        """The page."""
        return page(self.runs, self.failed, datetime.now(UTC), small=self._small)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for; 1 where one could not run."""
    options = _options(arguments)
    whole = not options.small and not options.names
    results = Results(options.to or (ROOT / "benchmarks" if whole else None), small=options.small)
    until = time.monotonic() + 60 * options.minutes
    for number in range(options.runs):
        for one in (one for one in BENCHMARKS if one.name in (options.names or [one.name])):
            if number == 0 or (number < one.most_runs and time.monotonic() < until):
                print(f"{datetime.now(UTC):%H:%M:%S} run {number + 1}: {one.name} ...", file=sys.stderr, flush=True)
                results.add(one, options.data)
    print(results.told())
    if whole and not options.to:
        rewrite(ROOT / "README.md", results.told())
    return 1 if results.failed else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    names = [one.name for one in BENCHMARKS]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(names)}; all without")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--minutes", type=float, default=25, help="second and third runs begin within them")
    parser.add_argument("--small", action="store_true", help="the smallest sizes: a trial that measures nothing")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--to", type=Path, help="a folder for results.md and its plots")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - set(names):
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    return options


if __name__ == "__main__":
    sys.exit(main())
