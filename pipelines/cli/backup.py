"""`wirewatch backup`, `restore` and `upgrade`."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from pipelines.cli.here import here
from pipelines.config import Settings
from pipelines.errors import CopyRefused

CHANGES_BY_ITSELF = {"database", "canary", "heartbeat"}
"""What the doctor says of these before an upgrade is what the upgrade is for, or is about the hour before."""


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
def backup(target: Path) -> None:
    """Copy the database of one moment, the desk's folder and the key of links to TARGET, while all goes on.

    TARGET is a .tar.gz to be made, or a folder that gets one backup by each call, named by the time. Receivers'
    addresses are in your environment or secrets file, and are not in it.

    Example: wirewatch backup /var/backups/wirewatch
    """
    from pipelines.operating.backup import make_backup

    click.echo(make_backup(here(), target.absolute(), datetime.now(UTC)))


@click.command()
@click.argument("source", type=click.Path(path_type=Path, exists=True))
@click.option("--force", is_flag=True, help="Put it in place of the database and the desk's folder that are there.")
def restore(source: Path, force: bool) -> None:
    """Put a backup back: database, desk's folder, key of links. SOURCE is what `wirewatch backup` named.

    Every file is checked first. What the desk's folder held goes aside into the home.

    Example: wirewatch restore /var/backups/wirewatch/wirewatch-20261201T030000Z --force
    """
    from pipelines.operating import gate
    from pipelines.operating.backup import opened, restore_backup
    from storage.schema import SCHEMA_VERSION

    settings, now = here(), datetime.now(UTC)
    with opened(source.absolute()) as (folder, manifest):
        if not force:
            _refuse_to_overwrite(settings)
        with gate.alone(settings.home, 180, lambda: click.echo("waiting for the running cycle to end ...")):
            aside = restore_backup(settings, folder, manifest, now)
    click.echo(f"restored what was backed up at {manifest.made_at} by Wirewatch {manifest.wirewatch}")
    if aside:
        click.echo(f"what the desk's folder held is in {aside}")
    if manifest.schema != SCHEMA_VERSION:
        click.echo("its schema is older than this Wirewatch's: wirewatch upgrade brings it on")


@click.command()
def upgrade() -> None:
    """Bring an installation to the version whose `wirewatch` this is: backup, no new work, migrate, check, go on.

    Call it with the new version's command while the old one's services run; then start them anew. Where a step fails it
    says so, and all is as it was. Nothing in the outbox is sent twice or lost.

    Example: /opt/wirewatch/releases/0.2.0/.venv/bin/wirewatch upgrade
    """
    from pipelines.operating import backup as backups
    from pipelines.operating.upgrade import Parts
    from pipelines.operating.upgrade import upgrade as go
    from storage.copies import put_back, version_of
    from storage.schema import SCHEMA_VERSION

    settings = here()
    before = version_of(settings.database_url)
    if before == SCHEMA_VERSION:
        click.echo(f"the database is at schema {SCHEMA_VERSION} already: start the services anew, and that is all")
        return
    if before is None:
        raise CopyRefused("there is no database yet, so nothing to upgrade: the first start makes it")
    parts = Parts(
        faults=lambda: _faults(CHANGES_BY_ITSELF),
        copy=lambda: backups.make_backup(settings, settings.home / "backups", datetime.now(UTC)),
        migrate=lambda: _migrate(settings),
        check=lambda: _faults({"canary", "heartbeat"}),
        restore=lambda copy: put_back(next(copy.glob("wirewatch.d*")), settings.database_url),
    )
    go(parts, settings.home, click.echo)
    click.echo(f"schema {before} -> {SCHEMA_VERSION}, checked; cycles may begin again")
    click.echo("Start the services anew, so that they run this version: systemctl restart wirewatch.target")


def _refuse_to_overwrite(settings: Settings) -> None:
    from storage.copies import version_of

    there = [f"a desk's folder with files in it ({settings.desk})"] if any(settings.desk.iterdir()) else []
    if version_of(settings.database_url) is not None:
        there.append("a database")
    if there:
        raise CopyRefused(f"there is {' and '.join(there)} already: --force puts the backup in their place")


def _migrate(settings: Settings) -> None:
    from storage.store import upgrade_store

    upgrade_store(settings.database_url)
    if settings.dagster_home.exists():
        os.environ["DAGSTER_HOME"] = str(settings.dagster_home)
        from pipelines.definitions import upgrade_dagster

        upgrade_dagster()


def _faults(but: set[str]) -> Sequence[str]:
    from pipelines.cli.doctor import examine

    return [
        f"{one.check}: {one.detail} ({one.advice})"
        for one in examine()
        if one.state == "error" and one.check not in but
    ]
