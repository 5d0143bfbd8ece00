"""Finds every term of every rule in one pass over an article's words."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipelines.rules.comparison import stands
from pipelines.rules.document import Document
from pipelines.rules.edit_distance import spellings
from pipelines.rules.patterns import Lines, places, read_lines
from pipelines.rules.rule import Term, TermWord
from pipelines.states import Field
from pipelines.text import Words, fold


@dataclass(frozen=True, slots=True)
class Span:
    """Where a term stands: words [first, last] of a field."""

    field: Field
    first: int
    last: int


TermId = int
Spans = Mapping[TermId, Sequence[Span]]


class TermIndex:
    """The distinct terms of all rules by their first word, and the patterns."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self.ids: dict[Term, TermId] = {term: number for number, term in enumerate(dict.fromkeys(terms))}
        self._terms = tuple(self.ids)
        self._whole: dict[str, list[TermId]] = defaultdict(list)
        self._beginning: dict[str, list[TermId]] = defaultdict(list)
        self._spelt: dict[str, list[TermId]] = defaultdict(list)
        for term, number in self.ids.items():
            if term.words:
                self._add(term.words[0], number)
        self._patterns = [(term, number) for term, number in self.ids.items() if term.pattern is not None]
        self._lengths = sorted({len(beginning) for beginning in self._beginning})
        self._letters_dropped = max((term.words[0].fuzzy for term in self._terms if term.words), default=0)

    def _add(self, first: TermWord, number: TermId) -> None:
        if first.fuzzy:
            for spelling in set(spellings(first.folded, first.fuzzy)):
                self._spelt[spelling].append(number)
        else:
            (self._beginning if first.prefix else self._whole)[first.folded].append(number)

    def search(self, document: Document) -> Spans:
        """Every place of every term that stands in the article, in reading order."""
        found: dict[TermId, list[Span]] = defaultdict(list)
        known: dict[str, Sequence[TermId]] = {}
        for field, words in document.fields.items():
            for position, word in enumerate(words.folded):
                candidates = known.get(word)
                if candidates is None:
                    candidates = known[word] = self._beginning_with(word)
                for number in candidates:
                    term = self._terms[number]
                    if stands(term, words, position):
                        found[number].append(Span(field, position, position + len(term.words) - 1))
            for number, first, last in self._pattern_places(words):
                found[number].append(Span(field, first, last))
        return found

    def _beginning_with(self, word: str) -> Sequence[TermId]:
        candidates = list(self._whole.get(word, ()))
        for length in self._lengths:
            if length > len(word):
                break
            candidates += self._beginning.get(word[:length], ())
        if self._spelt and len(word) < _LONGEST_MISSPELT:
            met = {id for spelling in spellings(word, self._letters_dropped) for id in self._spelt.get(spelling, ())}
            candidates += sorted(met)
        return candidates

    def _pattern_places(self, words: Words) -> Iterator[tuple[TermId, int, int]]:
        lines: dict[tuple[bool, bool], Lines] = {}
        for term, number in self._patterns:
            kept = (term.keep_case, term.keep_accents)
            if kept not in lines:
                lines[kept] = read_lines(words, _kept(words, *kept))
            for first, last in places(term.pattern or "", lines[kept]):
                yield number, first, last


_LONGEST_MISSPELT = 64


def _kept(words: Words, case: bool, accents: bool) -> Sequence[str]:
    if not (case or accents):
        return words.folded
    return [fold(words.original(position), keep_case=case, keep_accents=accents) for position in range(len(words))]
