"""The Dagster face: definitions an operator can read, a sensor that never runs two at once, runs that are ended."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from dagster import (
    AssetCheckEvaluation,
    AssetCheckKey,
    AssetKey,
    AssetSelection,
    DagsterInstance,
    DagsterRun,
    DagsterRunStatus,
    Definitions,
    RunFailureSensorContext,
    RunRequest,
    RunStatusSensorContext,
    SkipReason,
    build_run_status_sensor_context,
    build_sensor_context,
    define_asset_job,
)
from dagster._core.test_utils import create_run_for_test

from pipelines.cli.dev import prepare_dagster_home
from pipelines.config import Settings
from pipelines.cycles import CycleDone, StepDone
from pipelines.definitions import defs, run_monitor_job
from pipelines.defs.checks import rule_file_checks
from pipelines.defs.resources import Installation
from pipelines.defs.runs import MAX_RUN, MONITOR, end_left_over_runs, end_overdue_runs, run_on_its_way
from pipelines.errors import DeskFileError
from pipelines.operating.gate import alone
from pipelines.rule_files import EVERY_FILE
from sensors.due_shards import due_shards
from sensors.due_work import due_work
from sensors.run_failure import tell_operator, tell_recovery
from sensors.saved_rules import saved_rules
from tests.installation import World, demo_world

ASSETS = ("feed_entries", "articles", "stories", "matches", "alerts", "deliveries", "heartbeat")


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[DagsterInstance]:
    settings = Settings(desk=tmp_path / "alert_rules", home=tmp_path / "home", database_url="")
    with DagsterInstance.from_config(str(prepare_dagster_home(settings))) as found:
        assert not found.telemetry_enabled
        yield found


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with demo_world(tmp_path) as found:
        for name, value in found.environment.items():
            monkeypatch.setenv(name, value)
        yield found


def a_run(instance: DagsterInstance, status: DagsterRunStatus) -> DagsterRun:
    return create_run_for_test(instance, job_name=MONITOR, status=status)


def test_the_graph_is_seven_described_and_owned_assets_in_three_groups_in_order_and_one_apart() -> None:
    graph = defs.resolve_asset_graph()
    assert {key.to_user_string() for key in graph.get_all_asset_keys()} == {*ASSETS, "archive"}
    for before, after in pairwise(ASSETS):
        assert graph.get(AssetKey(after)).parent_keys == {AssetKey(before)}
    nodes = [graph.get(AssetKey(name)) for name in (*ASSETS, "archive")]
    assert [node.group_name for node in nodes] == ["gathering"] * 3 + ["alerting"] * 3 + ["staying_awake"] * 2
    for node in nodes:
        assert len(node.description or "") > 60
        assert node.owners
        assert node.kinds


def test_housekeeping_is_an_hourly_job_of_its_own_that_tells_what_it_forgot(
    world: World, instance: DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIREWATCH_KEEP_PAGES", "0.00001")
    assert not {node.to_user_string() for node in defs.resolve_job_def(MONITOR).asset_layer.executable_asset_keys} & {
        "archive"
    }
    schedule = defs.resolve_schedule_def("housekeeping_schedule")
    assert (schedule.cron_schedule, schedule.default_status.value) == ("17 * * * *", "RUNNING")
    with world.cycle() as cycle:
        cycle.whole()
    done = defs.resolve_job_def("housekeeping").execute_in_process(instance=instance)
    (told,) = done.asset_materializations_for_node("archive")
    assert told.metadata["pages forgotten"].value > 0
    assert told.metadata["bytes of pages"].value > 0
    assert told.metadata["megabytes on disk"].value > 0


def test_the_sensor_starts_a_run_when_feeds_are_due_and_says_why_it_does_not(
    world: World, instance: DagsterInstance
) -> None:
    feeds = world.folder / "alert_rules" / "feeds.yaml"
    feeds.write_text(feeds.read_text(encoding="utf-8").replace("every: 1m", "every: 6h"), encoding="utf-8")
    context = build_sensor_context(instance=instance)
    assert isinstance(due_work(context), RunRequest)
    with world.cycle() as cycle:
        cycle.whole()
    again = build_sensor_context(instance=instance, cursor=context.cursor)
    quiet = due_work(again)
    assert isinstance(quiet, SkipReason)
    assert quiet.skip_message == "nothing is due"
    rules = world.folder / "alert_rules" / "rules.yaml"
    rules.write_text(rules.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert isinstance(due_work(again), RunRequest)


def test_a_clock_that_was_ahead_keeps_nothing_waiting(world: World, instance: DagsterInstance) -> None:
    context = build_sensor_context(instance=instance)
    due_work(context)
    with world.cycle() as cycle:
        cycle.whole()
        hence = datetime.now(UTC) + timedelta(hours=1)
        step = StepDone(step="alerts", seconds=1.0)
        cycle.store.cycles.record(CycleDone(cycle_id="ahead", began_at=hence, ended_at=hence, steps=(step,)))
    assert isinstance(due_work(build_sensor_context(instance=instance, cursor=context.cursor)), RunRequest)


def test_work_that_a_run_failed_on_waits_but_news_does_not(
    world: World, instance: DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", instance.root_directory)
    routes = world.folder / "alert_rules" / "routes.yaml"
    good = routes.read_text(encoding="utf-8")
    routes.write_text("version: 1\n")
    context = build_sensor_context(instance=instance)
    assert isinstance(due_work(context), RunRequest)
    assert not run_monitor_job(every_feed=True)
    resting = build_sensor_context(instance=instance, cursor=context.cursor)
    answer = due_work(resting)
    assert isinstance(answer, SkipReason)
    assert (answer.skip_message or "").startswith("the last run failed")
    routes.write_text(good, encoding="utf-8")
    assert isinstance(due_work(resting), RunRequest)


def test_neither_sensor_starts_a_run_while_an_upgrade_goes_on(world: World, instance: DagsterInstance) -> None:
    for sensor in (due_work, due_shards):
        with alone(world.folder / "home", patience=1.0):
            answer = sensor(build_sensor_context(instance=instance))
        assert isinstance(answer, SkipReason)
        assert "an upgrade or a restore is going on" in (answer.skip_message or "")


@pytest.mark.parametrize("status", [DagsterRunStatus.NOT_STARTED, DagsterRunStatus.STARTING, DagsterRunStatus.STARTED])
def test_the_sensor_never_starts_a_second_run(
    world: World, instance: DagsterInstance, status: DagsterRunStatus
) -> None:
    run = a_run(instance, status)
    answer = due_work(build_sensor_context(instance=instance))
    assert isinstance(answer, SkipReason)
    assert run.run_id[:8] in (answer.skip_message or "")


def test_a_run_that_is_over_its_time_is_ended_and_blocks_nothing(instance: DagsterInstance) -> None:
    run = a_run(instance, DagsterRunStatus.STARTED)
    waits = a_run(instance, DagsterRunStatus.NOT_STARTED)
    assert not end_overdue_runs(instance, datetime.now(UTC))
    assert run_on_its_way(instance) is not None
    ended = end_overdue_runs(instance, datetime.now(UTC) + MAX_RUN + timedelta(seconds=5))
    assert {one.run_id for one in ended} == {run.run_id, waits.run_id}
    assert run_on_its_way(instance) is None
    found = instance.get_run_by_id(run.run_id)
    assert found is not None
    assert found.status is DagsterRunStatus.FAILURE


@pytest.mark.parametrize("status", [DagsterRunStatus.STARTED, DagsterRunStatus.NOT_STARTED])
def test_runs_left_over_by_a_reboot_are_ended(instance: DagsterInstance, status: DagsterRunStatus) -> None:
    left = a_run(instance, status)
    assert [run.run_id for run in end_left_over_runs(instance)] == [left.run_id]
    assert run_on_its_way(instance) is None


def test_the_job_leaves_counts_tables_and_problems_for_the_operator(
    world: World, instance: DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", instance.root_directory)
    assert run_monitor_job(every_feed=True)
    event = instance.get_latest_materialization_event(AssetKey("feed_entries"))
    assert event is not None
    assert event.asset_materialization is not None
    metadata = event.asset_materialization.metadata
    assert metadata["entries new"].value > 20
    assert metadata["feeds failed"].value == 1
    assert {record.data["what"] for record in metadata["problems in feed_entries"].records}
    assert metadata["new in feed_entries"].records
    keys = [AssetCheckKey(AssetKey("heartbeat"), name) for name in ("canary_arrives", "every_step_moves")]
    latest = instance.event_log_storage.get_latest_asset_check_execution_by_key(keys)
    assert {latest[key].status.value for key in keys} == {"SUCCEEDED"}
    secret = world.environment["DEMO_MAIL_URL"]
    for path in Path(instance.root_directory).rglob("*.db"):
        assert secret.encode() not in path.read_bytes()


def failed_run(instance: DagsterInstance) -> RunFailureSensorContext:
    """A monitor run that fails for want of a routes file, as the sensor is told of it."""
    assert not run_monitor_job(every_feed=True)
    run = instance.get_runs(limit=1)[0]
    failure = instance.all_logs(run.run_id)[-1].dagster_event
    assert failure is not None
    return build_run_status_sensor_context(
        sensor_name="tell_operator", dagster_instance=instance, dagster_run=run, dagster_event=failure
    ).for_run_failure()


def test_a_row_of_failed_runs_is_told_to_the_operator_once(
    world: World, instance: DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", instance.root_directory)
    routes, aside = world.folder / "alert_rules" / "routes.yaml", world.folder / "routes.yaml"

    routes.rename(aside)
    first = failed_run(instance)
    with pytest.raises(DeskFileError):
        tell_operator(first)  # whom to tell is not known: the next failure of the row tells
    second = failed_run(instance)
    aside.rename(routes)
    monkeypatch.setenv("WIREWATCH_DATABASE_URL", "sqlite:////nowhere/wirewatch.db")  # it may be what failed
    tell_operator(second)
    [told] = [str(letter) for letter in world.site.mailbox.letters()]
    assert "run failed" in told
    assert second.dagster_run.run_id[:8] in told
    assert os.environ["DEMO_MAIL_URL"] not in told

    monkeypatch.delenv("WIREWATCH_DATABASE_URL")
    routes.rename(aside)
    third = failed_run(instance)
    aside.rename(routes)
    tell_operator(third)
    assert len(world.site.mailbox.messages) == 1

    assert run_monitor_job(every_feed=False)
    world.site.forget()
    for _ in range(2):
        tell_recovery(succeeded_run(instance))
    [over] = [str(letter["subject"]) for letter in world.site.mailbox.letters()]
    assert "runs succeed again" in over


def succeeded_run(instance: DagsterInstance) -> RunStatusSensorContext:
    """The last monitor run, which went well, as the sensor is told of it."""
    run = instance.get_runs(limit=1)[0]
    success = instance.all_logs(run.run_id)[-1].dagster_event
    assert success is not None
    return build_run_status_sensor_context(
        sensor_name="tell_recovery", dagster_instance=instance, dagster_run=run, dagster_event=success
    )


def test_a_run_that_is_stuck_is_told_like_one_that_failed(world: World, instance: DagsterInstance) -> None:
    run = a_run(instance, DagsterRunStatus.STARTED)
    [ended] = end_overdue_runs(instance, datetime.now(UTC) + MAX_RUN + timedelta(seconds=5))
    failure = instance.all_logs(run.run_id)[-1].dagster_event
    assert failure is not None
    context = build_run_status_sensor_context(
        sensor_name="tell_operator", dagster_instance=instance, dagster_run=ended, dagster_event=failure
    ).for_run_failure()
    for _ in range(2):
        tell_operator(context)
    [told] = [letter.get_content() for letter in world.site.mailbox.letters()]
    assert "ended by Wirewatch: started for more than 0:03:00" in told


def test_each_rule_file_has_a_check_of_its_own_and_a_new_one_needs_no_code(
    world: World, instance: DagsterInstance
) -> None:
    desk = world.folder / "alert_rules"
    (desk / "south").mkdir()
    (desk / "south" / "new-one.yaml").write_text("version: 1\nrules: [{id: n, any: [lach*], an: 1}]\n")
    checks = rule_file_checks()
    assert {key.name for key in checks.check_keys} == {"rules", "lists", "south__new_one", EVERY_FILE}

    def answers() -> dict[str, AssetCheckEvaluation]:
        job = define_asset_job("look", AssetSelection.checks(checks))
        desk = Definitions(asset_checks=[checks], jobs=[job], resources={"installation": Installation()})
        run = desk.resolve_job_def("look").execute_in_process(instance=instance)
        return {one.check_name: one for one in run.get_asset_check_evaluations()}

    found = answers()
    assert {name: one.passed for name, one in found.items()} == {
        "rules": True,
        "lists": True,
        "south__new_one": False,
        EVERY_FILE: False,
    }
    told = found["south__new_one"].description or ""
    assert told.startswith(f"{desk}/south/new-one.yaml:2:31: error: unknown key `an`")
    assert told.endswith("See it all: wirewatch rules check")
    assert "nothing is wrong; rules: " in (found["rules"].description or "")

    (desk / "south" / "new-one.yaml").unlink()
    (desk / "later.yaml").write_text("version: 1\n")
    found = answers()
    assert not found[EVERY_FILE].passed
    assert "later.yaml:1:1" in (found[EVERY_FILE].description or "")
    assert set(found) == {"rules", "lists", EVERY_FILE}


def test_the_rule_files_are_checked_when_one_was_saved(world: World, instance: DagsterInstance) -> None:
    rules = world.folder / "alert_rules" / "rules.yaml"

    def asked(known: Definitions = defs) -> RunRequest | SkipReason:
        answer = saved_rules(build_sensor_context(instance=instance, definitions=known))
        assert isinstance(answer, RunRequest | SkipReason)
        return answer

    first = asked()
    assert isinstance(first, RunRequest)
    job = defs.resolve_job_def("check_rule_files")
    assert job.execute_in_process(instance=instance, tags=dict(first.tags)).success
    key = AssetCheckKey(AssetKey("matches"), EVERY_FILE)
    found = instance.event_log_storage.get_latest_asset_check_execution_by_key([key])
    assert found[key].status.value == "SUCCEEDED"
    assert isinstance(asked(), SkipReason)
    assert isinstance(asked(Definitions()), RunRequest)  # code that knows other files

    rules.write_text(rules.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    second = asked()
    assert isinstance(second, RunRequest)
    failed = create_run_for_test(instance, "check_rule_files", tags=dict(second.tags), status=DagsterRunStatus.FAILURE)
    assert "the last run failed" in str(asked())
    instance.delete_run(failed.run_id)
    assert isinstance(asked(), RunRequest)  # cleared away: its answers are gone with it
    create_run_for_test(instance, "check_rule_files", tags=dict(second.tags), status=DagsterRunStatus.STARTED)
    assert "is on its way" in str(asked())


def test_the_monitor_job_counts_by_rule(
    world: World, instance: DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", instance.root_directory)
    rules = world.folder / "alert_rules" / "rules.yaml"
    rules.write_text(rules.read_text(encoding="utf-8") + "  - {id: ghost, status: shadow, any: [Karabakh]}\n")
    assert run_monitor_job(every_feed=True)
    event = instance.get_latest_materialization_event(AssetKey("matches"))
    assert event is not None
    assert event.asset_materialization is not None
    rows = event.asset_materialization.metadata["rules in matches"].records
    ghost = next(row.data for row in rows if row.data["rule"] == "ghost")
    assert int(ghost["shadowed"]) > 0
    assert (ghost["matched"], float(ghost["seconds"]) >= 0) == ("0", True)
    assert any(int(row.data["matched"]) for row in rows)
    key = AssetCheckKey(AssetKey("matches"), EVERY_FILE)
    assert not instance.event_log_storage.get_latest_asset_check_execution_by_key([key])  # a job of its own asks it
