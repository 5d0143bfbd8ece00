"""Articles and their texts: what `extract_articles` needs of the store."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, true

from pipelines.model import Content, FeedEntry, Page
from pipelines.protocols import Response
from pipelines.shards import WHOLE, Shard
from pipelines.sites import SiteTexts
from pipelines.states import ArticleId, OutletId, TextSource
from storage.database import Database
from storage.feed_tables import feed_entries, feeds
from storage.lookups import rows_in
from storage.page_copies import keep_page, kept_between, kept_pages
from storage.paragraphs import count_paragraphs
from storage.records import load_articles, options_from_json, passages_to_json
from storage.search_index import index_texts
from storage.sites import site_texts
from storage.tables import EXTRACT_WAITS, articles, revisions
from storage.types import clean

_AT_ONCE = 50
"""Kept pages in memory."""


class SqlArticles:
    """The ArticleStore of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def pages_due(self, now: datetime, limit: int, shard: Shard = WHOLE) -> Sequence[Page]:
        """See ArticleStore. Newest is what came last; of one poll's articles, what was published last."""
        with self._database.reading() as connection:
            attempts: dict[ArticleId, int] = {}
            for backlog in (False, True):
                attempts |= _due(connection, now, limit - len(attempts), shard, backlog=backlog)
            return load_pages(connection, attempts)

    def save_text(
        self,
        page: Page,
        content: Content,
        now: datetime,
        *,
        try_again_at: datetime | None,
        page_error: str = "",
        answer: Response | None = None,
    ) -> bool:
        """See ArticleStore. Where a poll brought new words since `page` was read, the article stays due for them."""
        article_id = page.article.article_id
        content = _cleaned(content)
        with self._database.writing() as connection:
            connection.execute(
                select(articles.c.article_id).where(articles.c.article_id == article_id).with_for_update()
            )
            new = not _has_text(connection, article_id, content)
            if new:
                count_paragraphs(connection, page.article.outlet.outlet_id, article_id, content, now)
                keep_text(connection, revision_row(article_id, content, now))
            if answer is not None:
                keep_page(connection, article_id, answer, now)
            if _still_said(connection, page):
                attempts = 0 if try_again_at is None else page.attempts + 1
                connection.execute(
                    articles.update()
                    .where(articles.c.article_id == article_id)
                    .values(extract_due_at=try_again_at, extract_attempts=attempts, page_error=page_error or None)
                )
        return new

    def has_text(self, page: Page, content: Content) -> bool:
        """See ArticleStore."""
        with self._database.reading() as connection:
            return _has_text(connection, page.article.article_id, _cleaned(content))

    def kept_pages(self, outlet: OutletId | None, since: datetime, until: datetime) -> Iterator[tuple[Page, Response]]:
        """See ArticleStore."""
        with self._database.reading() as connection:
            kept = kept_between(connection, outlet, since, until)
        for start in range(0, len(kept), _AT_ONCE):
            some = kept[start : start + _AT_ONCE]
            with self._database.reading() as connection:
                pages, copies = load_pages(connection, dict.fromkeys(some, 0)), kept_pages(connection, some)
            yield from ((page, copies[page.article.article_id]) for page in pages)

    def site_texts(self, outlet_ids: Collection[OutletId], now: datetime) -> Sequence[SiteTexts]:
        """See ArticleStore."""
        with self._database.reading() as connection:
            return site_texts(connection, outlet_ids, now)


def load_pages(connection: Connection, attempts: Mapping[ArticleId, int]) -> list[Page]:
    """Articles as pages to read, in the order of `attempts`."""
    found = load_articles(connection, attempts)
    said = entries_of(connection, attempts)
    return [
        Page(
            article=found[article_id],
            entry=entry_of(said[article_id]),
            language=said[article_id].language,
            attempts=tried,
            options=options_from_json(said[article_id].options),
        )
        for article_id, tried in attempts.items()
    ]


def _due(connection: Connection, now: datetime, limit: int, shard: Shard, *, backlog: bool) -> dict[ArticleId, int]:
    query = (
        select(articles.c.article_id, articles.c.extract_attempts)
        .where(articles.c.backlog.is_(backlog), EXTRACT_WAITS, articles.c.extract_due_at <= now)
        .where(true() if shard.of == 1 else articles.c.slot % shard.of == shard.number)
        .order_by(articles.c.article_id.desc())
        .limit(limit)
    )
    return {row.article_id: row.extract_attempts for row in connection.execute(query)}


def entries_of(connection: Connection, article_ids: Iterable[ArticleId]) -> dict[ArticleId, Row[Any]]:
    """What feeds say of each article: the entry with the most words to offer, of equals the newest."""
    query = select(feed_entries, feeds.c.language, feeds.c.options).join(feeds).order_by(feed_entries.c.entry_key)
    best: dict[ArticleId, Row[Any]] = {}
    for row in rows_in(connection, query, feed_entries.c.article_id, article_ids):
        rival = best.get(row.article_id)
        if rival is None or (len(row.body), len(row.summary)) >= (len(rival.body), len(rival.summary)):
            best[row.article_id] = row
    return best


def entry_of(row: Row[Any]) -> FeedEntry:
    return FeedEntry(
        title=row.title,
        url=row.url,
        link=row.link,
        guid=row.guid,
        summary=row.summary,
        body=row.body,
        published=row.published,
        authors=tuple(row.authors),
    )


def _cleaned(content: Content) -> Content:
    return replace(content, title=clean(content.title), lead=clean(content.lead), body=clean(content.body))


def keep_text(connection: Connection, row: Mapping[str, Any]) -> None:
    """Store a text, and its words in the search index."""
    made = connection.execute(revisions.insert().values(row).returning(revisions.c.revision_id)).scalar_one()
    index_texts(connection, [(made, row["title"], row["lead"], row["body"])])


def _has_text(connection: Connection, article_id: ArticleId, content: Content) -> bool:
    """Whether the article has this text, or any page's text where this one is poorer."""
    of_article = select(revisions.c.revision_id).where(revisions.c.article_id == article_id)
    same = of_article.where(revisions.c.text_hash == content.text_hash)
    better = of_article.where(revisions.c.text_source == TextSource.PAGE)
    query = same if content.complete else same.union_all(better)
    return connection.scalar(query.limit(1)) is not None


def _still_said(connection: Connection, page: Page) -> bool:
    """Whether a feed still gives the words that this page was read for."""
    query = select(feed_entries.c.entry_key).where(
        feed_entries.c.article_id == page.article.article_id, feed_entries.c.content_hash == page.entry.content_hash
    )
    return connection.scalar(query.limit(1)) is not None


def revision_row(article_id: ArticleId, content: Content, now: datetime) -> dict[str, Any]:
    return {
        "article_id": article_id,
        "text_hash": content.text_hash,
        "title": content.title,
        "lead": content.lead,
        "body": content.body,
        "language": content.language,
        "published": content.published,
        "published_utc": content.published.utc if content.published else None,
        "authors": list(content.authors),
        "text_source": content.text_source,
        "passages": passages_to_json(content.passages),
        "extracted_at": now,
        "extractor": content.extractor or None,
    }
