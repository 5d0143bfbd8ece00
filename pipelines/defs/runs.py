"""Monitor runs that hold the way: those on their way, and those whose process is gone."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from dagster import DagsterInstance, DagsterRun, DagsterRunStatus, RunsFilter

MONITOR = "monitor"

# Three times a run's sixty seconds of work: start-up, the last item of each step and a busy machine fit in.
MAX_RUN = timedelta(minutes=3)

_RUNNING = (DagsterRunStatus.STARTING, DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING)
_ON_THEIR_WAY = (DagsterRunStatus.QUEUED, DagsterRunStatus.NOT_STARTED, *_RUNNING)


def end_overdue_runs(instance: DagsterInstance, now: datetime) -> Sequence[DagsterRun]:
    """Mark monitor runs failed that run for longer than MAX_RUN: their process is gone or stuck."""
    overdue = [
        record.dagster_run
        for record in instance.get_run_records(RunsFilter(job_name=MONITOR, statuses=_RUNNING))
        if now - (_utc(record.start_time) or record.create_timestamp) > MAX_RUN
    ]
    for run in overdue:
        instance.report_run_failed(run, f"ended by Wirewatch: still running after {MAX_RUN}")
    return overdue


def end_left_over_runs(instance: DagsterInstance) -> Sequence[DagsterRun]:
    """Mark every run failed that a reboot or a kill left running; call only where no other Dagster shares the home.

    Dagster's default launcher cannot see a dead worker: without this, such a run stays "started" for ever.
    """
    left_over = instance.get_runs(RunsFilter(statuses=_RUNNING))
    for run in left_over:
        instance.report_run_failed(run, "ended by Wirewatch: left over by an earlier process")
    return left_over


def run_on_its_way(instance: DagsterInstance) -> DagsterRun | None:
    """A monitor run that is queued or running, if there is one."""
    runs = instance.get_runs(RunsFilter(job_name=MONITOR, statuses=_ON_THEIR_WAY), limit=1)
    return next(iter(runs), None)


def _utc(timestamp: float | None) -> datetime | None:
    return None if timestamp is None else datetime.fromtimestamp(timestamp, UTC)
