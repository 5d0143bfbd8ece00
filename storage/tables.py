"""The tables from an article to a match, every unique key and every index; `feed_tables` has what comes before.

What the desk is told is in `alert_tables`.

The keys, not the order of runs, make a re-run harmless. Queries take the conditions of the partial indexes (ACTIVE
and its like) from here: a database uses such an index only where it can prove that its condition holds, so their
values are never bound parameters.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    UniqueConstraint,
    and_,
    false,
    literal,
    text,
)

from pipelines.states import OncePer, Outcome, RuleStatus, Severity, StoryEditKind, TextSource
from pipelines.visits import ChangeKind
from storage.feed_tables import metadata, partial_index
from storage.types import CleanJson, CleanText, KeyText, PackedText, PublishedText, RowKey, Seconds, UtcTime, state

# --- articles --------------------------------------------------------------------------------------------------------

articles = Table(
    "articles",
    metadata,
    Column("article_id", RowKey, primary_key=True),
    Column("url", KeyText, nullable=False, unique=True),
    Column("link", CleanText, nullable=False),
    Column("outlet_id", KeyText, ForeignKey("outlets.outlet_id"), nullable=False, index=True),
    Column("first_seen_at", UtcTime, nullable=False, index=True),
    Column("backlog", Boolean, nullable=False),
    Column("late", Boolean, nullable=False, server_default=false()),
    Column("extract_due_at", UtcTime),
    Column("extract_attempts", Integer, nullable=False),
    Column("page_error", CleanText),
    Column("slot", SmallInteger, nullable=False, server_default=text("0")),
)
EXTRACT_WAITS = articles.c.extract_due_at.is_not(None)
partial_index(
    "ix_articles_due", articles.c.backlog, articles.c.article_id, articles.c.extract_due_at, where=EXTRACT_WAITS
)

revisions = Table(
    "revisions",
    metadata,
    Column("revision_id", RowKey, primary_key=True),
    Column("article_id", RowKey, ForeignKey("articles.article_id"), nullable=False),
    Column("text_hash", KeyText, nullable=False),
    Column("title", CleanText, nullable=False),
    Column("lead", CleanText, nullable=False),
    Column("body", PackedText, nullable=False, server_default=text("''")),
    Column("language", CleanText),
    Column("published", PublishedText),
    Column("published_utc", UtcTime),
    Column("authors", CleanJson, nullable=False),
    Column("text_source", state(TextSource, "text_source"), nullable=False),
    Column("passages", CleanJson),
    Column("extracted_at", UtcTime, nullable=False),
    Column("matched_at", UtcTime),
    Column("share_changed", Double),
    Column("extractor", CleanText),
    Column("forgotten_at", UtcTime),
    UniqueConstraint("article_id", "text_hash"),
    Index("ix_revisions_latest", "article_id", "revision_id"),
)
UNMATCHED = revisions.c.matched_at.is_(None)
partial_index("ix_revisions_unmatched", revisions.c.revision_id, where=UNMATCHED)
KEPT = revisions.c.forgotten_at.is_(None)
"""Revisions that still have their text."""
partial_index("ix_revisions_kept", revisions.c.revision_id, where=KEPT)

visits = Table(
    "visits",
    metadata,
    Column("article_id", RowKey, ForeignKey("articles.article_id"), primary_key=True, autoincrement=False),
    Column("due_at", UtcTime),
    Column("gone", Integer, nullable=False),
)
VISIT_WAITS = visits.c.due_at.is_not(None)
partial_index("ix_visits_due", visits.c.due_at, where=VISIT_WAITS)

changes = Table(
    "changes",
    metadata,
    Column("change_id", RowKey, primary_key=True),
    Column("article_id", RowKey, ForeignKey("articles.article_id"), nullable=False),
    Column("kind", state(ChangeKind, "kind"), nullable=False),
    Column("reason", KeyText, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    Column("decided_at", UtcTime),
    UniqueConstraint("article_id", "kind", "reason"),
)
CHANGE_WAITS = changes.c.decided_at.is_(None)
partial_index("ix_changes_undecided", changes.c.change_id, where=CHANGE_WAITS)

# --- stories ---------------------------------------------------------------------------------------------------------

stories = Table(
    "stories",
    metadata,
    Column("story_id", RowKey, primary_key=True),
    Column("created_at", UtcTime, nullable=False),
    Column("merged_into", RowKey, ForeignKey("stories.story_id")),
    CheckConstraint("merged_into <> story_id", name="merged_elsewhere"),
)
MERGED = stories.c.merged_into.is_not(None)
partial_index("ix_stories_merged_into", stories.c.merged_into, where=MERGED)

story_members = Table(
    "story_members",
    metadata,
    Column("member_key", RowKey, primary_key=True),
    Column("article_id", RowKey, ForeignKey("articles.article_id"), nullable=False, unique=True),
    Column("story_id", RowKey, ForeignKey("stories.story_id"), nullable=False),
    Column("similarity", Double, nullable=False),
    Column("reason", CleanText, nullable=False),
    Column("credits", CleanJson),
    Column("joined_at", UtcTime, nullable=False),
    CheckConstraint("similarity BETWEEN 0 AND 1", name="similarity"),
    Index("ix_story_members_order", "story_id", "member_key"),
    Index("ix_story_members_joined", "joined_at", "story_id"),
)

fingerprints = Table(
    "fingerprints",
    metadata,
    Column("week", Integer, nullable=False),
    Column("hash", BigInteger, nullable=False),
    Column("second", Integer, nullable=False),
    Column("article_id", RowKey, nullable=False),
    PrimaryKeyConstraint("week", "hash", "second", "article_id"),
    sqlite_with_rowid=False,  # the key is the whole row; for its order see `weeks`
)

fingerprints_due = Table(
    "fingerprints_due",
    metadata,
    Column("article_id", RowKey, ForeignKey("articles.article_id"), primary_key=True, autoincrement=False),
)
"""Grouped articles whose fingerprints wait to be made anew, since a migration that makes them otherwise."""

story_links = Table(
    "story_links",
    metadata,
    Column("story_id", RowKey, ForeignKey("stories.story_id"), primary_key=True),
    Column("event_id", RowKey, ForeignKey("stories.story_id"), nullable=False, index=True),
    Column("other_id", RowKey, ForeignKey("stories.story_id"), nullable=False, index=True),
    Column("strength", Double, nullable=False),
    Column("reason", CleanText, nullable=False),
    Column("linked_at", UtcTime, nullable=False),
    CheckConstraint("strength BETWEEN 0 AND 1", name="strength"),
    CheckConstraint("event_id <> story_id AND other_id <> story_id", name="elsewhere"),
)

story_terms = Table(
    "story_terms",
    metadata,
    Column("week", Integer, nullable=False),
    Column("term", BigInteger, nullable=False),
    Column("second", Integer, nullable=False),
    Column("story_id", RowKey, nullable=False),
    PrimaryKeyConstraint("week", "term", "second", "story_id"),
    sqlite_with_rowid=False,
)

event_profiles = Table(
    "event_profiles",
    metadata,
    Column("event_id", RowKey, ForeignKey("stories.story_id"), primary_key=True, autoincrement=False),
    Column("profile", LargeBinary, nullable=False),
)

story_edits = Table(
    "story_edits",
    metadata,
    Column("edit_id", RowKey, primary_key=True),
    Column("kind", state(StoryEditKind, "kind"), nullable=False),
    Column("story_id", RowKey, ForeignKey("stories.story_id"), nullable=False),
    Column("other_id", RowKey, ForeignKey("stories.story_id"), nullable=False),
    Column("article_id", RowKey, ForeignKey("articles.article_id")),
    Column("who", CleanText, nullable=False),
    Column("why", CleanText, nullable=False),
    Column("made_at", UtcTime, nullable=False),
)

# --- rules and matches -----------------------------------------------------------------------------------------------

rules = Table(
    "rules",
    metadata,
    Column("rule_id", KeyText, nullable=False),
    Column("version", KeyText, nullable=False),
    Column("title", CleanText, nullable=False),
    Column("status", state(RuleStatus, "status"), nullable=False),
    Column("severity", state(Severity, "severity"), nullable=False),
    Column("owner", CleanText),
    Column("labels", CleanJson, nullable=False),
    Column("max_age", Seconds, nullable=False),
    Column("once_per", state(OncePer, "once_per"), nullable=False),
    Column("again_when", CleanJson),
    Column("afresh_after", Seconds),
    Column("limit_alerts", Integer, nullable=False, server_default=text("10")),
    Column("limit_per", Seconds, nullable=False, server_default=text("3600")),
    Column("volume", CleanJson),
    Column("volume_due_at", UtcTime),
    Column("file", CleanText, nullable=False),
    Column("source", CleanText, nullable=False),
    Column("first_seen_at", UtcTime, nullable=False),
    PrimaryKeyConstraint("rule_id", "version"),
)
COUNTS = rules.c.volume_due_at.is_not(None)
partial_index("ix_rules_volume_due", rules.c.volume_due_at, where=COUNTS)

matches = Table(
    "matches",
    metadata,
    Column("match_id", RowKey, primary_key=True),
    Column("rule_id", KeyText, nullable=False),
    Column("rule_version", KeyText, nullable=False),
    Column("article_id", RowKey, nullable=False),
    Column("text_hash", KeyText, nullable=False),
    Column("outcome", state(Outcome, "outcome"), nullable=False),
    Column("hits", CleanJson, nullable=False),
    Column("clause", CleanText, nullable=False),
    Column("matched_at", UtcTime, nullable=False),
    Column("decided_at", UtcTime),
    UniqueConstraint("rule_id", "rule_version", "article_id", "text_hash"),
    ForeignKeyConstraint(["rule_id", "rule_version"], ["rules.rule_id", "rules.version"]),
    ForeignKeyConstraint(["article_id", "text_hash"], ["revisions.article_id", "revisions.text_hash"]),
    CheckConstraint("outcome <> 'no_match'", name="stored"),
    Index("ix_matches_text", "article_id", "text_hash"),
    Index("ix_matches_of_rule", "rule_id", "matched_at"),
)
IS_MATCH = matches.c.outcome == literal(Outcome.MATCH, matches.c.outcome.type, literal_execute=True)
UNDECIDED = and_(matches.c.decided_at.is_(None), IS_MATCH)
partial_index("ix_matches_undecided", matches.c.match_id, where=UNDECIDED)
