"""The tables of the rule book: last good versions, their lists, and how the desk's folder last looked."""

from sqlalchemy import CheckConstraint, Column, Integer, Table

from storage.feed_tables import metadata
from storage.types import CleanText, KeyText, RowKey, UtcTime

live_rules = Table(
    "live_rules",
    metadata,
    Column("rule_id", KeyText, primary_key=True),
    Column("version", KeyText, nullable=False),
    Column("file", CleanText, nullable=False),
    Column("source", CleanText, nullable=False),
    Column("lists", KeyText),
    Column("since", UtcTime, nullable=False),
    Column("backfill_since", UtcTime),
    Column("backfilled_to", RowKey),
)
"""The last good version of each rule in the desk's folder; `lists` is the digest of a list text."""

list_texts = Table(
    "list_texts",
    metadata,
    Column("digest", KeyText, primary_key=True),
    Column("text", CleanText, nullable=False),
)

rule_looks = Table(
    "rule_looks",
    metadata,
    Column("look_id", Integer, primary_key=True, autoincrement=False),
    Column("whole", KeyText),
    Column("shrunken", KeyText),
    Column("shrunken_at", UtcTime),
    Column("synced", KeyText),
    CheckConstraint("look_id = 1", name="one_look"),
)
"""`synced` is the digest of all the rules that `rules` was last brought in line with; a new look takes it away."""
