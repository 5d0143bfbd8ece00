"""Opening, locking, and what the messages say."""

import gc
import sqlite3
import subprocess
import sys
import threading
import weakref
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import inspect, text

from pipelines.errors import StoreBusy, StoreError
from storage.database import Database
from storage.store import open_store
from tests.storage.samples import LATER, NOW, feed, matched

SHORT = timedelta(seconds=0.2)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "cannot be read"),
        ("news.db", "cannot be read"),
        ("postgresql://desk:s3cret@host:port/news", "cannot be read"),
        ("mysql://desk:s3cret@host/news", "'mysql' are not supported"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
    ],
)
def test_a_bad_url_is_one_line_and_not_quoted(url: str, says: str) -> None:
    with pytest.raises(StoreError, match=says) as caught:
        open_store(url)
    assert "\n" not in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_the_folder_is_made(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path}/a/b/news.db").close()
    assert (tmp_path / "a/b/news.db").is_file()


def test_a_folder_that_cannot_be_made_is_named_with_its_absolute_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").touch()
    with pytest.raises(StoreError) as caught:
        open_store("sqlite:///file/news.db")
    assert str(caught.value) == f"{tmp_path}/file/news.db: cannot make the folder {tmp_path}/file: File exists"


def test_a_path_that_is_a_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        open_store(f"sqlite:///{tmp_path}")
    assert str(caught.value) == f"{tmp_path}: unable to open database file"


def test_a_server_that_is_not_there_may_come_back_and_its_password_stays_hidden() -> None:
    with pytest.raises(StoreBusy) as caught:
        open_store("postgresql://desk:s3cret@127.0.0.1:1/news")
    assert str(caught.value).startswith("postgresql://desk:***@127.0.0.1:1/news: ")
    assert "s3cret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_database_that_is_not_there_stays_so(postgres_url: str) -> None:
    with pytest.raises(StoreError, match="does not exist") as caught:
        open_store(postgres_url.replace("/db", "/nosuch"))
    assert not caught.value.retry_may_help


def test_a_file_that_is_no_database_says_so(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    path.write_bytes(b"Dear diary, " * 1_000)
    with pytest.raises(StoreError, match="file is not a database") as caught:
        open_store(f"sqlite:///{path}")
    assert str(path) in str(caught.value)
    assert not caught.value.retry_may_help


def test_a_damaged_database_says_so(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    with closing(open_store(f"sqlite:///{path}")) as store:
        matched(store)
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))
    with pytest.raises(StoreError, match="malformed") as caught:
        open_store(f"sqlite:///{path}").due_work(NOW)
    assert str(path) in str(caught.value)


def test_a_full_disk_fails_loudly_and_leaves_the_database_sound(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    with closing(open_store(f"sqlite:///{path}")) as store:
        database = store.journal._database
        with database.reading() as connection:
            pages = connection.scalar(text("PRAGMA page_count"))
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        feeds = [feed(str(number)) for number in range(1_000)]
        with pytest.raises(StoreError, match="database or disk is full") as caught:
            store.feeds.sync_feeds(feeds, NOW)
        assert not caught.value.retry_may_help
        assert store.feeds.due_feeds(NOW) == []
        with database.reading() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
            assert connection.scalar(text("PRAGMA quick_check")) == "ok"
        store.feeds.sync_feeds(feeds, NOW)
        assert len(store.feeds.due_feeds(NOW)) == 1_000


def test_a_lock_held_too_long_is_busy(tmp_path: Path, sqlite_template: Path) -> None:
    with (
        closing(sqlite3.connect(sqlite_template, isolation_level=None)) as other,
        closing(Database(f"sqlite:///{sqlite_template}", wait=SHORT)) as database,
    ):
        other.execute("BEGIN IMMEDIATE")
        with database.reading() as connection:
            assert connection.scalar(text("SELECT count(*) FROM feeds")) == 0
        with pytest.raises(StoreBusy, match="database is locked"), database.writing():
            pass
        other.execute("ROLLBACK")
        with database.writing():
            pass


def test_a_named_lock_held_too_long_is_busy_and_other_names_are_free(postgres_url: str) -> None:
    with closing(Database(postgres_url, wait=SHORT)) as database, database.writing(exclusive="stories"):
        with pytest.raises(StoreBusy, match="lock timeout"), database.writing(exclusive="stories"):
            pass
        with database.writing(exclusive="alerts"), database.writing():
            pass


STORY = "INSERT INTO stories (story_id, created_at) VALUES (:id, '2026-11-22 12:00:00')"


def test_reading_first_and_writing_later_waits_for_others_instead_of_failing(store_url: str) -> None:
    with closing(Database(store_url)) as database:

        def add_ten() -> None:
            for _ in range(10):
                with database.writing(exclusive="counting") as connection:
                    number = connection.scalar(text("SELECT count(*) FROM stories")) or 0
                    connection.execute(text(STORY), {"id": number + 1})

        threads = [threading.Thread(target=add_ten) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with database.reading() as connection:
            assert connection.scalar(text("SELECT count(*) FROM stories")) == 40


def test_a_read_is_one_snapshot_and_keeps_no_writer_waiting(store_url: str) -> None:
    count = text("SELECT count(*) FROM stories")
    with closing(Database(store_url)) as database:
        with database.reading() as connection:
            assert connection.scalar(count) == 0
            with database.writing() as other:
                other.execute(text(STORY), {"id": 1})
            assert connection.scalar(count) == 0
        with database.reading() as connection:
            assert connection.scalar(count) == 1


def test_a_lost_connection_is_busy_once_and_then_made_anew(postgres_url: str) -> None:
    with closing(open_store(postgres_url)) as store, psycopg.connect(postgres_url, autocommit=True) as other:
        database = store.journal._database

        def cut() -> None:
            others = "datname = current_database() AND pid <> pg_backend_pid()"
            other.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}".encode())

        def cut_in_the_middle() -> None:
            with database.reading() as connection:
                cut()
                connection.execute(text("SELECT 1"))

        with pytest.raises(StoreBusy):
            cut_in_the_middle()
        cut()
        assert store.due_work(LATER).anything is False


def test_a_closed_database_leaves_no_engine_behind(store_url: str) -> None:
    database = Database(store_url)
    with database.reading() as connection:
        assert inspect(connection).has_table("articles")  # SQLAlchemy remembers PostgreSQL's dialect for it
        engine = weakref.ref(connection.engine)
    database.close()
    database.close()
    del database, connection
    gc.collect()
    assert engine() is None


def test_sqlite_is_set_for_readers_beside_a_writer_and_for_power_cuts(sqlite_template: Path) -> None:
    with closing(Database(f"sqlite:///{sqlite_template}")) as database, database.reading() as connection:
        pragmas = [
            connection.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "foreign_keys", "synchronous")
        ]
    assert pragmas == ["wal", 1, 2]


def test_opening_a_store_loads_no_alembic(store_url: str) -> None:
    use = "from storage.store import open_store; open_store(sys.argv[1]).close()"
    code = f"import sys; {use}; print('alembic' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code, store_url], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"
