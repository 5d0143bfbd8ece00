"""Alerts, verdicts and the outbox: once per match, leases, order, second chances."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from pipelines.alerts import BACKLOG_REASON, Delivery, Verdict
from pipelines.errors import StoreError
from pipelines.states import AlertId, AlertReason, DeliveryId, DeliveryState, ReceiverId, VerdictKind
from storage.store import SqlStore
from tests.storage.samples import (
    CHAT,
    LATER,
    MAIL,
    MINUTE,
    NOW,
    a_match,
    alert,
    entry,
    extract,
    feed,
    group,
    match,
    matched,
    new_alert,
    poll,
    rule,
)

LEASE = timedelta(seconds=30)


def claim_all(store: SqlStore, receiver: ReceiverId = MAIL, *, now: datetime = NOW) -> Sequence[Delivery]:
    """Claim until nothing is left."""
    claimed: list[Delivery] = []
    while delivery := store.outbox.claim(receiver, now, now + LEASE):
        claimed.append(delivery)
    return claimed


def test_a_match_makes_one_alert_with_a_delivery_for_each_receiver(store: SqlStore) -> None:
    matched(store)
    with store.alerts.dispatching(NOW) as dispatch:
        (one,) = dispatch.undecided(10)
        first = dispatch.save_alert(new_alert(one, MAIL, CHAT, MAIL))
        assert dispatch.save_alert(new_alert(one)) == first
        assert dispatch.undecided(10) == []
    assert store.outbox.receivers_due(NOW) == [CHAT, MAIL]
    (delivery,) = claim_all(store)
    assert delivery == Delivery(
        delivery_id=delivery.delivery_id,
        alert_id=first,
        receiver=MAIL,
        state=DeliveryState.PENDING,
        attempts=0,
        due_at=NOW,
        created_at=NOW,
    )


def test_alerts_of_a_rule_about_a_subject_are_numbered(store: SqlStore) -> None:
    matched(store)
    (first,) = alert(store)
    poll(store, entry("reprint"), now=LATER)
    extract(store, now=LATER)
    with store.stories.grouping(LATER) as grouping:
        (revision,) = grouping.ungrouped(1)
        story = grouping.stories([revision.article.article_id - 1])  # type: ignore[list-item]  # an id like any other
        grouping.join(revision.article.article_id, next(iter(story.values())), similarity=0.9, reason="same", hashes=[])
    match(store, rule(version="v2"), now=LATER)
    with store.alerts.dispatching(LATER) as dispatch:
        (one,) = dispatch.undecided(10)
        about = f"story:{one.story_id}"
        assert dispatch.known(a_match(rule(version="v9"), one), about).told_in == first
        assert dispatch.known(a_match(rule("other"), one), about).told_in is None
        assert dispatch.known(one, "story:99").told_in is None
        second = dispatch.save_alert(new_alert(one))
        assert dispatch.known(one, about).told_in == second
    assert [store.outbox.detail(one).alert.sequence for one in (first, second)] == [1, 2]


def test_a_verdict_decides_a_match_once_and_for_all(store: SqlStore) -> None:
    matched(store)
    with store.alerts.dispatching(NOW) as dispatch:
        (one,) = dispatch.undecided(10)
        verdict = Verdict(
            match_id=one.match_id, step="dispatch", kind=VerdictKind.HELD, reason="backlog", decided_at=NOW
        )
        dispatch.save_verdict(verdict)
        dispatch.save_verdict(verdict)
        assert dispatch.undecided(10) == []
    assert store.outbox.receivers_due(LATER) == []
    ledger = store.journal.match_ledger()
    assert (ledger.matched, ledger.accounted, ledger.verdicts) == (1, 1, {VerdictKind.HELD: 1})


def hold_back(store: SqlStore, reason: str) -> None:
    """Decide every match against telling."""
    with store.alerts.dispatching(NOW) as dispatch:
        for one in dispatch.undecided(10):
            held = Verdict(match_id=one.match_id, step="dispatch", kind=VerdictKind.HELD, reason=reason, decided_at=NOW)
            dispatch.save_verdict(held)


@pytest.mark.parametrize(("reason", "again"), [(BACKLOG_REASON, 1), ("shadow rule", 0)])
def test_what_was_held_back_as_backlog_is_decided_anew_once_it_is_news(
    store: SqlStore, reason: str, again: int
) -> None:
    poll(store, entry(), entry("other"), of=feed("new"), backlog_before=LATER)
    extract(store)
    group(store)
    match(store)
    hold_back(store, reason)
    poll(store, entry(), of=feed("newer"), backlog_before=LATER)
    assert store.due_work(LATER).backlog == 0
    poll(store, entry(), now=LATER)
    assert store.due_work(LATER).backlog == again
    ledger = store.journal.match_ledger()
    assert (ledger.undecided, ledger.accounted) == (again, ledger.matched)
    with store.alerts.dispatching(LATER) as dispatch:
        for one in dispatch.undecided(10):
            assert (one.revision.article.url, one.revision.article.backlog) == (entry().url, False)
            dispatch.save_alert(new_alert(one, MAIL))
    assert len(claim_all(store, now=LATER)) == again
    poll(store, entry(), of=feed("newest"), now=LATER)
    assert store.due_work(LATER).backlog == 0


def test_the_receiver_that_waits_longest_comes_first(store: SqlStore) -> None:
    matched(store, "first")
    alert(store, MAIL)
    matched(store, "second", now=NOW + MINUTE)
    alert(store, CHAT, MAIL, now=NOW + MINUTE)
    assert store.outbox.receivers_due(LATER) == [MAIL, CHAT]
    (one, *_) = claim_all(store)
    store.outbox.mark_failed(one.delivery_id, "slow", NOW + 2 * MINUTE, NOW)
    store.outbox.claim(MAIL, NOW + MINUTE, LATER)
    assert store.outbox.receivers_due(NOW + 2 * MINUTE) == [CHAT, MAIL]


def test_a_kill_while_dispatching_leaves_the_match_undecided(store: SqlStore) -> None:
    def alert_and_die() -> None:
        with store.alerts.dispatching(NOW) as dispatch:
            dispatch.save_alert(new_alert(dispatch.undecided(1)[0]))
            raise KeyboardInterrupt

    matched(store)
    with pytest.raises(KeyboardInterrupt):
        alert_and_die()
    assert store.outbox.receivers_due(NOW) == []
    assert len(alert(store)) == 1


def test_a_claim_lasts_until_its_lease_ends(store: SqlStore) -> None:
    matched(store)
    alert(store, MAIL)
    (delivery,) = claim_all(store)
    before, end = NOW + LEASE - timedelta(microseconds=1), NOW + LEASE
    assert store.outbox.receivers_due(before) == []
    assert store.due_work(before).deliveries == 0
    assert store.outbox.claim(MAIL, before, LATER) is None
    assert store.due_work(end).deliveries == 1
    assert store.outbox.claim(MAIL, end, LATER) == delivery


def test_a_receiver_gets_its_alerts_in_order(store: SqlStore) -> None:
    matched(store, "one", "two", "three")
    made = alert(store, MAIL, CHAT)
    assert [delivery.alert_id for delivery in claim_all(store)] == made
    assert [delivery.alert_id for delivery in claim_all(store, CHAT)] == made
    assert store.outbox.receivers_due(NOW) == []


def test_a_failed_delivery_steps_aside_until_it_is_due_again(store: SqlStore) -> None:
    matched(store, "one", "two")
    alert(store, MAIL)
    first = store.outbox.claim(MAIL, NOW, NOW + LEASE)
    assert first is not None
    for _ in range(2):  # the second call finds no lease and counts nothing
        store.outbox.mark_failed(first.delivery_id, "HTTP 500", NOW + MINUTE, NOW)
    second = store.outbox.claim(MAIL, NOW, NOW + LEASE)
    assert second is not None
    assert second.delivery_id != first.delivery_id
    again = store.outbox.claim(MAIL, NOW + MINUTE, LATER)
    assert again is not None
    assert (again.delivery_id, again.attempts, again.error) == (first.delivery_id, 1, "HTTP 500")


def test_a_sent_delivery_is_done(store: SqlStore) -> None:
    matched(store)
    alert(store, MAIL)
    (delivery,) = claim_all(store)
    store.outbox.mark_sent(delivery.delivery_id, NOW + MINUTE)
    store.outbox.mark_sent(delivery.delivery_id, LATER)
    store.outbox.mark_failed(delivery.delivery_id, "too late", LATER, LATER)
    (row,) = store.journal.deliveries(list(DeliveryState), 10)
    assert (row.delivery.state, row.delivery.sent_at, row.delivery.attempts) == (
        DeliveryState.SENT,
        NOW + MINUTE,
        1,
    )
    assert store.outbox.receivers_due(LATER) == []
    assert store.outbox.retry(None, LATER) == 0
    assert store.outbox.retry([delivery.delivery_id], LATER) == 0


def test_dead_deliveries_get_a_second_chance_on_request(store: SqlStore) -> None:
    matched(store, "one", "two", "three")
    alert(store, MAIL)
    one, two, three = claim_all(store)
    for delivery in (one, two):
        store.outbox.mark_failed(delivery.delivery_id, "no such chat", None, NOW)
    store.outbox.mark_failed(three.delivery_id, "HTTP 500", LATER, NOW)
    assert store.outbox.receivers_due(NOW + MINUTE) == []
    assert store.outbox.retry([one.delivery_id, three.delivery_id, DeliveryId(99)], NOW) == 2
    chances = claim_all(store)
    assert [(chance.delivery_id, chance.attempts) for chance in chances] == [
        (one.delivery_id, 0),
        (three.delivery_id, 0),
    ]
    assert store.outbox.retry(None, NOW) == 1
    assert [chance.delivery_id for chance in claim_all(store)] == [two.delivery_id]


def test_a_retry_does_not_break_a_lease(store: SqlStore) -> None:
    matched(store)
    alert(store, MAIL)
    (delivery,) = claim_all(store)
    assert store.outbox.retry([delivery.delivery_id], NOW) == 1
    assert claim_all(store) == []


def test_detail_tells_the_carriers_own_first_one_an_outlet(store: SqlStore) -> None:
    poll(store, entry("first", site="basalt"), of=feed("basalt"))
    extract(store)
    (story,) = group(store)
    poll(store, entry("own"), entry("own-again"), now=NOW + MINUTE)
    extract(store, now=NOW + MINUTE)
    group(store, story)
    match(store)
    made = alert(store)
    detail = next(one for one in map(store.outbox.detail, made) if one.match.revision.content.title == "The own")
    assert [(carrier.outlet.outlet_id, carrier.title) for carrier in detail.carriers] == [
        ("tufa", "The own"),
        ("basalt", "The first"),
    ]
    assert detail.carriers[0].link == entry("own").link
    assert (detail.alert.reason, detail.alert.subject) == (AlertReason.FIRST, f"story:{story}")


def test_an_alert_that_is_not_there_is_a_store_error(store: SqlStore) -> None:
    with pytest.raises(StoreError, match="no alert 99"):
        store.outbox.detail(AlertId(99))
