"""Which version of the extractor read a text: what two versions make of one page is no change of the page."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Of the texts that are there nobody knows it: they are compared with one another as before."""
    op.add_column("revisions", sa.Column("extractor", sa.Text()))


def downgrade() -> None:
    """Forget it."""
    op.drop_column("revisions", "extractor")
