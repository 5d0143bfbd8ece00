"""What each event is about, and links that the desk makes and takes away.

Terms name events instead of stories from here on: those of before have no profile, and are left behind.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BEFORE = ("split", "merge", "bridge")


def upgrade() -> None:
    """Add the profiles and two kinds of edit."""
    op.execute("DELETE FROM story_terms")
    op.create_table(
        "event_profiles",
        sa.Column("event_id", KEY, nullable=False),
        sa.Column("profile", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_event_profiles"),
        sa.ForeignKeyConstraint(["event_id"], ["stories.story_id"], name="fk_event_profiles_event_id"),
    )
    _kinds((*BEFORE, "unlink", "link"))


def downgrade() -> None:
    """Take them away; what the desk said of links is forgotten."""
    op.execute("DELETE FROM story_terms")
    op.execute("DELETE FROM story_edits WHERE kind IN ('unlink', 'link')")
    _kinds(BEFORE)
    op.drop_table("event_profiles")


def _kinds(kinds: tuple[str, ...]) -> None:
    """SQLite makes the table anew for it."""
    with op.batch_alter_table("story_edits", recreate="auto") as batch:
        batch.drop_constraint(op.f("ck_story_edits_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_story_edits_kind"), f"kind IN ({', '.join(map(repr, kinds))})")
