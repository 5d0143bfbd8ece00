"""From the places of terms to the hits of a group: its fields, its exceptions, the longest of overlapping hits."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, partial
from itertools import pairwise

from pipelines.model import Hit
from pipelines.rules.clauses import Found, GroupHits
from pipelines.rules.document import BODY, FIELDS, LEAD, Document
from pipelines.rules.search import Scan, Search, TermId, TermIndex
from pipelines.rules.wiring import WiredGroup
from pipelines.states import Field

_hit = partial(tuple.__new__, Hit)
_NOWHERE: frozenset[Field] = frozenset()
Shown = tuple[int, int, int, str, Hit]
"""A hit as the desk is shown it, with what it is sorted by: its field's number, first and last word, and group."""


class Reading:
    """What is found in one article, each group's hits worked out once for all the rules that share it."""

    def __init__(self, index: TermIndex, scan: Scan) -> None:
        self.document = scan.document
        self.scan = scan
        self._index = index
        self._hits: dict[WiredGroup, GroupHits] = {}

    @cached_property
    def search(self) -> Search:
        """Where terms stand; not worked out before a rule is judged by itself."""
        return Search(self._index, self.scan)

    def hits(self, group: WiredGroup) -> GroupHits:
        """What the group hits, in reading order; no two hits overlap."""
        hits = self._hits.get(group)
        if hits is None:
            if group.patterns:
                self.search.search_patterns(group.patterns)
            found = _found(group, self.document, self.search)
            hits = self._hits[group] = GroupHits(found, group.weight, _NOWHERE, group.leads)
        return hits

    def shown(self, name: str, found: Iterable[Found]) -> list[Shown]:
        """Hits as the desk is shown them, under the name of their group."""
        shown = []
        for field, first, last, *_ in found:
            words = self.document.words[field]
            start, end = words.starts[first], words.ends[last]
            shown.append((field, first, last, name, _hit((name, FIELDS[field], start, end, words.text[start:end]))))
        return shown


def _found(group: WiredGroup, document: Document, search: Search) -> Sequence[Found]:
    signs = search.signs
    terms = [term for sign, told in group.signs.items() if sign in signs for term in told]
    if not terms:
        return ()
    if group.plain:
        hits = [hit for term in terms for hit in search.places(term)]
        if document.own_lead or document.whole:
            hits = [hit for hit in hits if hit[0] == BODY or _visible(group, document, hit)]
    else:
        hits = [hit for term in dict.fromkeys(terms) for hit in search.places(term)]
        if not signs.keys().isdisjoint(group.cancelling):
            hits = _left(group, hits, search)
        hits = [hit for hit in hits if _visible(group, document, hit)]
    if len(hits) > 1:
        hits.sort()
        if any(one[0] == after[0] and one[2] >= after[1] for one, after in pairwise(hits)):
            return longest(hits)
    return hits


_Covered = Mapping[tuple[int, int], Sequence[Found]]


def _left(group: WiredGroup, hits: Iterable[Found], search: Search) -> list[Found]:
    """The hits that no exception covers."""
    covered = {excepts: _covered(excepts, search) for excepts in {group.excepts, *group.terms.values()}}
    return [
        hit
        for hit in hits
        if not _cancelled(hit, covered[group.excepts]) and not _cancelled(hit, covered[group.terms[hit[3]]])
    ]


def _covered(excepts: tuple[TermId, ...], search: Search) -> _Covered:
    """By each word that an exception covers, the exceptions there."""
    covered: dict[tuple[int, int], list[Found]] = defaultdict(list)
    for term in excepts:
        for place in search.places(term):
            for position in range(place[1], place[2] + 1):
                covered[place[0], position].append(place)
    return covered


def _cancelled(hit: Found, covered: _Covered) -> bool:
    return any(other[2] >= hit[2] for other in covered.get((hit[0], hit[1]), ()))


def _visible(group: WiredGroup, document: Document, hit: Found) -> bool:
    """Whether the group looks there; where lead and body share words, one of them counts."""
    field, first, last = hit[:3]
    if field == LEAD:
        repeated = Field.BODY in group.fields and last < document.shared
        return Field.LEAD in group.fields and not repeated
    if field == BODY and Field.BODY not in group.fields:
        return Field.LEAD in group.fields and not document.own_lead and document.shares(first, last)
    return FIELDS[field] in group.fields


def longest(hits: list[Found]) -> list[Found]:
    """Of overlapping hits the longest, then the earliest; in reading order."""
    taken: set[tuple[int, int]] = set()
    kept = []
    for hit in sorted(hits, key=lambda hit: (hit[1] - hit[2], hit[0], hit[1], hit[3])):
        covered = {(hit[0], position) for position in range(hit[1], hit[2] + 1)}
        if not covered & taken:
            taken |= covered
            kept.append(hit)
    return sorted(kept)
