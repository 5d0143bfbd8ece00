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
_FIRST = np.array([sum(1 << 8 * slot for slot in range(number)) for number in range(MOST_GROUPS + 1)], "<u4")
"""The bits of a row's first slots: of four bytes the lowest of each."""
_ROW, _FIELD = 40, 36
"""Where the numbers of a row and of a field begin in a place's number: words of two fields are far apart in it."""
_BETWEEN = np.zeros(2, np.int64)
"""Stands for the word that is counted between two fields."""
_hit = partial(tuple.__new__, Hit)
_sign = itemgetter(0)


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
        self._names = table.names
        self._words = memoryview(table.words).cast("q")

    def passed(self, document: Document, *, complete: bool) -> Iterable[Passed]:
        """The rules that match or may, in order; where text is missing, all that any term speaks for."""
        found = scan(document, self._find)
        if not found.found:
            return ()
        signs = np.fromiter(map(_sign, found.found), np.int64, len(found.found))
        slots, after = self._slots.opened(signs)
        if not complete:
            return [Passed(row, (), 0) for row in np.unique(slots // MOST_GROUPS).tolist()]
        kept = self._slots.having_all(slots)[slots // MOST_GROUPS].nonzero()[0]
        if not len(kept):
            return ()
        by = after.searchsorted(kept, side="right")
        places = Places(found, by.tolist(), signs[by], slots[kept], self._spans)
        slots = places.slots[places.seen]
        order = places.seen[self._slots.matching(slots)[slots // MOST_GROUPS]]
        return self._told(places, order[places.numbers[order].argsort()]) if len(order) else ()

    def _told(self, places: "Places", order: Array) -> Iterator[Passed]:
        """The rules that are open at these places: row by row, in reading order."""
        slots, numbers = places.slots[order], places.numbers[order]
        apart = numbers[1:] - numbers[:-1] - places.more[order[:-1]] - 1
        apart[(slots[1:] == slots[:-1]) & (apart >= 0)] = FAR
        rows = slots // MOST_GROUPS
        ends = [*((rows[1:] != rows[:-1]).nonzero()[0] + 1).tolist(), len(rows)]
        between, numbered = apart.tolist(), rows.tolist()
        shown = places.shown([self._names[slot] for slot in slots.tolist()], order)
        for begin, end in zip([0, *ends], ends, strict=False):
            row, nearest = numbered[begin], min(between[begin : end - 1], default=FAR)
            if nearest < 0:
                yield from self._untangled(places, row, order[begin:end].tolist())
            elif nearest <= self._words[row]:
                yield _passed((row, tuple(map(_hit, shown[begin:end])), nearest))

    def _untangled(self, places: "Places", row: int, order: Sequence[int]) -> Iterator[Passed]:
        """A rule of which hits overlap, if it matches: in each of its groups the longest stays."""
        groups: defaultdict[int, list[Found]] = defaultdict(list)
        for place in order:
            groups[int(places.slots[place])].append(places.found(place))
        kept = {slot: longest(hits) for slot, hits in groups.items()}
        nearest = FAR
        if len(kept) == 2:
            one, other = kept.values()
            nearest = min((*gaps(one, other), *gaps(other, one)), default=FAR)
        if nearest <= self._words[row]:
            told = sorted((hit[:3], self._names[slot], hit.term) for slot, hits in kept.items() for hit in hits)
            shown = places.shown([name for _, name, _ in told], np.array([place for *_, place in told], np.int64))
            yield Passed(row, tuple(map(_hit, shown)), nearest)


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
        wanted = _numbers(table.wanted)
        self._wanted = _FIRST[wanted]
        self._known = _FIRST[wanted + _numbers(table.unwanted)]

    def opened(self, signs: Array) -> tuple[Array, Array]:
        """The slots that these letters open, one after the other, and how many there are after each of the letters."""
        counts = self._counts[signs]
        after = counts.cumsum()
        return self._slots[(self._ends[signs] - after).repeat(counts) + np.arange(after[-1])], after

    def having_all(self, opened: Array) -> Array:
        """Which rows have all that they want open."""
        return (self._flags(opened) & self._wanted) == self._wanted

    def matching(self, opened: Array) -> Array:
        """Which rows have all that they want open, and nothing else."""
        return (self._flags(opened) & self._known) == self._wanted

    def _flags(self, opened: Array) -> Array:
        flags = np.zeros(len(self._wanted) * MOST_GROUPS, np.uint8)
        flags[opened] = 1
        return flags.view("<u4")


class Places:
    """Where letters stand that open slots; words are counted through all fields, and one between two of them."""

    def __init__(self, scan: Scan, by: Sequence[int], signs: Array, slots: Array, spans: Spans) -> None:
        """`by` are the numbers of the letters in the scan, `signs` which they are."""
        self.slots = slots
        self._document = scan.document
        self._words = scan.document.words
        self._heads = [0, *accumulate(len(words.edges) // 2 + 1 for words in self._words)]
        blanks = (np.frombuffer(scan.line, np.uint8) == 32).nonzero()[0]
        ends = np.array([scan.found[one][2] for one in by], np.int64)
        self._firsts = blanks.searchsorted(ends) - spans.behind[signs]
        self.more = spans.more[signs]
        """How many words of theirs follow the first."""
        self._fields = np.array(self._heads[1:], np.int64).searchsorted(self._firsts, side="right")
        self.numbers = (slots // MOST_GROUPS << _ROW) + (self._fields << _FIELD) + self._firsts
        """By which they stand row by row in reading order."""
        edges = [part for words in self._words for part in (np.asarray(words.edges, np.int64), _BETWEEN)]
        self._starts, self._ends = np.concatenate(edges).reshape(-1, 2).T
        self.seen = self._seen()
        """Those that plain groups count."""

    def _seen(self) -> Array:
        """Not outside the text, nor across a sentence's end, nor in lead and body alike."""
        seen = self._fields < TEXT
        if self._document.own_lead:
            repeated = self._heads[LEAD] + self._document.shared
            seen &= (self._fields != LEAD) | (self._firsts + self.more >= repeated)
        for place in self._loose():
            field, first, last = self._place(place)
            seen[place] &= self._words[field].together(first, last)
        return seen.nonzero()[0]

    def _loose(self) -> list[int]:
        """Phrases that a sentence's end may part: one character of ASCII between two words is none."""
        loose = self.more > 0
        if all(words.text.isascii() for words in self._words):
            loose = self.more * (self._starts[self._firsts + 1] - self._ends[self._firsts]) > 1
        found: list[int] = loose.nonzero()[0].tolist()
        return found

    def _place(self, place: int) -> tuple[int, int, int]:
        """Its field, and the numbers of its first and last word there."""
        field = int(self._fields[place])
        first = int(self._firsts[place]) - self._heads[field]
        return field, first, first + int(self.more[place])

    def found(self, place: int) -> Found:
        """One of them as clauses see it; its term is its number."""
        return Found(*self._place(place), place, self._document)

    def shown(self, names: Sequence[str], order: Array) -> list[tuple[str, Field, int, int, str]]:
        """What hits of groups of these names hold at these places."""
        firsts = self._firsts[order]
        fields = self._fields[order].tolist()
        starts, ends = self._starts[firsts].tolist(), self._ends[firsts + self.more[order]].tolist()
        texts = [words.text for words in self._words]
        found = [texts[field][start:end] for field, start, end in zip(fields, starts, ends, strict=True)]
        return list(zip(names, [FIELDS[field] for field in fields], starts, ends, found, strict=True))


def _numbers(column: bytes) -> Array:
    return np.frombuffer(column, np.int64)
