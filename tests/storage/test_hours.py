"""The last day by the hour, on both databases."""

from datetime import timedelta

from pipelines.overview.hours import HOURS
from storage.store import SqlStore
from tests.storage.samples import NOW, alert, matched


def test_what_came_matched_and_was_told_is_counted_by_the_hour(store: SqlStore) -> None:
    earlier = NOW - timedelta(hours=3)
    matched(store, "quake", now=earlier)
    alert(store, now=earlier)
    matched(store, "flood", "dam", now=NOW)
    alert(store, now=NOW + timedelta(minutes=20))
    hours = store.alerts.hours(NOW + timedelta(minutes=50))
    assert [hour.since for hour in hours] == [
        NOW.replace(minute=0) - timedelta(hours=back) for back in reversed(range(HOURS))
    ]
    assert [(one.articles, one.matches, one.alerts) for one in hours if one.matches] == [(1, 1, 1), (2, 2, 2)]
    assert all(not hour.articles and not hour.alerts for hour in store.alerts.hours(NOW + timedelta(days=2)))
