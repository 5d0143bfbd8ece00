"""`wirewatch db upgrade`."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from pipelines.cli.app import app
from pipelines.errors import SchemaMismatch
from storage.database import Database
from storage.schema import SCHEMA_VERSION


@pytest.fixture
def installation(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An installation with an empty database; its URL."""
    (tmp_path / "alert_rules").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WIREWATCH_DATABASE_URL", database_url)
    return database_url


def test_upgrade_says_what_it_did_and_may_be_repeated(installation: str) -> None:
    first = CliRunner().invoke(app, ["db", "upgrade"])
    assert (first.output, first.exit_code) == (f"schema brought from nothing to version {SCHEMA_VERSION}\n", 0)
    again = CliRunner().invoke(app, ["db", "upgrade"])
    assert (again.output, again.exit_code) == (f"the schema is at version {SCHEMA_VERSION} already\n", 0)


def test_upgrade_refuses_a_newer_database(installation: str) -> None:
    CliRunner().invoke(app, ["db", "upgrade"])
    database = Database(installation)
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    refused = CliRunner().invoke(app, ["db", "upgrade"])
    assert isinstance(refused.exception, SchemaMismatch)
