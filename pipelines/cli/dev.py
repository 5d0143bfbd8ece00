"""`wirewatch dev`: the Dagster UI and daemon on loopback, watching the feeds."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib import resources
from pathlib import Path
from types import FrameType

import click

from pipelines.cli.dagster_yaml import dagster_yaml
from pipelines.config import Settings, load_settings
from pipelines.errors import SettingsError


@click.command()
@click.option(
    "--port", type=click.IntRange(1, 65535), default=3000, show_default=True, help="Port of the UI, on 127.0.0.1."
)
def dev(port: int) -> None:
    """Open the Dagster UI on loopback and start watching; Ctrl-C ends it.

    Its history and settings stay in WIREWATCH_HOME/dagster.
    """
    settings = load_settings(os.environ, Path.cwd())
    home = prepare_dagster_home(settings)
    os.environ.update(DAGSTER_HOME=str(home), WIREWATCH_DESK=str(settings.desk), WIREWATCH_HOME=str(settings.home))
    with alone(home) as lock:
        check_port(port, "--port")
        from pipelines.definitions import sweep
        from storage.store import open_store

        with closing(open_store(settings.database_url)):
            pass  # made or checked now, so that a wrong database is one clear message here
        if ended := sweep():
            click.echo(f"ended {ended} run(s) that an earlier process left over")
        click.echo(f"Dagster UI: http://127.0.0.1:{port}  (Ctrl-C ends it; history in {home})")
        sys.exit(_dagster(home, port, lock))


def prepare_dagster_home(settings: Settings) -> Path:
    """Make DAGSTER_HOME with our settings; a dagster.yaml that is there already is left as its owner made it."""
    home = settings.dagster_home
    try:
        home.mkdir(parents=True, exist_ok=True)
        for name in ("dagster.yaml", "workspace.yaml", "served.yaml", "celery.yaml"):
            shipped, file = resources.files("pipelines.defs").joinpath(name).read_text(encoding="utf-8"), home / name
            if name == "dagster.yaml":
                there = file.read_text(encoding="utf-8") if file.exists() else None
                shipped = dagster_yaml(shipped, there, settings.dagster_database_url)
            file.write_text(shipped, encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"cannot write to {home}: {error.strerror}; name another in WIREWATCH_HOME") from error
    return home


@contextmanager
def alone(home: Path) -> Iterator[int]:
    """Hold the home's lock, whose descriptor this gives; the system frees it when its last holder ends, however."""
    with (home / "dev.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SettingsError(f"another `wirewatch dev` or `wirewatch serve code` is running on {home}") from error
        yield lock.fileno()


def check_port(port: int, setting: str) -> None:
    """Raise SettingsError where a service could not listen: Dagster itself would go on without it."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError as error:
        raise SettingsError(f"port {port} of 127.0.0.1: {error.strerror}; choose another with {setting}") from error


def _dagster(home: Path, port: int, lock: int) -> int:
    """Run Dagster's own services until they end; its exit code.

    They hold the lock too, should this process be killed. Ctrl-C and a polite kill reach them through us, once; our
    handlers stand before they start, so that they do not inherit a shell's "ignore Ctrl-C" for background jobs.
    """
    running: list[subprocess.Popen[bytes]] = []

    def stop(_number: int, _frame: FrameType | None) -> None:
        for process in running:
            process.send_signal(signal.SIGINT)

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    where = ["-w", str(home / "workspace.yaml"), "-h", "127.0.0.1", "-p", str(port)]
    command = [sys.executable, "-W", "ignore", "-m", "dagster", "dev", *where]
    with subprocess.Popen(command, pass_fds=(lock,), start_new_session=True) as process:
        running.append(process)
        return process.wait()
