"""What the deliveries' page says of what waits and of how long messages took."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.cycles import WAITS, Backlog, Latencies
from pipelines.overview.queues import told_with
from pipelines.reports import Report

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
REPORT = Report(step="deliveries", counts={"sent": 1})
NOTHING = Backlog(deliveries={}, newly_dead=0, waiting_since={}, oldest_delivery=None, troubles=())


def backlog(**facts: object) -> Backlog:
    return Backlog(**{**{name: getattr(NOTHING, name) for name in NOTHING.__slots__}, **facts})  # type: ignore[arg-type]


def test_a_quiet_desk_has_two_good_checks_and_no_table() -> None:
    told = told_with(REPORT, NOTHING, None, NOW)
    assert [(check.name, check.passed) for check in told.checks] == [
        ("no_dead_letters", True),
        ("deliveries_are_prompt", True),
    ]
    assert (told.tables, told.measures, told.counts) == ({}, {}, REPORT.counts)


def test_dead_letters_say_what_to_do() -> None:
    dead, _ = told_with(REPORT, backlog(newly_dead=3, deliveries={"dead": 3}), None, NOW).checks
    assert (dead.passed, dead.number) == (False, 3)
    assert "outbox list --state dead" in dead.detail


@pytest.mark.parametrize(("waits", "well"), [(WAITS - timedelta(seconds=1), True), (WAITS, False)])
def test_what_waits_too_long_is_told(waits: timedelta, well: bool) -> None:
    found = backlog(oldest_delivery=NOW - waits, waiting_since={"deliveries": NOW - waits}, deliveries={"pending": 2})
    told = told_with(REPORT, found, None, NOW)
    assert told.checks[1].passed is well
    assert ("receivers list" in told.checks[1].detail) is not well
    assert [row["what"] for row in told.tables["what waits"]] == ["deliveries", "deliveries pending"]


@given(st.lists(st.floats(0, 1e6), min_size=1))
def test_percentiles_lie_between_the_quickest_and_the_slowest(seconds: list[float]) -> None:
    told = told_with(REPORT, NOTHING, Latencies(told=seconds), NOW)
    (row,) = told.tables["seconds a message took, last day"]
    assert row["messages"] == str(len(seconds))
    assert min(seconds) - 1 <= told.measures["found to sent, median s"] <= told.measures["found to sent, 95 % s"]
    assert told.measures["found to sent, 95 % s"] <= max(seconds) + 1
