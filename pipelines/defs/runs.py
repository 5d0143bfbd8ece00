"""Runs that hold the way: those on their way, and those whose process is gone or stuck."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from multiprocessing import active_children

from dagster import DagsterEventType, DagsterInstance, DagsterRun, DagsterRunStatus, RunRecord, RunsFilter

MONITOR = "monitor"
GATHER = "gather"
RULE_FILES = "check_rule_files"
TOLD = "wirewatch/told"
"""Tag of a failed run of which the operator has been told."""
OVER = "wirewatch/over"
"""Beside TOLD: the operator has been told, too, that runs succeed again."""

# Three times a run's minute of work: start-up, the last item of each step and a busy machine fit in.
MAX_RUN = timedelta(minutes=3)
AFTER_FAILURE = timedelta(minutes=5)

_RUNNING = (DagsterRunStatus.STARTING, DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING)
_ON_THEIR_WAY = (DagsterRunStatus.QUEUED, DagsterRunStatus.NOT_STARTED, *_RUNNING)
_ENDED = (DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED)


def end_overdue_runs(instance: DagsterInstance, now: datetime, job: str = MONITOR) -> Sequence[DagsterRun]:
    """Mark a job's runs failed that have been in their state for longer than MAX_RUN: gone, stuck, or never started.

    Where the process of such a run is a child of this one, as it is of the code server, it is ended.
    """
    overdue = [
        record.dagster_run
        for record in instance.get_run_records(RunsFilter(job_name=job, statuses=_ON_THEIR_WAY))
        if now - _since(record) > MAX_RUN
    ]
    for run in overdue:
        instance.report_run_failed(run, f"ended by Wirewatch: {run.status.value.lower()} for more than {MAX_RUN}")
        _end_process(instance, run.run_id)
    return overdue


def end_left_over_runs(instance: DagsterInstance) -> Sequence[DagsterRun]:
    """Mark every run failed that a reboot or a kill left running; call only where no other Dagster shares the home.

    Dagster's default launcher cannot see a dead worker: without this, such a run stays "started" for ever.
    """
    left_over = instance.get_runs(RunsFilter(statuses=[*_RUNNING, DagsterRunStatus.NOT_STARTED]))
    for run in left_over:
        instance.report_run_failed(run, "ended by Wirewatch: left over by an earlier process")
    return left_over


def run_on_its_way(instance: DagsterInstance, job: str = MONITOR) -> DagsterRun | None:
    """A run of a job that is queued or running, if there is one."""
    runs = instance.get_runs(RunsFilter(job_name=job, statuses=_ON_THEIR_WAY), limit=1)
    return next(iter(runs), None)


def newest_run(instance: DagsterInstance, job: str) -> DagsterRun | None:
    """The last run of a job, whatever became of it."""
    return next(iter(instance.get_runs(RunsFilter(job_name=job), limit=1)), None)


def resting_until(instance: DagsterInstance, now: datetime, job: str = MONITOR) -> datetime | None:
    """Until when left-over work alone starts no run, because the last run failed on it; None when it may start."""
    last = next(iter(_ended(instance, limit=1, job_name=job)), None)
    if last is None or last.dagster_run.status is not DagsterRunStatus.FAILURE:
        return None
    until = _since(last) + AFTER_FAILURE
    return until if until > now else None


def failures_in_a_row(instance: DagsterInstance, job_name: str = MONITOR, limit: int = 50) -> Sequence[DagsterRun]:
    """The job's runs that failed since the last one that did not, newest first, at most `limit`."""
    failed = []
    for record in _ended(instance, limit, job_name):
        if record.dagster_run.status is not DagsterRunStatus.FAILURE:
            break
        failed.append(record.dagster_run)
    return failed


def told_and_not_over(instance: DagsterInstance, job_name: str = MONITOR) -> DagsterRun | None:
    """The job's newest failed run that the operator was told of, where nobody has told that runs succeed again."""
    told = RunsFilter(job_name=job_name, statuses=[DagsterRunStatus.FAILURE], tags={TOLD: "yes"})
    newest = next(iter(instance.get_runs(told, limit=1)), None)
    return None if newest is None or OVER in newest.tags else newest


def _end_process(instance: DagsterInstance, run_id: str) -> None:
    """Kill it: what waits for Celery workers that are gone heeds no other signal, and would stay until a reboot."""
    events = instance.all_logs(run_id, of_type=DagsterEventType.ENGINE_EVENT)
    told = [one.dagster_event.engine_event_data.metadata.get("pid") for one in events if one.dagster_event]
    pids = {str(one.value) for one in told if one is not None}
    for child in active_children():
        if str(child.pid) in pids:
            child.kill()


def _ended(instance: DagsterInstance, limit: int, job_name: str = MONITOR) -> Sequence[RunRecord]:
    return instance.get_run_records(RunsFilter(job_name=job_name, statuses=_ENDED), limit=limit)


def _since(record: RunRecord) -> datetime:
    """When the run began to run; else when it came into its state, which for a run that waited is not its creation."""
    moment = record.update_timestamp if record.start_time is None else datetime.fromtimestamp(record.start_time, UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
