"""Runs rules over articles: plain rules all at once where there are many, the others one by one by their clauses."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property, partial
from operator import itemgetter
from time import perf_counter_ns
from typing import TYPE_CHECKING

from pipelines.model import Content, Judgement, Rule
from pipelines.rules.by_clause import ByClause, is_bare, passes
from pipelines.rules.document import Document
from pipelines.rules.garbage import uncollected
from pipelines.rules.nearness import apart
from pipelines.rules.rule import CompiledRule, Scope
from pipelines.rules.search import Finder, automaton
from pipelines.rules.table import MANY, RUNNING, Table, table_of
from pipelines.states import Outcome, RuleId, RuleStatus

if TYPE_CHECKING:  # numpy, which takes 70 to 145 ms to load, is for those with many rules
    from pipelines.rules.dense import Dense

_judgement = partial(tuple.__new__, Judgement)
_MATCH = Outcome.MATCH
_number = itemgetter(0)
_Told = tuple[int, Rule, Scope | None, str, bool]
"""Of a plain rule: number, record, scope if it has one, `when`, and whether that is told without numbers."""


class Matcher:
    """Judges articles by the rules of the given statuses; by default drafts and retired rules say nothing."""

    def __init__(
        self,
        rules: Iterable[CompiledRule],
        *,
        statuses: Collection[RuleStatus] = RUNNING,
        finder: Finder = automaton,
        many: int = MANY,
        table: Table | None = None,
    ) -> None:
        """`table` is that of the rules which run, where it is known."""
        with uncollected():
            self._rules = rules if isinstance(rules, Sequence) else tuple(rules)
            self._table = table or table_of(self._rules, statuses, many)
            self._finder = finder
            self._others = ByClause([self._rules[number] for number in self._table.others], finder)
            self._alone: dict[int, ByClause] = {}
            self._plain: dict[int, _Told] = {}

    def judge(
        self, content: Content, tags: frozenset[str] | None, spent: Counter[RuleId] | None = None
    ) -> tuple[Judgement, ...]:
        """Matches and partials, in the order of the rules; `tags` is None where the article's tags are not known.

        The nanoseconds that each rule took are added to `spent`: for its own clauses, without the search for terms.
        """
        spent = Counter() if spent is None else spent
        document = Document(content, whole=self._others.whole)
        judged = self._at_once(document, content, tags, spent) if self._table.rows else []
        if self._table.others:
            for number, judgement in self._others.judged(document, content, tags, spent):
                judged.append((self._table.others[number], judgement))
        judged.sort(key=_number)
        return tuple([judgement for _, judgement in judged])

    def _at_once(
        self, document: Document, content: Content, tags: frozenset[str] | None, spent: Counter[RuleId]
    ) -> list[tuple[int, Judgement]]:
        """What the plain rules of the table say, each with its rule's number."""
        began = perf_counter_ns()
        judged, alone = list[tuple[int, Judgement]](), list[int]()
        for row, hits, gap in self._dense.passed(document, complete=content.complete):
            number, rule, scope, when, bare = self._plain.get(row) or self._known(row)
            if not hits or (scope and not content.language):
                alone.append(number)
            elif not scope or passes(scope, content.language, tags):
                judged.append((number, _judgement((rule, _MATCH, hits, when if bare else f"{when}: {apart(gap)}"))))
        each = (perf_counter_ns() - began) // max(len(judged), 1)
        for _, judgement in judged:
            rule_id = judgement.rule.rule_id
            spent[rule_id] = spent.get(rule_id, 0) + each
        for number in alone:
            judged += [(number, one) for _, one in self._by_itself(number).judged(document, content, tags, spent)]
        return judged

    def _known(self, row: int) -> _Told:
        number = self._table.rows[row]
        compiled = self._rules[number]
        scope = None if compiled.scope == Scope() else compiled.scope
        self._plain[row] = told = number, compiled.rule, scope, compiled.when.text, is_bare(compiled.when)
        return told

    def _by_itself(self, number: int) -> ByClause:
        """One rule of the table to be judged by its clauses."""
        if number not in self._alone:
            self._alone[number] = ByClause([self._rules[number]])
        return self._alone[number]

    @cached_property
    def _dense(self) -> "Dense":
        from pipelines.rules.dense import Dense

        return Dense(self._table, self._finder)
