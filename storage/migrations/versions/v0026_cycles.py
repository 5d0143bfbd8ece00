"""What cycles did: the last ones whole, all of them in sums."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """None is known yet."""
    op.create_table(
        "cycles",
        sa.Column("cycle_id", sa.Text(), nullable=False),
        sa.Column("began_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("cycle_id", name="pk_cycles"),
    )
    op.create_index("ix_cycles_ended_at", "cycles", ["ended_at"])
    op.create_table(
        "sums",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("name", "label", name="pk_sums"),
    )


def downgrade() -> None:
    """Forget them."""
    op.drop_table("sums")
    op.drop_table("cycles")
