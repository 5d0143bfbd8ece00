"""`wirewatch status` and `wirewatch metrics` as a person and a script call them; /metrics on the desk's page."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from tests.installation import World, demo_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with demo_world(tmp_path) as found:
        yield found


def wirewatch(*arguments: str, world: World, more: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("WIREWATCH_")}
    return subprocess.run(
        [sys.executable, "-m", "pipelines.cli.app", *arguments],
        cwd=world.folder, env={**inherited, **world.environment, **(more or {})},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def test_the_screen_says_ill_then_well_and_the_exit_code_too(world: World) -> None:
    ill = wirewatch("status", world=world)
    assert ill.returncode == 2, ill.stderr
    assert ill.stdout.splitlines()[0].startswith("Wirewatch 0.1.0 is ill, ")
    assert "ILL  no cycle was ever done\n     -> start the services, or: wirewatch run" in ill.stdout
    with world.cycle() as cycle:
        cycle.whole()
        cycle.heartbeat()
    well = wirewatch("status", world=world)
    assert well.returncode == 0, well.stdout
    lines = well.stdout.splitlines()
    assert "\x1b" not in well.stdout
    assert all(len(line) <= 130 for line in lines)
    assert len(lines) <= 24
    names = [line.split("  ")[0] for line in lines if line[:1].isalpha()]
    for name in ("last cycle", "latency", "feeds", "queue", "dead letters", "disk", "canary", "heartbeat"):
        assert name in names, well.stdout
    document = json.loads(wirewatch("status", "--json", world=world).stdout)
    assert document["well"] is True
    assert document["last_cycle"]["steps"][0]["step"] == "feed_entries"
    assert document["feeds"]["well"] > 5
    assert document["latency"]["seen_to_told"]["messages"] > 0


def test_status_needs_no_dagster(world: World) -> None:
    code = (
        "import sys\nfrom pipelines.cli.app import app\n"
        "try: app(['status'], prog_name='wirewatch')\nexcept SystemExit: pass\n"
        "sys.exit('dagster' in sys.modules or 'trafilatura' in sys.modules or 'prometheus_client' in sys.modules)"
    )
    environment = {**os.environ, **world.environment}
    assert subprocess.run([sys.executable, "-c", code], cwd=world.folder, env=environment, timeout=60).returncode == 0


def test_metrics_are_read_by_prometheus_own_parser_and_written_in_one_go(world: World) -> None:
    shown = wirewatch("metrics", world=world)
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.endswith("# EOF\n")
    names = {family.name for family in text_string_to_metric_families(shown.stdout)}
    assert {f"wirewatch_{name}" for name in ("cycles", "whole_latency_seconds", "feeds", "queue_age_seconds")} <= names
    file = world.folder / "made" / "wirewatch.prom"
    assert wirewatch("metrics", "--write", str(file), world=world).returncode == 0
    assert [one.name for one in file.parent.iterdir()] == ["wirewatch.prom"]
    assert file.read_text().endswith("# EOF\n")
    refused = wirewatch("metrics", "--write", "/proc/nowhere/x.prom", world=world)
    assert refused.returncode == 1
    assert "/proc/nowhere/x.prom" in refused.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [("WIREWATCH_LOG", "xml"), ("WIREWATCH_DISK_WARN", "lots"), ("WIREWATCH_DISK_STOP", "-1")],
)
def test_a_wrong_setting_is_named(name: str, value: str, world: World) -> None:
    answer = wirewatch("status", world=world, more={name: value})
    assert answer.returncode == 1
    assert answer.stderr.startswith(f"error: {name}: expected ")
