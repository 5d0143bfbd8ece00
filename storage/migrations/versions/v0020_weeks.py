"""Postings of fingerprints and terms by week, without a time written out in each row.

The newest week is one small part of the index: what a batch of new articles reads and writes of an archive of a
million articles stays in memory. Rows name their articles and stories, but are no longer checked against them: they
are derived from them in the same transaction, and each check was a look-up.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
POSTINGS = (("fingerprints", "hash", "article_id", "articles"), ("story_terms", "term", "story_id", "stories"))
WEEK = 7 * 24 * 3600


def upgrade() -> None:
    """The time of each row becomes a week since 1970 and a second in it."""
    seconds = "CAST(strftime('%s', seen_at) AS INTEGER)"
    if _postgresql():
        seconds = "CAST(floor(extract(epoch FROM seen_at)) AS BIGINT)"
    second = f"(({seconds} % {WEEK} + {WEEK}) % {WEEK})"
    for table, value, whose, _ in POSTINGS:
        old = _put_aside(table, whose, linked=True)
        op.create_table(
            table,
            sa.Column("week", sa.Integer(), nullable=False),
            sa.Column(value, sa.BigInteger(), nullable=False),
            sa.Column("second", sa.Integer(), nullable=False),
            sa.Column(whose, KEY, nullable=False),
            sa.PrimaryKeyConstraint("week", value, "second", whose, name=f"pk_{table}"),
            sqlite_with_rowid=False,
        )
        chosen = f"SELECT DISTINCT ({seconds} - {second}) / {WEEK}, {value}, {second}, {whose} FROM {old}"  # noqa: S608
        op.execute(f'INSERT INTO {table} (week, {value}, "second", {whose}) {chosen} ORDER BY 1, 2, 3, 4')
        op.drop_table(old)


def downgrade() -> None:
    """The time written out again, to the second."""
    seconds = f'(week * {WEEK} + "second")'
    seen_at = f"strftime('%Y-%m-%d %H:%M:%S.000000', {seconds}, 'unixepoch')"
    if _postgresql():
        seen_at = f"to_timestamp{seconds}"
    for table, value, whose, parent in POSTINGS:
        old = _put_aside(table, whose, linked=False)
        op.create_table(
            table,
            sa.Column(value, sa.BigInteger(), nullable=False),
            sa.Column("seen_at", TIME, nullable=False),
            sa.Column(whose, KEY, nullable=False),
            sa.PrimaryKeyConstraint(value, "seen_at", whose, name=f"pk_{table}"),
            sa.ForeignKeyConstraint([whose], [f"{parent}.{whose}"], name=f"fk_{table}_{whose}"),
            sqlite_with_rowid=False,
        )
        op.execute(f"INSERT INTO {table} ({value}, seen_at, {whose}) SELECT {value}, {seen_at}, {whose} FROM {old}")  # noqa: S608
        op.drop_table(old)


def _put_aside(table: str, whose: str, *, linked: bool) -> str:
    """The table under another name; on PostgreSQL the names of keys are those of indexes, and must be free."""
    old = f"{table}_before"
    op.rename_table(table, old)
    if _postgresql():
        op.execute(f"ALTER TABLE {old} DROP CONSTRAINT pk_{table}")
        if linked:
            op.execute(f"ALTER TABLE {old} DROP CONSTRAINT fk_{table}_{whose}")
    return old


def _postgresql() -> bool:
    return bool(op.get_bind().dialect.name == "postgresql")
