"""Budgets count by the monotonic clock; tallies keep order and secrets."""

import logging
from datetime import UTC, datetime, timedelta

import pytest

from pipelines.errors import NotAFeed
from pipelines.states import TextSource
from pipelines.steps.progress import Budget, Tally

START = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


def test_a_budget_runs_out_and_its_clock_goes_on() -> None:
    clock = [100.0]
    budget = Budget(START, 5, monotonic=lambda: clock[0])
    assert (budget.now(), budget.left(), budget.spent) == (START, 5.0, False)
    clock[0] = 104.0
    assert (budget.now(), budget.left(), budget.spent) == (START + timedelta(seconds=4), 1.0, False)
    clock[0] = 109.0
    assert (budget.now(), budget.left(), budget.spent) == (START + timedelta(seconds=9), 0.0, True)


def test_a_tally_tells_counts_news_and_problems() -> None:
    tally = Tally("articles", "texts new", "texts unchanged")
    tally.count("texts new", 2)
    tally.count("other")
    tally.news(title="A", text=TextSource.PAGE)
    tally.problems("feeds.yaml", ["one", "two"])
    report = tally.report(unfinished=True)
    assert dict(report.counts) == {"texts new": 2, "texts unchanged": 0, "other": 1}
    assert [type(value) for value in report.news[0].values()] == [str, str]
    assert [(one.subject, one.message) for one in report.problems] == [("feeds.yaml", "one"), ("feeds.yaml", "two")]
    assert report.unfinished


def test_our_own_errors_are_told_and_others_only_named(caplog: pytest.LogCaptureFixture) -> None:
    tally = Tally("articles")
    with caplog.at_level(logging.WARNING):
        tally.failure("a", NotAFeed("an HTML page"))
        tally.failure("b", KeyError("SECRET9"))
    assert [one.message for one in tally.report().problems] == ["an HTML page", "unexpected KeyError: see the log"]
    assert [record.levelno for record in caplog.records] == [logging.WARNING, logging.ERROR]
