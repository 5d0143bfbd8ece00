"""The tables of feeds and what they bring, and what every table stands on: the metadata, and partial indexes."""

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    UniqueConstraint,
    and_,
    text,
)

from pipelines.states import SourceKind
from storage.types import CleanJson, CleanText, KeyText, PackedText, PublishedText, RowKey, Seconds, UtcTime, state

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def partial_index(name: str, *columns: Column[object], where: ColumnElement[bool], unique: bool = False) -> Index:
    """An index over the rows that meet `where`; it joins the columns' table."""
    return Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


# --- feeds -----------------------------------------------------------------------------------------------------------

outlets = Table(
    "outlets",
    metadata,
    Column("outlet_id", KeyText, primary_key=True),
    Column("title", CleanText, nullable=False),
    Column("country", CleanText),
    Column("tags", CleanJson, nullable=False),
)

feeds = Table(
    "feeds",
    metadata,
    Column("feed_id", KeyText, primary_key=True),
    Column("url", KeyText, nullable=False),
    Column("outlet_id", KeyText, ForeignKey("outlets.outlet_id")),
    Column("kind", state(SourceKind, "kind"), nullable=False),
    Column("language", CleanText),
    Column("every", Seconds, nullable=False),
    Column("backfill", Seconds, nullable=False),
    Column("tags", CleanJson, nullable=False),
    Column("options", CleanJson),
    Column("active", Boolean, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("etag", CleanText),
    Column("last_modified", CleanText),
    Column("body_hash", CleanText),
    Column("failures", Integer, nullable=False),
    Column("error", CleanText),
    Column("polled_at", UtcTime),
    Column("succeeded_at", UtcTime),
    Column("first_polled_at", UtcTime),
    *(Column(name, CleanText) for name in ("due_because", "read_by", "entries_hash")),
    *(Column(name, UtcTime) for name in ("whole_at", "doubted_until", "new_at")),
    *(Column(name, CleanJson(none_as_null=True)) for name in ("hints", "move", "streak", "items")),
    Column("rhythm", Seconds),
)
ACTIVE = feeds.c.active.is_(True)
partial_index("uq_feeds_url_active", feeds.c.url, where=ACTIVE, unique=True)
partial_index("ix_feeds_due", feeds.c.due_at, where=ACTIVE)

feed_entries = Table(
    "feed_entries",
    metadata,
    Column("entry_key", RowKey, primary_key=True),
    Column("feed_id", KeyText, ForeignKey("feeds.feed_id"), nullable=False),
    Column("url", KeyText),
    Column("guid", KeyText),
    Column("content_hash", KeyText, nullable=False),
    Column("link", CleanText),
    Column("title", CleanText, nullable=False),
    Column("summary", CleanText, nullable=False),
    Column("body", PackedText, nullable=False, server_default=text("''")),
    Column("published", PublishedText),
    Column("published_utc", UtcTime),
    Column("authors", CleanJson, nullable=False),
    Column("article_id", RowKey, ForeignKey("articles.article_id"), nullable=False, index=True),
    Column("first_seen_at", UtcTime, nullable=False),
    Column("backlog", Boolean, nullable=False),
    UniqueConstraint("feed_id", "url"),
    UniqueConstraint("feed_id", "guid"),
)
NAMELESS = and_(feed_entries.c.url.is_(None), feed_entries.c.guid.is_(None))
partial_index(
    "uq_feed_entries_nameless", feed_entries.c.feed_id, feed_entries.c.content_hash, where=NAMELESS, unique=True
)

robots = Table(
    "robots",
    metadata,
    Column("origin", KeyText, primary_key=True),
    Column("text", CleanText, nullable=False),
    Column("asked_at", UtcTime, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("answered_at", UtcTime),
    Column("silent_since", UtcTime),
)
