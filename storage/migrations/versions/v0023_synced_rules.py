"""What all the rules were when they were last written down: the same ones are not walked through again."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Nothing is known yet: all rules are looked at once more."""
    op.add_column("rule_looks", sa.Column("synced", sa.Text()))


def downgrade() -> None:
    """Forget it."""
    op.drop_column("rule_looks", "synced")
