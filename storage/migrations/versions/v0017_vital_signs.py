"""The canary and the heartbeat: when each was tried, and how it ended."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """No sign has been tried yet."""
    op.create_table(
        "vital_signs",
        sa.Column("sign", sa.String(32), nullable=False),
        sa.Column("tried_at", TIME, nullable=False),
        sa.Column("good_at", TIME),
        sa.Column("due_at", TIME),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sign", name="pk_vital_signs"),
        sa.CheckConstraint("sign IN ('canary', 'heartbeat')", name=op.f("ck_vital_signs_sign")),
    )
    where = sa.text("due_at IS NOT NULL")
    op.create_index("ix_vital_signs_due", "vital_signs", ["due_at"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Forget them."""
    op.drop_table("vital_signs")
