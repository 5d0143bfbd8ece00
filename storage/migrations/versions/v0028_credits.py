"""The agencies that an article names as its source, kept with its story: unknown of what was grouped before."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Add them."""
    op.add_column("story_members", sa.Column("credits", sa.JSON()))


def downgrade() -> None:
    """Take them away."""
    op.drop_column("story_members", "credits")
