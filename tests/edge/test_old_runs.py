"""Dagster's home stays small: runs past their time go with their files, and nothing else does."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from dagster import (
    AssetCheckResult,
    AssetCheckSpec,
    DagsterInstance,
    MaterializeResult,
    asset,
    materialize,
)

from pipelines.cli.dev import prepare_dagster_home
from pipelines.config import Settings
from pipelines.definitions import defs
from pipelines.defs.old_runs import OLD_RUNS, forget_runs
from pipelines.steps.progress import Budget

NOW = datetime.now(UTC)


@asset(check_specs=[AssetCheckSpec("fine", asset="tiny")])
def tiny() -> MaterializeResult:  # type: ignore[type-arg]
    return MaterializeResult(check_results=[AssetCheckResult(check_name="fine", passed=True)])


@asset
def bad() -> None:
    raise ValueError("bad")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(desk=tmp_path / "alert_rules", home=tmp_path / "home", database_url="")


@pytest.fixture
def instance(settings: Settings) -> Iterator[DagsterInstance]:
    with DagsterInstance.from_config(str(prepare_dagster_home(settings))) as found:
        yield found


def after(days: float) -> Budget:
    return Budget(NOW + timedelta(days=days), 60)


def databases(settings: Settings) -> set[str]:
    runs = settings.dagster_home / "history" / "runs"
    return {path.stem for path in runs.iterdir()} - {"index"}


def rows(settings: Settings, table: str) -> int:
    with closing(sqlite3.connect(settings.dagster_home / "history" / "runs" / "index.db")) as connection:
        number: int = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        return number


def test_what_is_past_its_time_goes_with_its_files_and_failures_stay_longer(
    instance: DagsterInstance, settings: Settings
) -> None:
    well = [materialize([tiny], instance=instance).run_id for _ in range(3)]
    failed = materialize([bad], instance=instance, raise_on_error=False).run_id
    newest = materialize([tiny], instance=instance).run_id
    logs = settings.dagster_home / "storage" / well[0]
    assert forget_runs(instance, settings, after(2.9))["runs forgotten"] == 0
    assert databases(settings) == {*well, failed, newest}
    counts = forget_runs(instance, settings, after(3.1))
    assert counts["runs forgotten"] == 3
    assert counts["bytes freed"] > 3 * 50_000
    assert {run.run_id for run in instance.get_runs()} == databases(settings) == {failed, newest}
    assert rows(settings, "asset_check_executions") == 1
    assert not logs.exists()
    with closing(sqlite3.connect(settings.dagster_home / "history" / "runs" / "index.db")) as connection:
        known = {run_id for (run_id,) in connection.execute("SELECT DISTINCT run_id FROM event_logs")}
    assert known <= {failed, newest}
    assert forget_runs(instance, settings, after(29))["failed runs forgotten"] == 0
    assert forget_runs(instance, settings, after(31))["failed runs forgotten"] == 1
    assert databases(settings) == {newest}


def test_keep_times_are_settings(instance: DagsterInstance, settings: Settings) -> None:
    for _ in range(2):
        materialize([tiny], instance=instance)
    assert forget_runs(instance, replace(settings, keep_runs=10), after(5))["runs forgotten"] == 0
    assert forget_runs(instance, replace(settings, keep_runs=0.5), after(1))["runs forgotten"] == 1


def test_files_that_dagster_left_of_deleted_runs_go_once_they_are_old(
    instance: DagsterInstance, settings: Settings
) -> None:
    run_id = materialize([tiny], instance=instance).run_id
    materialize([tiny], instance=instance)
    instance.delete_run(run_id)
    stray = settings.dagster_home / "history" / "runs" / f"{run_id}.db"
    assert stray.exists()  # Dagster's way
    assert forget_runs(instance, settings, after(1))["files without a run"] == 0
    assert stray.exists()
    old = (NOW - timedelta(days=40)).timestamp()
    os.utime(stray, (old, old))
    assert forget_runs(instance, settings, after(1))["files without a run"] == 1
    assert not stray.exists()


def test_without_time_nothing_is_begun_and_the_next_hour_goes_on(instance: DagsterInstance, settings: Settings) -> None:
    for _ in range(2):
        materialize([tiny], instance=instance)
    spent = Budget(NOW + timedelta(days=9), 0)
    assert forget_runs(instance, settings, spent)["runs forgotten"] == 0


def test_the_job_runs_hourly_by_itself_and_never_beside_itself(
    instance: DagsterInstance, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.desk.mkdir()
    monkeypatch.setenv("WIREWATCH_DESK", str(settings.desk))
    monkeypatch.setenv("WIREWATCH_HOME", str(settings.home))
    assert defs.resolve_job_def(OLD_RUNS).execute_in_process(instance=instance).success
    schedule = defs.resolve_schedule_def("old_runs_hourly")
    assert schedule.cron_schedule == "47 * * * *"
    assert schedule.default_status.value == "RUNNING"
    limits = instance.get_concurrency_config().run_queue_config
    assert limits is not None
    assert any(
        limit.get("value") == "old_runs_hourly" and limit["limit"] == 1 for limit in limits.tag_concurrency_limits
    )
    assert instance.run_retries_enabled
    assert instance.run_monitoring_enabled
