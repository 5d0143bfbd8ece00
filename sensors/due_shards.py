"""Starts the gathering of all shards when feeds or pages are due and none is on its way."""

from dagster import DefaultSensorStatus, RunRequest, SensorEvaluationContext, SkipReason, sensor

from pipelines.cycle import utc_now
from pipelines.defs.runs import GATHER
from pipelines.defs.waiting import desk_changed, waiting


@sensor(
    job_name=GATHER,
    minimum_interval_seconds=30,
    default_status=DefaultSensorStatus.RUNNING,
    description="Every 30 seconds, where WIREWATCH_SHARDS is over 1: are feeds or pages due? Then all shards go.",
)
def due_shards(context: SensorEvaluationContext) -> RunRequest | SkipReason:
    """Request a run of all shards, or say why not. A run whose workers are gone is ended, and blocks nothing."""
    due = waiting(context, GATHER, utc_now())
    if isinstance(due, SkipReason):
        return due
    changed = desk_changed(context)  # a feed that is new is known to nobody else yet
    return RunRequest() if due.feeds or due.backlog or changed else SkipReason("nothing is due")
