"""Deliveries that go out together: bundle, since when they may be sent, why they wait; receivers that are paused."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text()
TIME = sa.DateTime(timezone=True)
STATES = "state IN ('pending', 'held', 'sent', 'dead', 'suppressed')"
UNIQUE = ("uq_deliveries_alert_id_receiver", "uq_deliveries_idempotency_key")
BEFORE = ("delivery_id", "alert_id", "receiver", "idempotency_key", "state", "attempts", "due_at", "created_at",
          "lease_until", "sent_at", "error")  # fmt: skip


def upgrade() -> None:
    """What waits or was sent so far went alone."""
    new: list[sa.Column[object]] = [
        sa.Column("bundle", TEXT, nullable=False),
        sa.Column("ready_at", TIME, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
    ]
    _remake(new, {"bundle": "'alert:' || alert_id", "ready_at": "created_at", "reason": "''"})
    _index("ix_deliveries_waiting", ["receiver", "delivery_id"], "state IN ('pending', 'held')")
    _index("ix_deliveries_sent", ["receiver", "bundle", "sent_at"], "state = 'sent'")
    op.create_table(
        "receiver_pauses",
        *(sa.Column(name, TEXT, nullable=False) for name in ("receiver", "reason")),
        *(sa.Column(name, TIME, nullable=False) for name in ("since", "probe_at")),
        sa.PrimaryKeyConstraint("receiver", name="pk_receiver_pauses"),
    )


def downgrade() -> None:
    """Forget what goes out together."""
    op.drop_table("receiver_pauses")
    _remake([], {})
    _index("ix_deliveries_pending", ["receiver", "delivery_id"], "state = 'pending'")


def _remake(new: list[sa.Column[object]], values: dict[str, str]) -> None:
    """The table made anew, for SQLite adds no column that must have a value; nothing refers to it."""
    op.rename_table("deliveries", "deliveries_before")
    for index in ("ix_deliveries_pending", "ix_deliveries_waiting", "ix_deliveries_sent", "ix_deliveries_unsent"):
        op.execute(f"DROP INDEX IF EXISTS {index}")
    if op.get_bind().dialect.name == "postgresql":  # where the names of keys must be free
        for name in ("pk_deliveries", "fk_deliveries_alert_id", *UNIQUE):
            op.execute(f"ALTER TABLE deliveries_before DROP CONSTRAINT {name}")
        op.execute("ALTER SEQUENCE deliveries_delivery_id_seq RENAME TO deliveries_before_seq")
    op.create_table(
        "deliveries",
        sa.Column("delivery_id", KEY, nullable=False),
        sa.Column("alert_id", KEY, nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("receiver", "idempotency_key")),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        *(sa.Column(name, TIME, nullable=False) for name in ("due_at", "created_at")),
        *(sa.Column(name, TIME) for name in ("lease_until", "sent_at")),
        sa.Column("error", TEXT),
        *new,
        sa.PrimaryKeyConstraint("delivery_id", name="pk_deliveries"),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_deliveries_sent")),
        sa.CheckConstraint(STATES, name=op.f("ck_deliveries_state")),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.alert_id"], name="fk_deliveries_alert_id"),
        sa.UniqueConstraint("alert_id", "receiver", name="uq_deliveries_alert_id_receiver"),
        sa.UniqueConstraint("idempotency_key", name="uq_deliveries_idempotency_key"),
    )
    names, given = (*BEFORE, *values), (*BEFORE, *values.values())
    op.execute(
        f"INSERT INTO deliveries ({', '.join(names)}) SELECT {', '.join(given)} FROM deliveries_before"  # noqa: S608
    )
    op.drop_table("deliveries_before")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "SELECT setval('deliveries_delivery_id_seq', GREATEST((SELECT max(delivery_id) FROM deliveries), 1),"
            " EXISTS (SELECT 1 FROM deliveries))"
        )
    _index("ix_deliveries_unsent", ["delivery_id"], "state != 'sent'")


def _index(name: str, columns: list[str], where: str) -> None:
    op.create_index(name, "deliveries", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
