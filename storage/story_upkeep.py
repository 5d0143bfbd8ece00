"""What grouping no longer looks at is dropped; fingerprints that are made otherwise now are made anew."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Column, Connection, Table, select, tuple_

from pipelines.states import ArticleId
from storage.lookups import among
from storage.tables import event_profiles, fingerprints, fingerprints_due, stories, story_terms
from storage.weeks import week_and_second

ROWS = 50_000
"""Postings dropped at once: more than a batch of new articles writes, and a tenth of a second."""
EVENTS = 2_000
"""Profiles dropped at once."""


def outdated(connection: Connection, limit: int) -> Sequence[ArticleId]:
    """Articles whose fingerprints wait to be made anew."""
    query = select(fingerprints_due.c.article_id).order_by(fingerprints_due.c.article_id).limit(limit)
    return connection.scalars(query).all()


def made_anew(connection: Connection, last: ArticleId) -> None:
    """Those up to this one wait no longer."""
    connection.execute(fingerprints_due.delete().where(fingerprints_due.c.article_id <= last))


def drop_old(connection: Connection, before: datetime) -> None:
    """Postings of the weeks before that moment's, and profiles of events that began before it, so many at once."""
    week, _ = week_and_second(before)
    _drop_postings(connection, fingerprints, fingerprints.c.hash, week)
    _drop_postings(connection, story_terms, story_terms.c.term, week)
    _drop_profiles(connection, before)


def _drop_postings(connection: Connection, table: Table, value: Column[int], week: int) -> None:
    """From the beginning of the index, where the oldest are."""
    old = table.c.week < week
    place = select(table.c.week, value).where(old).order_by(table.c.week, value)
    if connection.execute(place.limit(1)).first() is None:
        return
    end = connection.execute(place.limit(1).offset(ROWS)).first()
    connection.execute(table.delete().where(tuple_(table.c.week, value) < tuple_(*end) if end else old))


def _drop_profiles(connection: Connection, before: datetime) -> None:
    """Ids grow with time: the oldest events have the smallest."""
    query = (
        select(event_profiles.c.event_id, stories.c.created_at)
        .join(stories, stories.c.story_id == event_profiles.c.event_id)
        .order_by(event_profiles.c.event_id)
    )
    oldest = connection.execute(query.limit(1)).first()
    if oldest is None or oldest.created_at >= before:
        return
    gone = [row.event_id for row in connection.execute(query.limit(EVENTS)) if row.created_at < before]
    connection.execute(event_profiles.delete().where(among(connection, event_profiles.c.event_id, gone)))
