"""Everything from a feed to a delivery.

Written in plain types, apart from `storage.tables`: a later change there must not change what this version made.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0001"
down_revision = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text()
JSON = sa.JSON()
TIME = sa.DateTime(timezone=True)
STATE = sa.String(32)


def upgrade() -> None:
    """Make every table, those first that others refer to."""
    _feeds()
    _articles()
    _stories()
    _rules()
    _alerts()
    _desk()


def downgrade() -> None:
    """Drop every table, those first that refer to others."""
    for name in (
        *("acknowledgements", "feedback", "silences", "verdicts", "deliveries", "alerts", "matches", "rules"),
        *("fingerprints", "story_members", "stories", "revisions", "feed_entries", "articles", "feeds", "outlets"),
    ):
        op.drop_table(name)


def _columns(kind: TypeEngine[Any], *names: str, nullable: bool = True) -> list[sa.Column[object]]:
    return [sa.Column(name, kind, nullable=nullable) for name in names]


def _partial_index(
    name: str, table: str, columns: list[str], where: sa.ColumnElement[bool] | sa.TextClause, *, unique: bool = False
) -> None:
    op.create_index(name, table, columns, unique=unique, sqlite_where=where, postgresql_where=where)


def _feeds() -> None:
    op.create_table(
        "outlets",
        *_columns(TEXT, "outlet_id", "title", nullable=False),
        sa.Column("country", TEXT),
        sa.Column("tags", JSON, nullable=False),
        sa.PrimaryKeyConstraint("outlet_id", name="pk_outlets"),
    )
    op.create_table(
        "feeds",
        *_columns(TEXT, "feed_id", "url", nullable=False),
        *_columns(TEXT, "outlet_id", "language", "etag", "last_modified", "body_hash", "error"),
        sa.Column("kind", STATE, nullable=False),
        *_columns(sa.Double(), "every", "backfill", nullable=False),
        sa.Column("tags", JSON, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        *_columns(TIME, "polled_at", "succeeded_at", "first_polled_at"),
        sa.PrimaryKeyConstraint("feed_id", name="pk_feeds"),
        sa.CheckConstraint("kind IN ('auto', 'feed')", name=op.f("ck_feeds_kind")),
        sa.ForeignKeyConstraint(["outlet_id"], ["outlets.outlet_id"], name="fk_feeds_outlet_id"),
    )
    _partial_index("ix_feeds_due", "feeds", ["due_at"], sa.column("active", sa.Boolean()).is_(True))
    _partial_index("uq_feeds_url_active", "feeds", ["url"], sa.column("active", sa.Boolean()).is_(True), unique=True)


def _articles() -> None:
    op.create_table(
        "articles",
        sa.Column("article_id", KEY, nullable=False),
        *_columns(TEXT, "url", "link", "outlet_id", nullable=False),
        *_columns(TIME, "first_seen_at", nullable=False),
        sa.Column("backlog", sa.Boolean(), nullable=False),
        sa.Column("extract_due_at", TIME),
        sa.Column("extract_attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", name="pk_articles"),
        sa.ForeignKeyConstraint(["outlet_id"], ["outlets.outlet_id"], name="fk_articles_outlet_id"),
        sa.UniqueConstraint("url", name="uq_articles_url"),
    )
    _partial_index(
        "ix_articles_due",
        "articles",
        ["backlog", "article_id", "extract_due_at"],
        sa.text("extract_due_at IS NOT NULL"),
    )
    op.create_index("ix_articles_first_seen_at", "articles", ["first_seen_at"])
    op.create_index("ix_articles_outlet_id", "articles", ["outlet_id"])
    op.create_table(
        "feed_entries",
        *_columns(KEY, "entry_key", "article_id", nullable=False),
        *_columns(TEXT, "feed_id", "content_hash", "title", "summary", "body", nullable=False),
        *_columns(TEXT, "url", "guid", "link", "published"),
        sa.Column("published_utc", TIME),
        sa.Column("authors", JSON, nullable=False),
        sa.Column("first_seen_at", TIME, nullable=False),
        sa.Column("backlog", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("entry_key", name="pk_feed_entries"),
        sa.ForeignKeyConstraint(["article_id"], ["articles.article_id"], name="fk_feed_entries_article_id"),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.feed_id"], name="fk_feed_entries_feed_id"),
        sa.UniqueConstraint("feed_id", "guid", name="uq_feed_entries_feed_id_guid"),
        sa.UniqueConstraint("feed_id", "url", name="uq_feed_entries_feed_id_url"),
    )
    op.create_index("ix_feed_entries_article_id", "feed_entries", ["article_id"])
    _partial_index(
        "uq_feed_entries_nameless",
        "feed_entries",
        ["feed_id", "content_hash"],
        sa.text("url IS NULL AND guid IS NULL"),
        unique=True,
    )
    op.create_table(
        "revisions",
        *_columns(KEY, "revision_id", "article_id", nullable=False),
        *_columns(TEXT, "text_hash", "title", "lead", "body", nullable=False),
        *_columns(TEXT, "language", "published"),
        *_columns(TIME, "published_utc", "matched_at"),
        sa.Column("authors", JSON, nullable=False),
        sa.Column("text_source", STATE, nullable=False),
        sa.Column("extracted_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("revision_id", name="pk_revisions"),
        sa.CheckConstraint("text_source IN ('page', 'feed', 'headline')", name=op.f("ck_revisions_text_source")),
        sa.ForeignKeyConstraint(["article_id"], ["articles.article_id"], name="fk_revisions_article_id"),
        sa.UniqueConstraint("article_id", "text_hash", name="uq_revisions_article_id_text_hash"),
    )
    op.create_index("ix_revisions_latest", "revisions", ["article_id", "revision_id"])
    _partial_index("ix_revisions_unmatched", "revisions", ["revision_id"], sa.text("matched_at IS NULL"))


def _stories() -> None:
    op.create_table(
        "stories",
        sa.Column("story_id", KEY, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("story_id", name="pk_stories"),
    )
    op.create_table(
        "story_members",
        *_columns(KEY, "member_key", "article_id", "story_id", nullable=False),
        sa.Column("similarity", sa.Double(), nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("joined_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("member_key", name="pk_story_members"),
        sa.CheckConstraint("similarity BETWEEN 0 AND 1", name=op.f("ck_story_members_similarity")),
        sa.ForeignKeyConstraint(["article_id"], ["articles.article_id"], name="fk_story_members_article_id"),
        sa.ForeignKeyConstraint(["story_id"], ["stories.story_id"], name="fk_story_members_story_id"),
        sa.UniqueConstraint("article_id", name="uq_story_members_article_id"),
    )
    op.create_index("ix_story_members_order", "story_members", ["story_id", "member_key"])
    op.create_table(
        "fingerprints",
        sa.Column("hash", sa.BigInteger(), nullable=False),
        sa.Column("article_id", KEY, nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("hash", "article_id", name="pk_fingerprints"),
        sa.ForeignKeyConstraint(["article_id"], ["articles.article_id"], name="fk_fingerprints_article_id"),
        sqlite_with_rowid=False,
    )


def _rules() -> None:
    op.create_table(
        "rules",
        *_columns(TEXT, "rule_id", "version", "title", "file", "source", nullable=False),
        *_columns(STATE, "status", "severity", "once_per", nullable=False),
        sa.Column("owner", TEXT),
        sa.Column("labels", JSON, nullable=False),
        sa.Column("max_age", sa.Double(), nullable=False),
        sa.Column("first_seen_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("rule_id", "version", name="pk_rules"),
        sa.CheckConstraint("once_per IN ('story', 'article')", name=op.f("ck_rules_once_per")),
        sa.CheckConstraint("severity IN ('low', 'normal', 'high', 'urgent')", name=op.f("ck_rules_severity")),
        sa.CheckConstraint("status IN ('draft', 'shadow', 'live', 'retired')", name=op.f("ck_rules_status")),
    )
    op.create_table(
        "matches",
        *_columns(KEY, "match_id", "article_id", nullable=False),
        *_columns(TEXT, "rule_id", "rule_version", "text_hash", "clause", nullable=False),
        sa.Column("outcome", STATE, nullable=False),
        sa.Column("hits", JSON, nullable=False),
        sa.Column("matched_at", TIME, nullable=False),
        sa.Column("decided_at", TIME),
        sa.PrimaryKeyConstraint("match_id", name="pk_matches"),
        sa.CheckConstraint("outcome IN ('match', 'no_match', 'partial')", name=op.f("ck_matches_outcome")),
        sa.CheckConstraint("outcome <> 'no_match'", name=op.f("ck_matches_stored")),
        sa.ForeignKeyConstraint(
            ["article_id", "text_hash"],
            ["revisions.article_id", "revisions.text_hash"],
            name="fk_matches_article_id_text_hash",
        ),
        sa.ForeignKeyConstraint(
            ["rule_id", "rule_version"], ["rules.rule_id", "rules.version"], name="fk_matches_rule_id_rule_version"
        ),
        sa.UniqueConstraint(
            "rule_id",
            "rule_version",
            "article_id",
            "text_hash",
            name="uq_matches_rule_id_rule_version_article_id_text_hash",
        ),
    )
    op.create_index("ix_matches_text", "matches", ["article_id", "text_hash"])
    _partial_index("ix_matches_undecided", "matches", ["match_id"], sa.text("decided_at IS NULL AND outcome = 'match'"))


def _alerts() -> None:
    op.create_table(
        "alerts",
        *_columns(KEY, "alert_id", "match_id", nullable=False),
        *_columns(TEXT, "rule_id", "subject", nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("reason", STATE, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("alert_id", name="pk_alerts"),
        sa.CheckConstraint(
            "reason IN ('first', 'sources', 'new group', 'text changed', 'corrected', 'taken down', 'volume')",
            name=op.f("ck_alerts_reason"),
        ),
        sa.ForeignKeyConstraint(["match_id"], ["matches.match_id"], name="fk_alerts_match_id"),
        sa.UniqueConstraint("match_id", name="uq_alerts_match_id"),
        sa.UniqueConstraint("rule_id", "subject", "sequence", name="uq_alerts_rule_id_subject_sequence"),
    )
    op.create_table(
        "deliveries",
        *_columns(KEY, "delivery_id", "alert_id", nullable=False),
        *_columns(TEXT, "receiver", "idempotency_key", nullable=False),
        sa.Column("state", STATE, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        *_columns(TIME, "due_at", "created_at", nullable=False),
        *_columns(TIME, "lease_until", "sent_at"),
        sa.Column("error", TEXT),
        sa.PrimaryKeyConstraint("delivery_id", name="pk_deliveries"),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_deliveries_sent")),
        sa.CheckConstraint(
            "state IN ('pending', 'held', 'sent', 'dead', 'suppressed')", name=op.f("ck_deliveries_state")
        ),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.alert_id"], name="fk_deliveries_alert_id"),
        sa.UniqueConstraint("alert_id", "receiver", name="uq_deliveries_alert_id_receiver"),
        sa.UniqueConstraint("idempotency_key", name="uq_deliveries_idempotency_key"),
    )
    _partial_index("ix_deliveries_pending", "deliveries", ["receiver", "delivery_id"], sa.text("state = 'pending'"))
    _partial_index("ix_deliveries_unsent", "deliveries", ["delivery_id"], sa.text("state != 'sent'"))
    op.create_table(
        "verdicts",
        sa.Column("match_id", KEY, nullable=False),
        *_columns(TEXT, "step", "reason", nullable=False),
        sa.Column("kind", STATE, nullable=False),
        sa.Column("decided_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("match_id", "step", name="pk_verdicts"),
        sa.CheckConstraint(
            "kind IN ('sent', 'held', 'merged', 'silenced', 'limited', 'failed')", name=op.f("ck_verdicts_kind")
        ),
        sa.ForeignKeyConstraint(["match_id"], ["matches.match_id"], name="fk_verdicts_match_id"),
    )


def _desk() -> None:
    op.create_table(
        "silences",
        sa.Column("silence_id", KEY, nullable=False),
        sa.Column("selector", JSON, nullable=False),
        *_columns(TEXT, "who", "why", nullable=False),
        *_columns(TIME, "starts_at", "until", nullable=False),
        sa.PrimaryKeyConstraint("silence_id", name="pk_silences"),
        sa.CheckConstraint("starts_at < until", name=op.f("ck_silences_lasts")),
    )
    op.create_index("ix_silences_until", "silences", ["until"])
    op.create_table(
        "feedback",
        *_columns(KEY, "feedback_id", "alert_id", nullable=False),
        *_columns(TEXT, "who", "verdict", nullable=False),
        sa.Column("given_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("feedback_id", name="pk_feedback"),
        sa.CheckConstraint("verdict IN ('useful', 'noise')", name=op.f("ck_feedback_verdict")),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.alert_id"], name="fk_feedback_alert_id"),
        sa.UniqueConstraint("alert_id", "who", name="uq_feedback_alert_id_who"),
    )
    op.create_table(
        "acknowledgements",
        *_columns(KEY, "acknowledgement_id", "alert_id", nullable=False),
        sa.Column("who", TEXT, nullable=False),
        sa.Column("given_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("acknowledgement_id", name="pk_acknowledgements"),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.alert_id"], name="fk_acknowledgements_alert_id"),
        sa.UniqueConstraint("alert_id", name="uq_acknowledgements_alert_id"),
    )
