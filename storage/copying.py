"""An archive copied from one database to another, SQLite or PostgreSQL, all of it or nothing.

The source is read in one snapshot, so that it may be in use; the target is written in one transaction, so that what is
stopped half-way leaves it as empty as it was. Rows go through the columns' own types: each database gets what it would
have been given by a step.
"""

from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, Table, bindparam, func, inspect, select, text

from pipelines.errors import StoreError
from storage import schema
from storage.bulk import write_rows
from storage.database import Database
from storage.feed_tables import metadata
from storage.search_index import index_texts
from storage.store import open_store
from storage.tables import revisions, stories

AT_ONCE = 2_000
"""Rows in memory: some 10 MB of texts."""
Advance = Callable[[int], None]


def rows_in_all(url: str) -> Mapping[str, int]:
    """How many rows each table of an archive has; raises StoreError where there is none."""
    with closing(_existing(url)) as database, database.reading() as connection:
        return _counts(connection)


def copy_archive(source_url: str, target_url: str, advance: Advance) -> Mapping[str, int]:
    """Copy every row, and make the index of words anew; the rows of each table, counted on both sides.

    Raises StoreError where the target has rows already, or does not hold in the end what the source holds; it is then
    as it was. `advance` is told how many rows have gone over.
    """
    with closing(_existing(source_url)) as source, closing(_empty(target_url)) as target:
        if source.place == target.place:
            raise StoreError(f"{source.place}: an archive cannot be copied onto itself")
        with source.reading() as reading, target.writing(exclusive="schema") as writing:
            if target.sqlite:
                writing.execute(text("PRAGMA defer_foreign_keys = ON"))
            for table in metadata.sorted_tables:
                _copy(reading, writing, table, advance)
            before, after = _counts(reading), _counts(writing)
            if unlike := [name for name in before if before[name] != after[name]]:
                raise StoreError(
                    f"{target.place}: {unlike[0]} came to {after[unlike[0]]} rows, not {before[unlike[0]]}"
                )
            if not target.sqlite:
                _set_sequences(writing)
    return after


def _existing(url: str) -> Database:
    database = Database(url)
    try:
        if database.sqlite and not Path(database.place).is_file():
            raise StoreError(f"{database.place}: there is no such file")
        with database.reading() as connection:
            if not inspect(connection).has_table("alembic_version"):
                raise StoreError(f"{database.place}: holds no archive of Wirewatch")
        schema.ensure(database)
    except BaseException:
        database.close()
        raise
    return database


def _empty(url: str) -> Database:
    open_store(url).close()
    database = Database(url)
    with database.reading() as connection:
        filled = [f"{number} {name}" for name, number in _counts(connection).items() if number]
    if filled:
        database.close()
        raise StoreError(f"{database.place}: is not empty, it holds {', '.join(filled[:3])}; name an empty database")
    return database


def _counts(connection: Connection) -> dict[str, int]:
    return {
        table.name: connection.scalar(select(func.count()).select_from(table)) or 0 for table in metadata.sorted_tables
    }


def _copy(reading: Connection, writing: Connection, table: Table, advance: Advance) -> None:
    """All rows of a table, and with texts their words; a story is merged into another once that is there too."""
    merged: list[dict[str, object]] = []
    query = select(table).order_by(*table.primary_key.columns)
    with closing(reading.execution_options(yield_per=AT_ONCE).execute(query)) as stream:
        for some in stream.mappings().partitions():
            rows = [dict(row) for row in some]
            if table is stories:
                merged += [
                    {"the_story": row["story_id"], "into": row["merged_into"]} for row in rows if row["merged_into"]
                ]
                rows = [row | {"merged_into": None} for row in rows]
            write_rows(writing, table.insert(), rows)
            if table is revisions:
                index_texts(writing, [(row["revision_id"], row["title"], row["lead"], row["body"]) for row in rows])
            advance(len(rows))
    if merged:
        this = stories.c.story_id == bindparam("the_story")
        writing.execute(stories.update().where(this).values(merged_into=bindparam("into")), merged)


def _set_sequences(connection: Connection) -> None:
    """Let PostgreSQL number the next rows after those that are there."""
    for table in metadata.sorted_tables:
        for column in table.primary_key.columns:
            name = {"table": table.name, "column": column.name}
            sequence = connection.scalar(text("SELECT pg_get_serial_sequence(:table, :column)"), name)
            last = connection.scalar(select(func.max(column))) if sequence else None
            if last is not None:
                connection.execute(text("SELECT setval(:sequence, :last)"), {"sequence": sequence, "last": last})
