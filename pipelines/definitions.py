"""The one Definitions object, and what the command line may ask of Dagster."""

import os

from dagster import (
    AssetSelection,
    DagsterInstance,
    DefaultScheduleStatus,
    Definitions,
    ScheduleDefinition,
    define_asset_job,
    in_process_executor,
)

from pipelines.config import shards_of
from pipelines.defs import assets
from pipelines.defs.checks import rule_file_checks
from pipelines.defs.old_runs import old_runs, old_runs_hourly
from pipelines.defs.reprocessing import backfill
from pipelines.defs.resources import Installation
from pipelines.defs.runs import GATHER, MONITOR, RULE_FILES, end_left_over_runs
from pipelines.defs.shards import executor, shard_assets
from sensors.due_shards import due_shards
from sensors.due_work import due_work
from sensors.run_failure import tell_operator, tell_recovery
from sensors.saved_rules import saved_rules

SHARDS = shard_assets(shards_of(os.environ))
"""None unless WIREWATCH_SHARDS is more than one: then the monitor job leaves gathering to the job of the shards."""
_OF_SHARDS = [asset.key.to_user_string() for asset in SHARDS]
_ELSEWHERE = AssetSelection.assets("archive", *_OF_SHARDS, *(("feed_entries", "articles") if SHARDS else ()))
CHECKS = rule_file_checks()

monitor = define_asset_job(
    MONITOR,
    selection=AssetSelection.all() - _ELSEWHERE - AssetSelection.checks(CHECKS),
    config={"loggers": {"console": {"config": {"log_level": "WARNING"}}}},
    description="One monitoring cycle: poll, extract, group, match, decide, deliver, tell that all is well. "
    "Takes at most about a minute; what is left waits for the next.",
)

housekeeping = define_asset_job(
    "housekeeping",
    selection=AssetSelection.assets("archive"),
    description="Once an hour: forgets what was kept for its time, and gives the disk the room back.",
)

check_rule_files = define_asset_job(
    RULE_FILES,
    selection=AssetSelection.checks(CHECKS),
    description="Whether each rule file is as it should be: asked whenever a file of the desk was saved.",
)

gather = define_asset_job(
    GATHER,
    selection=AssetSelection.assets(*_OF_SHARDS),
    executor_def=executor(),
    description="The first two steps, each shard of hosts by a worker of its own; then `monitor` does the others.",
)

defs = Definitions(
    assets=[
        assets.feed_entries,
        assets.articles,
        assets.stories,
        assets.matches,
        assets.alerts,
        assets.deliveries,
        assets.heartbeat,
        assets.archive,
        *SHARDS,
    ],
    asset_checks=[CHECKS],
    jobs=[monitor, backfill, housekeeping, old_runs, check_rule_files, *([gather] if SHARDS else [])],
    schedules=[
        ScheduleDefinition(job=housekeeping, cron_schedule="17 * * * *", default_status=DefaultScheduleStatus.RUNNING),
        old_runs_hourly,
    ],
    sensors=[due_work, saved_rules, tell_operator, tell_recovery, *([due_shards] if SHARDS else [])],
    resources={"installation": Installation()},
    executor=in_process_executor,  # measured with five tiny assets: 4.3 s in process, 22.6 s in a process each
)


def run_monitor_job(*, every_feed: bool) -> bool:
    """Run the monitor job here and now, in the instance of DAGSTER_HOME; True when it succeeded."""
    config = {
        "ops": {"feed_entries": {"config": {"every_feed": every_feed}}},
        "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
    }
    with DagsterInstance.get() as instance:
        job = defs.resolve_job_def(MONITOR)
        return job.execute_in_process(run_config=config, instance=instance, raise_on_error=False).success


def sweep() -> int:
    """End the runs that an earlier process left running in DAGSTER_HOME; returns how many."""
    with DagsterInstance.get() as instance:
        return len(end_left_over_runs(instance))


def upgrade_dagster() -> bool:
    """Bring the databases in DAGSTER_HOME to this Dagster's schema where they are older; whether they were."""
    with DagsterInstance.get() as instance:
        stores = (instance.run_storage, instance.event_log_storage, instance.schedule_storage)
        versions = [store.alembic_version() for store in stores if store is not None]
        if all(version is None or version[0] == version[1] for version in versions):
            return False
        instance.upgrade()
    return True
