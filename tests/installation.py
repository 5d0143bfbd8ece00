"""A whole installation for tests: the demo's news site and desk, a home of its own, any database."""

import atexit
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from pipelines.cycle import Cycle, open_cycle
from pipelines.demo.site import DemoSite
from pipelines.ingest.workers import BoundedWorkers
from pipelines.shares import SHARES

PATIENT = {step: 5 * seconds for step, seconds in SHARES.items()}
"""A test's machine may be busy: what a cycle would leave for the next must not be what a test finds missing."""


@cache
def readers() -> BoundedWorkers:
    """The workers of every cycle that is opened in this process: a pool of its own costs each a second."""
    pool = BoundedWorkers()
    atexit.register(pool.close)
    return pool


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The site, and the environment of an installation that watches it."""

    site: DemoSite
    environment: Mapping[str, str]
    folder: Path

    @contextmanager
    def cycle(self, *, later: timedelta = timedelta(0)) -> Iterator[Cycle]:
        """The installation opened, its clock `later` than the real one."""
        with open_cycle(self.environment, self.folder, workers=readers()) as cycle:
            yield replace(cycle, clock=lambda: datetime.now(UTC) + later, shares=PATIENT)


@contextmanager
def demo_world(folder: Path, database_url: str | None = None, *, new: bool = False) -> Iterator[World]:
    """The demo's world on loopback, its desk and home below `folder`; a `new` one tells of its first cycle."""
    with DemoSite(haste=10) as site:
        site.write_desk(folder / "alert_rules")
        environment = {
            **site.environment(),
            "WIREWATCH_DESK": str(folder / "alert_rules"),
            "WIREWATCH_HOME": str(folder / "home"),
        }
        if database_url:
            environment["WIREWATCH_DATABASE_URL"] = database_url
        world = World(site=site, environment=environment, folder=folder)
        if not new:
            with world.cycle() as cycle:
                cycle.store.digests.plan("before", (), datetime.now(UTC))
        yield world
