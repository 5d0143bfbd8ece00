"""Which rules run: whatever the files say, a last good version is run, replaced by a good one, or retired."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum, auto
from functools import cache
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pipelines.rulebook import Look, StandingRule
from pipelines.rules.loader import Broken, RuleSet, compile_rules
from pipelines.rules.rule import CompiledRule
from pipelines.rules.sources import Source, Sources
from pipelines.rules.standing import SECOND_LOOK, Decision, Found, decide
from pipelines.states import RuleId

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DESK = Path("desk")
RULES = DESK / "rules.yaml"


class Written(StrEnum):
    """How a rule stands in the file."""

    AS_IT_WAS = auto()
    CHANGED = auto()
    FAILING = auto()
    BROKEN = auto()
    GONE = auto()


@cache
def compiled(name: str, word: str) -> CompiledRule:
    raw = f"version: 1\nrules:\n  - {{id: {name}, any: [{word}]}}\n".encode()
    (rule,) = compile_rules(Sources(path=DESK, rules=(Source(path=RULES, raw=raw),))).rules
    return rule


def standing(name: str) -> StandingRule:
    rule = compiled(name, "before").rule
    return StandingRule(rule_id=rule.rule_id, version=rule.version, file="rules.yaml", source=rule.source, lists=None)


def found(written: dict[str, Written], digest: str = "d") -> Found:
    words = {name: "before" if how is Written.AS_IT_WAS else "after" for name, how in written.items()}
    return Found(
        folder=DESK,
        digest=digest,
        rule_set=RuleSet(
            rules=tuple(
                compiled(name, words[name])
                for name, how in written.items()
                if how not in {Written.BROKEN, Written.GONE}
            ),
            broken=tuple(
                Broken(file=RULES, rule_id=RuleId(name)) for name, how in written.items() if how is Written.BROKEN
            ),
        ),
        failing=frozenset(RuleId(name) for name, how in written.items() if how is Written.FAILING),
    )


def ids(decision: Decision) -> set[str]:
    return {rule.rule_id for rule in decision.run} | {rule.rule_id for rule in decision.keep}


NAMES = st.sampled_from("abcdefgh")
WRITTEN = st.dictionaries(NAMES, st.sampled_from(Written), min_size=1)


@given(WRITTEN, st.sets(NAMES))
def test_every_last_good_version_runs_is_replaced_or_is_retired(written: dict[str, Written], before: set[str]) -> None:
    book = {RuleId(name): standing(name) for name in before}
    decision = decide(found(written), book, Look(), NOW)
    run = {rule.rule_id for rule in decision.run}
    keep = {rule.rule_id for rule in decision.keep}
    assert not run & keep
    assert run | keep | set(decision.retire) >= before
    assert not set(decision.retire) & (run | keep)
    for name in before:
        how = written.get(name, Written.GONE)
        if how is not Written.GONE:
            assert name in run | keep
        if how in {Written.FAILING, Written.BROKEN}:
            assert name in keep
    for name in set(written) - before:
        assert (name in run) <= (written[name] in {Written.AS_IT_WAS, Written.CHANGED})
    if decision.refusal:
        assert ids(decision) == before
        assert not decision.adopt
        assert not decision.retire


@given(WRITTEN, st.sets(NAMES, min_size=1))
def test_a_minute_later_the_same_files_are_believed_unless_no_rule_is_left(
    written: dict[str, Written], before: set[str]
) -> None:
    book = {RuleId(name): standing(name) for name in before}
    first = decide(found(written), book, Look(), NOW)
    again = decide(found(written), book, first.look, NOW + SECOND_LOOK - timedelta(seconds=1))
    assert (again.refusal, again.look) == (first.refusal, first.look)
    last = decide(found(written), book, again.look, NOW + SECOND_LOOK)
    usable = {
        name
        for name, how in written.items()
        if how in {Written.AS_IT_WAS, Written.CHANGED} or (how in {Written.BROKEN, Written.FAILING} and name in before)
    }
    if any(how in {Written.BROKEN, Written.FAILING} for name, how in written.items() if name not in before):
        usable |= before  # one that is gone may be the faulty one, its id mistyped
    assert (last.refusal is None) == bool(usable)
    if last.refusal is None:
        assert ids(last) == usable


@given(WRITTEN, st.sets(NAMES))
def test_what_was_adopted_is_as_it_was_at_the_next_look(written: dict[str, Written], before: set[str]) -> None:
    book = {RuleId(name): standing(name) for name in before}
    first = decide(found(written), book, Look(), NOW)
    after = {name: rule for name, rule in book.items() if name not in first.retire}
    after |= {
        rule.rule_id: StandingRule(
            rule_id=rule.rule_id,
            version=rule.rule.version,
            file="rules.yaml",
            source=rule.rule.source,
            lists=None,
        )
        for rule in first.adopt
    }
    again = decide(found(written), after, first.look, NOW)
    assert ids(again) == ids(first)
    assert not again.adopt
    assert not again.retire


def test_files_caught_while_they_are_written_change_nothing() -> None:
    book = {RuleId("a"): standing("a")}
    look = Look(shrunken="x", shrunken_at=NOW)
    caught = Found(folder=DESK, digest="d", rule_set=RuleSet(), unsettled=True)
    decision = decide(caught, book, look, NOW)
    assert (ids(decision), decision.look) == ({"a"}, look)
    assert decision.refusal
