"""Events: which stories report one happening, and how many texts that makes."""

from contextlib import closing

from pipelines.states import StoryId
from pipelines.stories import Event
from storage.database import Database
from storage.store import SqlStore
from storage.tables import stories, story_links
from tests.storage.samples import NOW, matched


def event(store: SqlStore, story_id: int) -> Event:
    """As dispatch sees it."""
    with store.alerts.dispatching(NOW) as dispatch:
        return dispatch.event(StoryId(story_id))


def link(url: str, *pairs: tuple[int, int]) -> None:
    """Put each story into the event of another."""
    row = {"strength": 0.5, "reason": "names", "linked_at": NOW}
    with closing(Database(url)) as database, database.writing() as connection:
        for story_id, first in pairs:
            connection.execute(story_links.insert().values(story_id=story_id, event_id=first, other_id=first, **row))


def merge(url: str, story_id: int, into: int) -> None:
    """Let one story go into another."""
    with closing(Database(url)) as database, database.writing() as connection:
        connection.execute(stories.update().where(stories.c.story_id == story_id).values(merged_into=into))


def test_a_story_alone_is_an_event_of_one_source(store: SqlStore) -> None:
    matched(store)
    alone = event(store, 1)
    assert (alone, alone.sources) == (Event(event_id=StoryId(1), stories=(StoryId(1),)), 1)


def test_related_stories_are_one_event_seen_from_each(store: SqlStore, store_url: str) -> None:
    matched(store, "quake", "tremor", "aftershock", "election")
    link(store_url, (2, 1), (3, 1))
    seen = {event(store, story_id) for story_id in (1, 2, 3)}
    assert seen == {Event(event_id=StoryId(1), stories=(StoryId(1), StoryId(2), StoryId(3)))}
    assert event(store, 4).sources == 1


def test_a_merged_story_is_no_source_and_its_id_still_finds_the_event(store: SqlStore, store_url: str) -> None:
    matched(store, "quake", "tremor", "aftershock")
    link(store_url, (2, 1))
    merge(store_url, 3, 2)
    expected = Event(event_id=StoryId(1), stories=(StoryId(1), StoryId(2)), merged=(StoryId(3),))
    assert event(store, 3) == event(store, 1) == expected
    assert expected.sources == 2


def test_an_unknown_story_is_an_event_of_its_own(store: SqlStore) -> None:
    assert event(store, 99).stories == (99,)
