"""`make fuzz`: runs each target for so many minutes with a seed by chance, and prints what was found.

usage: python -m tests.fuzz [--minutes 1] [--seed N] [TARGET...]; exits with 1 where something was found. A target
goes on after a finding, with the next seed; one kind of finding is printed once, at its smallest.
"""

import argparse
import secrets
import sys
import time
import traceback

from tests.fuzz.targets import TARGETS, Target

ROUND = 200  # examples of one seed


def fuzz(name: str, target: Target, number: int, seconds: float) -> dict[str, str]:
    """What a target found within its time, by the place where it failed."""
    found: dict[str, str] = {}
    until, rounds = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        try:
            target.run(ROUND, number + rounds)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what was looked for
            _note(found, error, number + rounds)
        rounds += 1
    tried = round(rounds * ROUND * target.share)
    print(f"{name}: {tried} examples from seed {number} on, {len(found) or 'nothing'} found", flush=True)
    return found


def _note(found: dict[str, str], error: BaseException, number: int) -> None:
    for one in error.exceptions if isinstance(error, BaseExceptionGroup) else (error,):
        last = traceback.extract_tb(one.__traceback__)[-1]
        words = "".join(traceback.format_exception(one, limit=-4))
        found.setdefault(f"{last.filename}:{last.lineno} {type(one).__name__}", f"seed {number}\n{words[-4_000:]}")


def main() -> int:
    """Run what is asked for; 1 where something was found."""
    arguments = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    arguments.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)}; all without")
    arguments.add_argument("--minutes", type=float, default=1.0, help="for each target")
    arguments.add_argument("--seed", type=int, help="as printed; by chance without")
    options = arguments.parse_args()
    if unknown := [name for name in options.targets if name not in TARGETS]:
        arguments.error(f"no target {', '.join(unknown)}; there are {', '.join(TARGETS)}")
    number = secrets.randbelow(1 << 32) if options.seed is None else options.seed
    found: dict[str, str] = {}
    for name in options.targets or TARGETS:
        found |= fuzz(name, TARGETS[name], number, options.minutes * 60)
    for place, words in found.items():
        print(f"\n{place}\n{words}")
    return 1 if found else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
