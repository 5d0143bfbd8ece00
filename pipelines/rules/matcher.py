"""Runs rules over articles: one pass over the words for all rules, then only the rules that can be concerned."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter_ns

from pipelines.model import Content, Judgement
from pipelines.rules.clauses import And, Clause, GroupHits, Has, Hits
from pipelines.rules.document import Document
from pipelines.rules.garbage import uncollected
from pipelines.rules.gates import Gates
from pipelines.rules.hits import Reading, WiredGroup, Wiring
from pipelines.rules.rule import CompiledRule, Scope, Term
from pipelines.rules.search import TermIndex
from pipelines.states import TEXT_FIELDS, Field, Outcome, RuleId, RuleStatus

RUNNING = frozenset({RuleStatus.SHADOW, RuleStatus.LIVE})


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
    plain: bool
    """Whether the deciding clause is all of `when`, without numbers."""


class Matcher:
    """Judges articles by the rules of the given statuses; by default drafts and retired rules say nothing."""

    def __init__(
        self,
        rules: Iterable[CompiledRule],
        *,
        statuses: Collection[RuleStatus] = RUNNING,
        index: Callable[[Iterable[Term]], TermIndex] = TermIndex,
    ) -> None:
        with uncollected():
            self._take([rule for rule in rules if rule.rule.status in statuses], index)

    def _take(self, running: Sequence[CompiledRule], index: Callable[[Iterable[Term]], TermIndex]) -> None:
        self._index = index(
            term
            for rule in running
            for group in rule.groups.values()
            for terms in (group.terms, group.excepts, *group.terms.values())
            for term in terms
        )
        self._whole = any(group.fields - TEXT_FIELDS for rule in running for group in rule.groups.values())
        self._wiring = Wiring(self._index)
        self._rules = tuple(self._wired(rule) for rule in running)
        # A rule says nothing of an article in which no group of its `when` hits: the loader sees to that.
        self._gates = Gates()
        for rule in self._rules:
            self._gates.add(rule.compiled.when, {name: rule.groups[name] for name in rule.wanted})

    def judge(
        self, content: Content, tags: frozenset[str] | None, spent: Counter[RuleId] | None = None
    ) -> tuple[Judgement, ...]:
        """Matches and partials, in the order of the rules; `tags` is None where the article's tags are not known.

        The nanoseconds that each rule took are added to `spent`: for its own clauses, without the search for terms.
        """
        reading = Reading(self._index, Document(content, whole=self._whole))
        candidates = (
            self._rules[number]
            for number in self._gates.passed(reading, complete=content.complete)
            if not self._rules[number].scoped or _passes(self._rules[number].compiled.scope, content.language, tags)
        )
        if spent is not None:
            return _timed(candidates, content, reading, spent)
        judgements = (_Judging(rule, content, reading).judgement() for rule in candidates)
        return tuple(judgement for judgement in judgements if judgement)

    def _wired(self, rule: CompiledRule) -> _WiredRule:
        return _WiredRule(
            rule,
            {name: self._wiring.wired(group) for name, group in rule.groups.items()},
            tuple(sorted(rule.when.groups())),
            tuple(sorted(rule.when.groups() | rule.news)),
            rule.scope != Scope(),
            _plain(rule.when),
        )


def _timed(
    rules: Iterable[_WiredRule], content: Content, reading: Reading, spent: Counter[RuleId]
) -> tuple[Judgement, ...]:
    judgements = []
    for rule in rules:
        began = perf_counter_ns()
        judgement = _Judging(rule, content, reading).judgement()
        spent[rule.compiled.rule_id] += perf_counter_ns() - began
        judgements += [judgement] if judgement else []
    return tuple(judgements)


def _plain(when: Clause) -> bool:
    return isinstance(when, Has) or (isinstance(when, And) and all(isinstance(part, Has) for part in when.parts))


def _passes(scope: Scope, language: str | None, tags: frozenset[str] | None) -> bool:
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
            name: GroupHits(self._hits[name].found, group.weight, group.fields & growing)
            for name, group in self._rule.groups.items()
        }

    def _decided(self, when: Clause) -> str:
        """The deciding clause with its numbers."""
        unknown = self._rule.scoped and self._rule.compiled.scope.languages and not self._content.language
        if self._rule.plain and not unknown:
            return when.text
        deciding = when.deciding(self._hits)
        remarks = list(deciding.measure(self._hits))
        if unknown:
            remarks.append("language not known")
        return f"{deciding.text}: {', '.join(remarks)}" if remarks else deciding.text

    def _judgement(self, outcome: Outcome, clause: str) -> Judgement:
        groups = self._rule.groups
        evidence = [shown for name in self._rule.shown for shown in self._reading.evidence(name, groups[name])]
        evidence.sort()
        return Judgement(
            rule=self._rule.compiled.rule, outcome=outcome, hits=tuple([shown[4] for shown in evidence]), clause=clause
        )
