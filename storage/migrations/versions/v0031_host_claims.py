"""Hosts that one process holds while it asks them, so that several share what is fetched."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    """A row comes with the first claim of its host."""
    op.create_table(
        "host_claims",
        sa.Column("host", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("host", name="pk_host_claims"),
    )


def downgrade() -> None:
    """Forget them: whoever works alone needs none."""
    op.drop_table("host_claims")
