"""Judges plain rules by the hundred, all of an article's hits in arrays at once; the only file of rules with numpy.

Letters open the slots of the groups that look for them, four to a rule; a rule passes where the slots of all that it
wants are open and none of what it does not want. Where letters stand is worked out for those rules alone of which all
that they want may be there. What is said is what `by_clause` says rule by rule.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import accumulate
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np

from pipelines.model import Hit
from pipelines.rules.clauses import Found
from pipelines.rules.document import FIELDS, LEAD, TEXT, Document
from pipelines.rules.hits import longest
from pipelines.rules.nearness import gaps
from pipelines.rules.plain import MOST_GROUPS
from pipelines.rules.search import Finder, Scan, scan
from pipelines.rules.table import FAR, Table
from pipelines.states import Field

Array = Any
_SLOT = (1 << 8 * np.arange(MOST_GROUPS)).astype("<u4")
"""The bit of each of a row's slots: of four bytes the lowest of each."""
_FIRST = np.array([0, *accumulate(_SLOT.tolist())], "<u4")
"""The bits of a row's first slots, by how many they are."""
_ROW, _FIELD = 40, 36
"""Where the numbers of a row and of a field begin in a place's number: words of two fields are far apart in it."""
_BLANK = ord(" ")
_BETWEEN = np.zeros(2, np.int64)
"""Stands for the word that is counted between two fields."""
_FIELDS = np.array(FIELDS, object)
_sign = itemgetter(0)
_hit = partial(tuple.__new__, Hit)
_found = partial(tuple.__new__, Found)


class Passed(NamedTuple):
    """A rule by its row, with its evidence; none where it only may match: then its clauses must judge."""

    row: int
    hits: tuple[Hit, ...]
    gap: int
    """Words between the nearest hits of two groups."""


_passed = partial(tuple.__new__, Passed)


class Dense:
    """The plain rules of a table."""

    def __init__(self, table: Table, finder: Finder) -> None:
        self._find = finder(table.letters)
        self._spans = Spans(table.letters)
        self._slots = Slots(table)
        self._names = np.array(table.names, object)
        self._words = _numbers(table.words)

    def passed(self, document: Document, *, complete: bool) -> Iterable[Passed]:
        """The rules that match or may, in order; where text is missing, all that any term speaks for."""
        scanned = scan(document, self._find)
        found = scanned.found
        if not found:
            return ()
        signs = np.fromiter(map(_sign, found), np.int64, len(found))
        slots, by = self._slots.opened(signs)
        if not complete:
            return [Passed(row, (), 0) for row in np.unique(slots // MOST_GROUPS).tolist()]
        kept = self._slots.having_all(slots)
        if not len(kept):
            return ()
        there = np.zeros(len(found), bool)
        there[by[kept]] = True
        places = Places(scanned, there.nonzero()[0], signs[there], self._spans)
        slots, at = slots[kept], (there.cumsum() - 1)[by[kept]]
        if unseen := places.unseen():
            there = np.ones(len(places.more), bool)
            there[unseen] = False
            slots, at = slots[there[at]], at[there[at]]
        return self._judged(places, slots, at) if len(slots) else ()

    def _judged(self, places: "Places", slots: Array, at: Array) -> Iterator[Passed]:
        """The rules that match, of those that have these slots open, each by what stands at its place."""
        order = ((slots // MOST_GROUPS << _ROW) + places.numbers[at]).argsort()
        slots, at = slots[order], at[order]
        rows, kept, ends, nearest = self._matching(slots, places.numbers[at], places.more[at])
        slots, at = slots[kept], at[kept]
        hits = tuple(map(_hit, places.shown(self._names[slots].tolist(), at)))
        for row, begin, end, gap in zip(rows, [0, *ends], ends, nearest, strict=False):
            if gap >= 0:
                yield _passed((row, hits[begin:end], gap))
            else:
                words = zip(slots[begin:end].tolist(), *places.words(at[begin:end]), strict=True)
                yield from self._untangled(row, words, hits[begin:end])

    def _matching(self, slots: Array, firsts: Array, more: Array) -> tuple[list[int], Array, list[int], list[int]]:
        """Rows that match, which of the slots are theirs, where among these each row's end, and how near two are.

        The slots stand row by row in reading order; what is nearer than nothing overlaps.
        """
        rows = slots // MOST_GROUPS
        alone = np.empty(len(rows), bool)
        alone[0], alone[1:] = True, rows[1:] != rows[:-1]
        begins = alone.nonzero()[0]
        apart = np.empty(len(rows), np.int64)
        apart[1:] = firsts[1:] - firsts[:-1] - more[:-1] - 1
        alone[1:] |= (slots[1:] == slots[:-1]) & (apart[1:] >= 0)
        apart[alone] = FAR
        nearest = np.minimum.reduceat(apart, begins)
        rows = rows[begins]
        matching = self._slots.right(rows, slots, begins) & (nearest <= self._words[rows])
        counts = np.empty(len(begins), np.int64)
        counts[:-1], counts[-1] = begins[1:] - begins[:-1], len(slots) - begins[-1]
        ends = counts[matching].cumsum().tolist()
        return rows[matching].tolist(), matching.repeat(counts), ends, nearest[matching].tolist()

    def _untangled(self, row: int, words: Iterable[tuple[int, int, int]], hits: Sequence[Hit]) -> Iterator[Passed]:
        """A rule of which hits overlap, if it matches: in each of its groups the longest stays.

        `words` holds the slot, the first and the last word of each hit.
        """
        groups: defaultdict[int, list[Found]] = defaultdict(list)
        for place, (slot, first, last) in enumerate(words):
            groups[slot].append(_found((0, first, last, place, None)))
        kept = [longest(found) for found in groups.values()]
        nearest = FAR
        if len(kept) == 2:
            nearest = min((*gaps(*kept), *gaps(*reversed(kept))), default=FAR)
        if nearest <= self._words[row]:
            shown = sorted((one.first, one.last, hits[one.term]) for found in kept for one in found)
            yield Passed(row, tuple([hit for *_, hit in shown]), nearest)


class Spans:
    """Of each sign's letters: how many blanks behind their end the first word begins, how many words follow it."""

    def __init__(self, letters: Sequence[bytes]) -> None:
        whole = [one.endswith(b" ") for one in letters]
        words = [one.count(b" ") - ends for one, ends in zip(letters, whole, strict=True)]
        self.behind = np.array([ends + number for ends, number in zip(whole, words, strict=True)], np.int64)
        self.more = np.array([number - 1 for number in words], np.int64)


class Slots:
    """The slots that letters open: `slots[ends[sign] - counts[sign]:ends[sign]]`, as many for each row."""

    def __init__(self, table: Table) -> None:
        self._counts, self._slots = _numbers(table.counts), _numbers(table.slots)
        self._ends = self._counts.cumsum()
        self._wanted = _FIRST[_numbers(table.wanted)]

    def opened(self, signs: Array) -> tuple[Array, Array]:
        """The slots that these letters open, one after the other, and by which of the letters each is opened."""
        counts = self._counts[signs]
        by = np.arange(len(signs)).repeat(counts)
        return self._slots[(self._ends[signs] - counts.cumsum())[by] + np.arange(len(by))], by

    def having_all(self, opened: Array) -> Array:
        """Which of these slots are of rows that have all that they want open."""
        flags = np.zeros(len(self._wanted) * MOST_GROUPS, np.uint8)
        flags[opened] = 1
        having = (flags.view("<u4") & self._wanted) == self._wanted
        return having[opened // MOST_GROUPS].nonzero()[0]

    def right(self, rows: Array, slots: Array, begins: Array) -> Array:
        """Which of these rows, whose open slots begin there, have all that they want open and nothing else."""
        return np.bitwise_or.reduceat(_SLOT[slots % MOST_GROUPS], begins) == self._wanted[rows]


class Places:
    """Where letters stand; words are counted through all fields, and one between two of them."""

    def __init__(self, scan: Scan, found: Array, signs: Array, spans: Spans) -> None:
        """`found` are the numbers of the letters in the scan, `signs` which they are."""
        self._document = scan.document
        blanks = (np.frombuffer(scan.line, np.uint8) == _BLANK).nonzero()[0]
        ends = np.array([scan.found[one][2] for one in found.tolist()], np.int64)
        self._firsts = blanks.searchsorted(ends) - spans.behind[signs]
        self.more = spans.more[signs]
        """How many words of theirs follow the first."""
        self._heads = blanks.searchsorted(scan.begins)
        self._fields = self._heads.searchsorted(self._firsts, side="right") - 1
        self.numbers = (self._fields << _FIELD) + self._firsts
        """By which they stand in reading order."""

    def unseen(self) -> list[int]:
        """Those that no plain group counts: outside the text, across a sentence's end, in lead and body alike."""
        words = self._document.words
        unseen: list[int] = []
        if self._document.whole or self._document.own_lead:
            repeated = self._heads[LEAD] + self._document.shared
            twice = (self._fields == LEAD) & (self._firsts + self.more < repeated)
            unseen = (twice | (self._fields >= TEXT)).nonzero()[0].tolist()
        phrases = self.more.nonzero()[0]
        fields = self._fields[phrases]
        firsts, more = self._firsts[phrases] - self._heads[fields], self.more[phrases]
        for place, field, first, last in zip(
            *(column.tolist() for column in (phrases, fields, firsts, firsts + more)), strict=True
        ):
            if not words[field].together(first, last):
                unseen.append(place)
        return unseen

    def words(self, at: Array) -> tuple[list[int], list[int]]:
        """Numbers of the first and of the last words at these places; those of two fields are far apart."""
        numbers = self.numbers[at]
        return numbers.tolist(), (numbers + self.more[at]).tolist()

    def shown(self, names: Sequence[str], at: Array) -> Iterable[tuple[str, Field, int, int, str]]:
        """What hits of groups of these names hold at these places."""
        edges = [part for words in self._document.words for part in (np.asarray(words.edges, np.int64), _BETWEEN)]
        spans = np.concatenate(edges).reshape(-1, 2)
        firsts, fields = self._firsts[at], self._fields[at]
        starts, ends = spans[firsts, 0].tolist(), spans[firsts + self.more[at], 1].tolist()
        texts = [words.text for words in self._document.words]
        found = [texts[field][start:end] for field, start, end in zip(fields.tolist(), starts, ends, strict=True)]
        return zip(names, _FIELDS[fields].tolist(), starts, ends, found, strict=True)


def _numbers(column: bytes) -> Array:
    return np.frombuffer(column, np.int64)
