"""Stories merged, split and linked: pointers, links between separate reports, and the index by which they are found.

The fingerprints' key begins with hash and time, so that a look into a window reads nothing outside it.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0003"
down_revision = "0002"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
STATE = sa.String(32)


def upgrade() -> None:
    """Add what stories gained; every fingerprint is kept."""
    _pointers()
    _fingerprints("hash", "seen_at", "article_id")
    _links()
    _edits()


def downgrade() -> None:
    """Take it away again; a merged story stays merged."""
    for name in ("story_edits", "story_terms", "story_links"):
        op.drop_table(name)
    _fingerprints("hash", "article_id", "seen_at", key=("hash", "article_id"))
    op.drop_index("ix_stories_merged_into", "stories")
    op.drop_column("stories", "merged_into")


def _pointers() -> None:
    """SQLite would make the whole table anew for a constraint of the table; one of the column it takes as it is."""
    kind = "BIGINT" if op.get_bind().dialect.name == "postgresql" else "INTEGER"
    op.execute(
        f"ALTER TABLE stories ADD COLUMN merged_into {kind}"
        " CONSTRAINT fk_stories_merged_into REFERENCES stories (story_id)"
        " CONSTRAINT ck_stories_merged_elsewhere CHECK (merged_into <> story_id)"
    )
    where = sa.text("merged_into IS NOT NULL")
    op.create_index("ix_stories_merged_into", "stories", ["merged_into"], sqlite_where=where, postgresql_where=where)


def _fingerprints(*columns: str, key: tuple[str, ...] | None = None) -> None:
    op.rename_table("fingerprints", "fingerprints_before")
    kinds: dict[str, TypeEngine[Any]] = {"hash": sa.BigInteger(), "article_id": KEY, "seen_at": TIME}
    if op.get_bind().dialect.name == "postgresql":  # where the names of keys are those of indexes, and must be free
        op.execute("ALTER TABLE fingerprints_before DROP CONSTRAINT pk_fingerprints")
        op.execute("ALTER TABLE fingerprints_before DROP CONSTRAINT fk_fingerprints_article_id")
    op.create_table(
        "fingerprints",
        *(sa.Column(name, kinds[name], nullable=False) for name in columns),
        sa.PrimaryKeyConstraint(*(key or columns), name="pk_fingerprints"),
        sa.ForeignKeyConstraint(["article_id"], ["articles.article_id"], name="fk_fingerprints_article_id"),
        sqlite_with_rowid=False,
    )
    listed = ", ".join(columns)
    op.execute(f"INSERT INTO fingerprints ({listed}) SELECT {listed} FROM fingerprints_before")  # noqa: S608
    op.drop_table("fingerprints_before")


def _links() -> None:
    op.create_table(
        "story_links",
        sa.Column("story_id", KEY, nullable=False),
        sa.Column("event_id", KEY, nullable=False),
        sa.Column("other_id", KEY, nullable=False),
        sa.Column("strength", sa.Double(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("linked_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("story_id", name="pk_story_links"),
        sa.CheckConstraint("strength BETWEEN 0 AND 1", name=op.f("ck_story_links_strength")),
        sa.CheckConstraint("event_id <> story_id AND other_id <> story_id", name=op.f("ck_story_links_elsewhere")),
        *(
            sa.ForeignKeyConstraint([name], ["stories.story_id"], name=f"fk_story_links_{name}")
            for name in ("story_id", "event_id", "other_id")
        ),
    )
    op.create_index("ix_story_links_event_id", "story_links", ["event_id"])
    op.create_index("ix_story_links_other_id", "story_links", ["other_id"])
    op.create_table(
        "story_terms",
        sa.Column("term", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.Column("story_id", KEY, nullable=False),
        sa.PrimaryKeyConstraint("term", "seen_at", "story_id", name="pk_story_terms"),
        sa.ForeignKeyConstraint(["story_id"], ["stories.story_id"], name="fk_story_terms_story_id"),
        sqlite_with_rowid=False,
    )


def _edits() -> None:
    op.create_table(
        "story_edits",
        sa.Column("edit_id", KEY, nullable=False),
        sa.Column("kind", STATE, nullable=False),
        sa.Column("story_id", KEY, nullable=False),
        sa.Column("other_id", KEY, nullable=False),
        sa.Column("article_id", KEY),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("edit_id", name="pk_story_edits"),
        sa.CheckConstraint("kind IN ('split', 'merge', 'bridge')", name=op.f("ck_story_edits_kind")),
        *(
            sa.ForeignKeyConstraint([name], ["stories.story_id"], name=f"fk_story_edits_{name}")
            for name in ("story_id", "other_id")
        ),
        sa.ForeignKeyConstraint(["article_id"], ["articles.article_id"], name="fk_story_edits_article_id"),
    )
