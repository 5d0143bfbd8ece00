"""Notices to the operator: one open trouble a subject, its beginning and its end told once each."""

from datetime import timedelta

from pipelines.notices import Notice
from storage.store import SqlStore
from tests.storage.samples import LATER, MINUTE, NOW

FEED = "feed:oc-media"


def due(store: SqlStore) -> list[Notice]:
    """What is to be told, however late."""
    return list(store.notices.due(LATER))


def test_a_trouble_is_told_once_and_its_end_once(store: SqlStore) -> None:
    assert store.notices.begin(FEED, "OC Media refuses us", ["HTTP 403", "ask the outlet"], NOW)
    assert not store.notices.begin(FEED, "OC Media still refuses us", ["HTTP 403"], NOW + MINUTE)
    [notice] = due(store)
    assert (notice.title, notice.lines, notice.over) == ("OC Media still refuses us", ("HTTP 403",), False)
    assert store.due_work(NOW).deliveries == 1
    store.notices.told(notice, NOW + MINUTE)
    assert due(store) == []
    assert not store.notices.begin(FEED, "again", [], NOW + 2 * MINUTE)
    assert due(store) == []
    assert store.notices.end(FEED, "OC Media answers again", ["after 2 h"], NOW + 3 * MINUTE)
    [recovery] = due(store)
    assert (recovery.title, recovery.over, recovery.attempts) == ("OC Media answers again", True, 0)
    assert recovery.key != notice.key
    store.notices.told(recovery, NOW + 4 * MINUTE)
    assert due(store) == []
    assert not store.notices.end(FEED, "x", [], LATER)
    assert store.notices.begin(FEED, "anew", [], LATER)
    assert [one.title for one in due(store)] == ["anew"]


def test_a_trouble_that_ends_before_anybody_heard_of_it_is_not_told(store: SqlStore) -> None:
    store.notices.begin(FEED, "down", [], NOW)
    assert store.notices.end(FEED, "up", [], NOW + MINUTE)
    assert due(store) == []


def test_an_end_while_the_beginning_is_on_its_way_is_told_too(store: SqlStore) -> None:
    store.notices.begin(FEED, "down", [], NOW)
    [notice] = due(store)
    store.notices.told(notice, NOW)
    store.notices.end(FEED, "up", [], NOW + MINUTE)
    store.notices.told(notice, NOW + MINUTE)  # a second process was sending the same
    assert [one.title for one in due(store)] == ["up"]


def test_what_fails_waits_its_time(store: SqlStore) -> None:
    store.notices.begin(FEED, "down", [], NOW)
    [notice] = store.notices.due(NOW)
    store.notices.put_off(notice, NOW + timedelta(minutes=5))
    assert store.notices.due(NOW + MINUTE) == []
    assert store.due_work(NOW + MINUTE).deliveries == 0
    [again] = store.notices.due(NOW + timedelta(minutes=5))
    assert again.attempts == 1
