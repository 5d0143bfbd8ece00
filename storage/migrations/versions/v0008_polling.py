"""What polling remembers of a feed: by whom it was read, its own pace, its moves, its failures."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0008"
down_revision = "0007"

TIME = sa.DateTime(timezone=True)
NEW: tuple[tuple[str, TypeEngine[Any]], ...] = (
    ("due_because", sa.Text()),
    ("read_by", sa.Text()),
    ("entries_hash", sa.Text()),
    ("whole_at", TIME),
    ("doubted_until", TIME),
    ("hints", sa.JSON()),
    ("rhythm", sa.Double()),
    ("move", sa.JSON()),
    ("streak", sa.JSON()),
    ("new_at", TIME),
)


def upgrade() -> None:
    """Add the columns; what is not known yet comes with the next poll."""
    for name, kind in NEW:
        op.add_column("feeds", sa.Column(name, kind))
    op.execute(
        "UPDATE feeds SET new_at = (SELECT max(first_seen_at) FROM feed_entries e WHERE e.feed_id = feeds.feed_id)"
    )


def downgrade() -> None:
    """Take them away again."""
    for name, _ in NEW:
        op.drop_column("feeds", name)
