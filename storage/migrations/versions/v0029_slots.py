"""In which slot of hosts the page of an article is: what a shard of several workers fetches."""

import sqlalchemy as sa
from alembic import op

from pipelines.shards import slot_of

revision = "0029"
down_revision = "0028"

ARTICLES = sa.table(
    "articles", sa.column("article_id"), sa.column("link"), sa.column("extract_due_at"), sa.column("slot")
)


def upgrade() -> None:
    """Those whose pages are due get theirs; of the others nobody will ask."""
    op.add_column("articles", sa.Column("slot", sa.SmallInteger(), nullable=False, server_default=sa.text("0")))
    due = sa.select(ARTICLES.c.article_id, ARTICLES.c.link).where(ARTICLES.c.extract_due_at.is_not(None))
    rows = [{"article": row.article_id, "of": slot_of(row.link)} for row in op.get_bind().execute(due)]
    if rows:
        this = ARTICLES.c.article_id == sa.bindparam("article")
        op.get_bind().execute(ARTICLES.update().where(this).values(slot=sa.bindparam("of")), rows)


def downgrade() -> None:
    """Forget them."""
    op.drop_column("articles", "slot")
