"""From the places of terms to the hits of a group: its fields, its exceptions, the longest of overlapping hits."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from pipelines.model import Hit
from pipelines.rules.clauses import Found
from pipelines.rules.document import Document
from pipelines.rules.rule import Group, Term
from pipelines.rules.search import FIELDS, PatternSearch, Place, Places, TermId, TermIndex
from pipelines.states import Field

TITLE, LEAD, BODY = (FIELDS.index(field) for field in (Field.TITLE, Field.LEAD, Field.BODY))


@dataclass(frozen=True, eq=False)
class WiredGroup:
    """A group whose terms are numbers of the index; equal groups of many rules are one."""

    terms: Mapping[TermId, tuple[TermId, ...]]
    """Each with the exceptions of its own list."""
    excepts: tuple[TermId, ...]
    fields: frozenset[Field]
    patterns: tuple[TermId, ...]
    """Those of its terms and exceptions that are patterns."""

    @cached_property
    def cancelling(self) -> frozenset[TermId]:
        """All its exceptions."""
        return frozenset(self.excepts).union(*self.terms.values())

    @cached_property
    def everywhere(self) -> bool:
        """Whether it looks at the whole text."""
        return self.fields >= {Field.TITLE, Field.LEAD, Field.BODY}


def wire(group: Group, ids: Mapping[Term, TermId]) -> WiredGroup:
    """The group in the numbers of an index."""
    terms = {ids[term]: tuple(ids[cancelling] for cancelling in excepts) for term, excepts in group.terms.items()}
    excepts = tuple(ids[term] for term in group.excepts)
    every = {*group.terms, *group.excepts, *(one for excepts in group.terms.values() for one in excepts)}
    patterns = tuple(sorted(ids[term] for term in every if term.pattern is not None))
    return WiredGroup(terms, excepts, group.fields, patterns)


Evidence = tuple[int, int, int, str, Hit]
"""A hit with what it is sorted by: its field's number, start, end and group."""


class Reading:
    """What is found in one article, each group's hits worked out once for all the rules that share it."""

    def __init__(self, index: TermIndex, document: Document) -> None:
        self.document = document
        self.places: dict[TermId, list[Place]] = index.search(document)
        self._patterns = PatternSearch(index, document)
        self._hits: dict[WiredGroup, Sequence[Found]] = {}
        self._evidence: dict[tuple[str, WiredGroup], Sequence[Evidence]] = {}

    def search_patterns(self, wanted: Iterable[TermId]) -> None:
        """Look for these patterns too; the others are not looked for before a rule needs them."""
        self._patterns.search(wanted, self.places)

    def hits(self, group: WiredGroup) -> Sequence[Found]:
        """What the group hits, in reading order; no two hits overlap."""
        found = self._hits.get(group)
        if found is None:
            if group.patterns:
                self.search_patterns(group.patterns)
            found = self._hits[group] = _hits(group, self.document, self.places)
        return found

    def evidence(self, name: str, group: WiredGroup) -> Sequence[Evidence]:
        """The group's hits as the desk is shown them, under the group's name in a rule."""
        evidence = self._evidence.get((name, group))
        if evidence is None:
            evidence = self._evidence[name, group] = [self._shown(name, found) for found in self.hits(group)]
        return evidence

    def _shown(self, name: str, found: Found) -> Evidence:
        words = self.document.fields[found.field]
        start, end = words.starts[found.first], words.ends[found.last]
        hit = Hit(group=name, field=found.field, start=start, end=end, text=words.text[start:end])
        return FIELDS.index(found.field), start, end, name, hit


def _hits(group: WiredGroup, document: Document, places: Places) -> Sequence[Found]:
    hits = [(*place, term) for term in places.keys() & group.terms.keys() for place in places[term]]
    if not hits:
        return ()
    if group.cancelling and not group.cancelling.isdisjoint(places):
        hits = _left(group, hits, places)
    if not group.everywhere or document.own_lead:
        hits = [hit for hit in hits if _visible(group, document, *hit[:3])]
    hits.sort()
    if any(one[0] == next_one[0] and one[2] >= next_one[1] for one, next_one in pairwise(hits)):
        hits = _longest(hits)
    leads = Field.LEAD in group.fields
    return [Found(FIELDS[field], first, last, term, document, leads) for field, first, last, term in hits]


_Hit = tuple[int, int, int, TermId]
_Covered = Mapping[tuple[int, int], Sequence[Place]]


def _left(group: WiredGroup, hits: Iterable[_Hit], places: Places) -> list[_Hit]:
    """The hits that no exception covers."""
    covered = {excepts: _covered(excepts, places) for excepts in {group.excepts, *group.terms.values()}}
    return [
        hit
        for hit in hits
        if not _cancelled(hit, covered[group.excepts]) and not _cancelled(hit, covered[group.terms[hit[3]]])
    ]


def _covered(excepts: tuple[TermId, ...], places: Places) -> _Covered:
    """By each word that an exception covers, the exceptions there."""
    covered: dict[tuple[int, int], list[Place]] = defaultdict(list)
    for term in excepts:
        for place in places.get(term, ()):
            for position in range(place[1], place[2] + 1):
                covered[place[0], position].append(place)
    return covered


def _cancelled(hit: _Hit, covered: _Covered) -> bool:
    return any(other[2] >= hit[2] for other in covered.get((hit[0], hit[1]), ()))


def _visible(group: WiredGroup, document: Document, field: int, first: int, last: int) -> bool:
    """Whether the group looks there; where lead and body share words, one of them counts."""
    if field == LEAD:
        repeated = Field.BODY in group.fields and last < document.shared
        return Field.LEAD in group.fields and not repeated
    if field == BODY and Field.BODY not in group.fields:
        return Field.LEAD in group.fields and not document.own_lead and document.shares(first, last)
    return FIELDS[field] in group.fields


def _longest(hits: list[_Hit]) -> list[_Hit]:
    """Of overlapping hits the longest, then the earliest; in reading order."""
    taken: set[tuple[int, int]] = set()
    kept = []
    for hit in sorted(hits, key=lambda hit: (hit[1] - hit[2], hit[0], hit[1], hit[3])):
        covered = {(hit[0], position) for position in range(hit[1], hit[2] + 1)}
        if not covered & taken:
            taken |= covered
            kept.append(hit)
    return sorted(kept)
