"""Finds every term of every rule in one pass over an article; the only file that imports the automaton.

The pass says which letters stand somewhere; at which words a term stands is worked out for the few terms of which a
rule wants to know.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate

from ahocorasick_rs import BytesAhoCorasick, Implementation

from pipelines.rules.anchors import Anchor, anchors, decided
from pipelines.rules.clauses import Found
from pipelines.rules.comparison import stands
from pipelines.rules.document import Document
from pipelines.rules.odd_words import OddWords
from pipelines.rules.patterns import Lines, places, read_lines
from pipelines.rules.rule import Term, TermWord
from pipelines.text import blanks, fold

TermId = int
Sign = int
"""What tells that a term may stand in an article: the number of letters found, or of a term without any (negative)."""

_found = partial(tuple.__new__, Found)

SURE, ONE_SENTENCE, EACH_WORD = range(3)
"""What must still be looked at where a term's letters stand."""


_Letters = tuple[Sign, int, int, int]
"""Letters of a term: how many blanks behind their end its first word begins, how many words follow, what is unsure."""


class TermIndex:
    """The distinct terms of all rules, ready to be found."""

    def __init__(self, terms: Iterable[Term], finder: "Finder | None" = None) -> None:
        finder = finder or automaton
        self.ids: dict[Term, TermId] = {term: number for number, term in enumerate(dict.fromkeys(terms))}
        self.terms = tuple(self.ids)
        signs: dict[bytes, Sign] = {}
        self._odd: dict[TermWord, list[TermId]] = defaultdict(list)
        self.letters = [self._letters(term, signs) for term in self.terms]
        for term, number in self.ids.items():
            if term.words and not self.letters[number]:
                self._odd[term.words[0]].append(number)
        self.find = finder(list(signs)) if signs else lambda _: ()
        self._odd_words = OddWords(self._odd)

    def signs(self, term: TermId) -> tuple[Sign, ...]:
        """What tells of the term."""
        return tuple(sign for sign, *_ in self.letters[term]) or (-1 - term,)

    def sure(self, term: TermId) -> bool:
        """Whether the term stands wherever its letters do, sentences apart."""
        return len(self.letters[term]) == 1 and self.letters[term][0][3] != EACH_WORD

    def scan(self, document: Document) -> "Scan":
        """The one pass over an article."""
        return scan(document, self.find)

    def look(self, document: Document) -> Iterable[Found]:
        """The terms that have no letters to look for, patterns apart."""
        for field, words in enumerate(document.words if self._odd else ()):
            for position, word in self._odd_words.found(words):
                for term in self._odd[word]:
                    if stands(self.terms[term], words, position):
                        last = position + len(self.terms[term].words) - 1
                        yield Found(field, position, last, term, document)

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


Find = Callable[[bytes], Sequence[tuple[Sign, int, int]]]
"""Finds letters in a line: their number, begin and end, overlapping ones too, by ascending ends."""
Finder = Callable[[Sequence[bytes]], Find]


def automaton(letters: Sequence[bytes]) -> Find:
    """Finds any of the letters in one pass."""
    built = BytesAhoCorasick(letters, implementation=Implementation.ContiguousNFA)
    return partial(built.find_matches_as_indexes, overlapping=True)


def scan(document: Document, find: Find) -> "Scan":
    """What is found in an article."""
    lines = [words.line for words in document.words]
    line = b"".join(lines)
    return Scan(document, line, [0, *accumulate(map(len, lines[:-1]))], find(line))


@dataclass(frozen=True, slots=True)
class Scan:
    """The letters that stand in an article: in the lines of its fields, one after the other."""

    document: Document
    line: bytes
    begins: Sequence[int]
    """Where in it the fields begin."""
    found: Sequence[tuple[Sign, int, int]]
    """Letters, where they begin and where they end, by ascending ends."""

    def by_sign(self) -> dict[Sign, list[int]]:
        """Where each of the letters end, in ascending order."""
        ends: dict[Sign, list[int]] = {}
        known = ends.get
        for sign, _, end in self.found:
            there = known(sign)
            if there is None:
                ends[sign] = [end]
            else:
                there.append(end)
        return ends


class Search:
    """What stands where in one article."""

    def __init__(self, index: TermIndex, scan: Scan) -> None:
        self._index = index
        self._document = scan.document
        self._words = scan.document.words
        self._begins = scan.begins
        self._blanks = blanks(scan.line)
        self._heads = [bisect_left(self._blanks, begin) for begin in scan.begins]
        """How many blanks there are before each field."""
        self.signs = scan.by_sign()
        self._places: dict[TermId, Sequence[Found]] = {}
        self._lines: dict[tuple[int, bool, bool], Lines] = {}
        for place in index.look(scan.document):
            self._note(place.term, [*self._places.get(place.term, ()), place])

    def places(self, term: TermId) -> Sequence[Found]:
        """Where the term stands, in reading order; a pattern must have been searched."""
        found = self._places.get(term)
        if found is None:
            letters = self._index.letters[term]
            hits: list[Found] = []
            for one in letters:
                self._add_places(term, one, hits)
            found = self._places[term] = hits if len(letters) == 1 else sorted(hits)
        return found

    def search_patterns(self, wanted: Collection[TermId]) -> None:
        """Look for these patterns too."""
        for term in wanted:
            if term not in self._places:
                self._note(term, list(self._pattern_places(term)))

    def _note(self, term: TermId, found: list[Found]) -> None:
        self._places[term] = found
        if found:
            self.signs[-1 - term] = []

    def _add_places(self, term: TermId, letters: _Letters, found: list[Found]) -> None:
        sign, behind, more, unsure = letters
        for end in self.signs.get(sign, ()):
            field = bisect_left(self._begins, end) - 1
            first = bisect_left(self._blanks, end) - self._heads[field] - behind
            if unsure == SURE or self._stands(unsure, term, field, first, first + more):
                found.append(_found((field, first, first + more, term, self._document)))

    def _stands(self, unsure: int, term: TermId, field: int, first: int, last: int) -> bool:
        words = self._words[field]
        if unsure == ONE_SENTENCE:
            return words.together(first, last)
        return stands(self._index.terms[term], words, first)

    def _pattern_places(self, number: TermId) -> Iterable[Found]:
        term = self._index.terms[number]
        for field in range(len(self._words)):
            for first, last in places(term.pattern or "", self._line(field, term)):
                yield Found(field, first, last, number, self._document)

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
