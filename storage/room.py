"""Room on disk: how much a database takes, and giving back what rows that are gone have left.

SQLite keeps free pages in its file until it is told to give them back: a few at a time where the file was made so, or
all of them by writing the file anew. PostgreSQL's own autovacuum does its part without us.
"""

import sqlite3

from sqlalchemy import text

from storage.database import Database

_INCREMENTAL = 2
A_STEP = 2_000
"""Pages given back in one transaction: 8 MB, some 50 ms in which nobody else writes."""


def bytes_used(database: Database) -> int:
    """What the database takes on disk, free pages included."""
    if not database.sqlite:
        with database.reading() as connection:
            return int(connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)
    with database.outside() as raw:
        return _number(raw, "page_count") * _number(raw, "page_size")


def give_back(database: Database) -> int:
    """Give one step's free pages back to the disk; how many bytes, 0 where there are none or the file cannot."""
    if not database.sqlite:
        return 0
    with database.outside() as raw:
        if _number(raw, "auto_vacuum") != _INCREMENTAL or not _number(raw, "freelist_count"):
            return 0
        before = _number(raw, "page_count")
        raw.executescript(f"PRAGMA incremental_vacuum({A_STEP})")  # `execute` would stop after the first page
        return (before - _number(raw, "page_count")) * _number(raw, "page_size")


def compact(database: Database) -> int:
    """Write a SQLite file anew without its free pages; how many bytes smaller it is. Takes as much room meanwhile."""
    if not database.sqlite:
        return 0
    before = bytes_used(database)
    with database.outside() as raw:
        raw.execute("PRAGMA auto_vacuum=INCREMENTAL")
        raw.execute("VACUUM")
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return before - bytes_used(database)


def _number(raw: sqlite3.Connection, pragma: str) -> int:
    return int(raw.execute(f"PRAGMA {pragma}").fetchone()[0])
