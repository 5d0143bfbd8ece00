"""robots.txt files between runs."""

from collections.abc import Collection, Mapping

from sqlalchemy import select

from pipelines.robots import RobotsFile
from storage.database import Database
from storage.feed_tables import robots
from storage.lookups import batches, rows_in


class SqlRobots:
    """The RobotsStore of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, origins: Collection[str]) -> Mapping[str, RobotsFile]:
        """See RobotsStore."""
        with self._database.reading() as connection:
            rows = rows_in(connection, select(robots), robots.c.origin, origins)
            return {row.origin: RobotsFile(**row._mapping) for row in rows}

    def save(self, files: Collection[RobotsFile]) -> None:
        """See RobotsStore."""
        rows = {file.origin: {column.name: getattr(file, column.name) for column in robots.columns} for file in files}
        with self._database.writing(exclusive="robots") as connection:
            for some in batches(rows):
                connection.execute(robots.delete().where(robots.c.origin.in_(some)))
            connection.execute(robots.insert(), list(rows.values()))
