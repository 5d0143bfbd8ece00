"""The schema's version: opening a database at this version, and bringing one there. Alembic loads only for the work."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, column, inspect, select, table

from pipelines.errors import SchemaMismatch
from storage.database import Database

if TYPE_CHECKING:
    from alembic.config import Config

SCHEMA_VERSION = "0031"
"""Alembic's head: versions are numbered in order."""

_MIGRATIONS = Path(__file__).parent / "migrations"
_VERSIONS = table("alembic_version", column("version_num"))


def ensure(database: Database) -> None:
    """Make the schema where the database is empty; raises SchemaMismatch where it is not this version's."""
    version = version_of(database)
    if version is None:
        upgrade(database)
    elif version != SCHEMA_VERSION:
        advice = "run `wirewatch db upgrade`" if _older(version) else "install the Wirewatch that made it, or newer"
        raise SchemaMismatch(
            f"{database.place}: its schema is version {version}, this Wirewatch works with {SCHEMA_VERSION}: {advice}"
        )


def upgrade(database: Database) -> str | None:
    """Bring the schema to this version, in one transaction; returns the version it had, None for an empty database.

    Processes that open an empty database at once queue here, and all but the first find the work done.
    """
    with database.writing(exclusive="schema") as connection:
        version = _version(connection, database)
        if version is not None and version != SCHEMA_VERSION and not _older(version):
            raise SchemaMismatch(
                f"{database.place}: its schema is version {version}, newer than this Wirewatch's {SCHEMA_VERSION}"
            )
        if version != SCHEMA_VERSION:
            _migrate(connection)
    return version


def version_of(database: Database) -> str | None:
    """The version it has; None where it is empty."""
    with database.reading() as connection:
        return _version(connection, database)


def _migrate(connection: Connection) -> None:
    from alembic import command

    command.upgrade(_alembic(connection), SCHEMA_VERSION)


def _alembic(connection: Connection) -> "Config":
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


def _version(connection: Connection, database: Database) -> str | None:
    tables = inspect(connection).get_table_names()
    if _VERSIONS.name in tables:
        return connection.scalar(select(_VERSIONS.c.version_num))
    if tables:
        raise SchemaMismatch(f"{database.place}: holds tables that Wirewatch did not make, such as {tables[0]}")
    return None


def _older(version: str) -> bool:
    return version.isdecimal() and version < SCHEMA_VERSION
