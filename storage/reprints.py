"""What a receiver was told of, and who has printed it since."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, select

from pipelines.alerts import Carrier
from pipelines.states import ArticleId
from storage.alert_tables import WAS_SENT, alerts, deliveries
from storage.feed_tables import outlets
from storage.records import LATEST, named, outlet_of
from storage.tables import articles, matches, revisions, story_members

_TOLD = story_members.alias("told")


def load_reprints(connection: Connection, its: ColumnElement[bool], since: datetime) -> tuple[Carrier, ...]:
    """Articles that joined, after `since`, the stories that the deliveries `its` have told of, as they joined.

    What has an alert of its own among the deliveries is none: it is told with that.
    """
    of_its = _articles(its)
    told = select(_TOLD.c.story_id).where(_TOLD.c.article_id.in_(of_its.where(WAS_SENT)))
    query = named(
        select(articles.c.link, revisions.c.title, outlets)
        .select_from(story_members)
        .join(articles, articles.c.article_id == story_members.c.article_id)
        .join(outlets, outlets.c.outlet_id == articles.c.outlet_id)
        .join(revisions, and_(revisions.c.article_id == articles.c.article_id, LATEST))
        .where(story_members.c.story_id.in_(told), story_members.c.joined_at > since)
        .where(story_members.c.article_id.not_in(of_its))
        .order_by(story_members.c.member_key)
    )
    return tuple(
        Carrier(outlet=outlet_of(row), title=row.revisions_title, link=row.articles_link)
        for row in connection.execute(query)
    )


def load_told(connection: Connection, its: ColumnElement[bool]) -> frozenset[ArticleId]:
    """The articles that the deliveries `its` have told of."""
    return frozenset(connection.scalars(_articles(its).where(WAS_SENT)))


def _articles(its: ColumnElement[bool]) -> Select[Any]:
    return (
        select(matches.c.article_id)
        .join(alerts, alerts.c.match_id == matches.c.match_id)
        .join(deliveries, deliveries.c.alert_id == alerts.c.alert_id)
        .where(its)
    )
