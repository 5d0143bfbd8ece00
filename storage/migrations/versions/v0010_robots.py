"""What hosts allow, and why a page gave no text."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Nothing is known yet."""
    op.create_table(
        "robots",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("answered_at", TIME),
        sa.Column("silent_since", TIME),
        sa.PrimaryKeyConstraint("origin", name="pk_robots"),
    )
    op.add_column("articles", sa.Column("page_error", sa.Text()))


def downgrade() -> None:
    """Forget it."""
    op.drop_column("articles", "page_error")
    op.drop_table("robots")
