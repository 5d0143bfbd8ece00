"""Alerts, verdicts and the outbox: once per match, leases, order, second chances."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from pipelines.alerts import BACKLOG_REASON, ESCALATION, AlertDetail, Bundled, Delivery, Silence, Verdict
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
    while bundle := store.outbox.claim(receiver, now, now + LEASE):
        claimed += bundle
    return claimed


def test_a_match_makes_one_alert_with_a_delivery_for_each_receiver(store: SqlStore) -> None:
    matched(store)
    with store.alerts.dispatching(NOW) as dispatch:
        (one,) = dispatch.undecided(10)
        first = dispatch.save_alert(new_alert(one, MAIL, CHAT))
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
        bundle=delivery.bundle,
        ready_at=NOW,
    )


def test_alerts_of_a_rule_about_a_subject_are_numbered(store: SqlStore) -> None:
    matched(store)
    (first,) = alert(store)
    poll(store, entry("reprint"), now=LATER)
    extract(store, now=LATER)
    with store.stories.grouping(LATER) as grouping:
        (revision,) = grouping.ungrouped(1)
        before = grouping.members([revision.article.article_id - 1])  # type: ignore[list-item]  # an id like any other
        grouping.join(
            revision.article.article_id, next(iter(before.values())).story_id, similarity=0.9, reason="same", hashes=[]
        )
    match(store, rule(version="v2"), now=LATER)
    with store.alerts.dispatching(LATER) as dispatch:
        (one,) = dispatch.undecided(10)
        about = f"story:{one.story_id}"
        assert dispatch.known(a_match(rule(version="v9"), one), about).told_in == first
        assert dispatch.known(a_match(rule("other"), one), about).told_in is None
        assert dispatch.known(one, "story:99").told_in is None
        second = dispatch.save_alert(new_alert(one))
        assert dispatch.known(one, about).told_in == second
    assert [one.alert.sequence for one in store.outbox.details([first, second])] == [1, 2]


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
            dispatch.save_alert(new_alert(one, MAIL, now=LATER))
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
    store.outbox.mark_failed([one.delivery_id], "slow", NOW + 2 * MINUTE, NOW)
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
    assert store.outbox.claim(MAIL, before, LATER) == ()
    assert store.due_work(end).deliveries == 1
    assert store.outbox.claim(MAIL, end, LATER) == [delivery]


def test_a_receiver_gets_its_alerts_in_order(store: SqlStore) -> None:
    matched(store, "one", "two", "three")
    made = alert(store, MAIL, CHAT)
    assert [delivery.alert_id for delivery in claim_all(store)] == made
    assert [delivery.alert_id for delivery in claim_all(store, CHAT)] == made
    assert store.outbox.receivers_due(NOW) == []


def test_a_failed_delivery_steps_aside_until_it_is_due_again(store: SqlStore) -> None:
    matched(store, "one", "two")
    alert(store, MAIL)
    (first,) = store.outbox.claim(MAIL, NOW, NOW + LEASE)
    for _ in range(2):  # the second call finds no lease and counts nothing
        store.outbox.mark_failed([first.delivery_id], "HTTP 500", NOW + MINUTE, NOW)
    (second,) = store.outbox.claim(MAIL, NOW, NOW + LEASE)
    assert second.delivery_id != first.delivery_id
    (again,) = store.outbox.claim(MAIL, NOW + MINUTE, LATER)
    assert (again.delivery_id, again.attempts, again.error) == (first.delivery_id, 1, "HTTP 500")


def test_a_sent_delivery_is_done(store: SqlStore) -> None:
    matched(store)
    alert(store, MAIL)
    (delivery,) = claim_all(store)
    store.outbox.mark_sent([delivery.delivery_id], NOW + MINUTE)
    store.outbox.mark_sent([delivery.delivery_id], LATER)
    store.outbox.mark_failed([delivery.delivery_id], "too late", LATER, LATER)
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
        store.outbox.mark_failed([delivery.delivery_id], "no such chat", None, NOW)
    store.outbox.mark_failed([three.delivery_id], "HTTP 500", LATER, NOW)
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
    detail = next(one for one in store.outbox.details(made) if one.match.revision.content.title == "The own")
    assert [(carrier.outlet.outlet_id, carrier.title) for carrier in detail.carriers] == [
        ("tufa", "The own"),
        ("basalt", "The first"),
    ]
    assert detail.carriers[0].link == entry("own").link
    assert (detail.alert.reason, detail.alert.subject) == (AlertReason.FIRST, f"story:{story}")


def test_an_alert_that_is_not_there_has_no_detail(store: SqlStore) -> None:
    assert store.outbox.details([AlertId(99)]) == []


def bundled(store: SqlStore, *names: str, now: datetime = NOW, due: datetime = NOW, reason: str = "") -> None:
    """An alert a name, for MAIL in the bundle of one event."""
    matched(store, *names, now=now)
    with store.alerts.dispatching(now) as dispatch:
        for one in dispatch.undecided(10):
            made = new_alert(one, MAIL, now=due, bundle="event:1")
            held = replace(made, deliveries=tuple(replace(each, reason=reason) for each in made.deliveries))
            dispatch.save_alert(held)


def test_a_bundle_goes_out_together_with_what_is_not_yet_due_in_it(store: SqlStore) -> None:
    bundled(store, "one")
    bundled(store, "two", due=LATER)
    matched(store, "other")
    alert(store, MAIL)
    first = store.outbox.claim(MAIL, NOW, NOW + LEASE)
    assert len(first) == 2
    assert len(store.outbox.claim(MAIL, NOW, NOW + LEASE)) == 1
    assert store.outbox.claim(MAIL, NOW, NOW + LEASE) == ()
    assert store.outbox.bundled(MAIL, "event:1") == Bundled(next_due_at=NOW)
    store.outbox.mark_sent([one.delivery_id for one in first], NOW + MINUTE)
    known = store.outbox.bundled(MAIL, "event:1")
    assert known == Bundled(last_alert=first[-1].alert_id, last_sent_at=NOW + MINUTE, articles=known.articles)
    assert known.articles == {
        one.match.revision.article.article_id
        for one in store.outbox.details([each.alert_id for each in first])
        if isinstance(one, AlertDetail)
    }
    assert store.outbox.bundled(CHAT, "event:1") == Bundled()


def test_what_is_held_goes_out_when_its_hold_ends(store: SqlStore) -> None:
    bundled(store, "one", "two", due=LATER, reason="held for night")
    assert store.outbox.claim(MAIL, LATER - MINUTE, LATER) == ()
    assert {row.delivery.state for row in store.journal.deliveries(list(DeliveryState), 10)} == {DeliveryState.HELD}
    assert [one.reason for one in store.outbox.claim(MAIL, LATER, LATER + LEASE)] == ["held for night"] * 2


def test_a_bundle_fails_and_dies_together(store: SqlStore) -> None:
    bundled(store, "one", "two")
    bundle = [one.delivery_id for one in store.outbox.claim(MAIL, NOW, NOW + LEASE)]
    store.outbox.mark_failed(bundle, "HTTP 500", NOW + MINUTE, NOW)
    assert [one.attempts for one in store.outbox.claim(MAIL, NOW + MINUTE, LATER)] == [1, 1]
    store.outbox.mark_failed(bundle, "HTTP 500", None, NOW)
    assert {row.delivery.state for row in store.journal.deliveries(list(DeliveryState), 10)} == {DeliveryState.DEAD}


def test_an_acknowledgement_takes_back_what_would_wake_somebody(store: SqlStore) -> None:
    matched(store, "one", "two")
    with store.alerts.dispatching(NOW) as dispatch:
        for one in dispatch.undecided(10):
            dispatch.save_alert(new_alert(one, CHAT, now=LATER, bundle=f"{ESCALATION}event:1"))
    first, second = (row.delivery.alert_id for row in reversed(store.journal.deliveries(list(DeliveryState), 10)))
    assert store.silences.acknowledge(first, "nino", NOW)
    assert not store.silences.acknowledge(first, "sergo", NOW)
    assert store.outbox.claim(CHAT, LATER, LATER + LEASE) == ()
    rows = store.journal.deliveries([DeliveryState.SUPPRESSED], 10)
    assert [row.delivery.reason for row in rows] == ["acknowledged by nino"] * 2
    with pytest.raises(StoreError, match="no alert A99"):
        store.silences.acknowledge(AlertId(99), "nino", NOW)
    assert second != first


def test_silences_last_as_long_as_somebody_wants(store: SqlStore) -> None:
    wanted = Silence(
        silence_id=0, selector={"rule": "r"}, who="nino", why="known", starts_at=NOW, until=NOW + 60 * MINUTE
    )
    made = store.silences.add(wanted)
    assert [(row.silence, row.swallowed) for row in store.silences.all(NOW)] == [(made, 0)]
    assert store.silences.end(made.silence_id, NOW + MINUTE)
    assert not store.silences.end(made.silence_id, NOW + 2 * MINUTE)
    assert store.silences.all(NOW + 2 * MINUTE) == []
    [row] = store.silences.all(NOW + 2 * MINUTE, ended=True)
    assert row.silence.until == NOW + MINUTE
