"""No hot query reads a whole table: every statement that the steps send is explained by the database itself."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, text

from pipelines.dedup.relations import described
from pipelines.model import Match
from pipelines.policy import StoryLife
from pipelines.search.archive import Narrow
from pipelines.search.sought import Piece
from pipelines.states import AlertId, ArticleId, DeliveryId, FeedId, RevisionId, RuleId, StoryId
from storage.database import Database
from storage.store import SqlStore
from tests.storage.samples import LATER, MAIL, MINUTE, NOW, alert, content, entry, feed, judgement, matched, poll, rule

Sent = list[tuple[str, Any]]


@contextmanager
def recorded() -> Iterator[Sent]:
    """The statements sent meanwhile, whatever the engine, with their (first) parameters."""
    sent: Sent = []

    def note(_: Connection, __: object, statement: str, parameters: Any, ___: object, many: bool) -> None:
        sent.append((statement, parameters[0] if many else parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def plan(connection: Connection, statement: str, parameters: Any) -> list[str]:
    """Each place of the plan where a whole table would be read, as `table` or the database's words for it."""
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
        details = [row.detail for row in rows if row.detail != "SCAN CONSTANT ROW"]
        answers = {f"SCAN {detail.split()[1]}" for detail in details if detail.startswith("CO-ROUTINE ")}
        scans = [detail for detail in details if detail.startswith("SCAN ") and "INDEX" not in detail]
        return [scan for scan in scans if scan not in answers]  # an answer within the statement is no table
    found: list[str] = []

    def walk(node: dict[str, Any]) -> None:
        if node["Node Type"] == "Seq Scan":
            found.append(f"{node['Relation Name']}: {node.get('Filter')}")
        for child in node.get("Plans", ()):
            walk(child)

    explained = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar_one()
    walk((explained if isinstance(explained, list) else json.loads(explained))[0]["Plan"])
    return found


def explain(url: str, sent: Sent) -> dict[str, list[str]]:
    """The statements that would read a whole table, with where."""
    with closing(Database(url)) as database, database.reading() as connection:
        if not database.sqlite:
            connection.execute(text("SET LOCAL enable_seqscan = off"))  # tables this small are read whole otherwise
        plans = {
            statement: plan(connection, statement, parameters)
            for statement, parameters in sent
            if statement.split(None, 1)[0] in {"SELECT", "UPDATE"} and "pg_advisory" not in statement
        }
    return {statement: scans for statement, scans in plans.items() if scans}


def group_again(store: SqlStore) -> None:
    """Everything that grouping asks of the store, about an article that came since."""
    with store.stories.grouping(LATER) as grouping:
        for revision in grouping.ungrouped(10):
            grouping.postings([1, 2, 3], NOW)
            grouping.members([ArticleId(1), ArticleId(2)])
            grouping.contents([ArticleId(1), ArticleId(2)])
            grouping.carriers([1, 2], NOW, LATER)
            grouping.profiles([StoryId(1), StoryId(2)])
            grouping.keep(StoryId(2), described(content("Other"), LATER))
            grouping.join(revision.article.article_id, None, similarity=1.0, reason="first", hashes=[1])
            grouping.describe(StoryId(2), LATER, [5], {1: StoryId(1)})
            grouping.bridge(StoryId(1), [StoryId(2)], ArticleId(1))


def afresh(match: Match) -> Match:
    """The match, of a rule that asks for all that dispatch may look up."""
    story = StoryLife(afresh_after=MINUTE)
    return replace(match, judgement=match.judgement._replace(rule=replace(match.judgement.rule, story=story)))


def dispatch_again(store: SqlStore) -> None:
    """What dispatch asks before it decides."""
    with store.alerts.dispatching(LATER) as dispatch:
        for match in dispatch.undecided(10):
            dispatch.known(afresh(match), f"story:{match.story_id}")
            dispatch.known_of_rule(match.judgement.rule)
        dispatch.findings()


def save_text_again(store: SqlStore) -> None:
    """A page's second text."""
    for page in store.articles.pages_due(LATER, 10):
        store.articles.save_text(page, content("Other"), LATER, try_again_at=LATER)


def save_match_again(store: SqlStore) -> None:
    """A text judged a second time."""
    store.matches.save_matches([RevisionId(1)], [(RevisionId(1), judgement())], LATER)


def rise(store: SqlStore) -> None:
    """Backlog of one feed that another brings as news."""
    poll(store, entry("old"), of=feed("basalt"), backlog_before=LATER, now=LATER)
    poll(store, entry("old"), of=feed("slate"), now=LATER)


HOT: dict[str, Callable[[SqlStore], object]] = {
    "due feeds": lambda store: store.feeds.due_feeds(NOW),
    "record a poll": lambda store: poll(store, replace(entry(), title="New words"), entry("new"), now=LATER),
    "record what moved": lambda store: poll(store, replace(entry(), url="https://tufa.example/2", link="2"), now=LATER),
    "record what rises": rise,
    "pages due": lambda store: store.articles.pages_due(LATER, 10),
    "save a text": save_text_again,
    "group": group_again,
    "days": lambda store: store.stories.days(LATER, 2),
    "biggest": lambda store: store.stories.biggest(NOW, 5),
    "sizes": lambda store: store.stories.sizes(NOW),
    "fates": lambda store: store.matches.fates(10),
    "unmatched": lambda store: store.matches.unmatched(10),
    "save matches": save_match_again,
    "dispatch": dispatch_again,
    "receivers due": lambda store: store.outbox.receivers_due(NOW),
    "claim": lambda store: store.outbox.claim(MAIL, NOW, NOW + MINUTE),
    "bundled": lambda store: store.outbox.bundled(MAIL, "match:1"),
    "details": lambda store: store.outbox.details(alert(store)),
    "mark sent": lambda store: store.outbox.mark_sent([DeliveryId(1)], NOW),
    "mark failed": lambda store: store.outbox.mark_failed([DeliveryId(1)], "HTTP 500", LATER, NOW),
    "retry": lambda store: (store.outbox.retry(None, NOW), store.outbox.retry([DeliveryId(1)], NOW)),
    "waiting since": lambda store: store.vital_signs.waiting_since(NOW),
    "due work": lambda store: store.due_work(NOW),
    "articles listed": lambda store: store.journal.articles(10, NOW),
    "alerts listed": lambda store: store.journal.alerts(10),
    "desk events": lambda store: store.desk.events(10, AlertId(99)),
    "desk rule": lambda store: store.desk_rules.one(RuleId("quakes"), NOW, 10),
    "search": lambda store: [*store.search.candidates(Piece("quake"), Narrow(before=RevisionId(99)))],
    "search narrowed": lambda store: [*store.search.candidates(Piece("quake"), Narrow(since=NOW, feed=FeedId("tufa")))],
}
ENDS_EARLY = "ORDER BY alerts.alert_id DESC", "ORDER BY articles.article_id DESC"
"""A walk along the primary key that stops at its LIMIT."""
SMALL = {"FROM feeds", "FROM outlets"}
"""As many rows as feeds.yaml has lines: sync_feeds compares them all."""


@pytest.mark.parametrize("name", HOT)
def test_no_whole_table_is_read(store: SqlStore, store_url: str, name: str) -> None:
    matched(store)
    alert(store)
    matched(store, "second")
    poll(store, entry("third"), of=feed("basalt"))
    with recorded() as sent:
        HOT[name](store)
    asked = [one for one in sent if not any(small in one[0] and "WHERE" not in one[0] for small in SMALL)]
    asked = [one for one in asked if not any(walk in one[0] for walk in ENDS_EARLY)]
    assert any(statement.startswith(("SELECT", "UPDATE")) for statement, _ in asked)
    assert explain(store_url, asked) == {}


def test_explaining_finds_a_query_that_reads_a_whole_table(store: SqlStore, store_url: str) -> None:
    """The test's own test."""
    matched(store)
    query = "SELECT article_id FROM articles WHERE link = 'x'"
    assert list(explain(store_url, [(query, ())])) == [query]


def test_syncing_what_is_stored_already_writes_nothing(store: SqlStore) -> None:
    matched(store)
    with recorded() as sent:
        store.feeds.sync_feeds([feed()], LATER)
        store.matches.sync_rules([rule()], LATER)
    assert not [statement for statement, _ in sent if statement.startswith(("INSERT", "UPDATE"))]
    assert "BEGIN IMMEDIATE" not in [statement for statement, _ in sent]


def test_a_listing_takes_no_more_queries_for_more_rows(store: SqlStore) -> None:
    counts = []
    for number in (1, 40):
        matched(store, *(f"{number}-{part}" for part in range(number)))
        alert(store)
        with recorded() as sent:
            store.journal.articles(1_000)
            store.journal.alerts(1_000)
            store.articles.pages_due(LATER, 1_000)
            store.matches.unmatched(1_000)
        counts.append(len(sent))
    assert counts[0] == counts[1]
