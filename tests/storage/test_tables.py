"""What the tables themselves refuse, and what their types give back, on both databases."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Table, UniqueConstraint, func, select

from pipelines.digests.records import DigestKind
from pipelines.errors import StoreError
from pipelines.model import Published
from pipelines.states import (
    AlertReason,
    DeliveryState,
    OncePer,
    Outcome,
    Precision,
    RuleStatus,
    Severity,
    SourceKind,
    StoryEditKind,
    TextSource,
    VerdictKind,
)
from storage import alert_tables as told
from storage import cycle_tables, digest_tables, feed_tables, host_claims, page_tables, rule_tables, tables
from storage.database import Database
from storage.types import KeyText, clean, clean_key
from tests.storage.samples import LATER, NOW

REST_OF_RULE = {"title": "t", "labels": {}, "max_age": timedelta(hours=1), "file": "", "source": ""}
WORDS = {"title": "t", "authors": []}

# One row of each table, in an order that satisfies the foreign keys.
ROWS: list[tuple[Table, dict[str, Any]]] = [
    (feed_tables.outlets, {"outlet_id": "o", "title": "O", "tags": []}),
    (
        feed_tables.feeds,
        {
            "feed_id": "f",
            "url": "u",
            "kind": SourceKind.AUTO,
            "every": timedelta(minutes=1),
            "backfill": timedelta(0),
            "tags": [],
            "active": True,
            "due_at": NOW,
            "failures": 0,
        },
    ),
    (
        tables.articles,
        {
            "article_id": 1,
            "url": "u",
            "link": "l",
            "outlet_id": "o",
            "first_seen_at": NOW,
            "backlog": False,
            "extract_attempts": 0,
        },
    ),
    (
        feed_tables.feed_entries,
        {
            "feed_id": "f",
            "url": "u",
            "guid": "g",
            "content_hash": "h",
            "summary": "",
            "body": "",
            "article_id": 1,
            "first_seen_at": NOW,
            "backlog": False,
            **WORDS,
        },
    ),
    (
        tables.revisions,
        {
            "article_id": 1,
            "text_hash": "h",
            "lead": "",
            "body": "",
            "text_source": TextSource.PAGE,
            "extracted_at": NOW,
            **WORDS,
        },
    ),
    (tables.stories, {"story_id": 1, "created_at": NOW}),
    (tables.story_members, {"article_id": 1, "story_id": 1, "similarity": 1.0, "reason": "first", "joined_at": NOW}),
    (tables.fingerprints, {"week": 2967, "hash": -(2**63), "second": 604_799, "article_id": 1}),
    (page_tables.paragraphs, {"paragraph": -(2**63), "times": 1, "days": 1, "last_day": 739_000}),
    (page_tables.page_copies, {"article_id": 1, "url": "https://a.example/", "html": b"\0", "fetched_at": NOW}),
    (tables.stories, {"story_id": 2, "created_at": NOW}),
    (
        tables.story_links,
        {"story_id": 2, "event_id": 1, "other_id": 1, "strength": 0.5, "reason": "names", "linked_at": NOW},
    ),
    (tables.story_terms, {"week": 2967, "term": 2**63 - 1, "second": 0, "story_id": 1}),
    (tables.fingerprints_due, {"article_id": 1}),
    (tables.event_profiles, {"event_id": 1, "profile": b"\0"}),
    (
        tables.story_edits,
        {"kind": StoryEditKind.SPLIT, "story_id": 1, "other_id": 2, "who": "w", "why": "y", "made_at": NOW},
    ),
    (
        tables.rules,
        {
            "rule_id": "r",
            "version": "v",
            "status": RuleStatus.LIVE,
            "severity": Severity.LOW,
            "once_per": OncePer.STORY,
            "first_seen_at": NOW,
            **REST_OF_RULE,
        },
    ),
    (
        tables.matches,
        {
            "match_id": 1,
            "rule_id": "r",
            "rule_version": "v",
            "article_id": 1,
            "text_hash": "h",
            "outcome": Outcome.MATCH,
            "hits": [],
            "clause": "c",
            "matched_at": NOW,
        },
    ),
    (tables.changes, {"change_id": 1, "article_id": 1, "kind": "corrected", "reason": "r", "seen_at": NOW}),
    (
        told.findings,
        {
            "finding_id": 1,
            "rule_id": "r",
            "rule_version": "v",
            "subject": "volume:1",
            "starts_at": NOW,
            "ends_at": LATER,
            "number": 7,
            "why": "7 stories",
            "found_at": NOW,
        },
    ),
    (
        told.alerts,
        {
            "alert_id": 1,
            "match_id": 1,
            "change_id": 1,
            "rule_id": "r",
            "subject": "story:1",
            "sequence": 1,
            "reason": AlertReason.FIRST,
            "created_at": NOW,
        },
    ),
    (
        told.deliveries,
        {
            "alert_id": 1,
            "receiver": "mail",
            "state": DeliveryState.PENDING,
            "attempts": 0,
            "bundle": "event:1",
            "due_at": NOW,
            "ready_at": NOW,
            "reason": "",
            "created_at": NOW,
            "idempotency_key": "k",
        },
    ),
    (told.verdicts, {"match_id": 1, "step": "s", "kind": VerdictKind.HELD, "reason": "r", "decided_at": NOW}),
    (told.silences, {"selector": {"rule": "r"}, "who": "w", "why": "y", "starts_at": NOW, "until": LATER}),
    (told.feedback, {"alert_id": 1, "who": "w", "verdict": "useful", "given_at": NOW}),
    (told.acknowledgements, {"alert_id": 1, "who": "w", "given_at": NOW}),
    (digest_tables.digests, {"receiver": "mail", "kind": DigestKind.MORNING, "starts_at": NOW, "ends_at": LATER}),
    (cycle_tables.cycles, {"cycle_id": "c", "began_at": NOW, "ended_at": LATER, "steps": []}),
    (cycle_tables.sums, {"name": "n", "label": "", "value": 1.0}),
    (digest_tables.digest_plans, {"plan_id": 1, "stamp": "s"}),
    (rule_tables.rule_looks, {"look_id": 1}),
    (rule_tables.list_texts, {"digest": "d", "text": ""}),
    (
        rule_tables.live_rules,
        {"rule_id": "r", "version": "v", "file": "f", "source": "", "lists": "d", "since": NOW},
    ),
    (told.receiver_pauses, {"receiver": "chat", "since": NOW, "reason": "r", "probe_at": NOW}),
    (
        told.notices,
        {"subject": "s", "title": "t", "lines": [], "over": False, "began_at": NOW, "due_at": NOW, "attempts": 0},
    ),
    (told.vital_signs, {"sign": "canary", "tried_at": NOW, "error": ""}),
    (feed_tables.robots, {"origin": "https://o", "text": "", "asked_at": NOW, "due_at": NOW}),
    (tables.visits, {"article_id": 1, "due_at": NOW, "gone": 0}),
    (host_claims.host_claims, {"host": "h"}),
]


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    """A database with one row in each table."""
    with closing(Database(store_url)) as opened:
        with opened.writing() as connection:
            for table, row in ROWS:
                connection.execute(table.insert().values(row))
        yield opened


def insert(database: Database, table: Table, row: dict[str, Any]) -> None:
    """One row in a transaction of its own."""
    with database.writing() as connection:
        connection.execute(table.insert().values(row))


def count(database: Database, table: Table) -> int:
    """How many rows the table has."""
    with database.reading() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_the_samples_cover_every_table() -> None:
    assert {table.name for table, _ in ROWS} == feed_tables.metadata.tables.keys()


FOREIGN = {
    "finding_id",
    "change_id",
    "article_id",
    "match_id",
    "alert_id",
    "feed_id",
    "story_id",
    "rule_id",
    "rule_version",
    "text_hash",
}
"""Columns that must stay as they are for a second row to be possible at all."""
OTHER: dict[str, object] = {"sequence": 2, "hash": 2, "starts_at": LATER}


def is_numbered(table: Table) -> bool:
    """Whether the database numbers the rows, so that the primary key has no meaning."""
    return len(table.primary_key.columns) == 1 and isinstance(table.primary_key.columns[0].type, BigInteger)


def unique_keys(table: Table) -> list[list[str]]:
    """The columns of each unique key, the primary one where it has a meaning."""
    # of rows unlike the sample: tested where they are
    elsewhere = {"uq_feed_entries_nameless", "uq_alerts_of_match"}
    unique = [key for key in table.constraints if isinstance(key, UniqueConstraint)]
    keys: list[Any] = [key for key in unique if "digest_id" not in key.columns]
    indexes = [index for index in table.indexes if index.unique and index.name not in elsewhere]
    primary = [] if is_numbered(table) else [table.primary_key]
    return [[column.name for column in key.columns] for key in (*keys, *indexes, *primary)]


def test_every_unique_key_refuses_a_second_row(database: Database) -> None:
    """Each key alone: where it can, the second row differs in what the table's other keys hold."""
    for table, row in ROWS:
        keys = unique_keys(table)
        numbered = {column.name for column in table.primary_key.columns if is_numbered(table)} - FOREIGN
        for key in keys:
            free = {name for other in keys for name in other} - set(key) - FOREIGN
            second = {name: value for name, value in row.items() if name in key or name not in numbered}
            second |= {name: OTHER.get(name, f"other {name}") for name in free}
            with pytest.raises(StoreError, match=r"(?i)unique"):
                insert(database, table, second)
        assert count(database, table) == sum(other is table for other, _ in ROWS)


def test_nameless_entries_are_unique_by_their_words(database: Database) -> None:
    row = dict(ROWS[3][1]) | {"url": None, "guid": None}
    insert(database, feed_tables.feed_entries, row)
    insert(database, feed_tables.feed_entries, row | {"content_hash": "other"})
    with pytest.raises(StoreError, match=r"(?i)unique"):
        insert(database, feed_tables.feed_entries, row)


def test_a_retired_feed_does_not_keep_its_url(database: Database) -> None:
    insert(database, feed_tables.feeds, dict(ROWS[1][1]) | {"feed_id": "g", "active": False})
    with pytest.raises(StoreError, match=r"(?i)unique"):
        insert(database, feed_tables.feeds, dict(ROWS[1][1]) | {"feed_id": "h"})


def test_every_foreign_key_is_kept(database: Database) -> None:
    for table, _ in ROWS:
        for key in table.foreign_key_constraints:
            column = next(iter(key.columns))
            astray = "nowhere" if isinstance(column.type, KeyText) else 99
            # an alert is about one of the two, and so is a delivery
            instead: dict[str, object] = {"match_id": None, "change_id": None} if column.name == "finding_id" else {}
            instead |= {"alert_id": None} if column.name == "digest_id" else {}
            instead |= {"closed_at": NOW} if column.name == "covered_by" else {}
            with database.writing() as connection, pytest.raises(StoreError, match=r"(?i)foreign key"):
                connection.execute(table.update().values({column.name: astray, **instead}))


@pytest.mark.parametrize(
    "change",
    [
        "deliveries SET alert_id = NULL",
        "digests SET covered_by = digest_id",
        "deliveries SET state = 'lost'",
        "deliveries SET state = 'sent'",
        "deliveries SET sent_at = due_at",
        "alerts SET reason = 'why not'",
        "verdicts SET kind = 'lost'",
        "feedback SET verdict = 'meh'",
        "alerts SET match_id = NULL",
        "alerts SET finding_id = 1",
        "findings SET ends_at = starts_at",
        "findings SET held = 'held'",
        "findings SET held = 'lost', decided_at = found_at",
        "matches SET outcome = 'no_match'",
        "revisions SET text_source = 'rumour'",
        "rules SET status = 'lively'",
        "rules SET severity = 'shrill'",
        "rules SET once_per = 'day'",
        "feeds SET kind = 'fax'",
        "story_members SET similarity = 1.5",
        "silences SET until = starts_at",
    ],
)
def test_what_no_state_allows_is_refused(database: Database, change: str) -> None:
    with database.writing() as connection, pytest.raises(StoreError, match=r"(?i)check"):
        connection.exec_driver_sql(f"UPDATE {change}")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    moment=st.datetimes(
        min_value=datetime(2, 1, 1),  # noqa: DTZ001  # the offset is drawn beside it
        max_value=datetime(9998, 12, 31),  # noqa: DTZ001
        timezones=st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes))),
    )
)
def test_times_come_back_aware_in_utc_and_published_with_its_own_offset(database: Database, moment: datetime) -> None:
    published = Published(moment=moment)
    row = {"extracted_at": moment, "published": published, "published_utc": moment}
    with database.writing() as connection:
        connection.execute(tables.revisions.update().values(row))
        back = connection.execute(select(tables.revisions)).one()
        earlier = connection.scalar(
            select(func.count()).where(tables.revisions.c.published_utc < moment + timedelta(microseconds=1))
        )
    assert back.extracted_at == moment
    assert back.extracted_at.tzinfo is UTC
    assert (back.published, back.published.moment.utcoffset()) == (published, moment.utcoffset())
    assert (back.published_utc, earlier) == (published.utc, 1)


def test_a_day_comes_back_as_a_day(database: Database) -> None:
    day = Published(moment=datetime(2023, 2, 7, tzinfo=UTC), precision=Precision.DAY)
    with database.writing() as connection:
        connection.execute(tables.revisions.update().values(published=day))
        assert connection.scalar(select(tables.revisions.c.published)) == day


def test_naive_times_are_refused(database: Database) -> None:
    with database.writing() as connection, pytest.raises(StoreError, match="naive datetime refused"):
        connection.execute(tables.stories.update().values(created_at=datetime(2026, 11, 22)))  # noqa: DTZ001


@given(st.text(alphabet=st.characters(), max_size=50))
def test_clean_text_is_storable_and_stays(text: str) -> None:
    cleaned = clean(text)
    assert "\0" not in cleaned
    assert cleaned.encode("utf-8").decode("utf-8") == cleaned
    assert clean(cleaned) == cleaned


@given(st.text(min_size=400, max_size=600).map(lambda part: part * 5), st.text(min_size=1, max_size=5))
def test_long_keys_fit_an_index_and_stay_apart(text: str, end: str) -> None:
    assert len(clean_key(text).encode()) <= 2_000
    assert clean_key(clean_key(text)) == clean_key(text)
    assert (clean_key(text) == clean_key(text + end)) is (clean(text) == clean(text + end))


def test_strings_in_json_are_cleaned_at_every_depth(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(told.silences.update().values(selector={"a\0": ["\ud800", {"b": "\0c"}, 1, None, True]}))
        assert connection.scalar(select(told.silences.c.selector)) == {"a": ["\ufffd", {"b": "c"}, 1, None, True]}
