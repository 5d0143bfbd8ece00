"""What a sensor asks before it starts a run of a job: whether one is on its way, and whether anything waits."""

import os
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from dagster import SensorEvaluationContext, SkipReason

from pipelines.config import load_settings
from pipelines.defs.runs import end_overdue_runs, run_on_its_way
from pipelines.errors import SchemaMismatch
from pipelines.operating.gate import is_shut
from pipelines.states import digest
from pipelines.store import DueWork
from storage.store import open_store


def on_its_way(context: SensorEvaluationContext, job: str, now: datetime) -> SkipReason | None:
    """Why no run of the job may start beside another. One that crashed is ended, and blocks nothing."""
    for run in end_overdue_runs(context.instance, now, job):
        context.log.warning("ended run %s: it took longer than a run may", run.run_id)
    active = run_on_its_way(context.instance, job)
    return SkipReason(f"run {active.run_id[:8]} is on its way") if active else None


def waiting(context: SensorEvaluationContext, job: str, now: datetime) -> DueWork | SkipReason:
    """What is due, or why no run may start."""
    if active := on_its_way(context, job, now):
        return active
    settings = load_settings(os.environ, Path.cwd())
    if is_shut(settings.home):
        return SkipReason("an upgrade or a restore is going on; what waits is done after it")
    try:
        with closing(open_store(settings.database_url)) as store:
            store.heed_clock(now)  # else nothing is due until the clock is where it was
            return store.due_work(now)
    except SchemaMismatch as error:  # an upgrade was here: each run would fail of this, and nothing is lost by waiting
        return SkipReason(f"{error}; then start these services anew")


def desk_changed(context: SensorEvaluationContext) -> bool:
    """Whether a file of the desk's folder was saved since the last look: what it brings is seen at once."""
    stamp = desk_stamp()
    changed = context.cursor != stamp
    context.update_cursor(stamp)
    return changed


def desk_stamp() -> str:
    """What is another whenever a file of the desk's folder was saved, came or went."""
    stamps, desk = [], load_settings(os.environ, Path.cwd()).desk
    for file in sorted(desk.rglob("*.yaml")):
        with suppress(OSError):  # gone between listing and looking
            stamps.append(f"{file}:{file.stat().st_mtime_ns}")
    return digest(*stamps)
