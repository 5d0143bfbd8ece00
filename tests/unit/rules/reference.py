"""What rules mean, word for word and without haste: the engine is held against it."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.model import Content
from pipelines.rules.document import BODY, FIELDS, LEAD, TITLE, Document
from pipelines.text import fold

Place = tuple[int, int, int]
"""Field, first and last word."""
Clause = tuple[Any, ...]
"""An operator and what it is about, such as ("near", "a", "b", 3) or ("not", ("has", "a"))."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """Terms of words, of which the last may end with `*`."""

    terms: tuple[str, ...]
    excepts: tuple[str, ...] = ()
    fields: tuple[str, ...] = ("title", "lead", "body")
    weight: int = 0


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule without its YAML."""

    groups: Mapping[str, Group]
    when: Clause
    unless: Clause | None = None


WRITTEN = {
    "not": "not ({})",
    "and": "({}) and ({})",
    "or": "({}) or ({})",
    "has": "{}",
    "title": "title({})",
    "lead": "lead({})",
    "near": "near({}, {}, words={})",
    "before": "before({}, {}, words={})",
    "same_sentence": "same_sentence({}, {})",
    "mentions": "mentions({}) >= {}",
    "distinct": "distinct({}) >= {}",
    "score": "score >= {}",
}


def written(clause: Clause) -> str:
    """The clause in the language of `when`."""
    return WRITTEN[clause[0]].format(*(written(part) if isinstance(part, tuple) else part for part in clause[1:]))


def judged(rule: Rule, content: Content) -> set[tuple[str, str, int, int]] | None:
    """Group, field, start and end of what makes the rule match; None where it does not."""
    document = Document(content)
    hits = {name: list(hits_of(group, document)) for name, group in rule.groups.items()}
    meaning = Meaning(rule, hits, document)
    if not meaning.of(rule.when) or (rule.unless and meaning.of(rule.unless)):
        return None
    return {
        (name, FIELDS[field], document.words[field].starts[first], document.words[field].ends[last])
        for name in groups_in(rule.when, rule)
        for (field, first, last), _ in hits[name]
    }


def groups_in(clause: Clause, rule: Rule) -> set[str]:
    """The groups that a clause is about: a score is about those that weigh something."""
    if clause[0] == "score":
        return {name for name, group in rule.groups.items() if group.weight}
    parts = [groups_in(part, rule) for part in clause[1:] if isinstance(part, tuple)]
    return {part for part in clause[1:] if isinstance(part, str)}.union(*parts)


def hits_of(group: Group, document: Document) -> Iterator[tuple[Place, str]]:
    """Where a group hits and by which term: what is excepted is gone, of overlapping hits the longest stays."""
    excepted = [place for term in group.excepts for place in stands(term, document)]
    hits = [
        (place, term)
        for term in group.terms
        for place in stands(term, document)
        if seen(place, group, document)
        and not any(other[0] == place[0] and other[1] <= place[1] and place[2] <= other[2] for other in excepted)
    ]
    taken = set[tuple[int, int]]()
    kept = []
    for (field, first, last), term in sorted(hits, key=lambda hit: (hit[0][1] - hit[0][2], hit[0])):
        if taken.isdisjoint((field, word) for word in range(first, last + 1)):
            taken |= {(field, word) for word in range(first, last + 1)}
            kept.append(((field, first, last), term))
    yield from sorted(kept)


def stands(term: str, document: Document) -> Iterator[Place]:
    """Every place of a term, within one sentence."""
    asked = [fold(word) for word in term.removesuffix("*").split()]
    for field, words in enumerate(document.words):
        for first in range(len(words) - len(asked) + 1):
            there = list(words.folded[first : first + len(asked)])
            last = first + len(asked) - 1
            if term.endswith("*"):
                there[-1] = there[-1][: len(asked[-1])]
            if there == asked and words.sentences[first] == words.sentences[last]:
                yield field, first, last


def seen(place: Place, group: Group, document: Document) -> bool:
    """Whether the group looks there; what lead and body share is the body's, where the group looks there too."""
    field, first, last = place
    if field == LEAD:
        return "lead" in group.fields and not ("body" in group.fields and last < document.shared)
    if field == BODY and "body" not in group.fields:
        return "lead" in group.fields and not document.own_lead and document.shares(first, last)
    return FIELDS[field] in group.fields


class Meaning:
    """Of each clause, whether it holds in one article."""

    def __init__(self, rule: Rule, hits: Mapping[str, list[tuple[Place, str]]], document: Document) -> None:
        self.rule, self.hits, self.document = rule, hits, document

    def of(self, clause: Clause) -> bool:
        """Whether the clause holds."""
        return bool(getattr(self, f"is_{clause[0]}")(*clause[1:]))

    def pairs(self, one: str, other: str) -> Iterator[tuple[Place, Place]]:
        """Every two hits in one field; no hit is two."""
        for (left, _), (right, _) in itertools.product(self.hits[one], self.hits[other]):
            if left[0] == right[0] and (one != other or left != right):
                yield left, right

    def is_not(self, part: Clause) -> bool:
        return not self.of(part)

    def is_and(self, one: Clause, other: Clause) -> bool:
        return self.of(one) and self.of(other)

    def is_or(self, one: Clause, other: Clause) -> bool:
        return self.of(one) or self.of(other)

    def is_has(self, group: str) -> bool:
        return bool(self.hits[group])

    def is_title(self, group: str) -> bool:
        return any(place[0] == TITLE for place, _ in self.hits[group])

    def is_lead(self, group: str) -> bool:
        return "lead" in self.rule.groups[group].fields and any(
            field == LEAD or (field == BODY and self.document.shares(first, last))
            for (field, first, last), _ in self.hits[group]
        )

    def is_near(self, one: str, other: str, words: int) -> bool:
        return any(max(a[1], b[1]) - min(a[2], b[2]) - 1 <= words for a, b in self.pairs(one, other))

    def is_before(self, one: str, other: str, words: int) -> bool:
        return any(0 <= b[1] - a[2] - 1 <= words for a, b in self.pairs(one, other))

    def is_same_sentence(self, one: str, other: str) -> bool:
        numbers = [words.sentences for words in self.document.words]
        return any(numbers[a[0]][a[1]] == numbers[b[0]][b[1]] for a, b in self.pairs(one, other))

    def is_mentions(self, group: str, least: int) -> bool:
        return len(self.hits[group]) >= least

    def is_distinct(self, group: str, least: int) -> bool:
        return len({term for _, term in self.hits[group]}) >= least

    def is_score(self, least: int) -> bool:
        return sum(group.weight for name, group in self.rule.groups.items() if self.hits[name]) >= least
