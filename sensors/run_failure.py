"""Tells the operator receiver that runs fail: once when it begins, and once more when a run has succeeded again."""

import os
from pathlib import Path

from dagster import (
    DagsterRunStatus,
    DefaultSensorStatus,
    RunFailureSensorContext,
    RunStatusSensorContext,
    run_failure_sensor,
    run_status_sensor,
)

from pipelines.config import load_settings, receiver_environment
from pipelines.cycle import utc_now
from pipelines.defs.runs import OVER, TOLD, failures_in_a_row, told_and_not_over
from pipelines.delivery.apprise_notifier import AppriseNotifier
from pipelines.delivery.message import operator_notice
from pipelines.delivery.routing import load_routes


@run_failure_sensor(
    default_status=DefaultSensorStatus.RUNNING,
    description="Sends the operator receiver of routes.yaml what failed, and where to look; once in a row of failures.",
)
def tell_operator(context: RunFailureSensorContext) -> None:
    """One notice for a row of failed runs, its first run's id the key; it needs no database, which may be what failed.

    A notice that does not get through is tried again with the next failure of the row.
    """
    run = context.dagster_run
    if any(TOLD in earlier.tags for earlier in failures_in_a_row(context.instance, run.job_name)):
        context.log.info("the operator has been told of these failures")
        return
    lines = [
        f"Run {run.run_id[:8]} of {run.job_name} failed at {utc_now():%H:%M} UTC.",
        *(_causes(context) or [context.failure_event.message or "no reason was recorded"]),
        f"In the Dagster UI: /runs/{run.run_id}",
        "You hear of it once more when a run has succeeded again.",
    ]
    if _told(context, "Wirewatch: a run failed", lines, key=run.run_id):
        context.instance.add_run_tags(run.run_id, {TOLD: "yes"})


@run_status_sensor(
    run_status=DagsterRunStatus.SUCCESS,
    default_status=DefaultSensorStatus.RUNNING,
    description="Sends the operator receiver of routes.yaml, who was told of failed runs, that they succeed again.",
)
def tell_recovery(context: RunStatusSensorContext) -> None:
    """One notice after a row of failures that was told; one that does not get through goes with the next success."""
    failed = told_and_not_over(context.instance, context.dagster_run.job_name)
    if failed is None:
        return
    lines = [f"Run {context.dagster_run.run_id[:8]} went through; what waited meanwhile was not lost."]
    if _told(context, "Wirewatch: runs succeed again", lines, key=f"{failed.run_id}-over"):
        context.instance.add_run_tags(failed.run_id, {OVER: "yes"})


def _told(context: RunStatusSensorContext, title: str, lines: list[str], *, key: str) -> bool:
    """Send the operator a notice; False where routes.yaml names none."""
    settings = load_settings(os.environ, Path.cwd())
    operator = load_routes(settings.desk / "routes.yaml").operator
    if operator is None:
        context.log.error("routes.yaml names no operator: %s", "; ".join([title, *lines]))
        return False
    notifier = AppriseNotifier(receiver_environment(settings, os.environ))
    notifier.send(operator, operator_notice(title, lines), key=key)
    return True


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
