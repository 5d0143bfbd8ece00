"""Room on disk: a file gives back what deleted rows took, whole or in steps, and reads the same after it."""

from contextlib import closing
from pathlib import Path

from sqlalchemy import text

from storage import room
from storage.database import Database
from storage.store import compact_store, open_store


def put(database: Database, rows: int) -> None:
    """Rows of 4 kB that can be deleted, and one that stays."""
    with database.writing() as connection:
        connection.execute(text("CREATE TABLE boxes (number INTEGER PRIMARY KEY, body BLOB)"))
        many = [{"number": number, "body": bytes(4_000)} for number in range(rows)]
        connection.execute(text("INSERT INTO boxes VALUES (:number, :body)"), many)


def test_a_file_shrinks_step_by_step(tmp_path: Path) -> None:
    path = tmp_path / "wirewatch.db"
    open_store(f"sqlite:///{path}").close()
    with closing(Database(f"sqlite:///{path}")) as database:
        put(database, room.A_STEP + 500)
        full = room.bytes_used(database)
        with database.writing() as connection:
            connection.execute(text("DELETE FROM boxes WHERE number > 0"))
        steps = []
        while freed := room.give_back(database):
            steps.append(freed)
        assert len(steps) == 2
        assert room.bytes_used(database) == full - sum(steps)
        with database.reading() as connection:
            assert connection.execute(text("SELECT count(*) FROM boxes")).scalar_one() == 1
    assert path.stat().st_size == full - sum(steps)


def test_an_older_file_learns_to_shrink_when_it_is_compacted(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    with closing(Database(f"sqlite:///{path}")) as database:
        with database.outside() as raw:
            raw.execute("PRAGMA auto_vacuum=NONE")
            raw.execute("VACUUM")
        put(database, 1_000)
        with database.writing() as connection:
            connection.execute(text("DELETE FROM boxes WHERE number > 0"))
    size = path.stat().st_size
    with closing(Database(f"sqlite:///{path}")) as database:
        assert room.give_back(database) == 0
    assert compact_store(f"sqlite:///{path}") > size * 0.9
    assert path.stat().st_size < size / 10
    with closing(Database(f"sqlite:///{path}")) as database, database.outside() as raw:
        assert raw.execute("PRAGMA auto_vacuum").fetchone()[0] == 2


def test_postgresql_is_asked_for_its_size_and_left_to_itself(postgres_url: str) -> None:
    open_store(postgres_url).close()
    with closing(Database(postgres_url)) as database:
        assert room.bytes_used(database) > 1_000_000
        assert (room.give_back(database), room.compact(database)) == (0, 0)
