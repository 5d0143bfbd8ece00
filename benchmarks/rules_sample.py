"""Articles and rules for the rules benchmark: real texts, and rules of terms that stand in such texts."""

import itertools
import json
import lzma
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.model import Content
from pipelines.text import words

WORDS = 600
"""Texts are joined until they have so many, less fifty."""
TERMS = {
    "any": ("phrase", "phrase", "word", "word", "wildcard"),
    "and_any": ("word", "phrase"),
    "unless_any": ("phrase", "phrase"),
}
"""Nine terms a rule."""
NEAR = 15
BOTH, CLOSE = "any and and_any", f"near(any, and_any, words={NEAR})"
BEFORE, TOGETHER = f"before(any, and_any, words={NEAR})", "same_sentence(any, and_any)"
GROUPS = tuple(TERMS)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRule:
    """A rule as the contestants get it; all words are folded and parted by one blank."""

    rule_id: str
    terms: Mapping[str, Sequence[str]]
    clause: str
    """What is asked of `any` and `and_any`; a hit of `unless_any` undoes it."""
    short: bool = True
    """Whether the author wrote it in the short form."""

    def written(self) -> str:
        """The rule in a file of rules."""
        if not self.short:
            groups = ", ".join(f"{name}: {{any: {json.dumps(terms)}}}" for name, terms in self.terms.items())
            return f"  - {{id: {self.rule_id}, terms: {{{groups}}}, when: '{self.clause} and not unless_any'}}\n"
        groups = ", ".join(f"{name}: {json.dumps(terms)}" for name, terms in self.terms.items())
        near = f", within_words: {NEAR}" if self.clause == CLOSE else ""
        return f"  - {{id: {self.rule_id}, {groups}{near}}}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """How rare the words of a rule are: the shares of articles in which each stands lie between these."""

    name: str
    rarest: float
    commonest: float


def articles(data: Path, number: int, skip: int = 0) -> list[Content]:
    """English articles of about 600 words out of JSON lines `{title, text, lang}`; short texts are joined."""
    found: list[Content] = []
    title, texts, count = "", list[str](), 0
    with lzma.open(data, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            if row["lang"] != "en":
                continue
            title = title or row["title"]
            texts.append(row["text"])
            count += len(row["text"].split())
            if count >= WORDS - 50:
                found.append(Content(title=title, body="\n".join(texts), language="en"))
                title, texts, count = "", [], 0
                if len(found) == number + skip:
                    break
    return found[skip:]


def draw_rules(
    sample: Sequence[Content], number: int, rates: Rates, seed: int = 1915, *, mixed: bool = False
) -> list[SampleRule]:
    """Rules whose terms are drawn from the sample; a third ask for nearness.

    Of `mixed` rules none can be judged at once with others: they ask for order, nearness or one sentence, for what is
    not there within `when`, and half of their single words have a `?`.
    """
    drawing = _Drawing(sample, rates, random.Random(seed))
    if not mixed:
        return [drawing.rule(place, BOTH if place % 3 else CLOSE) for place in range(number)]
    clauses = itertools.cycle((BOTH, CLOSE, BEFORE, TOGETHER))
    return [drawing.rule(place, clause, short=False) for place, clause in zip(range(number), clauses, strict=False)]


class _Drawing:
    """Draws words and phrases that stand in a stated share of articles."""

    def __init__(self, sample: Sequence[Content], rates: Rates, chance: random.Random) -> None:
        self._chance = chance
        single: Counter[str] = Counter()
        double: Counter[str] = Counter()
        for content in sample:
            line = list(words(content.body).folded)
            single.update({word for word in line if len(word) > 3 and word.isalpha()})
            double.update({f"{one} {two}" for one, two in itertools.pairwise(line) if len(one) + len(two) > 6})
        self._words = _between(single, rates, len(sample))
        self._phrases = _between(double, rates, len(sample))

    def rule(self, number: int, clause: str, *, short: bool = True) -> SampleRule:
        """One rule."""
        terms = {name: [self._term(kind) for kind in kinds] for name, kinds in TERMS.items()}
        if not short:
            terms = {name: [self._with_a_gap(term) for term in some] for name, some in terms.items()}
        return SampleRule(rule_id=f"r{number}", terms=terms, clause=clause, short=short)

    def _with_a_gap(self, term: str) -> str:
        if not term.isalpha() or self._chance.random() < 0.5:
            return term
        place = self._chance.randrange(3, len(term))
        return f"{term[:place]}?{term[place + 1 :]}"

    def _term(self, kind: str) -> str:
        if kind == "phrase":
            return self._chance.choice(self._phrases)
        word = self._chance.choice(self._words)
        return f"{word[: max(4, len(word) - 2)]}*" if kind == "wildcard" else word


def _between(counts: Counter[str], rates: Rates, number: int) -> list[str]:
    return sorted(term for term, count in counts.items() if rates.rarest <= count / number <= rates.commonest)
