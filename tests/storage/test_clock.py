"""After a clock that ran ahead is set right, nothing waits until it is where it was."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from pipelines.alerts import NewDelivery
from pipelines.cycles import CycleDone, StepDone
from pipelines.model import Content
from pipelines.states import TextSource
from storage.clock import SLACK
from storage.store import SqlStore
from tests.storage.samples import CHAT, MAIL, MINUTE, NOW, alert, entry, matched, new_alert, poll

HOUR = timedelta(hours=1)
AHEAD = NOW + HOUR
"""What the clock says while it is wrong."""
RIGHT = NOW + MINUTE
"""What it says a minute later, set right."""


def record_cycle(store: SqlStore, ended_at: datetime) -> None:
    step = StepDone(step="alerts", seconds=1.0)
    store.cycles.record(CycleDone(cycle_id=f"until {ended_at}", began_at=NOW, ended_at=ended_at, steps=(step,)))


def leave_work(store: SqlStore, now: datetime) -> None:
    """A feed polled, a page and a delivery to be tried again, and what a killed process held."""
    matched(store, "quake", now=now)
    alert(store, MAIL, CHAT, now=now)
    (failed,) = store.outbox.claim(MAIL, now, now + MINUTE)
    store.outbox.mark_failed([failed.delivery_id], "HTTP 500", now + 5 * MINUTE, now)
    store.outbox.claim(CHAT, now, now + MINUTE)
    poll(store, entry("flood"), now=now)
    (page,) = store.articles.pages_due(now, 10)
    headline = Content(title="The flood", text_source=TextSource.HEADLINE)
    store.articles.save_text(page, headline, now, try_again_at=now + 30 * MINUTE)
    record_cycle(store, now)


def test_what_waited_by_a_clock_ahead_waits_no_longer_than_it_was_told(store: SqlStore) -> None:
    leave_work(store, AHEAD)
    assert not store.due_work(RIGHT + 30 * MINUTE).feeds
    assert store.heed_clock(RIGHT) == AHEAD - RIGHT
    assert store.outbox.receivers_due(RIGHT + MINUTE) == [CHAT]
    assert set(store.outbox.receivers_due(RIGHT + 5 * MINUTE)) == {MAIL, CHAT}
    assert (store.due_work(RIGHT + 14 * MINUTE).feeds, store.due_work(RIGHT + 15 * MINUTE).feeds) == (0, 1)
    assert not store.articles.pages_due(RIGHT + 29 * MINUTE, 10)
    assert len(store.articles.pages_due(RIGHT + 30 * MINUTE, 10)) == 1
    (polled,) = store.feeds.due_feeds(RIGHT, everything=True)
    assert (polled.state.polled_at, polled.state.succeeded_at) == (RIGHT, RIGHT)


def test_it_is_brought_back_once(store: SqlStore) -> None:
    leave_work(store, AHEAD)
    assert store.heed_clock(RIGHT)
    (polled,) = store.feeds.due_feeds(RIGHT, everything=True)
    assert store.heed_clock(RIGHT) == timedelta(0)
    assert store.feeds.due_feeds(RIGHT, everything=True) == [polled]


def test_what_a_desk_holds_until_an_hour_of_its_own_stays_held(store: SqlStore) -> None:
    morning = NOW + 8 * HOUR
    matched(store, "quake", now=AHEAD)
    with store.alerts.dispatching(AHEAD) as dispatch:
        (one,) = dispatch.undecided(1)
        until = NewDelivery(receiver=MAIL, bundle="night", due_at=morning, reason="quiet hours")
        dispatch.save_alert(replace(new_alert(one, now=AHEAD), deliveries=(until,)))
    record_cycle(store, AHEAD)
    assert store.heed_clock(RIGHT)
    assert store.outbox.receivers_due(morning - MINUTE) == []
    assert store.outbox.receivers_due(morning) == [MAIL]


@pytest.mark.parametrize("ended_at", [NOW - HOUR, RIGHT, RIGHT + SLACK])
def test_a_clock_that_is_right_moves_nothing(store: SqlStore, ended_at: datetime) -> None:
    poll(store, entry(), now=NOW)
    (before,) = store.feeds.due_feeds(RIGHT, everything=True)
    assert store.heed_clock(RIGHT) == timedelta(0)
    record_cycle(store, ended_at)
    assert store.heed_clock(RIGHT) == timedelta(0)
    assert store.feeds.due_feeds(RIGHT, everything=True) == [before]
