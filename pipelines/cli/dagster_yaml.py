"""Dagster's own settings for this installation: ours as shipped, with PostgreSQL for its runs where that is wanted."""

from pipelines.errors import SettingsError

DATABASE = "WIREWATCH_DAGSTER_DATABASE_URL"
DRIVER = "postgresql+psycopg2://"
"""dagster-postgres works with psycopg2 alone; SQLAlchemy 2.1 takes a bare postgresql:// for psycopg 3."""
STORAGE = f"""
# Runs, events and schedules in PostgreSQL, at the address of that variable: for several machines.
storage:
  postgres:
    postgres_url:
      env: {DATABASE}
"""


def dagster_yaml(shipped: str, there: str | None, database_url: str | None) -> str:
    """What is to be written; `there` is what its owner may have edited, and is then left as it is.

    Raises SettingsError where an edited file says nothing of the database that the environment names, or the address
    is for another driver.
    """
    if database_url and not database_url.startswith(DRIVER):
        raise SettingsError(f"{DATABASE}: expected an address that begins {DRIVER}, which is the driver of Dagster")
    wanted = shipped + STORAGE if database_url else shipped
    if there is None or there in {shipped, shipped + STORAGE}:
        return wanted
    if database_url and DATABASE not in there:
        lines = " ".join(line.strip() for line in STORAGE.strip().splitlines()[1:])
        raise SettingsError(f"{DATABASE} is set, but dagster.yaml was edited and does not name it; add: {lines}")
    return there
