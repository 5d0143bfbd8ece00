"""`make bench`: runs the benchmarks one after the other, several times, and writes results.md and results.svg here.

usage: python -m benchmarks [NAME...] [--runs 3] [--small] [--data ../shared/data] [--to FOLDER]

Each is a script of its own, with peers side by side (`make peers`); one that cannot run here is named with the reason.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from benchmarks.figures import BENCHMARKS, Benchmark, Figure
from benchmarks.results_page import page, plot

ROOT = Path(__file__).parents[1]


class CannotRun(Exception):
    """Why a benchmark has no figures."""


def run(benchmark: Benchmark, data: Path, *, small: bool) -> list[Figure]:
    """The figures of one run."""
    if absent := [peer for peer in benchmark.peers if find_spec(peer) is None]:
        raise CannotRun(f"not installed: {', '.join(absent)} (`make peers`)")
    if benchmark.data and not data.is_dir():
        raise CannotRun(f"no measuring data at {data.resolve()} (`--data`)")
    command = [sys.executable, *benchmark.command(data, small=small)]
    # Some scripts name their neighbours as a script does, some as modules of this package.
    found = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'benchmarks'}"}
    done = subprocess.run(command, cwd=ROOT, env=found, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise CannotRun(f"exit code {done.returncode}: {(done.stderr.strip().splitlines() or ['no words'])[-1]}")
    try:
        return list(benchmark.read(done.stdout))
    except ValueError as error:
        raise CannotRun(str(error)) from None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for; 1 where one could not run."""
    names = [one.name for one in BENCHMARKS]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(names)}; all without")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--small", action="store_true", help="the smallest sizes: a trial that measures nothing")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--to", type=Path, default=ROOT / "benchmarks", help="folder of results.md and results.svg")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - set(names):
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    runs: dict[str, list[list[Figure]]] = {}
    left_out: dict[str, str] = {}
    for number in range(options.runs):
        for one in (one for one in BENCHMARKS if one.name in (options.names or names) and one.name not in left_out):
            print(f"run {number + 1} of {options.runs}: {one.name} ...", file=sys.stderr, flush=True)
            try:
                runs.setdefault(one.name, []).append(run(one, options.data, small=options.small))
            except CannotRun as why:
                left_out[one.name] = str(why)
    told = page(
        {name: found for name, found in runs.items() if found}, left_out, datetime.now(UTC), small=options.small
    )
    (options.to / "results.md").write_text(told, encoding="utf-8")
    (options.to / "results.svg").write_text(plot(runs), encoding="utf-8")
    print(told)
    return 1 if left_out else 0


if __name__ == "__main__":
    sys.exit(main())
