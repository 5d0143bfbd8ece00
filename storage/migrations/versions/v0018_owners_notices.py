"""Notices to the owners of rules, beside those to the operator."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """What there is concerns the operator."""
    op.add_column("notices", sa.Column("owner", sa.Text()))
    op.create_index("ix_notices_subject", "notices", ["subject"])


def downgrade() -> None:
    """The operator hears of everything again."""
    op.drop_index("ix_notices_subject", "notices")
    op.drop_column("notices", "owner")
