"""Starts the monitor job when something waits and no run is on its way."""

import os
from contextlib import closing
from pathlib import Path

from dagster import DefaultSensorStatus, RunRequest, SensorEvaluationContext, SkipReason, sensor

from pipelines.config import load_settings
from pipelines.cycle import utc_now
from pipelines.defs.runs import MONITOR, end_overdue_runs, run_on_its_way
from storage.store import open_store


@sensor(
    job_name=MONITOR,
    minimum_interval_seconds=30,
    default_status=DefaultSensorStatus.RUNNING,
    description="Every 30 seconds: are feeds, unfinished work or deliveries due? Then it starts one monitor run.",
)
def due_work(context: SensorEvaluationContext) -> RunRequest | SkipReason:
    """Request a run, or say why not: nothing due, or a run on its way. A crashed run is ended, and blocks nothing."""
    for run in end_overdue_runs(context.instance, utc_now()):
        context.log.warning("ended run %s: it took longer than a run may", run.run_id)
    active = run_on_its_way(context.instance)
    if active is not None:
        return SkipReason(f"run {active.run_id[:8]} is on its way")
    settings = load_settings(os.environ, Path.cwd())
    with closing(open_store(settings.database_url)) as store:
        due = store.due_work(utc_now())
    if not due.anything and not _desk_changed(context, settings.desk / "feeds.yaml"):
        return SkipReason("nothing is due")
    return RunRequest(
        tags={"wirewatch/due": f"{due.feeds} feeds, {due.backlog} left over, {due.deliveries} deliveries"}
    )


def _desk_changed(context: SensorEvaluationContext, feeds_file: Path) -> bool:
    """Whether feeds.yaml was saved since the last look: a new feed is polled at once, the very first one too."""
    try:
        stamp = str(feeds_file.stat().st_mtime_ns)
    except OSError:
        return False
    changed = context.cursor != stamp
    context.update_cursor(stamp)
    return changed
