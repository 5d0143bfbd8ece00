"""Stores for tests: every case runs on SQLite and on PostgreSQL, each in an empty database with the schema in it."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from storage.alert_tables import alerts
from storage.schema import SCHEMA_VERSION
from storage.search_index import search_words
from storage.store import SqlStore, open_store
from tests.conftest import PostgresServer

EMPTY = f"""
TRUNCATE {", ".join(alerts.metadata.tables)}, {search_words} RESTART IDENTITY;
UPDATE alembic_version SET version_num = '{SCHEMA_VERSION}'
"""


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("template") / "wirewatch.db"
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture(scope="session")
def postgres_emptied(postgres_server: PostgresServer) -> Iterator[tuple[str, psycopg.Connection]]:
    """URL of a migrated PostgreSQL database and a connection that empties it: ten times quicker than a new one."""
    url = postgres_server.new_database()
    open_store(url).close()
    with psycopg.connect(url, autocommit=True, options="-c lock_timeout=5000") as connection:
        yield url, connection


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty database with the schema in it, once of each kind."""
    if request.param == "sqlite":
        path = shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "wirewatch.db")
        return f"sqlite:///{path}"
    url: str
    connection: psycopg.Connection
    url, connection = request.getfixturevalue("postgres_emptied")
    connection.execute(EMPTY.encode())
    return url


@pytest.fixture
def store(store_url: str) -> Iterator[SqlStore]:
    """An open, empty store."""
    with closing(open_store(store_url)) as opened:
        yield opened
