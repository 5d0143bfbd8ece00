"""Volumes and what dispatch knows, over stored matches, on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest

from pipelines.alert_store import NewAlert
from pipelines.alerts import FindingDetail
from pipelines.delivery.message import render
from pipelines.model import Rule
from pipelines.policy import Counted, Limit, StoryLife, Volume
from pipelines.states import AlertReason, MessageStyle, OutletId, RuleStatus, VerdictKind
from pipelines.steps import matching as steps
from pipelines.steps.progress import Budget
from pipelines.volumes import Sighting
from storage.store import SqlStore
from tests.storage.samples import LATER, MINUTE, NOW, alert, matched, poll, rule

MUCH = Volume(of=(rule().rule_id,), count=Counted.STORIES, window=timedelta(hours=2), at_least=2)
QUIET = Volume(of=(rule().rule_id,), count=Counted.ARTICLES, window=timedelta(hours=2), at_most=0)


def volume(what: Volume = MUCH, **facts: object) -> Rule:
    """A volume rule that counts the quakes."""
    return rule("surge", volume=what, **facts)


def judge(store: SqlStore, *, news: bool = True, at: timedelta = MINUTE) -> dict[str, int]:
    """Judge the volume rules some time after NOW."""
    return dict(steps.judge_volumes(store.volumes, budget=Budget(NOW + at, 9), news=news).counts)


def findings(store: SqlStore) -> list[str]:
    """What waits to be decided."""
    with store.alerts.dispatching(LATER) as dispatch:
        return [one.why for one in dispatch.findings()]


def test_a_rule_reads_back_with_its_story_limit_and_volume(store: SqlStore) -> None:
    whole = volume(replace(QUIET, at_most=3), limit=Limit(alerts=3, per=MINUTE))
    store.matches.sync_rules([rule(), whole], NOW)
    assert list(store.volumes.rules()) == [whole]


def test_sightings_are_matched_articles_by_the_time_they_appeared(store: SqlStore) -> None:
    matched(store, "quake", "flood")
    found = sorted(store.volumes.sightings([rule().rule_id], NOW - timedelta(days=1)), key=lambda one: one.article_id)
    at = NOW - timedelta(minutes=30)
    assert [(one.at, one.outlet_id) for one in found] == [(at, OutletId("tufa"))] * 2
    assert len({one.story_id for one in found}) == 2
    assert isinstance(found[0], Sighting)
    assert store.volumes.sightings([rule().rule_id], NOW) == []
    assert store.volumes.sightings([rule("other").rule_id], NOW - timedelta(days=1)) == []
    assert store.volumes.watched_since([rule().rule_id]) == NOW
    assert store.volumes.watched_since([rule().rule_id, rule("other").rule_id]) is None


def test_much_is_found_once_in_a_window_and_told(store: SqlStore) -> None:
    matched(store, "quake", "flood")
    store.matches.sync_rules([rule(), volume()], NOW)
    assert judge(store) == {"volumes found": 1}
    assert judge(store, at=2 * MINUTE) == {"volumes found": 1}
    assert findings(store) == ["2 stories in 2 h, 2 or more is much"]
    with store.alerts.dispatching(LATER) as dispatch:
        (found,) = dispatch.findings()
        new = NewAlert(rule=found.rule, subject=found.subject, reason=AlertReason.VOLUME, why=found.why, deliveries=())
        made = dispatch.save_alert(new)
        assert dispatch.save_alert(new) == made
    assert findings(store) == []
    [row] = store.journal.alerts(9)
    detail = row.detail
    assert isinstance(detail, FindingDetail)
    for style in MessageStyle:
        message = render(detail, style, zone="UTC", now=LATER)
        assert "2 stories in 2 h" in message.title + message.text
    ledger = store.journal.match_ledger()
    assert ledger.matched == ledger.accounted
    assert row.rule.rule_id == "surge"


def test_absence_is_judged_by_the_clock_without_any_article(store: SqlStore) -> None:
    poll(store)
    store.matches.sync_rules([rule(), volume(QUIET)], NOW)
    assert store.due_work(NOW).volumes == 1
    assert judge(store, news=False, at=timedelta(0)) == {"volumes cannot tell": 1}
    assert store.due_work(NOW).volumes == 0
    assert judge(store, news=False, at=MINUTE) == {}
    later = timedelta(hours=2)
    poll(store, now=NOW + later)
    assert store.due_work(NOW + later).anything
    assert judge(store, news=False, at=later) == {"volumes found": 1}
    assert findings(store) == ["no articles in 2 h"]
    assert store.due_work(NOW + later).backlog == 1


def test_only_volumes_that_run_are_judged(store: SqlStore) -> None:
    store.matches.sync_rules([rule(), volume()], NOW)
    store.matches.sync_rules([rule()], NOW)
    assert store.volumes.rules() == []
    store.matches.sync_rules([rule(), volume(status=RuleStatus.DRAFT)], NOW)
    assert (store.volumes.rules(), store.due_work(NOW).volumes) == ([], 0)
    store.matches.sync_rules([rule(), volume(status=RuleStatus.SHADOW)], NOW)
    assert len(store.volumes.rules()) == 1


def test_a_finding_that_is_held_stays_with_its_reason(store: SqlStore) -> None:
    matched(store, "quake", "flood")
    store.matches.sync_rules([rule(), volume()], NOW)
    judge(store)
    with store.alerts.dispatching(LATER) as dispatch:
        (found,) = dispatch.findings()
        dispatch.hold_finding(found, kind=VerdictKind.HELD, name="status", reason="shadow rule")
        assert dispatch.findings() == []


@pytest.mark.parametrize("per", [timedelta(minutes=30), timedelta(hours=2)])
def test_what_is_known_of_a_match(store: SqlStore, per: timedelta) -> None:
    asks = rule(limit=Limit(alerts=2, per=per), story=StoryLife(afresh_after=timedelta(hours=1)))
    matched(store)
    alert(store, now=NOW)
    poll(store, now=LATER)
    matched(store, "quake two", now=LATER)
    with store.alerts.dispatching(LATER) as dispatch:
        (second,) = dispatch.undecided(9)
        same = replace(second, judgement=second.judgement._replace(rule=asks))
        fresh = dispatch.known(same, f"story:{second.story_id}")
        assert (fresh.told_in, fresh.original, fresh.sources) == (None, None, 1)
        assert len(fresh.recent) == (1 if per > timedelta(hours=1) else 0)
        told = dispatch.known(replace(same, story_id=type(second.story_id)(1)), "story:1")
        assert (told.told_in, told.told_sources, told.told_groups) == (1, 1, frozenset({"shaking"}))
        assert told.last_match_at == NOW
