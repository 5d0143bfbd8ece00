"""Stories by the day their articles joined, for the operators' numbers."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Index what a day brought."""
    op.create_index("ix_story_members_joined", "story_members", ["joined_at", "story_id"])


def downgrade() -> None:
    """Without it, a day's numbers read the whole table."""
    op.drop_index("ix_story_members_joined", "story_members")
