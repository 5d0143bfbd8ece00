"""What feeds.yaml says of a feed beyond its address: headers, selectors and their like."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Feeds stored so far say nothing of the kind."""
    op.add_column("feeds", sa.Column("options", sa.JSON()))


def downgrade() -> None:
    """Forget it."""
    op.drop_column("feeds", "options")
