"""What decides about matches: the rules' story, limit and volume clauses, findings of volumes, names of verdicts."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text()
TIME = sa.DateTime(timezone=True)
STATE = sa.String(32)

REASONS = "reason IN ('first', 'sources', 'new group', 'text changed', 'corrected', 'taken down', 'volume')"
KINDS = "('sent', 'held', 'merged', 'silenced', 'limited', 'failed')"
KEPT = "alert_id, match_id, rule_id, subject, sequence, reason, created_at"
REFERRING = ("deliveries", "feedback", "acknowledgements")


def upgrade() -> None:
    """Rules stored so far have the defaults; alerts told so far counted one source."""
    _rules()
    op.create_index("ix_matches_of_rule", "matches", ["rule_id", "matched_at"])
    op.add_column("verdicts", sa.Column("name", TEXT, nullable=False, server_default=sa.text("''")))
    _findings()
    _alerts()


def downgrade() -> None:
    """Forget findings, and what was told of them."""
    findings = "(SELECT alert_id FROM alerts WHERE finding_id IS NOT NULL)"
    for table in (*REFERRING, "alerts"):
        op.execute(f"DELETE FROM {table} WHERE alert_id IN {findings}")  # noqa: S608
    _remake_alerts(sa.Column("match_id", KEY, nullable=False))
    op.drop_table("findings")
    op.drop_column("verdicts", "name")
    op.drop_index("ix_matches_of_rule", "matches")
    op.drop_index("ix_rules_volume_due", "rules")
    for name in ("again_when", "afresh_after", "limit_alerts", "limit_per", "volume", "volume_due_at"):
        op.drop_column("rules", name)


def _rules() -> None:
    for column in (
        sa.Column("again_when", sa.JSON()),
        sa.Column("afresh_after", sa.Double()),
        sa.Column("limit_alerts", sa.Integer(), nullable=False, server_default=sa.text("10")),
        sa.Column("limit_per", sa.Double(), nullable=False, server_default=sa.text("3600")),
        sa.Column("volume", sa.JSON()),
        sa.Column("volume_due_at", TIME),
    ):
        op.add_column("rules", column)
    where = sa.text("volume_due_at IS NOT NULL")
    op.create_index("ix_rules_volume_due", "rules", ["volume_due_at"], sqlite_where=where, postgresql_where=where)


def _findings() -> None:
    op.create_table(
        "findings",
        sa.Column("finding_id", KEY, nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("rule_id", "rule_version", "subject")),
        *(sa.Column(name, TIME, nullable=False) for name in ("starts_at", "ends_at")),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("usual", sa.Double()),
        sa.Column("why", TEXT, nullable=False),
        sa.Column("found_at", TIME, nullable=False),
        sa.Column("decided_at", TIME),
        sa.Column("held", STATE),
        *(sa.Column(name, TEXT) for name in ("held_name", "held_because")),
        sa.PrimaryKeyConstraint("finding_id", name="pk_findings"),
        sa.UniqueConstraint("rule_id", "subject", name="uq_findings_rule_id_subject"),
        sa.ForeignKeyConstraint(
            ["rule_id", "rule_version"], ["rules.rule_id", "rules.version"], name="fk_findings_rule_id_rule_version"
        ),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_findings_lasts")),
        sa.CheckConstraint("held IS NULL OR decided_at IS NOT NULL", name=op.f("ck_findings_decided")),
        sa.CheckConstraint(f"held IN {KINDS}", name=op.f("ck_findings_held")),
    )
    where = sa.text("decided_at IS NULL")
    op.create_index("ix_findings_undecided", "findings", ["finding_id"], sqlite_where=where, postgresql_where=where)


def _alerts() -> None:
    """An alert is about a match or about a finding."""
    _remake_alerts(
        sa.Column("match_id", KEY),
        sa.Column("finding_id", KEY),
        sa.Column("why", TEXT, nullable=False, server_default=sa.text("''")),
        sa.Column("sources", sa.Integer(), nullable=False, server_default=sa.text("1")),
        sa.UniqueConstraint("finding_id", name="uq_alerts_finding_id"),
        sa.ForeignKeyConstraint(["finding_id"], ["findings.finding_id"], name="fk_alerts_finding_id"),
        sa.CheckConstraint("(match_id IS NULL) <> (finding_id IS NULL)", name=op.f("ck_alerts_about")),
    )
    op.create_index("ix_alerts_of_rule", "alerts", ["rule_id", "created_at"])


def _remake_alerts(*more: sa.schema.SchemaItem) -> None:
    """The table anew with its rows; on both databases the old one makes way while others refer to its rows.

    SQLite counts what refers to nothing until the transaction ends, and has its rows back by then. PostgreSQL lets
    the references go and takes them back.
    """
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
        *(sa.Column(name, TEXT, nullable=False) for name in ("rule_id", "subject")),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("reason", STATE, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("alert_id", name="pk_alerts"),
        sa.CheckConstraint(REASONS, name=op.f("ck_alerts_reason")),
        sa.ForeignKeyConstraint(["match_id"], ["matches.match_id"], name="fk_alerts_match_id"),
        sa.UniqueConstraint("match_id", name="uq_alerts_match_id"),
        sa.UniqueConstraint("rule_id", "subject", "sequence", name="uq_alerts_rule_id_subject_sequence"),
        *more,
    )
    op.execute(f"INSERT INTO alerts ({KEPT}) SELECT {KEPT} FROM alerts_before")  # noqa: S608
    op.drop_table("alerts_before")
    for table in REFERRING if postgresql else ():
        op.create_foreign_key(f"fk_{table}_alert_id", table, "alerts", ["alert_id"], ["alert_id"])
    if postgresql:
        op.execute("SELECT setval(pg_get_serial_sequence('alerts', 'alert_id'), (SELECT max(alert_id) FROM alerts))")
