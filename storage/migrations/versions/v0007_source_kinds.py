"""Sitemaps, plain pages and Telegram channels beside feeds."""

from alembic import op

revision = "0007"
down_revision = "0006"

_BEFORE = "kind IN ('auto', 'feed')"
_AFTER = "kind IN ('auto', 'feed', 'sitemap', 'page', 'telegram')"


def upgrade() -> None:
    """Let the check on a feed's kind pass the new ones."""
    _replace(_BEFORE, _AFTER)


def downgrade() -> None:
    """Read the new kinds as what the answer shows: as they would be without this version."""
    op.execute("UPDATE feeds SET kind = 'auto' WHERE kind NOT IN ('auto', 'feed')")
    _replace(_AFTER, _BEFORE)


def _replace(old: str, new: str) -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f("ck_feeds_kind"), "feeds", type_="check")
        op.create_check_constraint(op.f("ck_feeds_kind"), "feeds", new)
        return
    # SQLite alters no CHECK, and a table that others refer to cannot be made anew inside a transaction: its manual
    # names this way for constraints (lang_altertable, 7). Nothing of how rows are stored changes.
    bind = op.get_bind()
    version = bind.exec_driver_sql("PRAGMA schema_version").scalar_one()
    bind.exec_driver_sql("PRAGMA writable_schema=ON")
    bind.exec_driver_sql(
        "UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = 'feeds'", (old, new)
    )
    bind.exec_driver_sql(f"PRAGMA schema_version={int(version) + 1}")
    bind.exec_driver_sql("PRAGMA writable_schema=OFF")
