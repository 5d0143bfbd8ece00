"""Which rules an article can concern at all, told by the terms in it alone."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, reduce
from operator import and_, or_

from pipelines.rules.clauses import And, Clause, Count, Has, Or, Pair, Score, Several
from pipelines.rules.hits import Reading
from pipelines.rules.search import Sign, TermId
from pipelines.rules.wiring import WiredGroup

MOST_WAYS = 32
"""Ways for one clause to come true; beyond, each of its groups alone is taken for one."""

Bits = Mapping[str, int]
"""A bit for each group."""


def ways(clause: Clause, bits: Bits) -> tuple[int, ...]:
    """Sets of groups of which one must have been hit entirely where the clause is true; {0} where none need be."""
    found = set(_ways(clause, bits))
    return tuple(way for way in sorted(found) if not any(other != way and other & way == other for other in found))


def _ways(clause: Clause, bits: Bits) -> Iterable[int]:
    match clause:
        case And(parts=parts):
            return _joined([ways(part, bits) for part in parts], bits, clause)
        case Or(parts=parts):
            return (way for part in parts for way in ways(part, bits))
        case Pair() | Has() | Count():
            return (sum(bits[name] for name in clause.groups()),)
        case Several(least=least, names=names) if least == len(names):
            return (sum(bits[name] for name in names),)
        case Several() | Score() if not isinstance(clause, Score) or clause.least > 0:
            return (bits[name] for name in clause.groups())
        case _:
            return (0,)


def _joined(parts: Sequence[tuple[int, ...]], bits: Bits, clause: Clause) -> set[int]:
    joined = {0}
    for part in parts:
        joined = {one | other for one in joined for other in part}
        if len(joined) > MOST_WAYS:
            return {bits[name] for name in clause.groups()} | ({0} & joined)
    return joined


class Gates:
    """The terms that open the way to each rule. Rules are bits of a number, so that all of them are asked at once."""

    def __init__(self, rules: Iterable[tuple[Clause, Mapping[str, WiredGroup]]]) -> None:
        """Of each rule its `when` and the groups in it."""
        self._ways: dict[int, tuple[int, ...]] = {}
        self._by_way: dict[int, int] = defaultdict(int)
        self._members: list[dict[Sign, int]] = []
        """By a group's place in its rule and by what tells of its terms, the rules."""
        self._patterns: list[tuple[int, Mapping[TermId, int]]] = []
        for number, (when, groups) in enumerate(rules):
            self._add(number, when, groups)

    def _add(self, number: int, when: Clause, groups: Mapping[str, WiredGroup]) -> None:
        bits = {name: 1 << place for place, name in enumerate(groups)}
        self._ways[number] = ways(when, bits)
        for way in self._ways[number]:
            self._by_way[way] |= 1 << number
        patterns: dict[TermId, int] = defaultdict(int)
        self._members += [defaultdict(int) for _ in range(len(self._members), len(groups))]
        for place, group in enumerate(groups.values()):
            for sign, terms in group.signs.items():
                if terms[0] in group.patterns:
                    patterns[terms[0]] |= 1 << place
                else:
                    self._members[place][sign] |= 1 << number
        if patterns:
            self._patterns.append((number, patterns))

    def passed(self, reading: Reading, *, complete: bool) -> Iterator[int]:
        """The rules that the article can concern, in order; where text is missing, all that any term speaks for."""
        hit = [self._hit(members, reading.search.signs) for members in self._members]
        self._search_patterns(hit, reading, complete=complete)
        passed = self._by_way.get(0, 0)
        if not complete:
            return _numbers(reduce(or_, hit, passed))
        for way, rules in self._by_way.items():
            passed |= reduce(and_, [hit[place] for place in _places(way)], rules) if way else 0
        return _numbers(passed)

    @staticmethod
    def _hit(members: Mapping[Sign, int], signs: Mapping[Sign, object]) -> int:
        """The rules of which this group may hit."""
        hit = 0
        for sign in signs:
            if sign in members:
                hit |= members[sign]
        return hit

    def _search_patterns(self, hit: list[int], reading: Reading, *, complete: bool) -> None:
        """Look for the patterns of a rule where they can decide whether it passes."""
        for rule, patterns in self._patterns:
            most = reduce(or_, patterns.values(), sum(1 << n for n, rules in enumerate(hit) if rules >> rule & 1))
            if complete and not any(most & way == way for way in self._ways[rule]):
                continue
            reading.search.search_patterns(patterns)
            for term, bits in patterns.items():
                if reading.search.places(term):
                    for place in _places(bits):
                        hit[place] |= 1 << rule


@lru_cache(maxsize=1 << 10)
def _places(way: int) -> tuple[int, ...]:
    return tuple(place for place in range(way.bit_length()) if way >> place & 1)


def _numbers(bits: int) -> Iterator[int]:
    """Which bits are set, from the lowest."""
    digits = bin(bits)[:1:-1]
    at = digits.find("1")
    while at >= 0:
        yield at
        at = digits.find("1", at + 1)
