"""Finds every term of every rule in one pass over an article; the only file that imports the automaton.

The pass says which letters stand somewhere; at which words a term stands is worked out for the few terms of which a
rule wants to know.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from itertools import accumulate

from ahocorasick_rs import BytesAhoCorasick, Implementation

from pipelines.rules.anchors import Anchor, anchors, decided
from pipelines.rules.comparison import stands
from pipelines.rules.document import Document
from pipelines.rules.odd_words import OddWords
from pipelines.rules.patterns import Lines, places, read_lines
from pipelines.rules.rule import Term, TermWord
from pipelines.text import Words, fold

TermId = int
Sign = int
"""What tells that a term may stand in an article: the number of letters found, or of a term without any (negative)."""
Place = tuple[int, int, int]
"""Number of the field, first and last word."""

SURE, ONE_SENTENCE, EACH_WORD = range(3)
"""What must still be looked at where a term's letters stand."""


_Letters = tuple[Sign, int, int, int]
"""Letters of a term: how many blanks behind their end its first word begins, how many words follow, what is unsure."""


class TermIndex:
    """The distinct terms of all rules, ready to be found."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self.ids: dict[Term, TermId] = {term: number for number, term in enumerate(dict.fromkeys(terms))}
        self.terms = tuple(self.ids)
        signs: dict[bytes, Sign] = {}
        self._odd: dict[TermWord, list[TermId]] = defaultdict(list)
        self.letters = [self._letters(term, signs) for term in self.terms]
        for term, number in self.ids.items():
            if term.words and not self.letters[number]:
                self._odd[term.words[0]].append(number)
        self.find = self.finder(list(signs))
        self._odd_words = OddWords(self._odd)

    @staticmethod
    def finder(letters: list[bytes]) -> Callable[[bytes], Iterable[tuple[Sign, object, int]]]:
        """Finds letters in a line: their number and end, overlapping ones too, by ascending ends."""
        automaton = BytesAhoCorasick(letters, implementation=Implementation.ContiguousNFA)
        return partial(automaton.find_matches_as_indexes, overlapping=True)

    def signs(self, term: TermId) -> tuple[Sign, ...]:
        """What tells of the term."""
        return tuple(sign for sign, *_ in self.letters[term]) or (-1 - term,)

    def scan(self, line: bytes) -> dict[Sign, list[int]]:
        """Where in a line of folded words letters end, in ascending order."""
        found: dict[Sign, list[int]] = {}
        known = found.get
        for sign, _, end in self.find(line):
            there = known(sign)
            if there is None:
                found[sign] = [end]
            else:
                there.append(end)
        return found

    def look(self, field: int, words: Words) -> Iterable[tuple[TermId, Place]]:
        """The terms that have no letters to look for, patterns apart."""
        for position, word in self._odd_words.found(words):
            for term in self._odd[word]:
                if stands(self.terms[term], words, position):
                    yield term, (field, position, position + len(self.terms[term].words) - 1)

    @staticmethod
    def _letters(term: Term, signs: dict[bytes, Sign]) -> tuple[_Letters, ...]:
        found = anchors(term) if term.pattern is None else ()
        unsure = _unsure(term, found)
        return tuple(
            (
                signs.setdefault(anchor.letters.encode("utf-8", "surrogatepass"), len(signs)),
                1 + anchor.whole + anchor.last,
                len(term.words) - 1,
                unsure,
            )
            for anchor in found
        )


def _unsure(term: Term, found: Sequence[Anchor]) -> int:
    if len(found) == 1 and decided(term, found[0]):
        return SURE if len(term.words) == 1 else ONE_SENTENCE
    return EACH_WORD


class Search:
    """What stands where in one article."""

    def __init__(self, index: TermIndex, document: Document) -> None:
        self._index = index
        self._words = document.words
        lines = [words.line for words in self._words]
        self._begins = [0, *accumulate(map(len, lines[:-1]))]
        self.signs: dict[Sign, list[int]] = index.scan(b"".join(lines))
        self._places: dict[TermId, Sequence[Place]] = {}
        self._blanks: dict[int, Sequence[int]] = {}
        self._lines: dict[tuple[int, bool, bool], Lines] = {}
        for field, words in enumerate(self._words):
            for term, place in index.look(field, words):
                self._note(term, [*self._places.get(term, ()), place])

    def places(self, term: TermId) -> Sequence[Place]:
        """Where the term stands, in reading order; a pattern must have been searched."""
        found = self._places.get(term)
        if found is None:
            letters = self._index.letters[term]
            hits: list[Place] = []
            for one in letters:
                self._add_places(term, one, hits)
            found = self._places[term] = hits if len(letters) == 1 else sorted(hits)
        return found

    def search_patterns(self, wanted: Collection[TermId]) -> None:
        """Look for these patterns too."""
        for term in wanted:
            if term not in self._places:
                self._note(term, list(self._pattern_places(self._index.terms[term])))

    def _note(self, term: TermId, found: list[Place]) -> None:
        self._places[term] = found
        if found:
            self.signs[-1 - term] = []

    def _add_places(self, term: TermId, letters: _Letters, found: list[Place]) -> None:
        sign, behind, more, unsure = letters
        begins = self._begins
        for end in self.signs.get(sign, ()):
            field = bisect_left(begins, end) - 1
            first = bisect_left(self._blanks_of(field), end - self._begins[field]) - behind
            if unsure == SURE or self._stands(unsure, term, field, first, first + more):
                found.append((field, first, first + more))

    def _stands(self, unsure: int, term: TermId, field: int, first: int, last: int) -> bool:
        words = self._words[field]
        if unsure == ONE_SENTENCE:
            return words.together(first, last)
        return stands(self._index.terms[term], words, first)

    def _blanks_of(self, field: int) -> Sequence[int]:
        blanks = self._blanks.get(field)
        if blanks is None:
            blanks = self._blanks[field] = self._words[field].blanks()
        return blanks

    def _pattern_places(self, term: Term) -> Iterable[Place]:
        for field in range(len(self._words)):
            for first, last in places(term.pattern or "", self._line(field, term)):
                yield field, first, last

    def _line(self, field: int, term: Term) -> Lines:
        key = (field, term.keep_case, term.keep_accents)
        if key not in self._lines:
            words = self._words[field]
            folded = words.folded
            if term.keep_case or term.keep_accents:
                kept = {"keep_case": term.keep_case, "keep_accents": term.keep_accents}
                folded = [fold(words.original(position), **kept) for position in range(len(words))]
            self._lines[key] = read_lines(words, folded)
        return self._lines[key]
