"""Pages as they came, compressed and kept for a set time, so that extraction can be run again without fetching."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, func, select

from pipelines.protocols import Response
from pipelines.states import ArticleId, OutletId
from storage.lookups import among, rows_in
from storage.packing import pack_page, unpack_page
from storage.page_tables import page_copies
from storage.tables import articles


def keep_page(connection: Connection, article_id: ArticleId, answer: Response, now: datetime) -> None:
    """Keep the page in place of an earlier copy."""
    connection.execute(page_copies.delete().where(page_copies.c.article_id == article_id))
    connection.execute(
        page_copies.insert().values(
            article_id=article_id,
            url=answer.url,
            content_type=answer.content_type,
            html=pack_page(answer.body),
            fetched_at=now,
        )
    )


def kept_between(connection: Connection, outlet: OutletId | None, since: datetime, until: datetime) -> list[ArticleId]:
    """Articles, of one outlet or of all, whose pages were fetched in that time and are kept, oldest first."""
    query = (
        select(page_copies.c.article_id)
        .join(articles, articles.c.article_id == page_copies.c.article_id)
        .where(page_copies.c.fetched_at >= since, page_copies.c.fetched_at < until)
        .order_by(page_copies.c.fetched_at, page_copies.c.article_id)
    )
    return list(connection.scalars(query if outlet is None else query.where(articles.c.outlet_id == outlet)))


def kept_pages(connection: Connection, article_ids: Iterable[object]) -> dict[ArticleId, Response]:
    """The copies of the articles' pages, as they were answered."""
    rows = rows_in(connection, select(page_copies), page_copies.c.article_id, article_ids)
    return {
        ArticleId(row.article_id): Response(
            url=row.url,
            status=200,
            body=unpack_page(row.html),
            content_type=row.content_type,
        )
        for row in rows
    }


def forget_pages(connection: Connection, before: datetime, limit: int) -> tuple[int, int]:
    """Drop some copies that were fetched before then; how many, and their bytes."""
    old = select(page_copies.c.article_id, func.length(page_copies.c.html)).where(page_copies.c.fetched_at < before)
    found = connection.execute(old.order_by(page_copies.c.fetched_at).limit(limit)).all()
    these = among(connection, page_copies.c.article_id, [row[0] for row in found])
    connection.execute(page_copies.delete().where(these))
    return len(found), sum(row[1] for row in found)
