"""Finds every term of every rule in one pass over an article's words."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipelines.rules.document import Document
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
    """The distinct terms of all rules by their first word."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self.ids: dict[Term, TermId] = {term: number for number, term in enumerate(dict.fromkeys(terms))}
        self._terms = tuple(self.ids)
        self._whole: dict[str, list[TermId]] = defaultdict(list)
        self._beginning: dict[str, list[TermId]] = defaultdict(list)
        for term, number in self.ids.items():
            first = term.words[0]
            (self._beginning if first.prefix else self._whole)[first.folded].append(number)
        self._lengths = sorted({len(beginning) for beginning in self._beginning})

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
                    if _stands(term, words, position):
                        found[number].append(Span(field, position, position + len(term.words) - 1))
        return found

    def _beginning_with(self, word: str) -> Sequence[TermId]:
        candidates = list(self._whole.get(word, ()))
        for length in self._lengths:
            if length > len(word):
                break
            candidates += self._beginning.get(word[:length], ())
        return candidates


def _stands(term: Term, words: Words, position: int) -> bool:
    last = position + len(term.words) - 1
    if last >= len(words) or words.sentences[position] != words.sentences[last]:
        return False
    return all(_meets(term, word, words, position + number) for number, word in enumerate(term.words))


def _meets(term: Term, word: TermWord, words: Words, position: int) -> bool:
    folded = words.folded[position]
    if not (folded.startswith(word.folded) if word.prefix else folded == word.folded):
        return False
    if word.exact is None and word.pattern is None:
        return True
    if term.keep_case or term.keep_accents:
        folded = fold(words.original(position), keep_case=term.keep_case, keep_accents=term.keep_accents)
    if word.pattern is not None:
        return word.pattern.fullmatch(folded) is not None
    return folded == word.exact or (word.prefix and folded.startswith(word.exact or ""))
