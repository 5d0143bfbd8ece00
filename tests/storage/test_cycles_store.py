"""What cycles did: kept whole for a while, in sums for good; latencies and what waits."""

from contextlib import closing
from datetime import timedelta

import pytest

from pipelines.cycles import LATENCY_BOUNDS, CycleDone, StepDone
from storage.cycles import _bucket
from storage.store import open_store
from tests.storage.samples import NOW

MINUTE = timedelta(minutes=1)


def cycle(name: str, minute: int, *steps: StepDone) -> CycleDone:
    began = NOW + minute * MINUTE
    return CycleDone(cycle_id=name, began_at=began, ended_at=began + timedelta(seconds=9), steps=steps)


ALERTS = StepDone(step="alerts", seconds=0.5, counts={"alerts": 2, "held": 1}, problems=1)
FAILED = StepDone(step="stories", seconds=0.25, failed="locked")


def test_the_last_cycle_is_whole_and_sums_go_on(store_url: str) -> None:
    with closing(open_store(store_url)) as store:
        assert store.cycles.last() is None
        store.cycles.record(cycle("a", 0, ALERTS))
        store.cycles.record(cycle("b", 1, ALERTS, FAILED))
        last = store.cycles.last()
        assert last == cycle("b", 1, ALERTS, FAILED)
        assert last.failed
        assert last.seconds == 9.0
        sums = store.cycles.sums()
    assert sums["cycles", ""] == 2
    assert sums["steps", "alerts"] == 2
    assert sums["seconds", "alerts"] == 1.0
    assert sums["work", "alerts:alerts"] == 4
    assert sums["problems", "alerts"] == 2
    assert (sums["failed", "stories"], sums["failed", "alerts"]) == (1, 0)
    assert not [name for name, _ in sums if name == "sent until"]


def test_steps_of_several_processes_are_one_cycle(store_url: str) -> None:
    with closing(open_store(store_url)) as store:
        store.cycles.record(cycle("a", 0, ALERTS))
        store.cycles.record(cycle("a", 1, FAILED))
        last = store.cycles.last()
        assert last is not None
        assert [step.step for step in last.steps] == ["alerts", "stories"]
        assert last.began_at == NOW
        assert store.cycles.sums()["cycles", ""] == 1


def test_old_cycles_are_dropped_and_their_numbers_stay(store_url: str) -> None:
    with closing(open_store(store_url)) as store:
        for minute in (0, 60 * 47, 60 * 49):
            store.cycles.record(cycle(f"c{minute}", minute, ALERTS))
        with store._database.reading() as connection:
            from sqlalchemy import text

            kept = connection.execute(text("SELECT cycle_id FROM cycles ORDER BY began_at")).scalars().all()
        assert kept == ["c2820", "c2940"]
        assert store.cycles.sums()["cycles", ""] == 3


@pytest.mark.parametrize(
    ("seconds", "bound"), [(0, "5.0"), (5.0, "5.0"), (5.1, "15.0"), (LATENCY_BOUNDS[-1] + 1, "+Inf")]
)
def test_a_latency_falls_into_the_bucket_of_its_upper_bound(seconds: float, bound: str) -> None:
    assert _bucket(seconds) == bound
