"""The whole store: one database, a repository for each step, a journal for people."""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from pipelines.store import DueWork
from storage import clock, room, schema
from storage.alert_tables import FINDING_WAITS, NOTICE_WAITS, deliveries, findings, notices, vital_signs
from storage.alerts import SqlAlerts
from storage.archive import SqlArchive
from storage.articles import SqlArticles
from storage.cycles import SqlCycles
from storage.database import Database
from storage.desk_rules import DeskRules
from storage.desk_views import DeskViews
from storage.digest_tables import UNDER_WAY, digests
from storage.digests import SqlDigests
from storage.feed_tables import ACTIVE, feeds
from storage.feeds import SqlFeeds
from storage.host_claims import SqlHostClaims
from storage.journal import Journal
from storage.matches import SqlMatches
from storage.notices import SqlNotices
from storage.outbox import SqlOutbox, claimable
from storage.regrouping import SqlRegrouping
from storage.retention import SqlRetention
from storage.robots import SqlRobots
from storage.rulebook import SqlRuleBook
from storage.search import SqlSearch
from storage.silences import SqlSilences
from storage.stories import SqlStories
from storage.story_desk import StoryDesk
from storage.tables import (
    CHANGE_WAITS,
    EXTRACT_WAITS,
    UNDECIDED,
    UNMATCHED,
    VISIT_WAITS,
    articles,
    changes,
    matches,
    revisions,
    rules,
    visits,
)
from storage.visits import SqlVisits
from storage.vital_signs import SqlVitalSigns, sign_due
from storage.volumes import SqlVolumes, volume_due
from storage.ways import Ways


def open_store(url: str, workers: int = 1) -> "SqlStore":
    """The store at a database URL, made where there is none; raises StoreError, SchemaMismatch among them.

    So many `workers` share what is fetched.
    """
    database = Database(url)
    try:
        schema.ensure(database)
    except BaseException:
        database.close()
        raise
    return SqlStore(database, workers)


def upgrade_store(url: str) -> str | None:
    """Bring the database to this version's schema; returns the version it had, None where it was empty."""
    database = Database(url)
    try:
        return schema.upgrade(database)
    finally:
        database.close()


def compact_store(url: str) -> int:
    """Give the disk what a SQLite file has free; how many bytes. Nobody else may write meanwhile."""
    database = Database(url)
    try:
        return room.compact(database)
    finally:
        database.close()


class SqlStore:
    """The Store of an SQL database; safe for threads."""

    def __init__(self, database: Database, workers: int = 1) -> None:
        self._database = database
        self.claims = SqlHostClaims(database, workers)
        self.feeds = SqlFeeds(database)
        self.robots = SqlRobots(database)
        self.visits = SqlVisits(database)
        self.articles = SqlArticles(database)
        self.stories = SqlStories(database)
        self.regrouping = SqlRegrouping(database)
        self.story_desk = StoryDesk(database)
        self.matches = SqlMatches(database)
        self.rulebook = SqlRuleBook(database)
        self.volumes = SqlVolumes(database)
        self.alerts = SqlAlerts(database)
        self.outbox = SqlOutbox(database)
        self.digests = SqlDigests(database)
        self.notices = SqlNotices(database)
        self.vital_signs = SqlVitalSigns(database)
        self.cycles = SqlCycles(database)
        self.silences = SqlSilences(database)
        self.journal = Journal(database)
        self.archive = SqlArchive(database)
        self.search = SqlSearch(database)
        self.ways = Ways(database)
        self.house = SqlRetention(database)
        self.desk, self.desk_rules = DeskViews(database), DeskRules(database)

    def due_work(self, now: datetime) -> DueWork:
        """See Store. A revision that waits to be grouped or matched counts once."""
        waiting = {
            "feeds": (feeds, ACTIVE & (feeds.c.due_at <= now)),
            "deliveries": (deliveries, claimable(now)),
            "digests": (digests, UNDER_WAY & (digests.c.ends_at <= now)),
            "notices": (notices, NOTICE_WAITS & (notices.c.due_at <= now)),
            "pages": (articles, EXTRACT_WAITS & (articles.c.extract_due_at <= now)),
            "revisions": (revisions, UNMATCHED),
            "visits": (visits, VISIT_WAITS & (visits.c.due_at <= now)),
            "matches": (matches, UNDECIDED),
            "findings": (findings, FINDING_WAITS),
            "changes": (changes, CHANGE_WAITS),
            "volumes": (rules, volume_due(now)),
            "signs": (vital_signs, sign_due(now)),
        }
        counts = [
            select(func.count()).select_from(table).where(where).scalar_subquery().label(name)
            for name, (table, where) in waiting.items()
        ]
        with self._database.reading() as connection:
            row = connection.execute(select(*counts)).one()
        return DueWork(
            feeds=row.feeds,
            deliveries=row.deliveries + row.digests + row.notices,
            backlog=row.pages + row.visits + row.revisions + row.matches + row.findings + row.changes,
            volumes=row.volumes,
            signs=row.signs,
        )

    def heed_clock(self, now: datetime) -> timedelta:
        """See Store."""
        return clock.set_right(self._database, now)

    def close(self) -> None:
        """See Store."""
        self._database.close()
