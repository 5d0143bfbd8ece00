"""The sensor that starts the gathering of all shards, and a run whose workers are all gone: ended, told, begun anew."""

import signal
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from dagster import DagsterInstance, DagsterRunStatus, RunRequest, SkipReason, build_sensor_context
from dagster._core.events import EngineEventData
from dagster._core.test_utils import create_run_for_test

from pipelines.cli.dev import prepare_dagster_home
from pipelines.config import Settings
from pipelines.defs.runs import GATHER, MAX_RUN, MONITOR, end_overdue_runs
from pipelines.operating.gate import alone
from sensors.due_shards import due_shards
from storage.store import SqlStore, open_store
from tests.storage.samples import feed


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[DagsterInstance]:
    settings = Settings(desk=tmp_path / "alert_rules", home=tmp_path / "home", database_url="")
    with DagsterInstance.from_config(str(prepare_dagster_home(settings))) as found:
        yield found


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SqlStore]:
    """That of an installation whose desk watches nothing yet."""
    desk = tmp_path / "alert_rules"
    desk.mkdir()
    (desk / "feeds.yaml").write_text("version: 1\nfeeds: []\n")
    url = f"sqlite:///{tmp_path / 'wirewatch.db'}"
    told = {"DESK": str(desk), "HOME": str(tmp_path / "home"), "DATABASE_URL": url}
    for name, value in told.items():
        monkeypatch.setenv(f"WIREWATCH_{name}", value)
    with closing(open_store(url)) as found:
        yield found


@dataclass
class Asked:
    """The sensor, tick after tick; each answer is why it starts no run, or empty where it does."""

    instance: DagsterInstance
    cursor: str | None = None

    def __call__(self) -> str:
        context = build_sensor_context(instance=self.instance, cursor=self.cursor)
        answer = due_shards(context)
        self.cursor = context.cursor
        assert isinstance(answer, RunRequest | SkipReason)
        return "" if isinstance(answer, RunRequest) else answer.skip_message or ""


def test_it_starts_a_run_when_feeds_are_due_and_says_why_it_does_not(
    store: SqlStore, instance: DagsterInstance, tmp_path: Path
) -> None:
    asked = Asked(instance)
    assert not asked(), "feeds.yaml is new: who else would read it?"
    assert asked() == "nothing is due"
    (tmp_path / "alert_rules" / "feeds.yaml").write_text("version: 1\nfeeds: []  # none yet\n")
    assert not asked()
    store.feeds.sync_feeds([feed()], datetime.now(UTC))
    create_run_for_test(instance, job_name=MONITOR, status=DagsterRunStatus.STARTED)
    assert not asked(), "the feed is due, and the other job's run is no hindrance"
    run = create_run_for_test(instance, job_name=GATHER, status=DagsterRunStatus.STARTED)
    assert asked() == f"run {run.run_id[:8]} is on its way"
    instance.report_run_failed(run)
    with alone(tmp_path / "home", 5):
        assert asked().startswith("an upgrade or a restore is going on")
    assert not asked()


def waits_for_ever(ready: Connection) -> None:
    """A process that heeds no signal that can be heeded."""
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, signal.SIG_IGN)
    ready.send(None)
    time.sleep(600)


def test_a_run_whose_workers_are_gone_is_ended_with_its_process_and_another_begins(
    store: SqlStore, instance: DagsterInstance
) -> None:
    store.feeds.sync_feeds([feed()], datetime.now(UTC))
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=waits_for_ever, args=(there,), daemon=True)
    process.start()
    here.recv()
    run = create_run_for_test(instance, job_name=GATHER, status=DagsterRunStatus.STARTED)
    instance.report_engine_event("Started process for run.", run, EngineEventData.in_process(process.pid or 0))
    asked = Asked(instance)
    assert asked() == f"run {run.run_id[:8]} is on its way"
    process.terminate()
    (ended,) = end_overdue_runs(instance, datetime.now(UTC) + MAX_RUN + timedelta(seconds=5), GATHER)
    process.join(20)
    assert (ended.run_id, process.exitcode) == (run.run_id, -signal.SIGKILL)
    found = instance.get_run_by_id(run.run_id)
    assert found
    assert found.status is DagsterRunStatus.FAILURE
    assert not asked(), "nothing holds the way"
