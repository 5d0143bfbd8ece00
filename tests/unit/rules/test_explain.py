"""Explanations agree with the matcher: what they name as deciding, were it otherwise, would turn the outcome."""

from collections.abc import Collection, Mapping
from pathlib import Path

import pytest

from pipelines.model import Content
from pipelines.passages import Passage
from pipelines.rules.clauses import And, Clause, Hits, Not, Or
from pipelines.rules.explain import Explainer, Explanation
from pipelines.rules.matcher import RUNNING
from pipelines.rules.rule import CompiledRule
from pipelines.states import Outcome, PassageKind
from tests.unit.rules import test_conformance as table
from tests.unit.rules.authoring import load

rules = table.rules  # every rule of the conformance table


def truth(clause: Clause, hits: Hits, turned: Collection[Clause]) -> bool:
    """Whether a clause holds where `turned` were the contrary of what they are; what more text may turn is not so."""
    if any(clause is one for one in turned):
        return clause.truth(hits) is not True
    if isinstance(clause, And):
        return all(truth(part, hits, turned) for part in clause.parts)
    if isinstance(clause, Or):
        return any(truth(part, hits, turned) for part in clause.parts)
    if isinstance(clause, Not):
        return not truth(clause.part, hits, turned)
    return clause.truth(hits) is True


@pytest.mark.parametrize(("rule", "text", "expected"), table.CASES)
def test_what_decides_turns_the_outcome(
    rules: Mapping[str, CompiledRule], request: pytest.FixtureRequest, rule: str, text: str, expected: str
) -> None:
    compiled = rules[request.node.callspec.id]
    content, tags = table.read(text)
    explainer = Explainer(compiled)
    told = explainer.explain(content, tags)
    partial = expected.startswith("partial: ")
    misses = expected == "-" and compiled.rule.status in RUNNING  # drafts are explained as if they ran
    assert told.outcome is (Outcome.PARTIAL if partial else Outcome.NO_MATCH if misses else Outcome.MATCH)
    hits, turned = explainer.article(content).hits, [*told.ways, *(one.clause for one in told.shorts)]
    when, unless = compiled.when, compiled.unless
    matches = truth(when, hits, turned) and not (unless and truth(unless, hits, turned))
    if told.outcome is Outcome.MATCH:
        assert told.clause
        assert not truth(when, hits, told.ways)
    else:
        assert told.shorts or told.gates
        assert matches
        assert (truth(when, hits, ()) and not (unless and truth(unless, hits, ()))) == (not told.shorts)


def explained(folder: Path, rule: str, title: str, body: str = "", **more: object) -> Explanation:
    loaded = load(folder, f"version: 1\nrules:\n  - {rule}\n")
    assert [str(fault) for fault in loaded.faults] == []
    passages = more.get("passages", ())
    assert isinstance(passages, tuple)
    return Explainer(loaded.rules[0]).explain(Content(title=title, body=body, language="en", passages=passages), None)


NEAR = """{id: r, when: 'near(place, force, words=3)', terms: {
  place: {any: [Lachin], except: [Lachin Aliyev]}, force: {any: [peacekeep*], in: [title, body]}}}"""
MISSES = [
    ("Lachin was quiet and nobody had seen a peacekeeper", "", "7 words apart, limit 3"),
    ("Lachin was quiet", "Some peace-keeping troops left.", "`force` has no hit; nearest word: peace-keeping"),
    ("Lachin", "Peacekeepers.", "`place` and `force` never stand in one field"),
    ("A quiet day", "Nothing.", "`place` has no hit"),
]


@pytest.mark.parametrize(("title", "body", "expected"), MISSES)
def test_a_miss_says_how_near_it_came(tmp_path: Path, title: str, body: str, expected: str) -> None:
    told = explained(tmp_path, NEAR, title, body)
    assert told.outcome is Outcome.NO_MATCH
    assert [one.what for one in told.shorts] == [expected]


FORMS = [
    (
        "{id: r, terms: {a: {any: [gas, oil, coal]}}, when: distinct(a) >= 3}",
        "Gas and oil and gas",
        "`a` has 2 different terms, 3 are asked",
    ),
    ("{id: r, terms: {a: {any: [gas]}}, when: mentions(a) >= 3}", "Gas and gas", "`a` has 2 mentions, 3 are asked"),
    (
        "{id: r, terms: {a: {any: [gas], weight: 5}, b: {any: [oil], weight: 9}}, when: score >= 14}",
        "Gas",
        "score 5, 14 is asked; would count: `b` +9",
    ),
    (
        "{id: r, terms: {x1: {any: [gas]}, x2: {any: [oil]}, x3: {any: [coal]}}, when: 2 of x*}",
        "Gas",
        "1 of 2; no hit of `x2`, `x3`",
    ),
    (
        "{id: r, terms: {a: {any: [gas]}, b: {any: [oil]}}, when: 'same_sentence(a, b)'}",
        "Gas rose. Then oil fell",
        "never in one sentence; 2 words apart at the nearest",
    ),
    (
        "{id: r, terms: {a: {any: [gas]}, b: {any: [oil]}}, when: 'before(a, b, words=4)'}",
        "Oil and gas",
        "`a` never stands before `b`",
    ),
    ("{id: r, any: [gas], unless_any: [film]}", "Gas film", "`unless_any` hits “film”"),
    ("{id: r, terms: {a: {any: [gas]}, b: {any: [oil]}}, when: title(b) and a}", "Gas", "`b` has no hit"),
]


@pytest.mark.parametrize(("rule", "title", "expected"), FORMS)
def test_each_clause_says_what_it_lacks(tmp_path: Path, rule: str, title: str, expected: str) -> None:
    assert [one.what for one in explained(tmp_path, rule, title).shorts] == [expected]


def test_hits_that_do_not_count_are_shown_with_their_reason(tmp_path: Path) -> None:
    body = "Mr Lachin Aliyev spoke.\nHelp us tell of Lachin."
    appeal = Passage(kind=PassageKind.APPEAL, start=24, end=len(body))
    told = explained(tmp_path, NEAR, "Peacekeepers", body, passages=(appeal,))
    place = next(one for one in told.groups if one.name == "place")
    assert [one.left_out for one in place.left_out] == [
        "cancelled by `Lachin Aliyev`",
        "in an appeal that the outlet repeats",
    ]
    assert place.hits == ()


def test_a_hit_is_shown_in_its_sentence(tmp_path: Path) -> None:
    told = explained(tmp_path, "{id: r, any: [Lachin]}", "", "One. The road to Lachin is closed. Two.")
    hit = told.groups[0].hits[0]
    assert (hit.before, hit.text, hit.after, hit.term) == ("The road to ", "Lachin", " is closed", "Lachin")


def test_a_gate_that_refuses_is_named(tmp_path: Path) -> None:
    told = explained(tmp_path, "{id: r, any: [Lachin], scope: {languages: [hy]}}", "Lachin")
    assert told.gates == ("the article's language is en, the rule looks at hy",)
    assert told.shorts == ()
