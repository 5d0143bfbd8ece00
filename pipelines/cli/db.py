"""`wirewatch db`: the database's schema."""

import os
from pathlib import Path

import click

from pipelines.config import load_settings


@click.group()
def db() -> None:
    """The database's schema."""


@db.command()
def upgrade() -> None:
    """Bring the database to this version's schema; one transaction, so a failure leaves it as it was."""
    from storage.schema import SCHEMA_VERSION
    from storage.store import upgrade_store

    before = upgrade_store(load_settings(os.environ, Path.cwd()).database_url)
    if before == SCHEMA_VERSION:
        click.echo(f"the schema is at version {SCHEMA_VERSION} already")
    else:
        click.echo(f"schema brought from {before or 'nothing'} to version {SCHEMA_VERSION}")
