"""How an installation stands at one moment: what `wirewatch status` shows and what metrics are written from."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from pipelines.config import Settings
from pipelines.cycles import Backlog, CycleDone, Latencies
from pipelines.ingest.health import feed_trouble
from pipelines.operating import disk, gate
from pipelines.polls import PolledFeed
from pipelines.store import Store
from pipelines.vital_signs import Sign, VitalSign

DAY = timedelta(days=1)
NAMED = 5
"""Feeds that are not well, by name: as many as one screen has room for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feeds:
    """How the watched feeds fare."""

    states: Mapping[str, int]
    """`well`, `failing`, `stale`, `new`: how many."""
    unwell: Sequence[str]
    """The first of those that are not, with the reason."""

    @property
    def watched(self) -> int:
        """All of them."""
        return sum(self.states.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """An installation at one moment."""

    version: str
    taken_at: datetime
    last: CycleDone | None
    working: bool
    """Whether a cycle is going on."""
    shut: bool
    """Whether an upgrade or a restore has the installation to itself."""
    feeds: Feeds
    backlog: Backlog
    latencies: Latencies
    """Of the last day."""
    sums: Mapping[tuple[str, str], float]
    signs: Mapping[Sign, VitalSign]
    place: Path
    """The folder whose disk has least room, with that disk's."""
    space: disk.Space
    fill: disk.Fill


def take(store: Store, settings: Settings, now: datetime, disks: disk.Disks = disk.space_of) -> Snapshot:
    """How it stands; a handful of queries, none of which grows with the archive."""
    place, space = disk.fullest(disks, (settings.home, settings.database_folder))
    limits = disk.Limits(warn=settings.disk_warn, stop=settings.disk_stop)
    return Snapshot(
        version=version("wirewatch"),
        taken_at=now,
        last=store.cycles.last(),
        working=gate.is_working(settings.home),
        shut=gate.is_shut(settings.home),
        feeds=_feeds(store.feeds.due_feeds(now, everything=True), now),
        backlog=store.cycles.backlog(now),
        latencies=store.cycles.latencies(now - DAY),
        sums=store.cycles.sums(),
        signs=store.vital_signs.signs(),
        place=place,
        space=space,
        fill=disk.fill(space.percent, disk.marked(settings.home), limits),
    )


def _feeds(watched: Sequence[PolledFeed], now: datetime) -> Feeds:
    states = Counter({"well": 0, "failing": 0, "stale": 0, "new": 0})
    unwell = []
    for one in watched:
        trouble = feed_trouble(one.feed, one.state, now)
        if trouble is None:
            states["new" if one.state.first_polled_at is None else "well"] += 1
        else:
            states[trouble.kind] += 1
            unwell.append(f"{one.feed.feed_id}: {one.state.error or trouble.title}")
    return Feeds(states=states, unwell=unwell[:NAMED])
