"""`make simulate`: a day of a desk with 1,000 feeds in half an hour; what it takes is watched, and nothing may be lost.

usage: python -m tests.soak.day [--hours 24] [--feeds 1000] [--articles 10000] [--database sqlite|postgresql]

The clock is moved, all else is real: a local news site of 1,000 servers, receivers of which one flaps and one is down
for two hours, the steps of a cycle as the daemon does them, every five minutes of the day in one process that lives all
day, housekeeping and canary each hour. After the day there is time for what waits. Each hour memory, database and
tables are looked at; it exits with 1 where something grows that should not, or an alert was lost or came twice.
"""

import argparse
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from itertools import cycle
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData, func, select

from benchmarks.latency_site import Article, schedule
from storage.store import open_store
from tests.soak.__main__ import all_told, group_mb, settled
from tests.soak.cycling import Done, cycles
from tests.soak.database import database
from tests.soak.growth import Sample, judged, table
from tests.soak.oracle import engine, verdict
from tests.soak.world import Desk, Receivers, environment, place, site

HOUR = 3600.0
STEP = 300.0  # seconds of the day between two cycles
EVERY = "9m"  # how often a feed is asked
WANTED = 20  # one article of so many matches
FLAPS = ("ok", "500", "ok", "429")  # what a flapping receiver answers, cycle after cycle
OUTAGE = (0.25, 0.33)  # of the day, in which a receiver is down
PATIENCE = 12.0  # hours of the clock for what waits at the end
PAGES = 0.125  # days for which pages are kept, so that within the first quarter of a day as much goes as comes


class Day:
    """The installation, its clock, and what was seen of it."""

    def __init__(self, url: str, orders: Connection, process: int, hour: "Synchronized[float]") -> None:
        self.samples: list[Sample] = []
        self.peak_mb = 0.0
        self._url, self._orders, self._process, self._hour = url, orders, process, hour
        self._began = hour.value
        self._workers_mb = 0.0
        self._done: list[Done] = []

    @property
    def hours(self) -> float:
        """Since the watch began."""
        return (self._hour.value - self._began) / HOUR

    @property
    def now(self) -> datetime:
        """By the moved clock."""
        return datetime.fromtimestamp(self._hour.value, UTC)

    def watch(self) -> None:
        """From now on hours count."""
        self._began = self._hour.value

    def cycle(self) -> Done:
        """One cycle, then the clock goes on; what housekeeping does, it does once an hour."""
        tidy = self._hour.value % HOUR < STEP
        self._orders.send(tidy)
        while not self._orders.poll(0.2):
            total, own = group_mb(self._process), resident_mb(self._process)
            self._workers_mb, self.peak_mb = max(self._workers_mb, total - own), max(self.peak_mb, total)
        done: Done = self._orders.recv()
        self._done.append(done)
        self._hour.value += max(STEP, done.wall)
        return done

    def look(self) -> None:
        """Take a sample."""
        rows = row_counts(self._url)
        with closing(open_store(self._url)) as store:
            size = store.house.size()
        self.samples.append(
            Sample(
                hour=self.hours,
                memory_mb=resident_mb(self._process),
                workers_mb=self._workers_mb,
                database_mb=size / 1e6,
                articles=rows["articles"],
                alerts=rows["alerts"],
                cycles=len(self._done),
                wall=sum(one.wall for one in self._done),
                cpu=sum(one.cpu for one in self._done),
                rows=rows,
            )
        )
        self._workers_mb = 0.0
        told = list(table(self.samples))
        print("\n".join(told if len(self.samples) == 2 else told[2:][-1:]), flush=True)


def resident_mb(process: int) -> float:
    """Megabytes of one process."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * 4096 / (1 << 20)


def row_counts(url: str) -> dict[str, int]:
    """Rows of each table."""
    opened, tables = engine(url), MetaData()
    with opened.connect() as connection:
        tables.reflect(connection)
        kept = [one for name, one in tables.tables.items() if not name.startswith("search")]
        found = {one.name: connection.execute(select(func.count()).select_from(one)).scalar_one() for one in kept}
    opened.dispose()
    return found


@contextmanager
def cycling(url: str, folder: Path, hour: "Synchronized[float]") -> Any:
    """The process of the cycles."""
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_alone, args=(there, hour, folder))
    process.start()
    try:
        yield Day(url, here, process.pid or 0, hour)
        here.send(None)
        process.join(30)
    finally:
        process.kill()


def _alone(orders: Connection, hour: "Synchronized[float]", folder: Path) -> None:
    os.setpgid(0, 0)  # so that its workers are known by their group
    cycles(orders, hour, folder)


def live(day: Day, receivers: Receivers, hours: float, looks: int = 24) -> None:
    """The day itself."""
    flaps = cycle(FLAPS)
    day.look()
    while day.hours < hours:
        down = OUTAGE[0] <= day.hours / hours < OUTAGE[1]
        receivers.manners[place("broken")] = "503" if down else "ok"
        receivers.manners[place("flapping")] = next(flaps)
        day.cycle()
        if day.hours >= len(day.samples) * hours / looks:
            day.look()


def simulate(options: argparse.Namespace, folder: Path) -> int:
    """The whole of it; 1 where an invariant does not hold."""
    plan = schedule(options.feeds, options.hours * HOUR, WANTED * 24 * HOUR / options.articles, WANTED - 1)
    hour: Synchronized[float] = get_context("spawn").Value("d", datetime.now(UTC).timestamp())  # type: ignore[assignment]
    receivers = Receivers()
    receivers.start()
    with site(options.feeds, plan, hour) as (port, begin), database(options.database, folder) as struck:
        desk = Desk(folder / "alert_rules", options.feeds, port, EVERY)
        os.environ.update(environment(receivers, desk, folder, struck.url, options.feeds, port))
        os.environ["WIREWATCH_KEEP_PAGES"] = str(PAGES)
        with cycling(struck.url, folder, hour) as day:
            while not settled(struck.url, options.feeds):
                day.cycle()
            day.watch()
            begin.send(hour.value)
            live(day, receivers, options.hours)
            _drain(day, struck.url, options.feeds, plan, receivers)
            found = list(
                verdict(
                    struck.url, folder, wanted={str(one.number) for one in plan if one.wanted},
                    published={str(one.number) for one in plan}, receivers=receivers, blows=Counter(),
                    peak_mb=day.peak_mb,
                )
            )  # fmt: skip
    receivers.stop()
    found += judged(day.samples)
    print()
    for one in found:
        print(f"{'holds ' if one.holds else 'BROKEN'}  {one.name}: {one.seen}")
    return 0 if all(one.holds for one in found) else 1


def _drain(day: Day, url: str, feeds: int, plan: Sequence[Article], receivers: Receivers) -> None:
    """Until all was told, and each feed was asked after the last article came out."""
    receivers.manners.clear()
    ends, wanted = day.hours + PATIENCE, {str(one.number) for one in plan if one.wanted}
    over = day.now
    while not (settled(url, feeds, over) and all_told(url, wanted, receivers)) and day.hours < ends:
        day.cycle()
    print(f"{day.hours:.1f} hours until all was told")


def main() -> int:
    """Read the options, and simulate."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--hours", type=float, default=24)
    arguments.add_argument("--feeds", type=int, default=1000)
    arguments.add_argument("--articles", type=int, default=10_000, help="a day")
    arguments.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    arguments.add_argument("--keep", type=Path, help="a new folder in which everything is left")
    options = arguments.parse_args()
    if options.keep:
        options.keep.mkdir()
        return simulate(options, options.keep)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        return simulate(options, Path(folder))


if __name__ == "__main__":
    sys.exit(main())
