"""Whole articles past their time: which may go, and all that goes with them.

An event goes as one: what the desk reads of an alert names the other reports of its event, so none goes before the
last of them may.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, and_, or_, select

from pipelines.states import ArticleId, SourceKind, StoryId
from storage.alert_tables import WAITING, acknowledgements, alerts, deliveries, feedback, findings, verdicts
from storage.events import firsts
from storage.feed_tables import ACTIVE, feed_entries, feeds
from storage.lookups import among, rows_in
from storage.page_tables import page_copies
from storage.search_index import forget_texts
from storage.tables import (
    CHANGE_WAITS,
    UNDECIDED,
    UNMATCHED,
    VISIT_WAITS,
    articles,
    changes,
    event_profiles,
    fingerprints_due,
    matches,
    revisions,
    stories,
    story_edits,
    story_links,
    story_members,
    visits,
)

_LISTS_ALL = (SourceKind.SITEMAP, SourceKind.PAGE)
"""A feed lists what is newest; these may list an article for as long as it exists."""


def droppable(connection: Connection, before: datetime, some: Collection[ArticleId]) -> dict[ArticleId, StoryId | None]:
    """Of the events of these articles, and of those in no story, the articles of each that may go whole."""
    events: defaultdict[StoryId | ArticleId, dict[ArticleId, StoryId | None]] = defaultdict(dict)
    members = _whole_events(connection, some)
    for article_id in some:
        if article_id not in members:
            events[ArticleId(-article_id)][article_id] = None
    first_of = firsts(connection, set(members.values()))
    for article_id, story_id in members.items():
        events[first_of[story_id]][article_id] = story_id
    stays = _needed(connection, before, [one for event in events.values() for one in event])
    return {one: story for event in events.values() if not stays & event.keys() for one, story in event.items()}


def drop_articles(connection: Connection, gone: Collection[ArticleId], story_ids: Iterable[StoryId]) -> None:
    """Delete the articles, the stories that only they were in, and all that was said of them."""
    whole = set(story_ids)
    whole.update(connection.scalars(select(stories.c.story_id).where(among(connection, stories.c.merged_into, whole))))
    forget_texts(connection, _ids(connection, select(revisions.c.revision_id), revisions.c.article_id, gone))
    match_ids = _ids(connection, select(matches.c.match_id), matches.c.article_id, gone)
    _drop_alerts(connection, _ids(connection, select(alerts.c.alert_id), alerts.c.match_id, match_ids))
    for column, ids in (
        (verdicts.c.match_id, match_ids),
        (matches.c.match_id, match_ids),
        *(
            (table.c.article_id, gone)
            for table in (changes, visits, page_copies, story_edits, story_members, fingerprints_due)
        ),
        *((story_edits.c[name], whole) for name in ("story_id", "other_id")),
        *((story_links.c[name], whole) for name in ("story_id", "event_id", "other_id")),
        (event_profiles.c.event_id, whole),
        (stories.c.merged_into, whole),
        (stories.c.story_id, whole),
        *((table.c.article_id, gone) for table in (feed_entries, revisions, articles)),
    ):
        _delete(connection, column, ids)


def drop_findings(connection: Connection, before: datetime, limit: int) -> int:
    """Delete what volume rules found before then, with what was told of it; how many."""
    waits = select(deliveries.c.delivery_id).where(deliveries.c.alert_id == alerts.c.alert_id, WAITING)
    open_ = select(alerts.c.alert_id).where(alerts.c.finding_id == findings.c.finding_id, waits.exists())
    old = and_(findings.c.found_at < before, findings.c.decided_at < before, ~open_.exists())
    found = connection.scalars(
        select(findings.c.finding_id).where(old).order_by(findings.c.finding_id).limit(limit)
    ).all()
    _drop_alerts(connection, _ids(connection, select(alerts.c.alert_id), alerts.c.finding_id, found))
    _delete(connection, findings.c.finding_id, found)
    return len(found)


def _whole_events(connection: Connection, some: Collection[ArticleId]) -> dict[ArticleId, StoryId]:
    """Every article of the events that these are in, with its story."""
    query = select(story_members.c.article_id, story_members.c.story_id)
    own = {row.story_id for row in rows_in(connection, query, story_members.c.article_id, some)}
    heads = set(firsts(connection, own).values())
    linked = select(story_links.c.story_id)
    whole = heads | {row.story_id for row in rows_in(connection, linked, story_links.c.event_id, heads)}
    return {row.article_id: row.story_id for row in rows_in(connection, query, story_members.c.story_id, whole)}


def _needed(connection: Connection, before: datetime, some: Collection[ArticleId]) -> set[ArticleId]:
    """Those that are young, told of in the kept time, not done with, or that a feed may list again."""
    of_match = select(matches.c.article_id).join(alerts, alerts.c.match_id == matches.c.match_id)
    waits = select(deliveries.c.alert_id).where(deliveries.c.alert_id == alerts.c.alert_id, WAITING).exists()
    listed = or_(feed_entries.c.published_utc.is_(None), feeds.c.kind.in_(_LISTS_ALL))
    questions: tuple[tuple[Select[Any], Column[Any], ColumnElement[bool]], ...] = (
        (select(articles.c.article_id), articles.c.article_id, articles.c.first_seen_at >= before),
        (select(story_members.c.article_id), story_members.c.article_id, story_members.c.joined_at >= before),
        (of_match, matches.c.article_id, or_(alerts.c.created_at >= before, waits)),
        (select(matches.c.article_id), matches.c.article_id, or_(UNDECIDED, matches.c.matched_at >= before)),
        (select(revisions.c.article_id), revisions.c.article_id, or_(UNMATCHED, revisions.c.extracted_at >= before)),
        (select(changes.c.article_id), changes.c.article_id, CHANGE_WAITS),
        (select(visits.c.article_id), visits.c.article_id, VISIT_WAITS),
        (select(feed_entries.c.article_id).join(feeds), feed_entries.c.article_id, and_(ACTIVE, listed)),
    )
    return {
        row.article_id for query, column, so in questions for row in rows_in(connection, query.where(so), column, some)
    }


def _drop_alerts(connection: Connection, alert_ids: Collection[int]) -> None:
    for table in (deliveries, feedback, acknowledgements, alerts):
        _delete(connection, table.c.alert_id, alert_ids)


def _ids(connection: Connection, query: Select[Any], column: Column[Any], keys: Collection[int]) -> list[int]:
    return [row[0] for row in rows_in(connection, query, column, keys)]


def _delete(connection: Connection, column: Column[Any], ids: Collection[int]) -> None:
    if ids:
        connection.execute(column.table.delete().where(among(connection, column, ids)))
