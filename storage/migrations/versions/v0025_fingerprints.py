"""Fingerprints are made otherwise: whole texts are folded at once, and grams have other numbers.

Those of the last two weeks wait to be made anew, which the next run does before it groups anything; older ones are out
of every window. A posting that is missing would be a reprint told as news.
"""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

from storage.types import UtcTime

revision = "0025"
down_revision = "0024"

ARTICLES = sa.table("articles", sa.column("article_id"), sa.column("first_seen_at", UtcTime))
MEMBERS = sa.table("story_members", sa.column("article_id"))
REACH = timedelta(days=14)
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Leave the old ones behind."""
    op.create_table(
        "fingerprints_due",
        sa.Column("article_id", KEY, nullable=False),
        sa.PrimaryKeyConstraint("article_id", name="pk_fingerprints_due"),
        sa.ForeignKeyConstraint(["article_id"], ["articles.article_id"], name="fk_fingerprints_due_article_id"),
    )
    newest = op.get_bind().scalar(sa.select(sa.func.max(ARTICLES.c.first_seen_at)))
    if newest is not None:
        grouped = sa.select(MEMBERS.c.article_id).join(ARTICLES, ARTICLES.c.article_id == MEMBERS.c.article_id)
        recent = grouped.where(ARTICLES.c.first_seen_at >= newest - REACH)
        op.execute(sa.table("fingerprints_due", sa.column("article_id")).insert().from_select(["article_id"], recent))
    op.execute("DELETE FROM fingerprints")


def downgrade() -> None:
    """Leave the new ones behind; articles that come get old ones again."""
    op.execute("DELETE FROM fingerprints")
    op.drop_table("fingerprints_due")
