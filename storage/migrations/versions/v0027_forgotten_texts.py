"""Which revisions still have their text: what is kept for a time only finds them by a small index."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"

KEPT = sa.text("forgotten_at IS NULL")


def upgrade() -> None:
    """Every text is there so far."""
    op.add_column("revisions", sa.Column("forgotten_at", sa.DateTime(timezone=True)))
    op.create_index("ix_revisions_kept", "revisions", ["revision_id"], sqlite_where=KEPT, postgresql_where=KEPT)


def downgrade() -> None:
    """Those without a text are as empty as before."""
    op.drop_index("ix_revisions_kept", "revisions")
    op.drop_column("revisions", "forgotten_at")
