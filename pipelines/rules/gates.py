"""Which rules an article can concern at all, told by the terms in it alone."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from pipelines.rules.clauses import And, Clause, Count, Has, Or, Pair, Score, Several
from pipelines.rules.hits import Reading, WiredGroup
from pipelines.rules.search import TermId

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
    """The terms that open the way to each rule."""

    def __init__(self) -> None:
        self._ways: list[tuple[int, ...]] = []
        self._members: dict[TermId, list[tuple[int, int]]] = defaultdict(list)
        self._patterns: list[tuple[int, Mapping[TermId, int]]] = []
        self._open: list[int] = []

    def add(self, when: Clause, groups: Mapping[str, WiredGroup]) -> None:
        """The next rule; `groups` are those of its `when`."""
        number = len(self._ways)
        bits = {name: 1 << place for place, name in enumerate(groups)}
        self._ways.append(ways(when, bits))
        patterns: dict[TermId, int] = defaultdict(int)
        for name, group in groups.items():
            for term in group.terms:
                if term in group.patterns:
                    patterns[term] |= bits[name]
                else:
                    self._members[term].append((number, bits[name]))
        if patterns:
            self._patterns.append((number, patterns))
        if 0 in self._ways[number]:
            self._open.append(number)

    def passed(self, reading: Reading, *, complete: bool) -> list[int]:
        """The rules that the article can concern, in order; where text is missing, all that any term speaks for."""
        hit: dict[int, int] = {}
        known, members = hit.get, self._members
        for term in reading.places.keys() & members.keys():
            for rule, bit in members[term]:
                hit[rule] = known(rule, 0) | bit
        self._search_patterns(hit, reading, complete=complete)
        if complete:
            ways = self._ways
            passed = [rule for rule, bits in hit.items() if any(bits & way == way for way in ways[rule])]
        else:
            passed = list(hit)
        return sorted({*passed, *self._open}) if self._open else sorted(passed)

    def _search_patterns(self, hit: dict[int, int], reading: Reading, *, complete: bool) -> None:
        """Look for the patterns of a rule where they can decide whether it passes."""
        for rule, patterns in self._patterns:
            bits = hit.get(rule, 0)
            most = bits | _all(list(patterns.values()))
            if complete and not any(most & way == way for way in self._ways[rule]):
                continue
            reading.search_patterns(patterns)
            found = bits | _all([bit for term, bit in patterns.items() if term in reading.places])
            if found:
                hit[rule] = found


def _all(bits: Sequence[int]) -> int:
    together = 0
    for bit in bits:
        together |= bit
    return together
