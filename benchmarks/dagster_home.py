"""How large Dagster's home grows at one run a minute: a simulated month of it, with its hourly housekeeping.

usage: python -m benchmarks.dagster_home [--days 30] [--failing 0.01]

A few real runs of the monitor job are made over a desk of the demo's. Each simulated minute is then a copy of one of
them, under an id and times of its own: its database as a file, its rows in Dagster's index and list of runs; with the
share of failed runs, whose keep time is longer. Each simulated hour the product's own housekeeping does its work.
"""

import argparse
import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from pipelines.config import load_settings
from pipelines.demo.site import DemoSite

REAL_RUNS = 4  # the first brings a cold start's news, the others are what a desk's minutes are like


def main() -> None:
    """Measure and print: bytes a run, and the home's size at the end of each day."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--days", type=int, default=30)
    asked.add_argument("--failing", type=float, default=0.01, help="share of runs that fail")
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder, DemoSite() as site:
        site.write_desk(Path(folder) / "alert_rules")
        os.environ.update(site.environment())
        os.environ.update(WIREWATCH_DESK=f"{folder}/alert_rules", WIREWATCH_HOME=f"{folder}/home")
        month(options.days, options.failing)


def month(days: int, failing: float) -> None:
    """Play it."""
    from dagster import DagsterInstance

    from pipelines.cli.dev import prepare_dagster_home
    from pipelines.definitions import run_monitor_job
    from pipelines.defs.old_runs import forget_runs
    from pipelines.steps.progress import Budget

    settings = load_settings(os.environ, Path.cwd())
    os.environ["DAGSTER_HOME"] = str(prepare_dagster_home(settings))
    for number in range(REAL_RUNS):
        run_monitor_job(every_feed=number == 0)
    copies = Copies(settings.dagster_home)
    print(f"one run: {copies.bytes_a_run / 1000:.0f} kB in its own database, {copies.rows} rows in the index")
    began = datetime.now(UTC)
    with DagsterInstance.get() as instance:
        for hour in range(days * 24):
            now = began + timedelta(hours=hour)
            copies.add([now + timedelta(minutes=minute) for minute in range(60)], failing)
            forget_runs(instance, settings, Budget(now + timedelta(hours=1), 3_600))
            if hour % 24 == 23:
                print(f"day {hour // 24 + 1:3}: {size(settings.dagster_home) / 1e6:7.1f} MB", flush=True)


@dataclass(frozen=True)
class Rows:
    """Rows of a table, and its columns."""

    rows: list[tuple[object, ...]]
    columns: list[str]


class Copies:
    """Runs made from a real one, in the files and tables where Dagster keeps them."""

    def __init__(self, home: Path) -> None:
        self._history = home / "history"
        with closing(self._open("runs.db")) as runs:
            self._run = _rows(runs, "runs", "ORDER BY id DESC LIMIT 1")
            self._id = str(self._run.rows[0][self._run.columns.index("run_id")])
            ours = f"WHERE run_id = '{self._id}'"
            self._tags = _rows(runs, "run_tags", ours)
        with closing(self._open("runs/index.db")) as index:
            self._events = _rows(index, "event_logs", ours)
            self._checks = _rows(index, "asset_check_executions", ours)
        self._database = self._history / "runs" / f"{self._id}.db"
        with closing(sqlite3.connect(self._database)) as one:
            one.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._database = Path(
            shutil.copyfile(self._database, home.parent / "one-run.db")
        )  # its run goes with the others
        self.bytes_a_run = self._database.stat().st_size
        self.rows = len(self._events.rows) + len(self._checks.rows)
        self._made = 0

    def add(self, moments: list[datetime], failing: float) -> None:
        """One run at each moment; a share of them failed."""
        with closing(self._open("runs.db")) as runs, closing(self._open("runs/index.db")) as index, runs, index:
            for moment in moments:
                self._made += 1
                failed = int(self._made * failing) > int((self._made - 1) * failing)
                run_id = str(uuid4())
                shutil.copyfile(self._database, self._history / "runs" / f"{run_id}.db")
                naive = moment.replace(tzinfo=None).isoformat(" ", "microseconds")
                given = dict.fromkeys(("create_timestamp", "update_timestamp", "timestamp"), naive) | {"run_id": run_id}
                state = {"status": "FAILURE"} if failed else {}
                self._insert(runs, "runs", self._run, {**given, **state})
                self._insert(runs, "run_tags", self._tags, given)
                self._insert(index, "event_logs", self._events, given)
                self._insert(index, "asset_check_executions", self._checks, given)

    def _insert(self, connection: sqlite3.Connection, table: str, rows: Rows, given: Mapping[str, object]) -> None:
        """The rows with another run's id and times; ids of their own are the database's to give."""
        kept = [number for number, name in enumerate(rows.columns) if name != "id"]
        names = [rows.columns[number] for number in kept]
        run_id = str(given["run_id"])
        values = [
            [given.get(rows.columns[number], self._own(row[number], run_id)) for number in kept] for row in rows.rows
        ]
        marks = ", ".join("?" for _ in names)
        quoted = ", ".join(f'"{name}"' for name in names)
        connection.executemany(f"INSERT INTO {table} ({quoted}) VALUES ({marks})", values)

    def _own(self, value: object, run_id: str) -> object:
        return value.replace(self._id, run_id) if isinstance(value, str) else value

    def _open(self, name: str) -> sqlite3.Connection:
        connection = sqlite3.connect(self._history / name, timeout=30)
        connection.execute("PRAGMA synchronous=OFF")
        return connection


def _rows(connection: sqlite3.Connection, table: str, which: str) -> Rows:
    found = connection.execute(f"SELECT * FROM {table} {which}")
    return Rows(rows=found.fetchall(), columns=[column[0] for column in found.description])


def size(folder: Path) -> int:
    """Bytes of all files below."""
    return sum(path.stat().st_size for path in _files(folder))


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    sys.exit(main())
