"""Starts the gathering of all shards when feeds or pages are due and none is on its way."""

import os
from contextlib import closing
from pathlib import Path

from dagster import DefaultSensorStatus, RunRequest, SensorEvaluationContext, SkipReason, sensor

from pipelines.config import load_settings
from pipelines.cycle import utc_now
from pipelines.defs.runs import GATHER, end_overdue_runs, run_on_its_way
from storage.store import open_store


@sensor(
    job_name=GATHER,
    minimum_interval_seconds=30,
    default_status=DefaultSensorStatus.RUNNING,
    description="Every 30 seconds, where WIREWATCH_SHARDS is over 1: are feeds or pages due? Then all shards go.",
)
def due_shards(context: SensorEvaluationContext) -> RunRequest | SkipReason:
    """Request a run of all shards, or say why not. A run whose workers are gone is ended, and blocks nothing."""
    now = utc_now()
    for run in end_overdue_runs(context.instance, now, GATHER):
        context.log.warning("ended run %s: it took longer than a run may", run.run_id)
    active = run_on_its_way(context.instance, GATHER)
    if active is not None:
        return SkipReason(f"run {active.run_id[:8]} is on its way")
    with closing(open_store(load_settings(os.environ, Path.cwd()).database_url)) as store:
        store.heed_clock(now)  # else nothing is due until the clock is where it was
        due = store.due_work(now)
    return RunRequest() if due.feeds or due.backlog else SkipReason("nothing is due")
