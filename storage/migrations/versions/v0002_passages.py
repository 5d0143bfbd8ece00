"""Marked passages of a text: captions, appeals, background."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Texts stored so far have no marks."""
    op.add_column("revisions", sa.Column("passages", sa.JSON()))


def downgrade() -> None:
    """Forget the marks."""
    op.drop_column("revisions", "passages")
