"""How rules did, from what was stored, as the operator's table tells it."""

from datetime import timedelta

import pytest

from pipelines.overview.rule_numbers import in_minutes, table_of
from pipelines.states import AlertId
from storage.store import SqlStore
from tests.storage.samples import LATER, MINUTE, NOW, alert, matched


def test_precision_and_time_to_claim_are_those_of_the_days_asked_for(store: SqlStore) -> None:
    matched(store, "quake", "flood", "storm")
    alert(store)
    for number, verdict in ((1, "useful"), (2, "noise"), (3, "useful")):
        store.desk.mark(AlertId(number), "ani", verdict, LATER)
    store.desk.mark(AlertId(2), "davit", "useful", LATER)
    for number, minutes in ((1, 4), (2, 10), (3, 30)):
        store.silences.acknowledge(AlertId(number), "ani", NOW + minutes * MINUTE)
    assert table_of(store.alerts.rule_numbers(NOW - MINUTE)) == (
        {
            "rule": "quakes",
            "matches": "3",
            "alerts": "3",
            "useful": "3",
            "noise": "1",
            "precision": "75%",
            "claimed after": "10 min",
        },
    )
    assert table_of(store.alerts.rule_numbers(LATER)) == ()


@pytest.mark.parametrize(
    ("duration", "told"), [(timedelta(seconds=2), "1 min"), (119 * MINUTE, "119 min"), (timedelta(hours=50), "50 h")]
)
def test_a_time_to_claim_is_told_in_one_unit(duration: timedelta, told: str) -> None:
    assert in_minutes(duration) == told
