"""`wirewatch db`: the database's schema and room."""

import os
from collections.abc import Callable
from pathlib import Path

import click

from pipelines.config import load_settings
from pipelines.errors import StoreError


@click.group()
def db() -> None:
    """The database's schema, and the room that it takes."""


@db.command()
def upgrade() -> None:
    """Bring the database to this version's schema; one transaction, so a failure leaves it as it was.

    A SQLite file is then written anew, without what the old schema took.
    """
    from storage.schema import SCHEMA_VERSION
    from storage.store import compact_store, upgrade_store

    url = load_settings(os.environ, Path.cwd()).database_url
    before = upgrade_store(url)
    if before == SCHEMA_VERSION:
        click.echo(f"the schema is at version {SCHEMA_VERSION} already")
    else:
        click.echo(f"schema brought from {before or 'nothing'} to version {SCHEMA_VERSION}")
        if before is not None:
            _compact(lambda: compact_store(url))


@db.command()
def compact() -> None:
    """Give the disk back what a SQLite file no longer needs; PostgreSQL does it by itself."""
    from storage.store import compact_store

    url = load_settings(os.environ, Path.cwd()).database_url
    click.echo(f"{_megabytes(compact_store(url))} given back to the disk")


@db.command()
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
def copy(source: str, target: str) -> None:
    """Copy a whole archive from one database URL to another: SQLite to PostgreSQL, or back.

    All of it or nothing: TO must be empty, and stays so where the copy is stopped. What comes into FROM meanwhile is
    not copied: stop Wirewatch first, and set WIREWATCH_DATABASE_URL to TO afterwards.
    """
    from pipelines.cli.output import echo_table, progress
    from storage.copying import copy_archive, rows_in_all

    with progress("rows copied", sum(rows_in_all(source).values())) as advance:
        copied = copy_archive(source, target, advance)
    echo_table(["table", "rows on both sides"], [[name, f"{number:,}"] for name, number in copied.items() if number])


def _compact(work: Callable[[], int]) -> None:
    """What can be done later is no failure of what is done."""
    try:
        freed = work()
    except StoreError as error:
        click.echo(f"not compacted: {error}; `wirewatch db compact` does it later", err=True)
        return
    if freed > 0:
        click.echo(f"{_megabytes(freed)} given back to the disk")


def _megabytes(number: int) -> str:
    return f"{number / 1e6:.1f} MB"
