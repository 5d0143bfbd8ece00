"""What is kept of pages beside their texts: paragraphs that return, and copies for reading again."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the tables; what outlets repeat is learned from the texts to come."""
    op.create_table(
        "paragraphs",
        sa.Column("paragraph", sa.BigInteger(), nullable=False, autoincrement=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("times", "days", "last_day")),
        sa.PrimaryKeyConstraint("paragraph", name="pk_paragraphs"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_paragraphs_last_day", "paragraphs", ["last_day"])
    op.create_table(
        "page_copies",
        sa.Column("article_id", KEY, nullable=False, autoincrement=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text()),
        sa.Column("html", sa.LargeBinary(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("article_id", name="pk_page_copies"),
        sa.ForeignKeyConstraint(["article_id"], ["articles.article_id"], name="fk_page_copies_article_id_articles"),
    )
    op.create_index("ix_page_copies_fetched_at", "page_copies", ["fetched_at"])


def downgrade() -> None:
    """Forget them."""
    for name in ("page_copies", "paragraphs"):
        op.drop_table(name)
