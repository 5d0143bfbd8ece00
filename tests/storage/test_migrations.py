"""Migrations over a filled database: every version down, and every version up again, with what desks would miss."""

from collections.abc import Mapping
from contextlib import closing

from alembic import command
from sqlalchemy import text

from pipelines.steps.grouping import group_stories
from pipelines.steps.progress import Budget
from storage import schema
from storage.database import Database
from storage.store import open_store
from tests.storage.samples import NOW, alert, content, entry, feed, group, match, poll

LASTING = (
    "feeds",
    "feed_entries",
    "articles",
    "revisions",
    "story_members",
    "stories",
    "matches",
    "alerts",
    "deliveries",
)
"""Tables of the first version whose rows every later one keeps."""
LONG = "Peacekeepers left the post at dawn, and the convoy went on to Goris. Տեղացիներ։\n" * 60


def fill(url: str) -> None:
    """Articles as far as deliveries, one of them with a text that is long enough to be packed."""
    with closing(open_store(url)) as store:
        poll(store, entry("quake", summary="s"), entry("flood"), of=feed())
        for page in store.articles.pages_due(NOW, 10):
            store.articles.save_text(page, content(page.entry.title, LONG + page.entry.title), NOW, try_again_at=None)
        group(store)
        match(store)
        alert(store)


def kept(database: Database) -> Mapping[str, int]:
    """How many rows each table has that lasts."""
    with database.reading() as connection:
        return {table: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in LASTING}


def test_a_filled_database_goes_down_to_every_version_and_up_again(store_url: str) -> None:
    fill(store_url)
    versions = [f"{number:04}" for number in range(1, int(schema.SCHEMA_VERSION) + 1)]
    with closing(Database(store_url)) as database:
        before = kept(database)
        assert all(before.values())
        for version in reversed(versions[:-1]):
            with database.writing() as connection:
                command.downgrade(schema._alembic(connection), version)
            assert kept(database) == before, f"down to {version}"
        for version in versions:
            with database.writing() as connection:
                command.upgrade(schema._alembic(connection), version)
            assert kept(database) == before, f"up to {version}"
    with closing(open_store(store_url)) as store:
        found = [one.revision.content for batch in store.archive.texts(NOW) for one in batch]
        assert {(one.title, one.body) for one in found} == {
            (title, LONG + title) for title in ("The quake", "The flood")
        }
        assert len(store.journal.alerts(10)) == before["alerts"]


def test_bodies_are_packed_and_unpacked_as_they_were(store_url: str) -> None:
    fill(store_url)
    with closing(Database(store_url)) as database:
        query = "SELECT length(body) FROM revisions ORDER BY revision_id"
        with database.writing() as connection:
            packed = connection.execute(text(query)).scalars().all()
            command.downgrade(schema._alembic(connection), "0020")
            plain = connection.execute(text(query)).scalars().all()
        schema.upgrade(database)
        with database.reading() as connection:
            assert connection.execute(text(query)).scalars().all() == packed
    assert max(packed) < min(plain) / 10


def waiting(url: str) -> None:
    """Articles that are to be grouped."""
    with closing(open_store(url)) as store:
        poll(store, entry("quake", summary="s"), entry("flood"), entry("again"), of=feed())
        for page in store.articles.pages_due(NOW, 10):
            words = LONG if page.entry.title == "The flood" else "The dam above the town gave way on Sunday. " * 3
            store.articles.save_text(page, content(page.entry.title, words), NOW, try_again_at=None)


def grouped(url: str) -> bool:
    """Group all that waits, an article at a time; whether all is done."""
    with closing(open_store(url)) as store:
        return not group_stories(store.stories, budget=Budget(NOW, 60), batch=1).unfinished


def test_fingerprints_are_made_anew_before_anything_is_grouped_by_them(store_url: str) -> None:
    waiting(store_url)
    assert grouped(store_url)
    query = text("SELECT week, hash, second, article_id FROM fingerprints ORDER BY week, hash, second, article_id")
    with closing(Database(store_url)) as database:
        with database.writing() as connection:
            made = [tuple(row) for row in connection.execute(query)]
            command.downgrade(schema._alembic(connection), "0024")
            connection.execute(text("INSERT INTO fingerprints SELECT 2900, -article_id, 5, article_id FROM articles"))
        schema.upgrade(database)
        assert grouped(store_url)
        with database.reading() as connection:
            assert [tuple(row) for row in connection.execute(query)] == made
            assert connection.execute(text("SELECT * FROM fingerprints_due")).all() == []
    assert made


def test_nothing_is_grouped_while_fingerprints_wait(store_url: str) -> None:
    with closing(open_store(store_url)) as store:
        assert group_stories(store.stories, budget=Budget(NOW, 0)).unfinished
