"""What is kept of pages beside their texts: paragraphs that return, and copies for reading again."""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, Table

from storage.feed_tables import metadata
from storage.types import CleanText, RowKey, UtcTime

paragraphs = Table(
    "paragraphs",
    metadata,
    Column("paragraph", BigInteger, primary_key=True, autoincrement=False),
    Column("times", Integer, nullable=False),
    Column("days", Integer, nullable=False),
    Column("last_day", Integer, nullable=False, index=True),
    sqlite_with_rowid=False,
)

page_copies = Table(
    "page_copies",
    metadata,
    Column("article_id", RowKey, ForeignKey("articles.article_id"), primary_key=True, autoincrement=False),
    Column("url", CleanText, nullable=False),
    Column("content_type", CleanText),
    Column("html", LargeBinary, nullable=False),
    Column("fetched_at", UtcTime, nullable=False, index=True),
)
