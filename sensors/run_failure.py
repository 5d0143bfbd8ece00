"""Tells the operator receiver that runs fail: once when it begins, and again after a run that succeeded."""

import os
from pathlib import Path

from dagster import DefaultSensorStatus, RunFailureSensorContext, run_failure_sensor

from pipelines.config import load_settings, receiver_environment
from pipelines.cycle import utc_now
from pipelines.defs.runs import failures_in_a_row
from pipelines.delivery.apprise_notifier import AppriseNotifier
from pipelines.delivery.message import operator_notice
from pipelines.delivery.routing import load_routes

TOLD = "wirewatch/told"
"""Tag of a failed run of which the operator has been told."""


@run_failure_sensor(
    default_status=DefaultSensorStatus.RUNNING,
    description="Sends the operator receiver of routes.yaml what failed, and where to look; once in a row of failures.",
)
def tell_operator(context: RunFailureSensorContext) -> None:
    """One notice for a row of failed runs, its first run's id the key; it needs no database, which may be what failed.

    A notice that does not get through is tried again with the next failure of the row.
    """
    run = context.dagster_run
    if any(TOLD in earlier.tags for earlier in failures_in_a_row(context.instance)):
        context.log.info("the operator has been told of these failures")
        return
    lines = [
        f"Run {run.run_id[:8]} of {run.job_name} failed at {utc_now():%H:%M} UTC.",
        *(_causes(context) or [context.failure_event.message or "no reason was recorded"]),
        f"In the Dagster UI: /runs/{run.run_id}",
        "You hear of it again only after a run has succeeded in between.",
    ]
    settings = load_settings(os.environ, Path.cwd())
    operator = load_routes(settings.desk / "routes.yaml").operator
    if operator is None:
        context.log.error("routes.yaml names no operator: %s", "; ".join(lines))
        return
    notifier = AppriseNotifier(receiver_environment(settings, os.environ))
    notifier.send(operator, operator_notice("Wirewatch: a run failed", lines), key=run.run_id)
    context.instance.add_run_tags(run.run_id, {TOLD: "yes"})


def _causes(context: RunFailureSensorContext) -> list[str]:
    """Each failed step with its innermost error's first line, without traces."""
    causes = []
    for event in context.get_step_failure_events():
        error = event.step_failure_data.error
        while error is not None and error.cause is not None:
            error = error.cause
        message = error.message.strip() if error is not None else ""
        causes.append(f"{event.step_key}: {message.splitlines()[0] if message else 'failed'}")
    return causes
