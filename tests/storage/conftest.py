"""Stores for tests: every case runs on SQLite and on PostgreSQL, each in a fresh copy of a migrated database."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from storage.store import SqlStore, open_store
from tests.conftest import PostgresServer


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file."""
    path = tmp_path_factory.mktemp("template") / "wirewatch.db"
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    """Name of a migrated, empty PostgreSQL database."""
    url = postgres_server.new_database()
    open_store(url).close()
    return url.split("/")[3].split("?")[0]


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a fresh database with the schema in it, once of each kind."""
    if request.param == "sqlite":
        path = shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "wirewatch.db")
        return f"sqlite:///{path}"
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return server.new_database(request.getfixturevalue("postgres_template"))


@pytest.fixture
def store(store_url: str) -> Iterator[SqlStore]:
    """An open, empty store."""
    with closing(open_store(store_url)) as opened:
        yield opened
