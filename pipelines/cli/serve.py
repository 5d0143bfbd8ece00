"""`wirewatch serve`: one of Dagster's three services as a lasting process, for systemd or whatever else keeps it up."""

import os
import signal
import socket
import sys
import time
from contextlib import closing
from pathlib import Path

import click

from pipelines.cli.dev import alone, check_port, prepare_dagster_home
from pipelines.config import Settings, load_settings
from pipelines.errors import SettingsError

BROKER = "WIREWATCH_CELERY_BROKER"
PATIENCE = 60.0
"""Seconds: it starts within 6 on a quiet machine, 25 on a busy one."""


@click.command()
@click.argument("part", type=click.Choice(["code", "daemon", "webserver", "worker"]))
def serve(part: str) -> None:
    """Run one of Dagster's services in place of this process, on loopback: code server, daemon or webserver.

    The code server runs the cycles; start it first. The daemon asks every 30 seconds whether something is due; the
    webserver is the UI. `wirewatch desk` is the desk's page. docs/install-server.md has systemd units for all four. A
    worker is one of Celery's, for a desk of several machines: docs/scale.md.

    Example: wirewatch serve code
    """
    settings = load_settings(os.environ, Path.cwd())
    home = prepare_dagster_home(settings)
    os.environ.update(DAGSTER_HOME=str(home), WIREWATCH_DESK=str(settings.desk), WIREWATCH_HOME=str(settings.home))
    os.environ["WIREWATCH_CODE_PORT"] = str(settings.code_port)
    if part not in {"code", "worker"}:
        _wait_for_code(settings.code_port)
    if part == "worker":
        _serve_worker(home)
    elif part == "code":
        _serve_code(settings, home)
    elif part == "webserver":
        check_port(settings.ui_port, "WIREWATCH_UI_PORT")
        where = ["-w", _workspace(home), "-h", "127.0.0.1", "-p", str(settings.ui_port)]
        _become("dagster_webserver", *where, "--dagster-log-level", "warning", *_log_format(settings))
    else:
        _become("dagster._daemon", "run", "-w", _workspace(home), "--log-level", "warning", *_log_format(settings))


def _wait_for_code(port: int) -> None:
    """Give the code server time to make both databases and to answer: started at once, they would make them together.

    Where it does not come, the service goes on without it; Dagster asks for it again.
    """
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 1.0).close()
        except OSError:
            time.sleep(0.5)
        else:
            return


def _serve_code(settings: Settings, home: Path) -> None:
    """Make or check the database, end the runs that an earlier code server took with it, and serve.

    The lock goes on to the server: as long as it lives no other serves this home, so that runs are ended rightly.
    """
    with alone(home) as lock:
        check_port(settings.code_port, "WIREWATCH_CODE_PORT")
        from pipelines.definitions import sweep
        from storage.store import open_store

        with closing(open_store(settings.database_url)):
            pass  # so that a wrong database is one clear message here
        if ended := sweep():
            click.echo(f"ended {ended} run(s) that an earlier code server left over")
        os.set_inheritable(lock, True)  # noqa: FBT003 -- the system library's own signature
        where = ["-h", "127.0.0.1", "-p", str(settings.code_port)]
        what = ["-m", "pipelines.definitions", "--location-name", "wirewatch", "--use-python-environment-entry-point"]
        quiet = ["--log-level", "warning", *_log_format(settings)]
        _become("dagster", "api", "grpc", *where, *what, *quiet)


def _serve_worker(home: Path) -> None:
    """One step at a time: a step has a hundred connections and reading processes of its own."""
    if not os.environ.get(BROKER):
        raise SettingsError(f"{BROKER} is not set: a worker needs the address of the broker, such as redis://host/0")
    program = str(Path(sys.executable).with_name("dagster-celery"))
    name = f"{socket.gethostname()}-{os.getpid()}"
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"  # it calls `celery`
    sys.stdout.flush()
    start = [program, "worker", "start", "-A", "dagster_celery.app", "-y", str(home / "celery.yaml"), "-n", name]
    os.execv(program, [*start, "--", "--concurrency", "1"])  # noqa: S606 -- no shell is wanted


def _log_format(settings: Settings) -> list[str]:
    return ["--log-format", "json"] if settings.log == "json" else []


def _workspace(home: Path) -> str:
    return str(home / "served.yaml")


def _become(module: str, *arguments: str) -> None:
    """Go on as that program, under the same process id: who keeps it up watches the thing itself.

    It ends on SIGTERM as on SIGINT (Dagster's way), which a shell's background job would have it ignore.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-W", "ignore", "-m", module, *arguments])  # noqa: S606 -- no shell is wanted
