"""The operator's commands, as a person or a script calls them: overview, run, doctor, dev."""

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from pipelines.cli.app import COMMANDS
from pipelines.cli.dev import alone, prepare_dagster_home
from pipelines.config import Settings
from pipelines.errors import SettingsError
from tests.installation import World, demo_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with demo_world(tmp_path) as found:
        yield found


def wirewatch(
    *arguments: str, folder: Path, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Call the command in a folder; only `environment` of Wirewatch's variables is set."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("WIREWATCH_")}
    return subprocess.run(
        [sys.executable, "-m", "pipelines.cli.app", *arguments],
        cwd=folder, env={**inherited, **(environment or {})}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def test_the_overview_shows_every_command_with_a_line_and_an_example(tmp_path: Path) -> None:
    shown = wirewatch("--help", folder=tmp_path).stdout
    for name, entry in COMMANDS.items():
        assert f"  {name} " in shown
        assert entry.line in shown
        assert f"$ {entry.example}" in shown


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_explains_itself(name: str, tmp_path: Path) -> None:
    answer = wirewatch(*name.split(), "--help", folder=tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith(f"Usage: wirewatch {name}")


def test_an_unknown_command_is_a_usage_error(tmp_path: Path) -> None:
    answer = wirewatch("fedes", folder=tmp_path)
    assert answer.returncode == 2
    assert "No such command 'fedes'" in answer.stderr


@pytest.mark.parametrize("command", [["run"], ["dev"], ["feeds", "list"], ["alerts", "list"], ["db", "upgrade"]])
def test_without_a_desk_folder_one_clear_line_and_nothing_made(command: list[str], tmp_path: Path) -> None:
    answer = wirewatch(*command, folder=tmp_path)
    assert answer.returncode == 1
    assert answer.stderr.startswith("error: no alert_rules/ folder in ")
    assert "WIREWATCH_DESK" in answer.stderr
    assert answer.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_run_does_a_cycle_and_tells_what_failed(world: World) -> None:
    answer = wirewatch("run", folder=world.folder, environment=world.environment)
    assert answer.returncode == 2  # the demo's failing feed
    assert "30 entries new" in answer.stdout
    assert answer.stderr.splitlines() == [
        line for line in answer.stderr.splitlines() if line.startswith("feed_entries: radio-tulip: ")
    ]
    again = wirewatch("run", "--json", folder=world.folder, environment=world.environment)
    assert again.returncode == 0, again.stderr
    reports = [json.loads(line) for line in again.stdout.splitlines()]
    assert reports[0]["step"] == "feed_entries"
    assert {name: count for report in reports for name, count in report["counts"].items() if count} == {}


def test_the_home_is_beside_the_desk_folder_found_upward(world: World) -> None:
    below = world.folder / "alert_rules" / "deep"
    below.mkdir()
    settings = {
        name: value for name, value in world.environment.items() if name not in {"WIREWATCH_HOME", "WIREWATCH_DESK"}
    }
    wirewatch("run", folder=below, environment=settings)
    assert (world.folder / ".wirewatch" / "wirewatch.db").exists()


def test_doctor_finds_all_well(world: World) -> None:
    routes = world.folder / "alert_rules" / "routes.yaml"
    routes.write_text(routes.read_text() + "heartbeat: {url_env: DEMO_CHAT_URL}\n")
    with world.cycle() as cycle:
        cycle.heartbeat()
    answer = wirewatch("doctor", "--json", folder=world.folder, environment=world.environment)
    findings = {finding["check"]: finding for finding in json.loads(answer.stdout)}
    assert answer.returncode == 0, answer.stdout
    assert {finding["state"] for finding in findings.values()} == {"ok"}
    assert all(findings[sign]["detail"].startswith("last good ") for sign in ("canary", "heartbeat"))
    assert {"Python", "home", "database", "feeds.yaml", "rules", "routes.yaml", "Dagster"} <= set(findings)
    assert "receiver desk-chat" in findings


def test_doctor_says_what_to_do(world: World) -> None:
    (world.folder / "alert_rules" / "rules.yaml").write_text("version: 1\nrules: [{id: a}]\n")
    (world.folder / "alert_rules" / "feeds.yaml").unlink()
    environment = {name: value for name, value in world.environment.items() if name != "DEMO_CHAT_URL"}
    answer = wirewatch("doctor", "--json", folder=world.folder, environment=environment)
    findings = {finding["check"]: finding for finding in json.loads(answer.stdout)}
    assert answer.returncode == 1
    assert findings["rules"]["state"] == "error"
    assert (findings["canary"]["state"], findings["canary"]["detail"]) == ("warning", "not tried yet")
    assert "heartbeat: {url_env: HEARTBEAT_URL}" in findings["heartbeat"]["advice"]
    assert "rules.yaml:2:" in findings["rules"]["detail"]
    assert findings["feeds.yaml"]["state"] == "error"
    assert findings["receiver desk-chat"]["state"] == "warning"
    assert "DEMO_CHAT_URL" in findings["receiver desk-chat"]["advice"]
    assert all(finding["advice"] for finding in findings.values() if finding["state"] != "ok")


def test_doctor_without_a_desk_folder(tmp_path: Path) -> None:
    answer = wirewatch("doctor", folder=tmp_path)
    assert answer.returncode == 1
    assert "alert_rules/" in answer.stdout


def test_a_home_of_dagster_keeps_its_owners_settings_and_is_used_by_one_alone(tmp_path: Path) -> None:
    settings = Settings(desk=tmp_path, home=tmp_path / "home", database_url="")
    home = prepare_dagster_home(settings)
    assert "telemetry:\n  enabled: false" in (home / "dagster.yaml").read_text()
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    prepare_dagster_home(settings)
    assert (home / "dagster.yaml").read_text() == "telemetry: {enabled: false}\n"
    with alone(home) as lock:
        assert fcntl.fcntl(lock, fcntl.F_GETFD) >= 0
        with pytest.raises(SettingsError, match="another `wirewatch dev`"), alone(home):
            pass
    with alone(home):
        pass


def test_a_home_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(SettingsError, match=str(tmp_path / "home")):
        prepare_dagster_home(Settings(desk=tmp_path, home=tmp_path / "home", database_url=""))
