"""Pages that are looked at again, and what was found changed."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Articles that match from now on are looked at again."""
    op.add_column("revisions", sa.Column("share_changed", sa.Double()))
    op.create_table(
        "visits",
        sa.Column("article_id", KEY, autoincrement=False, nullable=False),
        sa.Column("due_at", TIME),
        sa.Column("gone", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", name="pk_visits"),
        sa.ForeignKeyConstraint(["article_id"], ["articles.article_id"], name="fk_visits_article_id"),
    )
    where = sa.text("due_at IS NOT NULL")
    op.create_index("ix_visits_due", "visits", ["due_at"], sqlite_where=where, postgresql_where=where)
    op.create_table(
        "changes",
        sa.Column("change_id", KEY, nullable=False),
        sa.Column("article_id", KEY, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("change_id", name="pk_changes"),
        sa.ForeignKeyConstraint(["article_id"], ["articles.article_id"], name="fk_changes_article_id"),
        sa.UniqueConstraint("article_id", "kind", "reason", name="uq_changes_article_id_kind_reason"),
        sa.CheckConstraint("kind IN ('corrected', 'taken down')", name=op.f("ck_changes_kind")),
    )


def downgrade() -> None:
    """Forget them."""
    op.drop_table("changes")
    op.drop_table("visits")
    op.drop_column("revisions", "share_changed")
