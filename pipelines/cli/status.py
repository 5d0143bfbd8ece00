"""`wirewatch status` and `wirewatch metrics`: how this installation stands, for a person, a script and Prometheus."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli.here import here
from pipelines.cli.output import echo_json
from pipelines.cycles import percentile

if TYPE_CHECKING:
    from pipelines.operating.ills import Ill
    from pipelines.operating.snapshot import Snapshot

ILL = 2
STEPS_SHOWN = 7


@click.command()
@click.option("--json", "as_json", is_flag=True, help="The same as one JSON document.")
def status(as_json: bool) -> None:
    """One screen: last cycle, latencies, feeds, what waits, dead letters, disk; exit code 0 well, 2 ill.

    Example: wirewatch status || mail -s 'Wirewatch is ill' me@example.org
    """
    from pipelines.operating.ills import ills

    found = _snapshot()
    troubles = ills(found)
    if as_json:
        echo_json(_document(found, troubles))
    else:
        click.echo("\n".join(_screen(found, troubles)))
    sys.exit(ILL if any(one.grave for one in troubles) else 0)


@click.command()
@click.option("--write", type=click.Path(path_type=Path), help="Put it into this file, in one go, instead of stdout.")
def metrics(write: Path | None) -> None:
    """Numbers for Prometheus, as OpenMetrics text; the desk's page gives the same at /metrics.

    WIREWATCH_METRICS_FILE names a file that each cycle writes, such as the folder that node_exporter reads.

    Example: wirewatch metrics --write /var/lib/prometheus/node-exporter/wirewatch.prom
    """
    from pipelines.operating.metrics import open_metrics, write_metrics

    text = open_metrics(_snapshot())
    if write:
        write_metrics(write, text)
    else:
        click.echo(text, nl=False)


def _snapshot() -> "Snapshot":
    from pipelines.operating.snapshot import take
    from storage.store import open_store

    settings = here()
    with closing(open_store(settings.database_url)) as store:
        return take(store, settings, datetime.now(UTC))


def _screen(found: "Snapshot", troubles: Sequence["Ill"]) -> Iterator[str]:
    ill = any(one.grave for one in troubles)
    state = click.style("ill" if ill else "well", fg="red" if ill else "green", bold=True)
    yield f"{click.style(f'Wirewatch {found.version}', bold=True)} is {state}, {found.taken_at:%Y-%m-%d %H:%M:%S} UTC"
    yield ""
    for name, lines in _rows(found):
        for number, line in enumerate(lines):
            head = f"{'' if number else name:<13}"
            yield f"{click.style(head, dim=True)} {line}".rstrip()
    if troubles:
        yield ""
    for one in troubles:
        mark = click.style("ILL " if one.grave else "note", fg="red" if one.grave else "yellow", bold=one.grave)
        yield f"{mark} {one.what}"
        yield f"     {click.style('-> ' + one.do, dim=True)}"


def _rows(found: "Snapshot") -> Iterator[tuple[str, Sequence[str]]]:
    from pipelines.operating.ills import ago

    yield "last cycle", list(_cycle(found))
    yield "latency", list(_latency(found))
    states = ", ".join(f"{number} {state}" for state, number in found.feeds.states.items() if number)
    yield "feeds", [states or "none is watched", *(_cut(one) for one in found.feeds.unwell)]
    yield "queue", [_queue(found)]
    dead, newly = found.backlog.deliveries.get("dead", 0), found.backlog.newly_dead
    yield "dead letters", [f"{dead}, {newly} of them in the last day" if dead else "none"]
    yield "disk", [f"{found.space} at {found.place}"]
    for sign in found.signs.values():
        good = f"came through {ago(sign.good_at, found.taken_at)}" if sign.good_at else "never came through"
        yield str(sign.sign), [good if sign.due_at else "not asked for in routes.yaml"]
    if found.backlog.troubles:
        yield "told", [_cut(one) for one in found.backlog.troubles[:5]]


def _cycle(found: "Snapshot") -> Iterator[str]:
    from pipelines.operating.ills import ago

    last = found.last
    if last is None:
        yield "none yet"
        return
    now = ", one is going on" if found.working else ""
    count = round(found.sums.get(("cycles", ""), 0))
    yield f"ended {ago(last.ended_at, found.taken_at)}, took {last.seconds:.1f} s; {count:,} so far{now}"
    slowest = sorted(last.steps, key=lambda step: -step.seconds)[:STEPS_SHOWN]
    yield _cut(", ".join(f"{step.step} {step.seconds:.1f}" for step in slowest))


def _latency(found: "Snapshot") -> Iterator[str]:
    whole, told = found.latencies.whole, found.latencies.told
    if not told:
        yield "no message in the last day"
        return
    if whole:
        yield f"published to told: {_half(whole)}"
    yield f"seen to told:      {_half(told)}"


def _half(seconds: Sequence[float]) -> str:
    from pipelines.operating.ills import span

    half, most = percentile(seconds, 50), percentile(seconds, 95)
    return f"half within {span(half)}, 95 % within {span(most)} ({len(seconds)} messages in a day)"


def _queue(found: "Snapshot") -> str:
    from pipelines.operating.ills import ago

    waits = [f"{step} since {ago(since, found.taken_at)}" for step, since in found.backlog.waiting_since.items()]
    kinds = [f"{number} {state}" for state, number in found.backlog.deliveries.items() if state in {"pending", "held"}]
    return "; ".join([*waits, *([f"deliveries: {', '.join(kinds)}"] if kinds else [])]) or "nothing waits"


def _cut(line: str, width: int = 100) -> str:
    return line if len(line) <= width else f"{line[: width - 1]}…"


def _document(found: "Snapshot", troubles: Sequence["Ill"]) -> Mapping[str, object]:
    """Names as on the screen; times ISO 8601, lengths in seconds."""
    now = found.taken_at
    delays = {"published_to_told": found.latencies.whole, "seen_to_told": found.latencies.told}
    return {
        "version": found.version,
        "at": now.isoformat(),
        "well": not any(one.grave for one in troubles),
        "ills": [asdict(one) for one in troubles],
        "last_cycle": _last(found),
        "cycles": round(found.sums.get(("cycles", ""), 0)),
        "working": found.working,
        "latency": {
            name: {"messages": len(each), "half": percentile(each, 50), "p95": percentile(each, 95)} if each else None
            for name, each in delays.items()
        },
        "feeds": {**found.feeds.states, "unwell": list(found.feeds.unwell)},
        "waiting": {step: (now - since).total_seconds() for step, since in found.backlog.waiting_since.items()},
        "deliveries": {"pending": 0, "held": 0, "dead": 0, **found.backlog.deliveries},
        "newly_dead": found.backlog.newly_dead,
        "disk": {"place": str(found.place), "free": found.space.free, "total": found.space.total, "state": found.fill},
        "signs": {str(sign.sign): sign.good_at and sign.good_at.isoformat() for sign in found.signs.values()},
        "troubles": list(found.backlog.troubles),
    }


def _last(found: "Snapshot") -> Mapping[str, object] | None:
    last = found.last
    if last is None:
        return None
    times = {"began_at": last.began_at.isoformat(), "ended_at": last.ended_at.isoformat(), "seconds": last.seconds}
    return {"id": last.cycle_id, **times, "steps": [asdict(step) for step in last.steps]}
