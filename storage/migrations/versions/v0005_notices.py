"""Notices to the operator: a trouble's beginning and its end, each told once."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text()
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Nothing was told so far."""
    op.create_table(
        "notices",
        sa.Column("notice_id", KEY, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("over", sa.Boolean(), nullable=False),
        sa.Column("began_at", TIME, nullable=False),
        sa.Column("told_at", TIME),
        sa.Column("ended_at", TIME),
        sa.Column("due_at", TIME),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("notice_id", name="pk_notices"),
        sa.CheckConstraint("over = (ended_at IS NOT NULL)", name="over"),
    )
    for name, columns, where, unique in (
        ("uq_notices_open", ["subject"], sa.text("ended_at IS NULL"), True),
        ("ix_notices_due", ["due_at"], sa.text("due_at IS NOT NULL"), False),
    ):
        op.create_index(name, "notices", columns, unique=unique, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Forget what was told."""
    op.drop_table("notices")
