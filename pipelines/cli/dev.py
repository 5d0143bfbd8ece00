"""`wirewatch dev`: the Dagster UI and daemon on loopback, watching the feeds."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib import resources
from pathlib import Path

import click

from pipelines.config import Settings, load_settings
from pipelines.errors import SettingsError


@click.command()
@click.option("--port", default=3000, show_default=True, help="Port of the UI, on 127.0.0.1.")
def dev(port: int) -> None:
    """Open the Dagster UI on loopback and start watching; Ctrl-C ends it.

    Its history and settings stay in WIREWATCH_HOME/dagster.
    """
    settings = load_settings(os.environ, Path.cwd())
    home = prepare_dagster_home(settings)
    os.environ.update(DAGSTER_HOME=str(home), WIREWATCH_DESK=str(settings.desk), WIREWATCH_HOME=str(settings.home))
    with alone(home):
        from pipelines.definitions import sweep
        from storage.store import open_store

        with closing(open_store(settings.database_url)):
            pass  # made or checked now, so that a wrong database is one clear message here
        if ended := sweep():
            click.echo(f"ended {ended} run(s) that an earlier process left over")
        click.echo(f"Dagster UI: http://127.0.0.1:{port}  (Ctrl-C ends it; history in {home})")
        sys.exit(_dagster(port))


def prepare_dagster_home(settings: Settings) -> Path:
    """Make DAGSTER_HOME with our dagster.yaml; one that is there already is left as its owner made it."""
    home = settings.dagster_home
    try:
        home.mkdir(parents=True, exist_ok=True)
        config = home / "dagster.yaml"
        if not config.exists():
            config.write_text(resources.files("pipelines.defs").joinpath("dagster.yaml").read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"cannot write to {home}: {error.strerror}; name another in WIREWATCH_HOME") from error
    return home


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Hold the home's lock while Dagster runs; the system frees it when this process ends, however it ends."""
    with (home / "dev.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SettingsError(f"another `wirewatch dev` is running on {home}") from error
        yield


def _dagster(port: int) -> int:
    arguments = ["-m", "pipelines.definitions", "-h", "127.0.0.1", "-p", str(port)]
    command = [sys.executable, "-m", "dagster", "dev", *arguments]
    with subprocess.Popen(command) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue  # Dagster got the same signal, and is shutting its services down
