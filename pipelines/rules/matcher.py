"""Runs rules over articles: one pass over the words for all rules, then only the rules that can be concerned."""

import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from time import perf_counter_ns
from typing import TYPE_CHECKING

from pipelines.model import Content, Judgement, Rule
from pipelines.rules.clauses import And, Clause, GroupHits, Has, Hits
from pipelines.rules.document import Document
from pipelines.rules.garbage import uncollected
from pipelines.rules.gates import Gates
from pipelines.rules.hits import Reading
from pipelines.rules.nearness import apart
from pipelines.rules.plain import Plain, plain
from pipelines.rules.rule import CompiledRule, Scope, Term
from pipelines.rules.search import TermIndex
from pipelines.rules.wiring import WiredGroup, Wiring
from pipelines.states import TEXT_FIELDS, Field, Outcome, RuleId, RuleStatus

if TYPE_CHECKING:  # numpy is loaded where it pays
    from pipelines.rules.dense import Dense

MANY = 300
"""Plain rules from which judging them at once is faster than one by one: with 100 it takes longer, with 1,000 half."""
PAYS_AFTER = 200_000
"""Rules times texts after which numpy's import, 70 to 145 ms, has paid."""
RUNNING = frozenset({RuleStatus.SHADOW, RuleStatus.LIVE})


_judgement = partial(tuple.__new__, Judgement)
_MATCH = Outcome.MATCH


@dataclass(frozen=True, slots=True)
class _WiredRule:
    """A rule whose groups speak in the index's numbers; `wanted` are the groups of its `when`.

    `shown` are those whose hits are evidence: these, and groups whose first hit is news.
    """

    compiled: CompiledRule
    rule: Rule
    when: str
    groups: dict[str, WiredGroup]
    wanted: tuple[str, ...]
    shown: tuple[str, ...]
    scoped: bool
    bare: bool
    """Whether the deciding clause is all of `when`, without numbers."""
    plain: Plain | None


class Matcher:
    """Judges articles by the rules of the given statuses; by default drafts and retired rules say nothing."""

    def __init__(
        self,
        rules: Iterable[CompiledRule],
        *,
        statuses: Collection[RuleStatus] = RUNNING,
        index: Callable[[Iterable[Term]], TermIndex] = TermIndex,
        many: int = MANY,
    ) -> None:
        self._plenty = many
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
        wiring = Wiring(self._index)
        self._rules = tuple(_wired(rule, wiring) for rule in running)
        self._plain = [number for number, rule in enumerate(self._rules) if rule.plain]
        self._others = [number for number, rule in enumerate(self._rules) if not rule.plain]
        self._asked = 0

    def judge(
        self, content: Content, tags: frozenset[str] | None, spent: Counter[RuleId] | None = None
    ) -> tuple[Judgement, ...]:
        """Matches and partials, in the order of the rules; `tags` is None where the article's tags are not known.

        The nanoseconds that each rule took are added to `spent`: for its own clauses, without the search for terms.
        """
        spent = Counter() if spent is None else spent
        reading = Reading(self._index, self._index.scan(Document(content, whole=self._whole)))
        if content.complete and self._many():
            judged, left = self._at_once(content, tags, reading, spent)
            left += self._gates_of_others.passed(reading, complete=True) if self._others else ()
        else:
            judged, left = {}, [*self._gates.passed(reading, complete=content.complete)]
        for number in left:
            rule = self._rules[number]
            if not rule.scoped or _passes(rule.compiled.scope, content.language, tags):
                began = perf_counter_ns()
                judgement = _Judging(rule, content, reading).judgement()
                spent[rule.compiled.rule_id] += perf_counter_ns() - began
                if judgement:
                    judged[number] = judgement
        return tuple(judged.values() if not left else [judged[number] for number in sorted(judged)])

    def _many(self) -> bool:
        """Whether there are so many plain rules, and texts, that judging them at once pays."""
        self._asked += len(self._plain)
        return len(self._plain) >= self._plenty and ("numpy" in sys.modules or self._asked >= PAYS_AFTER)

    def _at_once(
        self, content: Content, tags: frozenset[str] | None, reading: Reading, spent: Counter[RuleId]
    ) -> tuple[dict[int, Judgement], list[int]]:
        """What plain rules say, by their numbers, and those that must be judged by their clauses."""
        began = perf_counter_ns()
        judged: dict[int, Judgement] = {}
        left = []
        for row, hits, gap in self._dense.passed(reading.scan):
            number = self._plain[row]
            rule = self._rules[number]
            if not hits or (rule.scoped and not content.language):
                left.append(number)
            elif not rule.scoped or _passes(rule.compiled.scope, content.language, tags):
                clause = rule.when if rule.bare else f"{rule.when}: {apart(gap)}"
                judged[number] = _judgement((rule.rule, _MATCH, hits, clause))
        each = (perf_counter_ns() - began) // max(len(judged), 1)
        for judgement in judged.values():
            spent[judgement.rule.rule_id] += each
        return judged, left

    @cached_property
    def _dense(self) -> "Dense":
        from pipelines.rules.dense import Dense

        rules = ((self._rules[number].plain, self._rules[number].groups) for number in self._plain)
        return Dense(self._index.sought, [(asks, groups) for asks, groups in rules if asks])

    @cached_property
    def _gates(self) -> Gates:
        return self._gates_to(range(len(self._rules)))

    @cached_property
    def _gates_of_others(self) -> Gates:
        return self._gates_to(self._others)

    def _gates_to(self, numbers: Iterable[int]) -> Gates:
        # A rule says nothing of an article in which no group of its `when` hits: the loader sees to that.
        rules = ((number, self._rules[number]) for number in numbers)
        return Gates(
            (number, rule.compiled.when, {name: rule.groups[name] for name in rule.wanted}) for number, rule in rules
        )


def _wired(rule: CompiledRule, wiring: Wiring) -> _WiredRule:
    groups = {name: wiring.wired(group) for name, group in rule.groups.items()}
    return _WiredRule(
        rule,
        rule.rule,
        rule.when.text,
        groups,
        tuple(sorted(rule.when.groups())),
        tuple(sorted(rule.when.groups() | rule.news)),
        rule.scope != Scope(),
        _bare(rule.when),
        plain(rule, groups),
    )


def _bare(when: Clause) -> bool:
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
