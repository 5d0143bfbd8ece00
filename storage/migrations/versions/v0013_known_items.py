"""The items of a feed's last document: what did not change is not parsed again."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Nothing is remembered yet: each feed is read whole once more."""
    op.add_column("feeds", sa.Column("items", sa.JSON()))


def downgrade() -> None:
    """Forget them."""
    op.drop_column("feeds", "items")
