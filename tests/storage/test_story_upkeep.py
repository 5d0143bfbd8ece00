"""What no article that comes looks at is dropped, the oldest first and so much at once; what is in a window stays."""

from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select

from pipelines.dedup.relations import described
from pipelines.states import StoryId
from storage import story_upkeep
from storage.database import Database
from storage.store import SqlStore
from storage.story_upkeep import drop_old
from storage.tables import event_profiles, fingerprints, stories, story_terms
from storage.weeks import week_and_second
from tests.storage.samples import NOW, content, matched

WEEK = timedelta(days=7)
TABLES = (fingerprints, story_terms, event_profiles)


def filled(store: SqlStore, database: Database) -> None:
    """Two stories of long ago and one of now, each with ten postings of either kind and a profile."""
    matched(store, "quake", "tremor", "flood")
    with store.stories.grouping(NOW) as grouping:
        for story in (1, 2, 3):
            grouping.keep(StoryId(story), described(content("The quake"), NOW))
    with database.writing() as connection:
        connection.execute(fingerprints.delete())
        for story, weeks in ((1, 9), (2, 8), (3, 0)):
            week, second = week_and_second(NOW - weeks * WEEK)
            connection.execute(
                stories.update().where(stories.c.story_id == story).values(created_at=NOW - weeks * WEEK)
            )
            for number in range(10):
                place = {"week": week, "second": second}
                connection.execute(insert(fingerprints).values(**place, hash=number, article_id=story))
                connection.execute(insert(story_terms).values(**place, term=number, story_id=story))


def counted(database: Database) -> list[int]:
    """Rows of each table."""
    with database.reading() as connection:
        return [connection.execute(select(func.count()).select_from(table)).scalar_one() for table in TABLES]


@pytest.fixture
def database(store: SqlStore, store_url: str) -> Database:
    """The store's own database, filled."""
    opened = Database(store_url)
    filled(store, opened)
    return opened


def test_what_is_out_of_every_window_is_dropped(database: Database) -> None:
    assert counted(database) == [30, 30, 3]
    for _ in range(2):
        with database.writing() as connection:
            drop_old(connection, NOW - 3 * WEEK)
        assert counted(database) == [10, 10, 1]
    database.close()


def test_much_of_it_is_dropped_a_part_at_a_time(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(story_upkeep, "ROWS", 8)
    monkeypatch.setattr(story_upkeep, "EVENTS", 1)
    numbers = []
    for _ in range(4):
        with database.writing() as connection:
            drop_old(connection, NOW - 3 * WEEK)
        numbers.append(counted(database))
    assert numbers == [[22, 22, 2], [14, 14, 1], [10, 10, 1], [10, 10, 1]]
    database.close()


def test_grouping_drops_it(store: SqlStore, database: Database) -> None:
    with store.stories.grouping(NOW) as grouping:
        grouping.forget(NOW - 3 * WEEK)
    assert counted(database) == [10, 10, 1]
    database.close()
