"""What is told afterwards: articles found late, alerts about what became of an article, when messages went out."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text()
TIME = sa.DateTime(timezone=True)
REASONS = "reason IN ('first', 'sources', 'new group', 'text changed', 'corrected', 'taken down', 'volume')"
KEPT = "alert_id, match_id, finding_id, rule_id, subject, sequence, reason, why, sources, created_at"
REFERRING = ("deliveries", "feedback", "acknowledgements")


def upgrade() -> None:
    """What was found changed so far is not told any more: it may be old."""
    op.add_column("articles", sa.Column("late", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("changes", sa.Column("decided_at", TIME))
    op.execute("UPDATE changes SET decided_at = seen_at")
    _index("ix_changes_undecided", "changes", ["change_id"], "decided_at IS NULL")
    op.add_column("deliveries", sa.Column("tried_at", TIME))
    op.execute("UPDATE deliveries SET tried_at = ready_at WHERE attempts > 0")
    _index("ix_deliveries_sent_at", "deliveries", ["receiver", "sent_at"], "state = 'sent'")
    _remake_alerts(
        sa.Column("match_id", KEY),
        sa.Column("change_id", KEY),
        sa.UniqueConstraint("match_id", "change_id", name="uq_alerts_match_id_change_id"),
        sa.ForeignKeyConstraint(["change_id"], ["changes.change_id"], name="fk_alerts_change_id"),
        sa.CheckConstraint("change_id IS NULL OR match_id IS NOT NULL", name=op.f("ck_alerts_changed")),
    )
    _index("uq_alerts_of_match", "alerts", ["match_id"], "change_id IS NULL", unique=True)


def downgrade() -> None:
    """Forget what was told of changes."""
    told = "(SELECT alert_id FROM alerts WHERE change_id IS NOT NULL)"
    for table in (*REFERRING, "alerts"):
        op.execute(f"DELETE FROM {table} WHERE alert_id IN {told}")  # noqa: S608
    op.drop_index("uq_alerts_of_match", "alerts")
    _remake_alerts(sa.Column("match_id", KEY), sa.UniqueConstraint("match_id", name="uq_alerts_match_id"))
    op.drop_index("ix_deliveries_sent_at", "deliveries")
    op.drop_column("deliveries", "tried_at")
    op.drop_index("ix_changes_undecided", "changes")
    op.drop_column("changes", "decided_at")
    op.drop_column("articles", "late")


def _index(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    part = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=part, postgresql_where=part)


def _remake_alerts(*more: sa.schema.SchemaItem) -> None:
    """The table anew with its rows, as revision 0009 made it; on SQLite no constraint of a table can be dropped."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    if not postgresql:
        op.execute("PRAGMA defer_foreign_keys = ON")
    for table in REFERRING if postgresql else ():
        op.drop_constraint(f"fk_{table}_alert_id", table)
    op.execute(f"CREATE TEMPORARY TABLE alerts_before AS SELECT {KEPT} FROM alerts")  # noqa: S608
    op.drop_table("alerts")
    op.create_table(
        "alerts",
        sa.Column("alert_id", KEY, nullable=False),
        sa.Column("finding_id", KEY),
        *(sa.Column(name, TEXT, nullable=False) for name in ("rule_id", "subject")),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("why", TEXT, nullable=False, server_default=sa.text("''")),
        sa.Column("sources", sa.Integer(), nullable=False, server_default=sa.text("1")),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("alert_id", name="pk_alerts"),
        sa.CheckConstraint(REASONS, name=op.f("ck_alerts_reason")),
        sa.CheckConstraint("(match_id IS NULL) <> (finding_id IS NULL)", name=op.f("ck_alerts_about")),
        sa.ForeignKeyConstraint(["match_id"], ["matches.match_id"], name="fk_alerts_match_id"),
        sa.ForeignKeyConstraint(["finding_id"], ["findings.finding_id"], name="fk_alerts_finding_id"),
        sa.UniqueConstraint("finding_id", name="uq_alerts_finding_id"),
        sa.UniqueConstraint("rule_id", "subject", "sequence", name="uq_alerts_rule_id_subject_sequence"),
        *more,
    )
    op.execute(f"INSERT INTO alerts ({KEPT}) SELECT {KEPT} FROM alerts_before")  # noqa: S608
    op.drop_table("alerts_before")
    op.create_index("ix_alerts_of_rule", "alerts", ["rule_id", "created_at"])
    for table in REFERRING if postgresql else ():
        op.create_foreign_key(f"fk_{table}_alert_id", table, "alerts", ["alert_id"], ["alert_id"])
    if postgresql:
        op.execute("SELECT setval(pg_get_serial_sequence('alerts', 'alert_id'), (SELECT max(alert_id) FROM alerts))")
