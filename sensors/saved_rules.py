"""Starts the checks of the rule files when a file of the desk was saved since they last answered."""

from dagster import DagsterRunStatus, DefaultSensorStatus, RunRequest, SensorEvaluationContext, SkipReason, sensor

from pipelines.cycle import utc_now
from pipelines.defs.runs import RULE_FILES, newest_run, resting_until
from pipelines.defs.waiting import desk_stamp, on_its_way
from pipelines.states import digest

ASKED_OF = "wirewatch/files"
"""Tag of a run: which files it was asked about, as they were saved."""


@sensor(
    job_name=RULE_FILES,
    minimum_interval_seconds=30,
    default_status=DefaultSensorStatus.RUNNING,
    description="Every 30 seconds: was a file of the desk saved? Then the rule files' checks are asked anew.",
)
def saved_rules(context: SensorEvaluationContext) -> RunRequest | SkipReason:
    """Request a run, or say why not.

    A run that failed is asked for again, as is one that was cleared away: what its checks said went with it. Code that
    was loaded anew has checks of other files.
    """
    now = utc_now()
    if active := on_its_way(context, RULE_FILES, now):
        return active
    known = context.repository_def.asset_graph.asset_check_keys if context.repository_def else ()
    asked_of = digest(desk_stamp(), *sorted(key.name for key in known))
    last = newest_run(context.instance, RULE_FILES)
    if last is not None and last.tags.get(ASKED_OF) == asked_of:
        if last.status is DagsterRunStatus.SUCCESS:
            return SkipReason("no file was saved since the checks answered")
        if resting := resting_until(context.instance, now, RULE_FILES):
            return SkipReason(f"the last run failed; the next begins at {resting:%H:%M} UTC, or when a file was saved")
    return RunRequest(tags={ASKED_OF: asked_of})
