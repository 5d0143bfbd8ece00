"""Whole cycles with limits and volumes: nothing is lost, absence is told though nothing came, rules mind their own."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.cycle import Cycle
from pipelines.states import DeliveryState
from storage.journal import Ledger
from storage.store import SqlStore
from tests.installation import World, demo_world

RULES = (
    "{id: karabakh, any: [Karabakh, Stepanakert], limit: {alerts: 2, per: 1h}}",
    "{id: surge, volume: {of: [karabakh], count: articles, window: 48h, at_least: 3}}",
    "{id: quiet, volume: {of: [karabakh], count: articles, window: 1h, at_most: 0}}",
)


@pytest.fixture(params=[RULES, RULES[::-1]], ids=["in order", "the other way round"])
def world(request: pytest.FixtureRequest, tmp_path: Path, database_url: str) -> Iterator[World]:
    with demo_world(tmp_path, database_url) as found:
        rules = found.folder / "alert_rules" / "rules.yaml"
        more = "".join(f"  - {rule}\n" for rule in request.param)
        rules.write_text(rules.read_text(encoding="utf-8") + more, encoding="utf-8")
        yield found


def ledger_of(cycle: Cycle) -> tuple[Ledger, dict[str, int]]:
    """The sums, and how many alerts each rule made."""
    assert isinstance(cycle.store, SqlStore)
    told: dict[str, int] = {}
    for row in cycle.store.journal.alerts(99):
        told[row.rule.rule_id] = told.get(row.rule.rule_id, 0) + 1
    return cycle.store.journal.match_ledger(), told


def test_what_is_past_the_limit_is_kept_and_volumes_are_told_once(world: World) -> None:
    with world.cycle() as cycle:
        cycle.whole()
        while cycle.deliveries().unfinished:  # a busy machine sends no dozen mails in a run's share of time
            pass
        ledger, told = ledger_of(cycle)
        assert ledger.matched == ledger.accounted
        assert (told["karabakh"], told["surge"], told.get("quiet")) == (5, 1, None)
        assert ledger.deliveries[DeliveryState.HELD] == 2 * 3  # past the limit: for chat and mail, until the summary
        cycle.whole()
        assert ledger_of(cycle) == (ledger, told)
    with world.cycle(later=timedelta(hours=3)) as cycle:
        cycle.whole()
        _, told = ledger_of(cycle)
        assert (told["karabakh"], told["surge"], told["quiet"]) == (5, 1, 1)
    posts = [f"{post.title}\n{post.message}" for post in world.site.chat_posts]
    assert any("no articles in 1 h" in post for post in posts)
    [summary] = [post for post in posts if "past the limit of 2 alerts in 1 h" in post]
    assert re.match("A[0-9]+, A[0-9]+, A[0-9]+ · karabakh", summary)
