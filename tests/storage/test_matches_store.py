"""Rules, their versions, and their matches."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import pytest

from pipelines.delivery.excerpt import HITS_READ
from pipelines.errors import StoreError
from pipelines.model import Hit, Judgement, Rule
from pipelines.rulebook import Change, Look
from pipelines.states import Field, Outcome, RevisionId, RuleStatus, Severity
from storage.matches import HITS_KEPT
from storage.store import SqlStore
from tests.storage.samples import (
    LATER,
    NOW,
    alert,
    content,
    entry,
    extract,
    feed,
    group,
    judgement,
    match,
    matched,
    poll,
    rule,
)


def test_only_grouped_texts_are_judged_oldest_first(store: SqlStore) -> None:
    poll(store, entry("quake"), entry("flood"))
    extract(store)
    assert store.matches.unmatched(10) == []
    group(store)
    revisions = store.matches.unmatched(10)
    assert [one.revision_id for one in revisions] == sorted(one.revision_id for one in revisions)
    assert len(revisions) == 2
    assert store.matches.unmatched(1) == revisions[:1]


def test_texts_are_told_by_whether_a_rule_matched_the_newest_first(store: SqlStore) -> None:
    assert store.matches.fates(10) == ([], 0)
    matched(store, "quake")
    poll(store, entry("old"), of=feed("basalt"), backlog_before=LATER)
    poll(store, entry("flood"), entry("fire"))
    extract(store)
    group(store)
    assert store.matches.fates(10) == ([True], 3)
    store.matches.save_matches([one.revision_id for one in store.matches.unmatched(10)], [], LATER)
    assert store.matches.fates(10) == ([False, False, True], 0)
    assert store.matches.fates(2) == ([False, False], 0)


def test_a_match_reads_back_whole(store: SqlStore) -> None:
    poll(store, entry(), of=feed(tags=["region"]))
    extract(store)
    (story,) = group(store)
    judged = rule(severity=Severity.URGENT, owner="science desk", file="quakes.yaml", source="when: shaking\n")
    (revision,) = match(store, judged)
    with store.alerts.dispatching(NOW) as dispatch:
        (found,) = dispatch.undecided(10)
    assert found.judgement == judgement(judged)
    assert (found.revision, found.story_id, found.matched_at) == (revision, story, NOW)
    assert found.revision.content == content()
    assert found.revision.article.tags == {"region", "tufa-outlet"}


def test_of_each_group_the_first_hits_are_kept_as_many_as_an_alert_looks_at(store: SqlStore) -> None:
    poll(store, entry())
    extract(store)
    group(store)
    store.matches.sync_rules([rule()], NOW)
    hits = [Hit(group=name, field=Field.BODY, start=n, end=n + 1, text="x") for n in range(200) for name in "ab"]
    hits.append(Hit(group="c", field=Field.BODY, start=200, end=201, text="x"))
    (revision,) = store.matches.unmatched(10)
    judged = [(revision.revision_id, judgement()._replace(hits=tuple(hits)))]
    store.matches.save_matches([revision.revision_id], judged, NOW)
    with store.alerts.dispatching(NOW) as dispatch:
        (found,) = dispatch.undecided(10)
    assert found.judgement.hits == (*hits[: 2 * HITS_KEPT], hits[-1])
    assert HITS_KEPT == HITS_READ


def test_a_text_is_judged_once_and_a_match_stored_once(store: SqlStore) -> None:
    matched(store)
    assert store.matches.unmatched(10) == []
    again = [(RevisionId(1), judgement()), (RevisionId(1), judgement())]
    assert store.matches.save_matches([RevisionId(1)], again, LATER) == 0
    other = rule("floods")
    store.matches.sync_rules([other], LATER)
    assert store.matches.save_matches([RevisionId(1)], [*again, (RevisionId(1), judgement(other))], LATER) == 1
    newer = rule(version="v2")
    store.matches.sync_rules([newer], LATER)
    assert store.matches.save_matches([RevisionId(1)], [(RevisionId(1), judgement(newer))], LATER) == 1


def test_only_matches_and_partials_are_stored_and_only_matches_told(store: SqlStore) -> None:
    poll(store, entry("quake"), entry("flood"), entry("fire"))
    extract(store)
    group(store)
    store.matches.sync_rules([rule()], NOW)
    ids = [revision.revision_id for revision in store.matches.unmatched(10)]
    outcomes = [Outcome.MATCH, Outcome.PARTIAL, Outcome.NO_MATCH]
    answers = [(one, judgement(outcome=outcome)) for one, outcome in zip(ids, outcomes, strict=True)]
    assert store.matches.save_matches(ids, answers, NOW) == 2
    assert len(alert(store)) == 1
    assert store.matches.unmatched(10) == []


def test_a_known_version_takes_on_what_may_change_within_it(store: SqlStore) -> None:
    matched(store)
    now_urgent = replace(rule(), severity=Severity.URGENT, status=RuleStatus.SHADOW, labels={"desk": "night"})
    store.matches.sync_rules([now_urgent], LATER)
    with store.alerts.dispatching(LATER) as dispatch:
        assert [one.judgement.rule for one in dispatch.undecided(10)] == [now_urgent]


def test_a_rule_that_is_gone_keeps_its_matches(store: SqlStore) -> None:
    matched(store)
    store.matches.sync_rules([rule("other")], LATER)
    assert len(alert(store)) == 1


def test_an_unknown_rule_is_refused_and_nothing_marked(store: SqlStore) -> None:
    poll(store, entry())
    extract(store)
    group(store)
    (revision,) = store.matches.unmatched(10)
    answers: list[tuple[RevisionId, Judgement]] = [(revision.revision_id, judgement())]
    with pytest.raises(StoreError, match=r"(?i)foreign key"):
        store.matches.save_matches([revision.revision_id], answers, NOW)
    assert store.matches.unmatched(10) == [revision]


def test_five_thousand_texts_at_once(store: SqlStore) -> None:
    poll(store, entry())
    extract(store)
    group(store)
    store.matches.sync_rules([rule()], NOW)
    ids = [RevisionId(number) for number in range(1, 5_001)]
    assert store.matches.save_matches(ids, [(RevisionId(1), judgement())], NOW) == 1
    assert store.matches.unmatched(10) == []


def test_rules_that_are_those_of_the_last_time_are_not_walked_through(store: SqlStore) -> None:
    def looked_at(_: int) -> Rule:
        raise AssertionError("a rule was looked at")

    def unread() -> Iterator[Rule]:
        return map(looked_at, range(1))

    looked = Change(look=Look(whole="files"), renamed={}, backfill={})
    store.rulebook.write(looked, NOW)
    store.matches.sync_rules([rule()], NOW, whole="one")
    store.matches.sync_rules(unread(), NOW, whole="one")
    store.matches.sync_rules([rule()], NOW, whole="another name for the same")
    store.matches.sync_rules(unread(), NOW, whole="another name for the same")
    for before in (partial(store.rulebook.write, looked, LATER), partial(store.matches.sync_rules, [rule()], LATER)):
        before()
        with pytest.raises(AssertionError, match="was looked at"):
            store.matches.sync_rules(unread(), LATER, whole="another name for the same")
        store.matches.sync_rules([rule()], LATER, whole="another name for the same")
