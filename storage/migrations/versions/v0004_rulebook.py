"""The last good versions of the desk's rules."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

TEXT = sa.Text()
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Nothing stands yet: the first look at the desk's folder fills them."""
    op.create_table(
        "live_rules",
        *(sa.Column(name, TEXT, nullable=False) for name in ("rule_id", "version", "file", "source")),
        sa.Column("lists", TEXT),
        sa.Column("since", TIME, nullable=False),
        sa.Column("backfill_since", TIME),
        sa.Column("backfilled_to", sa.BigInteger().with_variant(sa.Integer(), "sqlite")),
        sa.PrimaryKeyConstraint("rule_id", name="pk_live_rules"),
    )
    op.create_table(
        "list_texts",
        *(sa.Column(name, TEXT, nullable=False) for name in ("digest", "text")),
        sa.PrimaryKeyConstraint("digest", name="pk_list_texts"),
    )
    op.create_table(
        "rule_looks",
        sa.Column("look_id", sa.Integer(), nullable=False, autoincrement=False),
        *(sa.Column(name, TEXT) for name in ("whole", "shrunken")),
        sa.Column("shrunken_at", TIME),
        sa.PrimaryKeyConstraint("look_id", name="pk_rule_looks"),
        sa.CheckConstraint("look_id = 1", name=op.f("ck_rule_looks_one_look")),
    )


def downgrade() -> None:
    """Forget the last good versions."""
    for name in ("rule_looks", "list_texts", "live_rules"):
        op.drop_table(name)
