"""Stories: the StoryStore, and what it tells operators of days and sizes; `grouping` has the transaction."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import and_, func, select

from pipelines.states import StoryId
from pipelines.stories import BigStory, Day, Grouping
from storage.database import Database
from storage.events import lead_texts
from storage.grouping import SqlGrouping
from storage.tables import story_members


class SqlStories:
    """The StoryStore of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def grouping(self, now: datetime) -> Iterator[Grouping]:
        """See StoryStore."""
        with self._database.writing(exclusive="stories") as connection:
            grouping = SqlGrouping(connection, now)
            yield grouping
            grouping.close()

    def days(self, now: datetime, number: int) -> Sequence[Day]:
        """See StoryStore."""
        found = []
        with self._database.reading() as connection:
            for until in (now - timedelta(days=day) for day in range(number)):
                within = and_(story_members.c.joined_at > until - timedelta(days=1), story_members.c.joined_at <= until)
                row = connection.execute(
                    select(func.count(), func.count(story_members.c.story_id.distinct())).where(within)
                ).one()
                found.append(Day(until=until, articles=row[0], stories=row[1]))
        return found

    def biggest(self, since: datetime, limit: int) -> Sequence[BigStory]:
        """See StoryStore."""
        number = func.count().label("number")
        query = (
            select(story_members.c.story_id, number)
            .where(story_members.c.joined_at >= since)
            .group_by(story_members.c.story_id)
            .having(number > 1)
            .order_by(number.desc(), story_members.c.story_id)
            .limit(limit)
        )
        with self._database.reading() as connection:
            numbers = {StoryId(row.story_id): row.number for row in connection.execute(query)}
            leads = lead_texts(connection, numbers)
        return [BigStory(story_id=one, title=leads[one][0].title, articles=many) for one, many in numbers.items()]

    def sizes(self, since: datetime) -> Mapping[int, int]:
        """See StoryStore."""
        size = func.count().label("size")
        of_each = select(size).where(story_members.c.joined_at >= since).group_by(story_members.c.story_id).subquery()
        query = select(of_each.c.size, func.count()).group_by(of_each.c.size)  # counted there: a day has 30,000 stories
        with self._database.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}
