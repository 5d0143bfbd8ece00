"""The tables of what the desk is told: alerts, their deliveries and verdicts, and the desk's own words.

Importing this module completes `metadata`.
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    literal,
    text,
)

import storage.cycle_tables
import storage.digest_tables
import storage.rule_tables  # noqa: F401  # both complete `metadata`
from pipelines.states import AlertReason, DeliveryState, VerdictKind
from pipelines.vital_signs import Sign
from storage.feed_tables import metadata, partial_index
from storage.types import CleanJson, CleanText, KeyText, RowKey, UtcTime, state

findings = Table(
    "findings",
    metadata,
    Column("finding_id", RowKey, primary_key=True),
    Column("rule_id", KeyText, nullable=False),
    Column("rule_version", KeyText, nullable=False),
    Column("subject", KeyText, nullable=False),
    Column("starts_at", UtcTime, nullable=False),
    Column("ends_at", UtcTime, nullable=False),
    Column("number", Integer, nullable=False),
    Column("usual", Double),
    Column("why", CleanText, nullable=False),
    Column("found_at", UtcTime, nullable=False),
    Column("decided_at", UtcTime),
    Column("held", state(VerdictKind, "held")),
    Column("held_name", KeyText),
    Column("held_because", CleanText),
    UniqueConstraint("rule_id", "subject"),
    ForeignKeyConstraint(["rule_id", "rule_version"], ["rules.rule_id", "rules.version"]),
    CheckConstraint("starts_at < ends_at", name="lasts"),
    CheckConstraint("held IS NULL OR decided_at IS NOT NULL", name="decided"),
)
FINDING_WAITS = findings.c.decided_at.is_(None)
partial_index("ix_findings_undecided", findings.c.finding_id, where=FINDING_WAITS)

alerts = Table(
    "alerts",
    metadata,
    Column("alert_id", RowKey, primary_key=True),
    Column("match_id", RowKey, ForeignKey("matches.match_id")),
    Column("change_id", RowKey, ForeignKey("changes.change_id")),
    Column("finding_id", RowKey, ForeignKey("findings.finding_id"), unique=True),
    Column("rule_id", KeyText, nullable=False),
    Column("subject", KeyText, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("reason", state(AlertReason, "reason"), nullable=False),
    Column("why", CleanText, nullable=False, server_default=text("''")),
    Column("sources", Integer, nullable=False, server_default=text("1")),
    Column("created_at", UtcTime, nullable=False),
    UniqueConstraint("rule_id", "subject", "sequence"),
    UniqueConstraint("match_id", "change_id"),
    CheckConstraint("(match_id IS NULL) <> (finding_id IS NULL)", name="about"),
    CheckConstraint("change_id IS NULL OR match_id IS NOT NULL", name="changed"),
    Index("ix_alerts_of_rule", "rule_id", "created_at"),
)
OF_MATCH = alerts.c.change_id.is_(None)
"""Alerts that a match made; the others tell that its article was corrected or taken down since."""
partial_index("uq_alerts_of_match", alerts.c.match_id, where=OF_MATCH, unique=True)

deliveries = Table(
    "deliveries",
    metadata,
    Column("delivery_id", RowKey, primary_key=True),
    Column("alert_id", RowKey, ForeignKey("alerts.alert_id")),
    Column("digest_id", RowKey, ForeignKey("digests.digest_id")),
    Column("receiver", KeyText, nullable=False),
    Column("state", state(DeliveryState, "state"), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("bundle", KeyText, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("ready_at", UtcTime, nullable=False),
    Column("tried_at", UtcTime),
    Column("lease_until", UtcTime),
    Column("reason", CleanText, nullable=False),
    Column("error", CleanText),
    Column("sent_at", UtcTime),
    Column("created_at", UtcTime, nullable=False),
    Column("idempotency_key", KeyText, nullable=False, unique=True),
    UniqueConstraint("alert_id", "receiver"),
    UniqueConstraint("digest_id", "receiver"),
    CheckConstraint("(alert_id IS NULL) <> (digest_id IS NULL)", name="about"),
    CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent"),
)
PENDING, HELD, SENT = (
    literal(one, deliveries.c.state.type, literal_execute=True)
    for one in (DeliveryState.PENDING, DeliveryState.HELD, DeliveryState.SENT)
)
WAITING = deliveries.c.state.in_([PENDING, HELD])
UNSENT = deliveries.c.state != SENT
WAS_SENT = deliveries.c.state == SENT
partial_index("ix_deliveries_waiting", deliveries.c.receiver, deliveries.c.delivery_id, where=WAITING)
partial_index("ix_deliveries_sent", deliveries.c.receiver, deliveries.c.bundle, deliveries.c.sent_at, where=WAS_SENT)
partial_index("ix_deliveries_sent_at", deliveries.c.receiver, deliveries.c.sent_at, where=WAS_SENT)
partial_index("ix_deliveries_unsent", deliveries.c.delivery_id, where=UNSENT)

receiver_pauses = Table(
    "receiver_pauses",
    metadata,
    Column("receiver", KeyText, primary_key=True),
    Column("since", UtcTime, nullable=False),
    Column("reason", CleanText, nullable=False),
    Column("probe_at", UtcTime, nullable=False),
)

verdicts = Table(
    "verdicts",
    metadata,
    Column("match_id", RowKey, ForeignKey("matches.match_id"), nullable=False),
    Column("step", KeyText, nullable=False),
    Column("kind", state(VerdictKind, "kind"), nullable=False),
    Column("name", KeyText, nullable=False, server_default=text("''")),
    Column("reason", CleanText, nullable=False),
    Column("decided_at", UtcTime, nullable=False),
    PrimaryKeyConstraint("match_id", "step"),
)

# --- the desk --------------------------------------------------------------------------------------------------------

silences = Table(
    "silences",
    metadata,
    Column("silence_id", RowKey, primary_key=True),
    Column("selector", CleanJson, nullable=False),
    Column("who", CleanText, nullable=False),
    Column("why", CleanText, nullable=False),
    Column("starts_at", UtcTime, nullable=False),
    Column("until", UtcTime, nullable=False, index=True),
    CheckConstraint("starts_at < until", name="lasts"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("feedback_id", RowKey, primary_key=True),
    Column("alert_id", RowKey, ForeignKey("alerts.alert_id"), nullable=False),
    Column("who", KeyText, nullable=False),
    Column("verdict", CleanText, nullable=False),
    Column("given_at", UtcTime, nullable=False),
    UniqueConstraint("alert_id", "who"),
    CheckConstraint("verdict IN ('useful', 'noise')", name="verdict"),
)

acknowledgements = Table(
    "acknowledgements",
    metadata,
    Column("acknowledgement_id", RowKey, primary_key=True),
    Column("alert_id", RowKey, ForeignKey("alerts.alert_id"), nullable=False, unique=True),
    Column("who", KeyText, nullable=False),
    Column("given_at", UtcTime, nullable=False),
)

# --- the operator ----------------------------------------------------------------------------------------------------

notices = Table(
    "notices",
    metadata,
    Column("notice_id", RowKey, primary_key=True),
    Column("subject", KeyText, nullable=False, index=True),
    Column("owner", KeyText),
    Column("title", CleanText, nullable=False),
    Column("lines", CleanJson, nullable=False),
    Column("over", Boolean, nullable=False),
    Column("began_at", UtcTime, nullable=False),
    Column("told_at", UtcTime),
    Column("ended_at", UtcTime),
    Column("due_at", UtcTime),
    Column("attempts", Integer, nullable=False),
    CheckConstraint("over = (ended_at IS NOT NULL)", name="over"),
)
OPEN = notices.c.ended_at.is_(None)
NOTICE_WAITS = notices.c.due_at.is_not(None)
partial_index("uq_notices_open", notices.c.subject, where=OPEN, unique=True)
partial_index("ix_notices_due", notices.c.due_at, where=NOTICE_WAITS)

vital_signs = Table(
    "vital_signs",
    metadata,
    Column("sign", state(Sign, "sign"), primary_key=True),
    Column("tried_at", UtcTime, nullable=False),
    Column("good_at", UtcTime),
    Column("due_at", UtcTime),
    Column("error", CleanText, nullable=False),
)
SIGN_WAITS = vital_signs.c.due_at.is_not(None)
partial_index("ix_vital_signs_due", vital_signs.c.due_at, where=SIGN_WAITS)
