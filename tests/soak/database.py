"""The soak's database: an SQLite file that may be locked or have no room, or a PostgreSQL server that may be killed."""

import os
import resource
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol

from tests.conftest import PostgresServer


class Struck(Protocol):
    """A database, and what may happen to it; each blow takes its time and is over when the call returns."""

    url: str

    def blows(self) -> tuple[str, ...]:
        """What can happen to it."""
        ...

    def strike(self, blow: str, processes: tuple[int, ...]) -> None:
        """Let it happen; `processes` are those that write."""
        ...


class SqliteFile:
    """A file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.url = f"sqlite:///{path}"

    def blows(self) -> tuple[str, ...]:
        """See Struck."""
        return ("database locked", "disk full")

    def strike(self, blow: str, processes: tuple[int, ...]) -> None:
        """See Struck. A disk is full, for the processes alone, where no file may grow beyond what is there."""
        if blow == "database locked":
            with closing(sqlite3.connect(self._path, timeout=20, isolation_level=None)) as connection:
                connection.execute("BEGIN IMMEDIATE")
                time.sleep(3)
                connection.execute("ROLLBACK")
            return
        size = self._path.stat().st_size if self._path.exists() else 0
        _limit(processes, size)
        time.sleep(6)
        _limit(processes, resource.RLIM_INFINITY)


class PostgresDatabase:
    """A server of its own."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self.url = server.new_database()

    def blows(self) -> tuple[str, ...]:
        """See Struck."""
        return ("database killed",)

    def strike(self, blow: str, processes: tuple[int, ...]) -> None:
        """See Struck."""
        self._server.kill()
        time.sleep(2)
        self._server.start()


def _limit(processes: tuple[int, ...], size: int) -> None:
    for process in processes:
        try:
            resource.prlimit(process, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        except (ProcessLookupError, PermissionError):
            continue


@contextmanager
def database(kind: str, folder: Path) -> Iterator[Struck]:
    """A fresh, empty database; gone at the end."""
    if kind == "sqlite":
        yield SqliteFile(folder / "wirewatch.db")
        return
    server = PostgresServer()
    try:
        yield PostgresDatabase(server)
    finally:
        server.stop()


def end(process: int, *, whole_group: bool = False) -> bool:
    """Kill a process, or all of its group; False where it was gone already."""
    try:
        (os.killpg if whole_group else os.kill)(process, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return False
    return True
