"""Judges rules one by one, each by its clauses, over what one pass finds of the terms of them all."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter_ns

from pipelines.model import Content, Judgement
from pipelines.rules.clauses import And, Clause, GroupHits, Has, Hits
from pipelines.rules.document import Document
from pipelines.rules.gates import Gates
from pipelines.rules.hits import Reading
from pipelines.rules.rule import CompiledRule, Scope
from pipelines.rules.search import Finder, TermIndex, automaton
from pipelines.rules.wiring import WiredGroup, Wiring
from pipelines.states import TEXT_FIELDS, Field, Outcome, RuleId


@dataclass(frozen=True, slots=True)
class _WiredRule:
    """A rule whose groups speak in the index's numbers; `wanted` are the groups of its `when`.

    `shown` are those whose hits are evidence: these, and groups whose first hit is news.
    """

    compiled: CompiledRule
    groups: Mapping[str, WiredGroup]
    wanted: tuple[str, ...]
    shown: tuple[str, ...]
    scoped: bool
    bare: bool
    """Whether the deciding clause is all of `when`, without numbers."""


class ByClause:
    """Rules, each spoken of by its place among them."""

    def __init__(self, rules: Sequence[CompiledRule], finder: Finder = automaton) -> None:
        terms = (
            term
            for rule in rules
            for group in rule.groups.values()
            for terms in (group.terms, group.excepts, *group.terms.values())
            for term in terms
        )
        self._index = TermIndex(terms, finder)
        wiring = Wiring(self._index)
        self._rules = tuple(_wired(rule, wiring) for rule in rules)
        # A rule says nothing of an article in which no group of its `when` hits: the loader sees to that.
        self._gates = Gates(
            (rule.compiled.when, {name: rule.groups[name] for name in rule.wanted}) for rule in self._rules
        )
        self.whole = any(group.fields - TEXT_FIELDS for rule in rules for group in rule.groups.values())
        """Whether a rule looks at more than the text."""

    def judged(
        self, document: Document, content: Content, tags: frozenset[str] | None, spent: Counter[RuleId]
    ) -> Iterator[tuple[int, Judgement]]:
        """Matches and partials, in the order of the rules; the nanoseconds that each took are added to `spent`."""
        reading = Reading(self._index, self._index.scan(document))
        for number in self._gates.passed(reading, complete=content.complete):
            rule = self._rules[number]
            if rule.scoped and not passes(rule.compiled.scope, content.language, tags):
                continue
            began = perf_counter_ns()
            judgement = _Judging(rule, content, reading).judgement()
            spent[rule.compiled.rule_id] += perf_counter_ns() - began
            if judgement:
                yield number, judgement


def _wired(rule: CompiledRule, wiring: Wiring) -> _WiredRule:
    groups = {name: wiring.wired(group) for name, group in rule.groups.items()}
    return _WiredRule(
        rule,
        groups,
        tuple(sorted(rule.when.groups())),
        tuple(sorted(rule.when.groups() | rule.news)),
        rule.scope != Scope(),
        is_bare(rule.when),
    )


def is_bare(when: Clause) -> bool:
    """Whether the deciding clause is all of it, without numbers."""
    return isinstance(when, Has) or (isinstance(when, And) and all(isinstance(part, Has) for part in when.parts))


def passes(scope: Scope, language: str | None, tags: frozenset[str] | None) -> bool:
    return next(scope.refusals(language, tags), None) is None


class _GroupsHit(dict[str, GroupHits]):
    """What the groups of a rule hit, each worked out when a clause first asks for it."""

    groups: Mapping[str, WiredGroup]
    reading: Reading

    def __missing__(self, name: str) -> GroupHits:
        self[name] = hits = self.reading.hits(self.groups[name])
        return hits


class _Judging:
    """One rule before one article."""

    def __init__(self, rule: _WiredRule, content: Content, reading: Reading) -> None:
        self._rule = rule
        self._content = content
        self._reading = reading
        self._hits = _GroupsHit()
        self._hits.groups, self._hits.reading = rule.groups, reading

    def judgement(self) -> Judgement | None:
        when, unless = self._rule.compiled.when, self._rule.compiled.unless
        if when.truth(self._hits) and not (unless and unless.truth(self._hits)):
            return self._judgement(Outcome.MATCH, self._decided(when))
        if self._content.complete or not any(self._hits[name].found for name in self._rule.wanted):
            return None
        later = self._with_more_text()
        if when.truth(later) is False or (unless and unless.truth(later)):
            return None
        return self._judgement(Outcome.PARTIAL, f"{when.text}: more text may decide")

    def _with_more_text(self) -> Hits:
        growing = {Field.BODY} if self._reading.document.own_lead else {Field.BODY, Field.LEAD}
        return {
            name: self._hits[name]._replace(growing=group.fields & growing) for name, group in self._rule.groups.items()
        }

    def _decided(self, when: Clause) -> str:
        """The deciding clause with its numbers."""
        unknown = self._rule.scoped and self._rule.compiled.scope.languages and not self._content.language
        if self._rule.bare and not unknown:
            return when.text
        deciding = when.deciding(self._hits)
        remarks = list(deciding.measure(self._hits))
        if unknown:
            remarks.append("language not known")
        return f"{deciding.text}: {', '.join(remarks)}" if remarks else deciding.text

    def _judgement(self, outcome: Outcome, clause: str) -> Judgement:
        groups = self._rule.groups
        reading = self._reading
        evidence = sorted(
            shown for name in self._rule.shown for shown in reading.shown(name, reading.hits(groups[name]).found)
        )
        return Judgement(
            rule=self._rule.compiled.rule, outcome=outcome, hits=tuple([shown[4] for shown in evidence]), clause=clause
        )
