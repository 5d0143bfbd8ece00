"""How outlets' pages fare, as their articles tell."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from sqlalchemy import Connection, Row, select

from pipelines.model import Outlet
from pipelines.sites import SiteTexts
from pipelines.states import OutletId, TextSource
from storage.feed_tables import outlets
from storage.lookups import rows_in
from storage.records import named, outlet_of
from storage.tables import articles, revisions

RECENT = 10
SITE_ARTICLES = 300
SITE_DAYS = timedelta(days=2)


def site_texts(connection: Connection, outlet_ids: Collection[OutletId], now: datetime) -> list[SiteTexts]:
    """See ArticleStore.site_texts."""
    return [
        _site_texts(outlet_of(row), _looked_at(connection, row.outlets_outlet_id, now))
        for row in rows_in(connection, named(select(outlets)), outlets.c.outlet_id, outlet_ids)
    ]


def _looked_at(connection: Connection, outlet_id: OutletId, now: datetime) -> list[Row[Any]]:
    """Articles of an outlet whose page was looked at, newest first: when they were seen, whether it gave its text."""
    of_page = (revisions.c.article_id == articles.c.article_id) & (revisions.c.text_source == TextSource.PAGE)
    full = select(revisions.c.revision_id).where(of_page).exists()
    query = select(articles.c.first_seen_at, articles.c.page_error, full.label("full")).where(
        articles.c.outlet_id == outlet_id,
        articles.c.first_seen_at > now - SITE_DAYS,
        articles.c.link != "",
        full | articles.c.page_error.is_not(None),
    )
    return list(connection.execute(query.order_by(articles.c.article_id.desc()).limit(SITE_ARTICLES)))


def _site_texts(outlet: Outlet, rows: Sequence[Row[Any]]) -> SiteTexts:
    row = list(takewhile(lambda one: not one.full, rows))
    recent, before = rows[:RECENT], rows[max(RECENT, len(row)) :]  # one poll may bring many after a change
    return SiteTexts(
        outlet=outlet,
        recent=len(recent),
        recent_full=sum(one.full for one in recent),
        before=len(before),
        before_full=sum(one.full for one in before),
        reason=next((one.page_error for one in recent if not one.full and one.page_error), ""),
        since=row[-1].first_seen_at if row else None,
    )
