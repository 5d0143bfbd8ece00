"""From the places of terms to the hits of a group: its fields, its exceptions, the longest of overlapping hits."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from pipelines.model import Hit
from pipelines.rules.clauses import Found, GroupHits
from pipelines.rules.document import BODY, FIELDS, LEAD, Document
from pipelines.rules.rule import Group
from pipelines.rules.search import Place, Search, Sign, TermId, TermIndex
from pipelines.states import TEXT_FIELDS, Field

_NOWHERE: frozenset[Field] = frozenset()


@dataclass(frozen=True, eq=False)
class WiredGroup:
    """A group whose terms are numbers of the index; equal groups of many rules are one."""

    terms: Mapping[TermId, tuple[TermId, ...]]
    """Each with the exceptions of its own list."""
    excepts: tuple[TermId, ...]
    fields: frozenset[Field]
    weight: int
    patterns: tuple[TermId, ...]
    """Those of its terms and exceptions that are patterns."""
    signs: Mapping[Sign, tuple[TermId, ...]]
    """By what tells of them, the terms."""
    cancelling: frozenset[Sign]
    """What tells of its exceptions."""

    @cached_property
    def everywhere(self) -> bool:
        """Whether it looks at the whole text."""
        return self.fields >= TEXT_FIELDS

    @cached_property
    def nothing(self) -> GroupHits:
        """What it says of an article without any of its terms."""
        return GroupHits((), self.weight, _NOWHERE)

    @cached_property
    def leads(self) -> bool:
        """Whether it looks at the lead."""
        return Field.LEAD in self.fields


class Wiring:
    """Puts groups in the numbers of an index; equal groups become one."""

    def __init__(self, index: TermIndex) -> None:
        self._index = index
        self._known: dict[object, WiredGroup] = {}

    def wired(self, group: Group) -> WiredGroup:
        """The group; each of its terms is looked up once, for there may be a hundred thousand."""
        ids = self._index.ids
        terms = {ids[term]: tuple([ids[one] for one in excepts]) for term, excepts in group.terms.items()}
        excepts = tuple([ids[term] for term in group.excepts])
        key = (tuple(terms.items()), excepts, group.fields, group.weight)
        if key not in self._known:
            self._known[key] = self._wire(terms, excepts, group)
        return self._known[key]

    def _wire(self, terms: dict[TermId, tuple[TermId, ...]], excepts: tuple[TermId, ...], group: Group) -> WiredGroup:
        index = self._index
        signs: dict[Sign, tuple[TermId, ...]] = {}
        for term in terms:
            for sign in index.signs(term):
                signs[sign] = (*signs.get(sign, ()), term)
        cancelling = frozenset(excepts).union(*terms.values())
        return WiredGroup(
            terms,
            excepts,
            group.fields,
            group.weight,
            tuple(term for term in (*terms, *cancelling) if index.terms[term].pattern is not None),
            signs,
            frozenset(sign for term in cancelling for sign in index.signs(term)),
        )


Evidence = tuple[int, int, int, str, Hit]
"""A hit with what it is sorted by: its field's number, start, end and group."""


class Reading:
    """What is found in one article, each group's hits worked out once for all the rules that share it."""

    def __init__(self, index: TermIndex, document: Document) -> None:
        self.document = document
        self.search = Search(index, document)
        self._hits: dict[WiredGroup, GroupHits] = {}
        self._evidence: dict[tuple[str, WiredGroup], Sequence[Evidence]] = {}

    def hits(self, group: WiredGroup) -> GroupHits:
        """What the group hits, in reading order; no two hits overlap."""
        found = self._hits.get(group)
        if found is None:
            if group.patterns:
                self.search.search_patterns(group.patterns)
            hits = _hits(group, self.document, self.search)
            found = self._hits[group] = GroupHits(hits, group.weight, _NOWHERE) if hits else group.nothing
        return found

    def evidence(self, name: str, group: WiredGroup) -> Sequence[Evidence]:
        """The group's hits as the desk is shown them, under the group's name in a rule."""
        evidence = self._evidence.get((name, group))
        if evidence is None:
            evidence = self._evidence[name, group] = [self._shown(name, found) for found in self.hits(group).found]
        return evidence

    def _shown(self, name: str, found: Found) -> Evidence:
        words = self.document.words[found.field]
        start, end = words.starts[found.first], words.ends[found.last]
        hit = Hit(group=name, field=FIELDS[found.field], start=start, end=end, text=words.text[start:end])
        return found.field, start, end, name, hit


def _hits(group: WiredGroup, document: Document, search: Search) -> Sequence[Found]:
    signs = search.signs.keys() & group.signs.keys()
    if not signs:
        return ()
    terms = {term for sign in signs for term in group.signs[sign]}
    hits = [(*place, term) for term in terms for place in search.places(term)]
    if group.cancelling and not group.cancelling.isdisjoint(search.signs):
        hits = _left(group, hits, search)
    if document.own_lead or document.whole or not group.everywhere:
        hits = [hit for hit in hits if _visible(group, document, *hit[:3])]
    if len(hits) > 1:
        hits.sort()
        if any(one[0] == after[0] and one[2] >= after[1] for one, after in pairwise(hits)):
            hits = _longest(hits)
    return [Found(field, first, last, term, document, group.leads) for field, first, last, term in hits]


_Hit = tuple[int, int, int, TermId]
_Covered = Mapping[tuple[int, int], Sequence[Place]]


def _left(group: WiredGroup, hits: Iterable[_Hit], search: Search) -> list[_Hit]:
    """The hits that no exception covers."""
    covered = {excepts: _covered(excepts, search) for excepts in {group.excepts, *group.terms.values()}}
    return [
        hit
        for hit in hits
        if not _cancelled(hit, covered[group.excepts]) and not _cancelled(hit, covered[group.terms[hit[3]]])
    ]


def _covered(excepts: tuple[TermId, ...], search: Search) -> _Covered:
    """By each word that an exception covers, the exceptions there."""
    covered: dict[tuple[int, int], list[Place]] = defaultdict(list)
    for term in excepts:
        for place in search.places(term):
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
