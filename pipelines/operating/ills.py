"""What ails an installation, told from a snapshot of it; pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipelines.cycles import WAITS
from pipelines.operating.disk import Fill
from pipelines.operating.snapshot import Snapshot

NOTHING_RUNS = timedelta(minutes=75)
"""The canary flies once an hour, so a cycle is due by then on the quietest desk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ill:
    """One thing that is not as it should be; `grave` where it makes the whole installation ill."""

    what: str
    do: str
    grave: bool = True


def ills(found: Snapshot) -> tuple[Ill, ...]:
    """What ails it, the gravest first."""
    return tuple(sorted((*_cycles(found), *_work(found), *_around(found)), key=lambda ill: not ill.grave))


def _cycles(found: Snapshot) -> Iterator[Ill]:
    last = found.last
    if found.shut:
        yield Ill(what="an upgrade or a restore is going on", do="wait for its end", grave=False)
    elif last is None:
        yield Ill(what="no cycle was ever done", do="start the services, or: wirewatch run")
    elif found.taken_at - last.ended_at > NOTHING_RUNS and not found.working:
        advice = "start the services; the daemon's log says why it stopped"
        yield Ill(what=f"nothing runs: the last cycle ended {ago(last.ended_at, found.taken_at)}", do=advice)
    for step in last.steps if last else ():
        if step.failed:
            yield Ill(what=f"{step.step} failed in the last cycle: {step.failed}", do="see its run in the Dagster UI")


def _work(found: Snapshot) -> Iterator[Ill]:
    for step, since in found.backlog.waiting_since.items():
        if found.taken_at - since > WAITS and found.fill is not Fill.FULL:
            yield Ill(what=f"work waits at {step} since {ago(since, found.taken_at)}", do="see the last runs")
    dead, newly = found.backlog.deliveries.get("dead", 0), found.backlog.newly_dead
    if newly:
        yield Ill(what=f"{newly} messages were given up in the last day", do="wirewatch outbox list says why")
    elif dead:
        yield Ill(what=f"{dead} messages were given up", do="wirewatch outbox list says why", grave=False)
    failing = found.feeds.states["failing"]
    if failing and 2 * failing >= found.feeds.watched:
        yield Ill(what=f"{failing} of {found.feeds.watched} feeds fail", do="see this machine's network")
    elif failing or found.feeds.states["stale"]:
        yield Ill(what=f"{failing} feeds fail, {found.feeds.states['stale']} bring nothing new",
                  do="wirewatch feeds list", grave=False)  # fmt: skip
    if not found.feeds.watched:
        yield Ill(what="no feed is watched", do="wirewatch feeds add <address>", grave=False)


def _around(found: Snapshot) -> Iterator[Ill]:
    full = found.fill is Fill.FULL
    if found.fill is not Fill.WELL:
        state = "full, fetching rests" if full else "getting full"
        yield Ill(
            what=f"the disk is {state}: {found.space} at {found.place}", do="make room: docs/operating.md", grave=full
        )
    for sign in found.signs.values():
        if sign.error and sign.due_at is not None:
            yield Ill(what=f"{sign.sign}: {sign.error}", do="wirewatch doctor")


def ago(moment: datetime, now: datetime) -> str:
    """`12 s ago`, `3 min ago`, `5 h ago`, `9 days ago`."""
    return f"{span((now - moment).total_seconds())} ago"


def span(seconds: float) -> str:
    """A length of time in its largest unit, two digits or so."""
    for size, unit in ((86_400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(0.0, seconds):.0f} s"
