"""Tells the operator receiver that a run failed."""

import os
from pathlib import Path

from dagster import DefaultSensorStatus, RunFailureSensorContext, run_failure_sensor

from pipelines.cycle import open_cycle, utc_now
from pipelines.delivery.message import operator_notice


@run_failure_sensor(
    default_status=DefaultSensorStatus.RUNNING,
    description="Sends the operator receiver of routes.yaml what failed, and where to look.",
)
def tell_operator(context: RunFailureSensorContext) -> None:
    """One notice a failed run, its run id the key; without an operator receiver the failure is only logged."""
    run = context.dagster_run
    steps = [f"{event.step_key}: {_cause(event)}" for event in context.get_step_failure_events()]
    lines = [
        f"Run {run.run_id[:8]} of {run.job_name} failed at {utc_now():%H:%M} UTC.",
        *(steps or [context.failure_event.message or "no reason was recorded"]),
        f"In the Dagster UI: /runs/{run.run_id}",
    ]
    with open_cycle(os.environ, Path.cwd()) as cycle:
        operator = cycle.routes().operator
        if operator is None:
            context.log.error("routes.yaml names no operator: %s", "; ".join(lines))
            return
        cycle.notifier.send(operator, operator_notice("Wirewatch: a run failed", lines), key=run.run_id)


def _cause(event: object) -> str:
    """The innermost error's first line, without its traceback."""
    data = getattr(event, "event_specific_data", None)
    error = getattr(data, "error", None)
    while error is not None and error.cause is not None:
        error = error.cause
    return error.message.strip().splitlines()[0] if error is not None and error.message.strip() else "failed"
