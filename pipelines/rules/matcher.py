"""Runs rules over articles: one pass over the words for all rules, then only the rules that hit anything."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from pipelines.model import Content, Hit, Judgement
from pipelines.rules.clauses import Clause, GroupHits, Hits
from pipelines.rules.document import Document, read_document
from pipelines.rules.hits import WiredGroup, find_hits, wire
from pipelines.rules.rule import CompiledRule, Scope
from pipelines.rules.search import Spans, TermId, TermIndex
from pipelines.states import Field, Outcome, RuleStatus

RUNNING = frozenset({RuleStatus.SHADOW, RuleStatus.LIVE})


@dataclass(frozen=True, slots=True)
class _WiredRule:
    """A rule whose groups speak in the index's numbers; `wanted` are the groups of its `when`."""

    compiled: CompiledRule
    groups: Mapping[str, WiredGroup]
    wanted: frozenset[str]


class Matcher:
    """Judges articles by the rules of the given statuses; by default drafts and retired rules say nothing."""

    def __init__(self, rules: Iterable[CompiledRule], *, statuses: Collection[RuleStatus] = RUNNING) -> None:
        running = [rule for rule in rules if rule.rule.status in statuses]
        self._index = TermIndex(
            term
            for rule in running
            for group in rule.groups.values()
            for terms in (group.terms, group.excepts, *group.terms.values())
            for term in terms
        )
        self._rules = tuple(
            _WiredRule(
                rule, {name: wire(group, self._index.ids) for name, group in rule.groups.items()}, rule.when.groups()
            )
            for rule in running
        )
        # A rule says nothing of an article in which no group of its `when` hits: the loader sees to that.
        self._rules_by_term: dict[TermId, list[int]] = defaultdict(list)
        for number, wired in enumerate(self._rules):
            for term in {term for name in wired.wanted for term in wired.groups[name].terms}:
                self._rules_by_term[term].append(number)

    def judge(self, content: Content, tags: frozenset[str] | None) -> tuple[Judgement, ...]:
        """Matches and partials, in the order of the rules; `tags` is None where the article's tags are not known."""
        document = read_document(content)
        spans = self._index.search(document)
        candidates = {number for term in spans for number in self._rules_by_term.get(term, ())}
        judgements = (
            _Judging(self._rules[number], content, document, spans).judgement()
            for number in sorted(candidates)
            if _in_scope(self._rules[number].compiled.scope, content.language, tags)
        )
        return tuple(judgement for judgement in judgements if judgement)


def _in_scope(scope: Scope, language: str | None, tags: frozenset[str] | None) -> bool:
    """Whether the gates let the article pass; what is not known passes."""
    if scope.languages and language and language.lower().partition("-")[0] not in scope.languages:
        return False
    if tags is None:
        return True
    return not (scope.feed_tags and scope.feed_tags.isdisjoint(tags)) and scope.not_feed_tags.isdisjoint(tags)


class _Judging:
    """One rule before one article."""

    def __init__(self, rule: _WiredRule, content: Content, document: Document, spans: Spans) -> None:
        self._rule = rule
        self._content = content
        self._document = document
        self._hits = {
            name: GroupHits(find_hits(group, document, spans), group.weight, frozenset())
            for name, group in rule.groups.items()
        }

    def judgement(self) -> Judgement | None:
        if not any(self._hits[name].found for name in self._rule.wanted):
            return None
        when, unless = self._rule.compiled.when, self._rule.compiled.unless
        if when.truth(self._hits) and not (unless and unless.truth(self._hits)):
            return self._judgement(Outcome.MATCH, self._decided(when))
        if self._content.complete:
            return None
        later = self._with_more_text()
        if when.truth(later) is False or (unless and unless.truth(later)):
            return None
        return self._judgement(Outcome.PARTIAL, f"{when.text}: more text may decide")

    def _with_more_text(self) -> Hits:
        growing = {Field.BODY} if self._document.own_lead else {Field.BODY, Field.LEAD}
        return {
            name: GroupHits(hits.found, hits.weight, self._rule.groups[name].fields & growing)
            for name, hits in self._hits.items()
        }

    def _decided(self, when: Clause) -> str:
        """The deciding clause with its numbers."""
        deciding = when.deciding(self._hits)
        remarks = list(deciding.measure(self._hits))
        if self._rule.compiled.scope.languages and not self._content.language:
            remarks.append("language not known")
        return f"{deciding.text}: {', '.join(remarks)}" if remarks else deciding.text

    def _judgement(self, outcome: Outcome, clause: str) -> Judgement:
        evidence = [
            (_ORDER[found.field], found.start, found.end, name, found.field)
            for name in self._rule.wanted
            for found in self._hits[name].found
        ]
        hits = tuple(
            Hit(group=name, field=field, start=start, end=end, text=self._document.fields[field].text[start:end])
            for _, start, end, name, field in sorted(evidence)
        )
        return Judgement(rule=self._rule.compiled.rule, outcome=outcome, hits=hits, clause=clause)


_ORDER = {field: number for number, field in enumerate(Field)}
