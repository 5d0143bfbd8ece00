"""Starts the monitor job when something waits and no run is on its way."""

from dagster import DefaultSensorStatus, RunRequest, SensorEvaluationContext, SkipReason, sensor

from pipelines.cycle import utc_now
from pipelines.defs.runs import MONITOR, resting_until
from pipelines.defs.waiting import desk_changed, waiting


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
    changed = desk_changed(context)
    if not due.anything and not changed:
        return SkipReason("nothing is due")
    resting = resting_until(context.instance, now)
    if resting and not due.feeds and not due.deliveries and not changed:
        return SkipReason(f"the last run failed; what it left waits until {resting:%H:%M} UTC, or for a saved file")
    return RunRequest(
        tags={"wirewatch/due": f"{due.feeds} feeds, {due.backlog} left over, {due.deliveries} deliveries"}
    )
