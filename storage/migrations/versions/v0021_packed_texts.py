"""Bodies of articles and entries compressed: half of what they took.

Row by row on both databases, in batches that bound the memory; what was stored becomes smaller on disk once the
database is vacuumed, as `wirewatch db upgrade` does.
"""

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

from storage.packing import pack_text, unpack_text

revision = "0021"
down_revision = "0020"

TABLES = (("revisions", "revision_id"), ("feed_entries", "entry_key"))
AT_ONCE = 1_000
EMPTY = sa.text("''")


def upgrade() -> None:
    """Pack the texts."""
    for table, key in TABLES:
        _convert(table, key, sa.LargeBinary(), pack_text)


def downgrade() -> None:
    """Unpack them."""
    for table, key in TABLES:
        _convert(table, key, sa.Text(), _unpacked)


def _convert(
    table: str,
    key: str,
    kind: sa.types.TypeEngine[str] | sa.types.TypeEngine[bytes],
    make: Callable[[str], bytes] | Callable[[bytes], str],
) -> None:
    """The column `body` in another kind, made from the old value of each row that has one."""
    op.add_column(table, sa.Column("made", kind, nullable=False, server_default=EMPTY))
    connection = op.get_bind()
    rows = sa.table(table, sa.column(key), sa.column("body"), sa.column("made", kind))
    change = rows.update().where(rows.c[key] == sa.bindparam("row")).values(made=sa.bindparam("new", type_=kind))
    last = 0
    while True:
        some = connection.execute(
            sa.select(rows.c[key], rows.c.body).where(rows.c[key] > last).order_by(rows.c[key]).limit(AT_ONCE)
        ).all()
        if not some:
            break
        filled = [{"row": row[0], "new": make(row[1])} for row in some if row[1]]
        if filled:
            connection.execute(change, filled)
        last = some[-1][0]
    op.drop_column(table, "body")
    op.alter_column(table, "made", new_column_name="body")


def _unpacked(stored: bytes) -> str:
    return unpack_text(bytes(stored))
