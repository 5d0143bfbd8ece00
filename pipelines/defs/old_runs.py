"""Keeps Dagster's own home small: runs past their time go, and so does everything that they left on the disk.

Dagster deletes rows, and no files: on SQLite each run has a database of 190 kB of its own, which stays when its run is
deleted, as do the rows of its asset checks; at one run a minute that would be 101 GB and half a million files a year.
"""

import os
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from dagster import (
    DagsterInstance,
    DagsterRunStatus,
    DefaultScheduleStatus,
    OpExecutionContext,
    RunsFilter,
    ScheduleDefinition,
    job,
    op,
)
from dagster._core.storage.event_log import SqlEventLogStorage, SqliteEventLogStorage
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable

from pipelines.config import Settings, load_settings
from pipelines.cycle import utc_now
from pipelines.steps.progress import Budget

OLD_RUNS = "old_runs"
SHARE = 60.0
"""Seconds in which it takes new work; an hour's sixty runs take a few."""
BATCH = 60
ENDED_WELL = (DagsterRunStatus.SUCCESS, DagsterRunStatus.CANCELED)
_BESIDE = ("", "-wal", "-shm", "-journal")


def forget_runs(instance: DagsterInstance, settings: Settings, budget: Budget) -> dict[str, int]:
    """Forget runs older than their keep time, and files of runs that nobody knows; counts of both, and bytes freed.

    The newest run is always kept: run numbers must not be given twice, and asset pages show when all was last well.
    """
    now = budget.now()
    well, failed = now - timedelta(days=settings.keep_runs), now - timedelta(days=settings.keep_failed_runs)
    counts = {"runs forgotten": 0, "failed runs forgotten": 0, "files without a run": 0, "bytes freed": 0}
    for statuses, before, name in (
        (ENDED_WELL, well, "runs forgotten"),
        ((DagsterRunStatus.FAILURE,), failed, "failed runs forgotten"),
    ):
        which = RunsFilter(statuses=list(statuses), updated_before=before)
        while not budget.spent and (run_ids := _old(instance, which)):
            counts["bytes freed"] += forget(instance, run_ids)
            counts[name] += len(run_ids)
    for run_id, path in _orphans(instance, failed):
        counts["bytes freed"] += _unlink(path)
        counts["files without a run"] += 1
        instance.compute_log_manager.delete_logs(prefix=[run_id])
    return counts


def forget(instance: DagsterInstance, run_ids: Sequence[str]) -> int:
    """Forget runs: their rows, events, what their checks said, their own databases and their logs; bytes freed."""
    storage, freed = instance.event_log_storage, 0
    if isinstance(storage, SqlEventLogStorage):
        _forget_events(storage, run_ids)  # first: whoever is killed here finds the runs again, and the rest with them
    for run_id in run_ids:
        if isinstance(storage, SqliteEventLogStorage):
            instance.run_storage.delete_run(run_id)
            freed += _unlink(Path(storage.path_for_shard(run_id)))
        else:
            instance.delete_run(run_id)
        instance.compute_log_manager.delete_logs(prefix=[run_id])
    return freed


def _forget_events(storage: SqlEventLogStorage, run_ids: Sequence[str]) -> None:
    """Those in the index that all runs share, in one transaction."""
    checks = AssetCheckExecutionsTable
    with storage.index_connection() as connection:
        for run_id in run_ids:
            storage.delete_events_for_run(connection, run_id)
        connection.execute(checks.delete().where(checks.c.run_id.in_(run_ids)))


def _old(instance: DagsterInstance, which: RunsFilter) -> list[str]:
    """Ids of the oldest such runs, the newest of all runs left out."""
    newest = {run.run_id for run in instance.get_runs(limit=1)}
    found = instance.get_run_records(which, limit=BATCH, ascending=True)
    return [one.dagster_run.run_id for one in found if one.dagster_run.run_id not in newest]


def _orphans(instance: DagsterInstance, before: datetime) -> Iterator[tuple[str, Path]]:
    """Databases of runs that were forgotten without them, untouched since `before`."""
    storage = instance.event_log_storage
    if not isinstance(storage, SqliteEventLogStorage):
        return
    for run_id in storage.get_all_run_ids():
        path = Path(storage.path_for_shard(run_id))
        if path.stat().st_mtime < before.timestamp() and not instance.has_run(run_id):
            yield run_id, path


def _unlink(path: Path) -> int:
    """Remove a database with what stands beside it; bytes freed."""
    freed = 0
    for end in _BESIDE:
        file = path.with_name(f"{path.name}{end}")
        if file.exists():
            freed += file.stat().st_size
            file.unlink()
    return freed


@op(
    description="Forgets runs past their time (WIREWATCH_KEEP_RUNS, WIREWATCH_KEEP_FAILED_RUNS) with everything that "
    "they left on the disk.",
)
def forget_old_runs(context: OpExecutionContext) -> None:
    """Forget what is past its time, in the installation that the environment names."""
    settings = load_settings(os.environ, Path.cwd())
    counts = forget_runs(context.instance, settings, Budget(utc_now(), SHARE))
    context.add_output_metadata(dict(counts))
    context.log.info(", ".join(f"{number} {name}" for name, number in counts.items()))


@job(
    name=OLD_RUNS,
    description="Once an hour: keeps Dagster's home small. What the desk's archive keeps is housekeeping's.",
    tags={"dagster/max_retries": "1"},
)
def old_runs() -> None:
    """Keep Dagster's home small."""
    forget_old_runs()


old_runs_hourly = ScheduleDefinition(
    name="old_runs_hourly",
    job=old_runs,
    cron_schedule="47 * * * *",
    execution_timezone="UTC",
    default_status=DefaultScheduleStatus.RUNNING,
    description="Forgets old runs at 47 minutes past.",
)
