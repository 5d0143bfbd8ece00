"""The schema's version: made, checked, upgraded, taken down."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from pipelines.errors import SchemaMismatch
from storage import schema
from storage.alert_tables import alerts
from storage.database import Database
from storage.search_index import search_words
from storage.store import open_store, upgrade_store
from tests.storage.samples import NOW, matched


@pytest.fixture
def empty(database_url: str) -> Iterator[Database]:
    """An empty database."""
    with closing(Database(database_url)) as opened:
        yield opened


def set_version(database: Database, version: str) -> None:
    """Pretend that the database is at `version`."""
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})


def is_of_the_tables(name: str | None, kind: str, _: object = None) -> bool:
    """Whether SQLAlchemy knows it: the search index is another thing on each database."""
    return kind != "table" or not str(name).startswith(search_words.name)


def test_the_migrations_end_where_the_code_says() -> None:
    scripts = ScriptDirectory(str(Path(schema.__file__).parent / "migrations"))
    assert scripts.get_heads() == [schema.SCHEMA_VERSION]


def test_the_migrated_schema_is_that_of_the_tables(empty: Database) -> None:
    schema.ensure(empty)
    with empty.reading() as connection:
        opts = {"compare_type": True, "compare_server_default": True, "include_name": is_of_the_tables}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, alerts.metadata) == []


def test_the_migrated_checks_are_those_of_the_tables(empty: Database) -> None:
    """Alembic compares no CHECK constraints."""
    schema.ensure(empty)
    with empty.reading() as connection:
        inspector = inspect(connection)
        migrated = {name: inspector.get_check_constraints(name) for name in inspector.get_table_names()}
        del migrated["alembic_version"]
    with empty.writing() as connection:
        connection.exec_driver_sql("DROP TABLE alembic_version")
        alerts.metadata.drop_all(connection)
        alerts.metadata.create_all(connection)
    with empty.reading() as connection:
        inspector = inspect(connection)
        assert {name: inspector.get_check_constraints(name) for name in inspector.get_table_names()} == migrated
    assert sum(map(len, migrated.values())) > 10


def test_every_version_can_be_taken_down_again(empty: Database) -> None:
    schema.ensure(empty)
    with empty.writing() as connection:
        command.downgrade(schema._alembic(connection), "base")
    with empty.reading() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
    schema.ensure(empty)
    with empty.reading() as connection:
        made = [name for name in inspect(connection).get_table_names() if is_of_the_tables(name, "table")]
        assert len(made) == len(alerts.metadata.tables) + 1


def test_stories_outlive_a_step_back_and_forth_and_fingerprints_wait(store_url: str) -> None:
    with closing(open_store(store_url)) as store:
        matched(store, "quake", "flood")
    with closing(Database(store_url)) as database:
        with database.writing() as connection:
            command.downgrade(schema._alembic(connection), "0002")
        schema.upgrade(database)
        with database.reading() as connection:
            assert connection.execute(text("SELECT count(*) FROM fingerprints_due")).scalar() == 2
            assert connection.execute(text("SELECT count(*) FROM stories WHERE merged_into IS NULL")).scalar() == 2


def test_a_migration_that_fails_leaves_nothing(empty: Database) -> None:
    def migrate_and_die() -> None:
        with empty.writing(exclusive="schema") as connection:
            schema._migrate(connection)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        migrate_and_die()
    with empty.reading() as connection:
        assert inspect(connection).get_table_names() == []


def test_upgrading_tells_what_was_there(database_url: str) -> None:
    assert upgrade_store(database_url) is None
    assert upgrade_store(database_url) == schema.SCHEMA_VERSION


@pytest.mark.parametrize("version", ["0999", "9999", "abc"])
def test_a_newer_database_is_refused_naming_both_versions(store_url: str, version: str) -> None:
    with closing(Database(store_url)) as database:
        set_version(database, version)
    for use in (open_store, upgrade_store):
        with pytest.raises(SchemaMismatch, match=f"{version}.*{schema.SCHEMA_VERSION}"):
            use(store_url)


def test_an_older_database_names_the_command(store_url: str) -> None:
    with closing(Database(store_url)) as database:
        set_version(database, "0000")
    with pytest.raises(SchemaMismatch, match=r"0000.*run `wirewatch db upgrade`"):
        open_store(store_url)


def test_a_database_of_something_else_is_left_alone(empty: Database, database_url: str) -> None:
    with empty.writing() as connection:
        connection.exec_driver_sql("CREATE TABLE recipes (name TEXT)")
    for use in (open_store, upgrade_store):
        with pytest.raises(SchemaMismatch, match="did not make, such as recipes"):
            use(database_url)


def test_an_old_database_opens_with_what_is_in_it(store_url: str) -> None:
    with closing(open_store(store_url)) as store:
        matched(store)
    with closing(open_store(store_url)) as store:
        assert store.due_work(NOW).backlog == 1


def test_processes_that_open_an_empty_database_at_once_all_succeed(database_url: str) -> None:
    code = "import sys; from storage.store import open_store; sys.stdin.read(); open_store(sys.argv[1]).close()"
    processes = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", code, database_url], stdin=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.close()  # the start signal, once all have loaded what they can
        process.stdin = None
    assert [(process.communicate(timeout=60)[1], process.returncode) for process in processes] == [(b"", 0)] * 3
    assert upgrade_store(database_url) == schema.SCHEMA_VERSION
