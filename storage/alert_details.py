"""Alerts with all that a message about them needs: the match, who prints the text, who else reports the event."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Connection, Row, and_, select

from pipelines.alerts import Alert, AlertDetail, Carrier, FindingDetail
from pipelines.model import Match
from pipelines.states import AlertId, StoryId
from storage.alert_tables import alerts
from storage.events import load_events
from storage.feed_tables import outlets
from storage.lookups import rows_in
from storage.records import LATEST, load_findings, load_matches, named, outlet_of
from storage.tables import articles, revisions, story_members


def load_details(connection: Connection, alert_ids: Collection[AlertId]) -> list[AlertDetail | FindingDetail]:
    """The alerts that exist, in the order of their ids as given, each with what it is about."""
    rows = {row.alert_id: row for row in rows_in(connection, select(alerts), alerts.c.alert_id, alert_ids)}
    told = load_matches(connection, [row.match_id for row in rows.values() if row.match_id is not None])
    found = load_findings(connection, [row.finding_id for row in rows.values() if row.finding_id is not None])
    stories = {match.story_id for match in told.values()}
    events = load_events(connection, stories)
    carriers = _carriers(connection, stories.union(*(event.stories for event in events.values())))
    details: list[AlertDetail | FindingDetail] = []
    for row in (rows[alert_id] for alert_id in alert_ids if alert_id in rows):
        if row.match_id is None:
            details.append(FindingDetail(alert=_alert_of(row), finding=found[row.finding_id]))
        else:
            match = told[row.match_id]
            others = [one for one in events[match.story_id].stories if one != match.story_id]
            details.append(
                AlertDetail(
                    alert=_alert_of(row),
                    match=match,
                    carriers=_own_first(match, carriers[match.story_id]),
                    related=tuple(carriers[one][0] for one in reversed(others) if carriers[one]),
                )
            )
    return details


def _alert_of(row: Row[Any]) -> Alert:
    return Alert(
        alert_id=row.alert_id,
        subject=row.subject,
        sequence=row.sequence,
        reason=row.reason,
        why=row.why,
        created_at=row.created_at,
    )


def _carriers(connection: Connection, story_ids: Collection[StoryId]) -> dict[StoryId, list[Carrier]]:
    """Each story's articles as carriers, in the order in which they joined."""
    query = named(
        select(story_members.c.story_id, articles.c.link, revisions.c.title, outlets)
        .select_from(story_members)
        .join(articles, articles.c.article_id == story_members.c.article_id)
        .join(outlets, outlets.c.outlet_id == articles.c.outlet_id)
        .join(revisions, and_(revisions.c.article_id == articles.c.article_id, LATEST))
        .order_by(story_members.c.story_id, story_members.c.member_key)
    )
    carriers: dict[StoryId, list[Carrier]] = {story_id: [] for story_id in story_ids}
    for row in rows_in(connection, query, story_members.c.story_id, story_ids):
        carriers[row.story_members_story_id].append(
            Carrier(outlet=outlet_of(row), title=row.revisions_title, link=row.articles_link)
        )
    return carriers


def _own_first(match: Match, carriers: Iterable[Carrier]) -> tuple[Carrier, ...]:
    """One carrier an outlet, the article that matched first, with its headline of now."""
    article = match.revision.article
    own = next(
        (one for one in carriers if one.link == article.link and one.outlet == article.outlet),
        Carrier(outlet=article.outlet, title=match.revision.content.title, link=article.link),
    )
    by_outlet = {own.outlet.outlet_id: own}
    for carrier in carriers:
        by_outlet.setdefault(carrier.outlet.outlet_id, carrier)
    return tuple(by_outlet.values())
