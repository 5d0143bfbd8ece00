"""The reference of the rules benchmark: one regular expression a term, and rules as their definition says."""

import re
from collections.abc import Iterable, Sequence

from benchmarks.rules_sample import BEFORE, BOTH, CLOSE, GROUPS, NEAR, TOGETHER, SampleRule
from pipelines.model import Content
from pipelines.rules.rule import CompiledRule
from pipelines.text import Words, words

Evidence = tuple[str, str, str, int, int]
"""Rule, group, field, start and end."""


class Naive:
    """One `re` a term, over folded words; rules as their definition says."""

    name = "one re a term"
    most_rules = 10_000
    exact = True
    few = True
    note = "whole path; the reference"

    def __init__(self, rules: Sequence[SampleRule], compiled: Sequence[CompiledRule]) -> None:
        self._rules = [
            (rule, {name: [self._pattern(term) for term in rule.terms[name]] for name in GROUPS}) for rule in rules
        ]

    @staticmethod
    def _pattern(term: str) -> re.Pattern[str]:
        letters = re.escape(term.removesuffix("*")).replace(r"\?", "[^ ]")
        return re.compile(rf"(?<= )(?={letters}{'' if term.endswith('*') else ' '})")

    def judge_all(self, articles: Sequence[Content]) -> None:
        """Judge one article after the other."""
        for article in articles:
            self.evidence(article)

    def evidence(self, article: Content) -> set[Evidence]:
        """What the article's rules hit."""
        fields = {"title": words(article.title), "body": words(article.body)}
        lines = {name: " ".join(["", *found.folded, ""]) for name, found in fields.items()}
        evidence: set[Evidence] = set()
        for rule, patterns in self._rules:
            hits = {
                name: [
                    (field, *place)
                    for field, line in lines.items()
                    for place in _longest(self._places(line, rule.terms[name], patterns[name], fields[field].sentences))
                ]
                for name in GROUPS
            }
            if hits["unless_any"] or not hits["any"] or not hits["and_any"]:
                continue
            pairs = ((one, other) for one in hits["any"] for other in hits["and_any"] if one[0] == other[0])
            if rule.clause != BOTH and not any(self._holds(rule.clause, fields[a[0]], a, b) for a, b in pairs):
                continue
            for name in ("any", "and_any"):
                for field, first, last in hits[name]:
                    found = fields[field]
                    evidence.add((rule.rule_id, name, field, found.starts[first], found.ends[last]))
        return evidence

    @staticmethod
    def _holds(clause: str, found: Words, one: tuple[str, int, int], other: tuple[str, int, int]) -> bool:
        """What is asked of two hits in one field."""
        return {
            CLOSE: max(one[1], other[1]) - min(one[2], other[2]) - 1 <= NEAR,
            BEFORE: 0 <= other[1] - one[2] - 1 <= NEAR,
            TOGETHER: found.sentences[one[1]] == found.sentences[other[1]],
        }[clause]

    @staticmethod
    def _places(
        line: str, terms: Sequence[str], patterns: Sequence[re.Pattern[str]], sentences: Sequence[int]
    ) -> Iterable[tuple[int, int]]:
        for term, pattern in zip(terms, patterns, strict=True):
            for found in pattern.finditer(line):
                first = line.count(" ", 0, found.start()) - 1
                last = first + term.count(" ")
                if sentences[first] == sentences[last]:
                    yield first, last


def _longest(places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    taken: set[int] = set()
    kept = []
    for first, last in sorted(set(places), key=lambda place: (place[0] - place[1], place[0])):
        if taken.isdisjoint(range(first, last + 1)):
            taken.update(range(first, last + 1))
            kept.append((first, last))
    return kept
