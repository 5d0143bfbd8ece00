"""The tables of what cycles did. Importing this module completes `metadata`."""

from sqlalchemy import Column, Double, PrimaryKeyConstraint, Table

from storage.feed_tables import metadata
from storage.types import CleanJson, KeyText, UtcTime

cycles = Table(
    "cycles",
    metadata,
    Column("cycle_id", KeyText, primary_key=True),
    Column("began_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime, nullable=False, index=True),
    Column("steps", CleanJson, nullable=False),
)

sums = Table(
    "sums",
    metadata,
    Column("name", KeyText, nullable=False),
    Column("label", KeyText, nullable=False),
    Column("value", Double, nullable=False),
    PrimaryKeyConstraint("name", "label"),
)
