"""The listings for people, and what waits."""

from dataclasses import replace

from pipelines.alerts import Verdict
from pipelines.polls import Poll
from pipelines.states import AlertReason, DeliveryState, Outcome, TextSource, VerdictKind
from pipelines.store import DueWork
from storage.store import SqlStore
from tests.storage.samples import (
    CHAT,
    LATER,
    MAIL,
    MINUTE,
    NOW,
    alert,
    entry,
    extract,
    feed,
    group,
    match,
    matched,
    poll,
    rule,
    state,
)


def hold(store: SqlStore) -> None:
    """Give every undecided match a verdict."""
    with store.alerts.dispatching(NOW) as dispatch:
        for one in dispatch.undecided(100):
            dispatch.save_verdict(
                Verdict(match_id=one.match_id, step="dispatch", kind=VerdictKind.MERGED, reason="told", decided_at=NOW)
            )


def test_feeds_are_listed_with_how_they_fare(store: SqlStore) -> None:
    poll(store, entry("quake"), entry("flood"))
    poll(store, of=replace(feed("basalt"), outlet=None), now=LATER)
    store.feeds.record_polls(
        [Poll(feed=feed("basalt"), state=replace(state(LATER), failures=3, error="HTTP 500"), entries=[])], LATER
    )
    basalt, tufa = store.journal.feeds()
    assert (basalt.feed.feed_id, basalt.state.error, basalt.state.failures, basalt.articles) == (
        "basalt",
        "HTTP 500",
        3,
        0,
    )
    assert (tufa.feed, tufa.state, tufa.articles) == (feed(), replace(state(), new_at=NOW), 2)


def test_an_article_is_listed_with_how_far_it_came(store: SqlStore) -> None:
    poll(store, entry("quake"), now=NOW)
    (row,) = store.journal.articles(10)
    assert (row.title, row.text_source, row.member, row.reprint_of, row.answers) == ("", None, None, None, ())
    extract(store)
    (story,) = group(store)
    match(store)
    alert(store)
    poll(store, entry("reprint", site="basalt"), of=feed("basalt"), now=NOW + MINUTE)
    extract(store, now=NOW + MINUTE)
    group(store, story)
    match(store, rule("second"))
    hold(store)
    reprint, first = store.journal.articles(10)
    assert (first.title, first.text_source, first.language) == ("The quake", TextSource.PAGE, "en")
    assert first.member is not None
    assert (first.member.story_id, first.member.similarity, first.reprint_of) == (story, 1.0, None)
    (told,) = first.answers
    assert (told.rule_id, told.outcome, told.alert_reason, told.verdicts) == (
        "quakes",
        Outcome.MATCH,
        AlertReason.FIRST,
        (),
    )
    assert reprint.member is not None
    assert (reprint.member.similarity, reprint.member.reason) == (0.9, "same opening")
    assert reprint.reprint_of == first.article
    (held,) = reprint.answers
    assert (held.rule_id, held.alert_id) == ("second", None)
    assert [(verdict.kind, verdict.reason) for verdict in held.verdicts] == [(VerdictKind.MERGED, "told")]


def test_articles_are_listed_newest_first_up_to_a_limit_and_since(store: SqlStore) -> None:
    poll(store, entry("old"))
    poll(store, entry("new"), entry("newer-in-feed"), now=LATER)
    assert [row.article.url.rpartition("/")[2] for row in store.journal.articles(2)] == ["new", "newer-in-feed"]
    assert len(store.journal.articles(10)) == 3
    assert len(store.journal.articles(10, since=LATER)) == 2
    assert store.journal.articles(10, since=LATER + MINUTE) == []


def test_alerts_are_listed_with_their_deliveries(store: SqlStore) -> None:
    matched(store, "quake", "flood")
    made = alert(store, MAIL, CHAT)
    rows = store.journal.alerts(10)
    assert [row.detail.alert.alert_id for row in rows] == made[::-1]
    assert [row.detail for row in rows] == list(store.outbox.details(made[::-1]))
    assert [[one.receiver for one in row.deliveries] for row in rows] == [[CHAT, MAIL]] * 2
    assert len(store.journal.alerts(1)) == 1


def test_deliveries_are_listed_by_state(store: SqlStore) -> None:
    matched(store)
    alert(store, MAIL, CHAT)
    (delivery,) = store.outbox.claim(MAIL, NOW, LATER)
    store.outbox.mark_failed([delivery.delivery_id], "no such chat", None, NOW)
    (dead,) = store.journal.deliveries([DeliveryState.DEAD], 10)
    assert (dead.delivery.receiver, dead.delivery.error, dead.rule_id, dead.title) == (
        MAIL,
        "no such chat",
        "quakes",
        "The quake",
    )
    assert len(store.journal.deliveries([DeliveryState.DEAD, DeliveryState.PENDING], 10)) == 2
    assert store.journal.deliveries([DeliveryState.SENT], 10) == []
    assert store.journal.deliveries([], 10) == []


def test_the_ledger_accounts_for_every_match(store: SqlStore) -> None:
    matched(store, "one", "two")
    alert(store, MAIL)
    matched(store, "three", now=LATER)
    hold(store)
    matched(store, "four", now=LATER)
    ledger = store.journal.match_ledger()
    assert (ledger.matched, ledger.alerts, ledger.undecided) == (4, 2, 1)
    assert ledger.verdicts == {VerdictKind.MERGED: 1}
    assert ledger.deliveries == {DeliveryState.PENDING: 2}
    assert ledger.accounted == ledger.matched


def test_due_work_counts_what_waits_at_each_stage(store: SqlStore) -> None:
    assert store.due_work(NOW) == DueWork(feeds=0, deliveries=0, backlog=0)
    assert not store.due_work(NOW).anything
    store.feeds.sync_feeds([feed()], NOW)
    assert store.due_work(NOW - MINUTE) == DueWork(feeds=0, deliveries=0, backlog=0)
    assert store.due_work(NOW) == DueWork(feeds=1, deliveries=0, backlog=0)
    poll(store, entry("quake"), entry("flood"))
    assert store.due_work(NOW) == DueWork(feeds=0, deliveries=0, backlog=2)
    extract(store)
    assert store.due_work(NOW).backlog == 2
    group(store)
    assert store.due_work(NOW).backlog == 2
    match(store)
    assert store.due_work(NOW).backlog == 2
    alert(store, MAIL, CHAT)
    assert store.due_work(NOW) == DueWork(feeds=0, deliveries=4, backlog=0)
    assert store.due_work(NOW - MINUTE) == DueWork(feeds=0, deliveries=0, backlog=0)
