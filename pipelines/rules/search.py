"""Finds every term of every rule in one pass over an article; the only file that imports the automaton."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from ahocorasick_rs import BytesAhoCorasick, Implementation

from pipelines.rules.anchors import anchors, decided
from pipelines.rules.comparison import stands
from pipelines.rules.document import Document
from pipelines.rules.odd_words import OddWords
from pipelines.rules.patterns import Lines, places, read_lines
from pipelines.rules.rule import Term, TermWord
from pipelines.states import Field
from pipelines.text import Words, fold

TermId = int
Place = tuple[int, int, int]
"""Number of the field, first and last word."""
Places = Mapping[TermId, Sequence[Place]]

FIELDS = tuple(Field)

SURE, ONE_SENTENCE, EACH_WORD = range(3)
"""What must still be looked at where a term's letters stand."""


class TermIndex:
    """The distinct terms of all rules, ready to be found."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self.ids: dict[Term, TermId] = {term: number for number, term in enumerate(dict.fromkeys(terms))}
        self.terms = tuple(self.ids)
        entries: dict[bytes, list[tuple[TermId, int, int, int]]] = defaultdict(list)
        self._odd: dict[TermWord, list[TermId]] = defaultdict(list)
        for term, number in self.ids.items():
            if term.pattern is not None:
                continue
            found = anchors(term)
            for anchor in found:
                entry = (number, 1 + anchor.whole + anchor.last, len(term.words) - 1, _left_to_see(term, found))
                entries[anchor.letters.encode("utf-8", "surrogatepass")].append(entry)
            if not found:
                self._odd[term.words[0]].append(number)
        self._entries = [tuple(entry) for entry in entries.values()]
        self._automaton = BytesAhoCorasick(list(entries), implementation=Implementation.ContiguousNFA)
        self._odd_words = OddWords(self._odd)

    def search(self, document: Document) -> dict[TermId, list[Place]]:
        """Every place of every term but patterns that stands in the article, in reading order."""
        found: dict[TermId, list[Place]] = {}
        for number, field in enumerate(FIELDS):
            words = document.fields[field]
            if len(words.line) > 2:
                self._scan(number, words, found)
                self._look(number, words, found)
        return found

    def _scan(self, field: int, words: Words, found: dict[TermId, list[Place]]) -> None:
        line, entries = words.line, self._entries
        blanks = before = 0
        # Hits come in the order of their ends: the blanks up to one tell the number of its last word.
        for letters, _, end in self._automaton.find_matches_as_indexes(line, overlapping=True):
            blanks += line.count(b" ", before, end)
            before = end
            for term, behind, more, unsure in entries[letters]:
                first = blanks - behind
                if unsure and not self._stands(unsure, term, words, first, more):
                    continue
                known = found.get(term)
                if known is None:
                    found[term] = [(field, first, first + more)]
                else:
                    known.append((field, first, first + more))

    def _look(self, field: int, words: Words, found: dict[TermId, list[Place]]) -> None:
        for position, word in self._odd_words.found(words):
            for term in self._odd[word]:
                if stands(self.terms[term], words, position):
                    place = (field, position, position + len(self.terms[term].words) - 1)
                    found.setdefault(term, []).append(place)

    def _stands(self, unsure: int, term: TermId, words: Words, first: int, more: int) -> bool:
        if unsure == ONE_SENTENCE:
            return words.together(first, first + more)
        return stands(self.terms[term], words, first)


def _left_to_see(term: Term, found: Sequence[object]) -> int:
    if len(found) == 1 and decided(term, anchors(term)[0]):
        return SURE if len(term.words) == 1 else ONE_SENTENCE
    return EACH_WORD


class PatternSearch:
    """Finds patterns in one article, each when it is first asked for."""

    def __init__(self, index: TermIndex, document: Document) -> None:
        self._index = index
        self._document = document
        self._lines: dict[tuple[int, bool, bool], Lines] = {}
        self._searched: set[TermId] = set()

    def search(self, wanted: Iterable[TermId], found: dict[TermId, list[Place]]) -> None:
        """Add the places of these patterns to `found`."""
        for number in wanted:
            if number not in self._searched:
                self._searched.add(number)
                hits = self._places(self._index.terms[number])
                if hits:
                    found[number] = hits

    def _places(self, term: Term) -> list[Place]:
        return [
            (field, first, last)
            for field in range(len(FIELDS))
            for first, last in places(term.pattern or "", self._line(field, term))
        ]

    def _line(self, field: int, term: Term) -> Lines:
        key = (field, term.keep_case, term.keep_accents)
        if key not in self._lines:
            words = self._document.fields[FIELDS[field]]
            folded = words.folded
            if term.keep_case or term.keep_accents:
                kept = {"keep_case": term.keep_case, "keep_accents": term.keep_accents}
                folded = [fold(words.original(position), **kept) for position in range(len(words))]
            self._lines[key] = read_lines(words, folded)
        return self._lines[key]
