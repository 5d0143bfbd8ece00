"""Groups in the numbers of an index of terms."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from pipelines.rules.rule import Group
from pipelines.rules.search import Sign, TermId, TermIndex
from pipelines.states import TEXT_FIELDS, Field


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
    plain: bool
    """Whether it hits wherever the letters of a term stand in the text, sentences apart."""

    @cached_property
    def everywhere(self) -> bool:
        """Whether it looks at the whole text."""
        return self.fields >= TEXT_FIELDS

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
        patterns = tuple(term for term in (*terms, *cancelling) if index.terms[term].pattern is not None)
        return WiredGroup(
            terms,
            excepts,
            group.fields,
            group.weight,
            patterns,
            signs,
            frozenset(sign for term in cancelling for sign in index.signs(term)),
            group.fields == TEXT_FIELDS and not cancelling and all(map(index.sure, terms)),
        )
