"""`make soak`: an installation at 20 times real pace, struck every few seconds; then the invariants, one by one.

usage: python -m tests.soak [--seed 1] [--minutes 5] [--feeds 300] [--database sqlite|postgresql]

Cycles are real processes, as are news site, receivers and database. The clock of the cycles goes 20 times as fast as
the world's: a feed of one minute is asked every three seconds, and a retry of a minute comes after three. Blows are
drawn by the seed: a cycle or the daemon killed, the database locked, killed or without room, a receiver down, the clock
an hour off, rules edited well and badly. After the last there is time for what waits; it exits with 1 where something
does not hold.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.latency_site import schedule
from pipelines.states import DeliveryState
from storage.store import open_store
from tests.soak.database import Struck, database, end
from tests.soak.oracle import verdict
from tests.soak.world import RECEIVERS, Desk, Receivers, environment, place, site, write_clock

ROOT = Path(__file__).parents[2]
PACE = 20.0
EVERY, NOISE = 3.0, 1  # an article that matches each so many seconds, and so many beside it that do not
PAUSE = (4.0, 9.0)  # seconds between two blows
OUTAGE, WRONG_CLOCK = 15.0, 12.0  # seconds
PATIENCE = 420.0  # for what waits at the end: an hour of the cycles' clock is three minutes of ours
HOUR = 3600.0


class Soak:
    """The installation, and what strikes it."""

    def __init__(self, folder: Path, desk: Desk, receivers: Receivers, struck: Struck, chance: random.Random) -> None:
        self.folder, self.blows, self.peak_mb = folder, Counter[str](), 0.0
        self._desk, self._receivers, self._struck, self._chance = desk, receivers, struck, chance
        self._origin = datetime.now(UTC)
        self._later: list[tuple[float, Callable[[], None]]] = []
        write_clock(folder, self._origin, PACE, 0)
        self._daemon = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen([sys.executable, "-m", "tests.soak.daemon", str(self.folder)], cwd=ROOT)

    def strike(self) -> None:
        """One blow, drawn by chance."""
        kinds = ("cycle killed", "cycle killed", "daemon killed", "receiver down", "clock jumps", "rules edited")
        blow = self._chance.choice((*kinds, *self._struck.blows()))
        self.blows[blow] += 1
        print(f"{datetime.now(UTC):%H:%M:%S} {blow}", flush=True)
        if blow == "cycle killed":
            end(self._life(), whole_group=True)
        elif blow == "daemon killed":
            self._daemon.kill()
            self._daemon.wait()
            self._daemon = self._start()
        elif blow == "receiver down":
            self._for_a_while(OUTAGE, self._broken, lambda _: self._broken("ok"), "503")
        elif blow == "clock jumps":
            self._for_a_while(WRONG_CLOCK, self._clock, lambda _: self._clock(0), self._chance.choice((-HOUR, HOUR)))
        elif blow == "rules edited":
            self.blows[self._desk.edit(self._chance)] += 0
            self._later.append((time.monotonic() + OUTAGE, self._desk.mend))
        else:
            self._struck.strike(blow, (self._daemon.pid, self._life()))

    def rest(self, seconds: float) -> None:
        """Let time pass; what was to be over by now is."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.peak_mb = max(self.peak_mb, group_mb(self._life()))
            due = [one for one in self._later if one[0] <= time.monotonic()]
            for one in due:
                self._later.remove(one)
                one[1]()
            time.sleep(0.25)

    def calm(self) -> None:
        """All is well from now on."""
        for _, over in self._later:
            over()
        self._later.clear()
        self._receivers.manners.clear()
        self._clock(0)
        self._desk.mend()

    def stop(self) -> None:
        """End the daemon, then its last cycle."""
        self._daemon.kill()
        self._daemon.wait()
        end(self._life(), whole_group=True)

    def _for_a_while(self, seconds: float, begin: Callable[..., None], over: Callable[..., None], what: object) -> None:
        begin(what)
        self._later.append((time.monotonic() + seconds, lambda: over(what)))

    def _broken(self, manner: object) -> None:
        self._receivers.manners[place("broken")] = str(manner)

    def _clock(self, jump: object) -> None:
        write_clock(self.folder, self._origin, PACE, float(str(jump)))

    def _life(self) -> int:
        pid = self.folder / "life.pid"
        return int(pid.read_text() or 0) if pid.exists() else 0


def group_mb(leader: int) -> float:
    """Megabytes of a cycle's process and of its workers."""
    total = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[2]) == leader:
                total += int(fields[21])
        except (OSError, IndexError, ValueError):
            continue
    return total * 4096 / (1 << 20)


def all_told(url: str, wanted: set[str], receivers: Receivers) -> bool:
    if any(wanted - set(receivers.told(name)) for name in RECEIVERS):
        return False
    with closing(open_store(url)) as store:
        return not store.journal.deliveries([DeliveryState.PENDING, DeliveryState.HELD], 1)


def settled(url: str, feeds: int, since: datetime | None = None) -> bool:
    """Whether every feed has been read, `since` then or ever: what comes now is news."""
    with closing(open_store(url)) as store:
        read = [row.state.succeeded_at for row in store.journal.feeds()]
    return sum(one is not None and (since is None or one >= since) for one in read) >= feeds


def _wait(question: Callable[[], bool], soak: Soak, patience: float, what: str) -> bool:
    until = time.monotonic() + patience
    while time.monotonic() < until:
        soak.rest(2)
        if question():
            return True
    print(f"after {patience:.0f} s: not {what}", flush=True)
    return False


def soak(options: argparse.Namespace, folder: Path) -> int:
    """The whole of it; 1 where an invariant does not hold."""
    plan = schedule(options.feeds, options.minutes * 60, EVERY, NOISE)
    wanted, published = {str(one.number) for one in plan if one.wanted}, {str(one.number) for one in plan}
    receivers, chance = Receivers(), random.Random(options.seed)
    receivers.start()
    with site(options.feeds, plan) as (port, begin), database(options.database, folder) as struck:
        desk = Desk(folder / "alert_rules", options.feeds, port)
        os.environ.update(environment(receivers, desk, folder, struck.url, options.feeds, port))
        under = Soak(folder, desk, receivers, struck, chance)
        try:
            _wait(lambda: settled(struck.url, options.feeds), under, PATIENCE, "every feed read once")
            print(
                f"{options.feeds} feeds are read; blows for {options.minutes:g} minutes, seed {options.seed}",
                flush=True,
            )
            begin.send(time.time())
            ends = time.monotonic() + options.minutes * 60
            while time.monotonic() < ends:
                under.rest(chance.uniform(*PAUSE))
                under.strike()
            under.calm()
            _wait(lambda: all_told(struck.url, wanted, receivers), under, PATIENCE, "everything told")
            under.rest(5)
        finally:
            under.stop()
        found = list(
            verdict(
                struck.url, folder, wanted=wanted, published=published, receivers=receivers, blows=under.blows,
                peak_mb=under.peak_mb,
            )
        )  # fmt: skip
    receivers.stop()
    cycles = len((folder / "cycles").read_text().splitlines())
    print(
        f"\n{cycles} whole cycles; blows: {', '.join(f'{many} {blow}' for blow, many in under.blows.items() if many)}\n"
    )
    for one in found:
        print(f"{'holds ' if one.holds else 'BROKEN'}  {one.name}: {one.seen}")
    return 0 if all(one.holds for one in found) else 1


def main() -> int:
    """Read the options, and soak."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--minutes", type=float, default=5)
    arguments.add_argument("--feeds", type=int, default=300)
    arguments.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    arguments.add_argument("--keep", type=Path, help="a new folder in which everything is left")
    options = arguments.parse_args()
    if options.keep:
        options.keep.mkdir()
        return soak(options, options.keep)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        return soak(options, Path(folder))


if __name__ == "__main__":
    sys.exit(main())
