"""`wirewatch feeds check`: each feed fetched once, and what to do about it."""

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from pipelines.cli.here import fetcher_of, here
from pipelines.cli.output import echo_json, echo_table, progress
from pipelines.config import Settings
from pipelines.errors import WirewatchError
from pipelines.model import Feed

if TYPE_CHECKING:
    from pipelines.ingest.probe import Probe


@click.command("check")
@click.argument("ids", nargs=-1, metavar="[ID...]")
@click.option("--json", "as_json", is_flag=True, help="Each feed as a JSON line.")
def check_command(ids: tuple[str, ...], as_json: bool) -> None:
    """Fetch each feed (or those named) once and report; nothing is stored. Exit code 1 if any fails.

    Example: wirewatch feeds check oc-media
    """
    settings = here()
    probes = _tried(settings, _chosen(settings, ids))
    now = datetime.now(UTC)
    if as_json:
        for probe in probes:
            echo_json(_facts(probe, now))
    else:
        columns = ("feed", "status", "entries", "newest", "seconds", "problem", "to do")
        echo_table(columns, [tuple(_facts(probe, now)[column] for column in columns) for probe in probes])
    if any(probe.problem for probe in probes):
        sys.exit(1)


def _tried(settings: Settings, feeds: list[Feed]) -> tuple["Probe", ...]:
    """The feeds fetched side by side, with a bar on a terminal that says how many have answered."""
    from pipelines.ingest.probe import probe_feeds

    with progress("feeds that answered", len(feeds)) as advance:
        return probe_feeds(feeds, fetcher_of(settings), lambda _: advance(1))


def _chosen(settings: Settings, ids: tuple[str, ...]) -> list[Feed]:
    from pipelines.desk_files.reading import suggest
    from pipelines.ingest.feeds_file import load_feeds

    path = settings.desk / "feeds.yaml"
    known = {str(feed.feed_id): feed for feed in load_feeds(path)}
    for one in ids:
        if one not in known:
            raise WirewatchError(f"{path} has no feed `{one}`{suggest(one, known)}")
    return [known[one] for one in dict.fromkeys(ids)] if ids else list(known.values())


def _facts(probe: "Probe", now: datetime) -> dict[str, object]:
    from pipelines.ingest.advice import advice

    newest = probe.newest
    return {
        "feed": probe.feed.feed_id,
        "status": probe.status,
        "kind": None if probe.problem else probe.kind,
        "entries": len(probe.entries),
        "newest": str(newest.published) if newest else None,
        "bytes": probe.size,
        "seconds": round(probe.seconds, 2),
        "final URL": probe.url,
        "problem": probe.problem,
        "to do": advice(probe, now),
        "remarks": list(probe.remarks),
    }
