"""The tables of digests: periods under way and digests made, and by which routes.yaml they are planned."""

from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    ForeignKey,
    Integer,
    Row,
    Table,
    UniqueConstraint,
    select,
)

from pipelines.digests.records import Digest, DigestKind
from pipelines.errors import StoreError
from pipelines.states import DigestId
from storage.feed_tables import metadata, partial_index
from storage.types import CleanJson, KeyText, RowKey, UtcTime, state

digests = Table(
    "digests",
    metadata,
    Column("digest_id", RowKey, primary_key=True),
    Column("receiver", KeyText, nullable=False),
    Column("kind", state(DigestKind, "kind"), nullable=False),
    Column("starts_at", UtcTime, nullable=False),
    Column("ends_at", UtcTime, nullable=False),
    Column("closed_at", UtcTime),
    Column("covered_by", RowKey, ForeignKey("digests.digest_id")),
    Column("told", CleanJson(none_as_null=True)),
    UniqueConstraint("receiver", "kind", "starts_at"),
    CheckConstraint("starts_at <= ends_at", name="lasts"),
    CheckConstraint("closed_at IS NOT NULL OR (told IS NULL AND covered_by IS NULL)", name="told"),
)
"""A row a period: under way until it is closed, then told in a digest of its own or covered by another one's."""
UNDER_WAY = digests.c.closed_at.is_(None)
partial_index("uq_digests_under_way", digests.c.receiver, digests.c.kind, where=UNDER_WAY, unique=True)

digest_plans = Table(
    "digest_plans",
    metadata,
    Column("plan_id", Integer, primary_key=True, autoincrement=False),
    Column("stamp", KeyText, nullable=False),
    CheckConstraint("plan_id = 1", name="one_plan"),
)
"""One row, made with the first plan: an installation that has none is new."""


def load_digest(connection: Connection, digest_id: DigestId) -> Digest:
    """A digest that was made; raises StoreError where there is none of that number."""
    query = select(digests).where(digests.c.digest_id == digest_id, digests.c.told.is_not(None))
    row = connection.execute(query).first()
    if row is None:
        raise StoreError(f"there is no digest {digest_id}")
    return digest_of(row)


def digest_of(row: Row[Any]) -> Digest:
    """The digest of a row."""
    return Digest(
        digest_id=row.digest_id,
        receiver=row.receiver,
        kind=row.kind,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        made_at=row.closed_at,
        told=row.told,
    )
