"""Starts the monitor job when something waits and no run is on its way."""

import os
from contextlib import suppress
from pathlib import Path

from dagster import DefaultSensorStatus, RunRequest, SensorEvaluationContext, SkipReason, sensor

from pipelines.config import load_settings
from pipelines.cycle import utc_now
from pipelines.defs.runs import MONITOR, resting_until
from pipelines.defs.waiting import waiting
from pipelines.states import digest


@sensor(
    job_name=MONITOR,
    minimum_interval_seconds=30,
    default_status=DefaultSensorStatus.RUNNING,
    description="Every 30 seconds: are feeds, unfinished work or deliveries due? Then it starts one monitor run.",
)
def due_work(context: SensorEvaluationContext) -> RunRequest | SkipReason:
    """Request a run, or say why not: nothing due, or a run on its way. A crashed run is ended, and blocks nothing."""
    now = utc_now()
    due = waiting(context, MONITOR, now)
    if isinstance(due, SkipReason):
        return due
    changed = _desk_changed(context, load_settings(os.environ, Path.cwd()).desk)
    if not due.anything and not changed:
        return SkipReason("nothing is due")
    resting = resting_until(context.instance, now)
    if resting and not due.feeds and not due.deliveries and not changed:
        return SkipReason(f"the last run failed; what it left waits until {resting:%H:%M} UTC, or for a saved file")
    return RunRequest(
        tags={"wirewatch/due": f"{due.feeds} feeds, {due.backlog} left over, {due.deliveries} deliveries"}
    )


def _desk_changed(context: SensorEvaluationContext, desk: Path) -> bool:
    """Whether a file of the desk's folder was saved since the last look: what it brings is seen at once."""
    stamps = []
    for file in sorted(desk.rglob("*.yaml")):
        with suppress(OSError):  # gone between listing and looking
            stamps.append(f"{file}:{file.stat().st_mtime_ns}")
    stamp = digest(*stamps)
    changed = context.cursor != stamp
    context.update_cursor(stamp)
    return changed
