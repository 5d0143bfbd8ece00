"""Digests: their periods, and deliveries that are of a digest and not of an alert."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text()
TIME = sa.DateTime(timezone=True)
KINDS = "kind IN ('morning', 'hold', 'away', 'weekly', 'first')"
STATES = "state IN ('pending', 'held', 'sent', 'dead', 'suppressed')"
UNIQUE = ("uq_deliveries_alert_id_receiver", "uq_deliveries_idempotency_key")
KEPT = (
    "delivery_id, alert_id, receiver, state, attempts, bundle, due_at, ready_at, tried_at, lease_until, reason, error"
    ", sent_at, created_at, idempotency_key"
)
INDEXES = {
    "ix_deliveries_waiting": (["receiver", "delivery_id"], "state IN ('pending', 'held')"),
    "ix_deliveries_sent": (["receiver", "bundle", "sent_at"], "state = 'sent'"),
    "ix_deliveries_sent_at": (["receiver", "sent_at"], "state = 'sent'"),
    "ix_deliveries_unsent": (["delivery_id"], "state != 'sent'"),
}


def upgrade() -> None:
    """An installation that has articles is not new, and is told nothing of its first cycle."""
    op.create_table(
        "digests",
        sa.Column("digest_id", KEY, nullable=False),
        sa.Column("receiver", TEXT, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        *(sa.Column(name, TIME, nullable=False) for name in ("starts_at", "ends_at")),
        sa.Column("closed_at", TIME),
        sa.Column("covered_by", KEY),
        sa.Column("told", sa.JSON()),
        sa.PrimaryKeyConstraint("digest_id", name="pk_digests"),
        sa.UniqueConstraint("receiver", "kind", "starts_at", name="uq_digests_receiver_kind_starts_at"),
        sa.ForeignKeyConstraint(["covered_by"], ["digests.digest_id"], name="fk_digests_covered_by"),
        sa.CheckConstraint(KINDS, name=op.f("ck_digests_kind")),
        sa.CheckConstraint("starts_at <= ends_at", name=op.f("ck_digests_lasts")),
        sa.CheckConstraint(
            "closed_at IS NOT NULL OR (told IS NULL AND covered_by IS NULL)", name=op.f("ck_digests_told")
        ),
    )
    _index("uq_digests_under_way", "digests", ["receiver", "kind"], "closed_at IS NULL", unique=True)
    op.create_table(
        "digest_plans",
        sa.Column("plan_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("stamp", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("plan_id", name="pk_digest_plans"),
        sa.CheckConstraint("plan_id = 1", name=op.f("ck_digest_plans_one_plan")),
    )
    op.execute("INSERT INTO digest_plans SELECT 1, '' WHERE EXISTS (SELECT 1 FROM articles)")
    _remake(
        sa.Column("alert_id", KEY),
        sa.Column("digest_id", KEY),
        sa.CheckConstraint("(alert_id IS NULL) <> (digest_id IS NULL)", name=op.f("ck_deliveries_about")),
        sa.ForeignKeyConstraint(["digest_id"], ["digests.digest_id"], name="fk_deliveries_digest_id"),
        sa.UniqueConstraint("digest_id", "receiver", name="uq_deliveries_digest_id_receiver"),
    )


def downgrade() -> None:
    """Forget the digests; what was kept back for one goes out by itself."""
    op.execute("DELETE FROM deliveries WHERE digest_id IS NOT NULL")
    if _postgresql():
        op.drop_constraint("uq_deliveries_digest_id_receiver", "deliveries")
        op.drop_constraint("fk_deliveries_digest_id", "deliveries")
    _remake(sa.Column("alert_id", KEY, nullable=False))
    op.drop_table("digest_plans")
    op.drop_table("digests")


def _remake(*about: sa.schema.SchemaItem) -> None:
    """The table made anew, for SQLite changes no column; nothing refers to it."""
    op.rename_table("deliveries", "deliveries_before")
    for index in INDEXES:
        op.execute(f"DROP INDEX {index}")
    if _postgresql():  # where the names of keys must be free
        for name in ("pk_deliveries", "fk_deliveries_alert_id", *UNIQUE):
            op.execute(f"ALTER TABLE deliveries_before DROP CONSTRAINT {name}")
        op.execute("ALTER SEQUENCE deliveries_delivery_id_seq RENAME TO deliveries_before_seq")
    op.create_table(
        "deliveries",
        sa.Column("delivery_id", KEY, nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("receiver", "bundle", "reason", "idempotency_key")),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        *(sa.Column(name, TIME, nullable=False) for name in ("due_at", "ready_at", "created_at")),
        *(sa.Column(name, TIME) for name in ("tried_at", "lease_until", "sent_at")),
        sa.Column("error", TEXT),
        *about,
        sa.PrimaryKeyConstraint("delivery_id", name="pk_deliveries"),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_deliveries_sent")),
        sa.CheckConstraint(STATES, name=op.f("ck_deliveries_state")),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.alert_id"], name="fk_deliveries_alert_id"),
        sa.UniqueConstraint("alert_id", "receiver", name="uq_deliveries_alert_id_receiver"),
        sa.UniqueConstraint("idempotency_key", name="uq_deliveries_idempotency_key"),
    )
    op.execute(f"INSERT INTO deliveries ({KEPT}) SELECT {KEPT} FROM deliveries_before")  # noqa: S608
    op.drop_table("deliveries_before")
    if _postgresql():
        op.execute(
            "SELECT setval('deliveries_delivery_id_seq', GREATEST((SELECT max(delivery_id) FROM deliveries), 1),"
            " EXISTS (SELECT 1 FROM deliveries))"
        )
    for name, (columns, where) in INDEXES.items():
        _index(name, "deliveries", columns, where)


def _index(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    part = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=part, postgresql_where=part)


def _postgresql() -> bool:
    return bool(op.get_bind().dialect.name == "postgresql")
