"""The clauses of `when` and `unless`, judged over the hits of one article.

A clause is True, False, or None where text still to come decides. Where no group is growing it is never None.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pipelines.rules.document import BODY, FIELDS, LEAD, Document
from pipelines.rules.nearness import apart, gaps, gaps_before
from pipelines.states import Field


class Found(NamedTuple):
    """One hit: words [first, last] of a field.

    Fields are numbers here, in the order of FIELDS: members of an enumeration are dear to compare and to look up.
    """

    field: int
    first: int
    last: int
    term: int
    """Which term."""
    document: Document

    @property
    def sentence(self) -> int:
        """Number of its sentence in the field."""
        return self.document.words[self.field].sentences[self.first]


class GroupHits(NamedTuple):
    """What one group found, in reading order; `growing` holds the fields in which more text may come."""

    found: Sequence[Found]
    weight: int
    growing: frozenset[Field]
    leads: bool
    """Whether the group looks into the lead."""

    @property
    def truth(self) -> bool | None:
        """True with a hit, None where one may still come."""
        return True if self.found else None if self.growing else False

    def in_lead(self) -> bool:
        """Whether a hit is in the lead, which may be no more than a view of the body."""
        return self.leads and any(
            one.field == LEAD or (one.field == BODY and one.document.shares(one.first, one.last)) for one in self.found
        )


Hits = Mapping[str, GroupHits]


@dataclass(frozen=True, slots=True)
class Clause(ABC):
    """A part of an expression; `text` is how the author wrote it."""

    text: str

    @abstractmethod
    def truth(self, hits: Hits) -> bool | None:
        """Whether the clause holds."""

    @abstractmethod
    def groups(self) -> frozenset[str]:
        """Names of the groups it looks at."""

    def measure(self, hits: Hits) -> Iterator[str]:
        """The numbers behind a clause that holds."""
        yield from ()

    def deciding(self, hits: Hits) -> "Clause":
        """The part that made a true clause true."""
        return self


@dataclass(frozen=True, slots=True)
class Joined(Clause, ABC):
    """Clauses joined by one word."""

    parts: tuple[Clause, ...]

    def groups(self) -> frozenset[str]:
        return frozenset().union(*(part.groups() for part in self.parts))


@dataclass(frozen=True, slots=True)
class And(Joined):
    """All parts hold."""

    def truth(self, hits: Hits) -> bool | None:
        return _least(part.truth(hits) for part in self.parts)

    def measure(self, hits: Hits) -> Iterator[str]:
        for part in self.parts:
            yield from part.deciding(hits).measure(hits)


@dataclass(frozen=True, slots=True)
class Or(Joined):
    """Any part holds."""

    def truth(self, hits: Hits) -> bool | None:
        maybe: bool | None = False
        for part in self.parts:
            truth = part.truth(hits)
            if truth:
                return True
            maybe = None if truth is None else maybe
        return maybe

    def deciding(self, hits: Hits) -> Clause:
        return next((part.deciding(hits) for part in self.parts if part.truth(hits)), self)


@dataclass(frozen=True, slots=True)
class Not(Clause):
    """The part does not hold; what is true already cannot be undone by more text."""

    part: Clause

    def truth(self, hits: Hits) -> bool | None:
        truth = self.part.truth(hits)
        return None if truth is None else not truth

    def groups(self) -> frozenset[str]:
        return self.part.groups()


@dataclass(frozen=True, slots=True)
class Has(Clause):
    """The group hits, in the title or the lead where one is asked for."""

    group: str
    field: Field | None = None

    def truth(self, hits: Hits) -> bool | None:
        group = hits[self.group]
        if self.field is None:
            return group.truth
        number = FIELDS.index(self.field)
        if group.in_lead() if number == LEAD else any(found.field == number for found in group.found):
            return True
        return None if self.field in group.growing else False

    def groups(self) -> frozenset[str]:
        return frozenset({self.group})


@dataclass(frozen=True, slots=True)
class Pair(Clause, ABC):
    """A clause about where the hits of two groups stand; no pair lies across two fields."""

    left: str
    right: str

    def groups(self) -> frozenset[str]:
        return frozenset({self.left, self.right})

    def truth(self, hits: Hits) -> bool | None:
        if self.holds(hits[self.left], hits[self.right]):
            return True
        return None if hits[self.left].growing & hits[self.right].growing else False

    @abstractmethod
    def holds(self, left: GroupHits, right: GroupHits) -> bool:
        """Whether the hits there are stand so."""


@dataclass(frozen=True, slots=True)
class Near(Pair):
    """At most `words` words between the nearer edges of two hits; sentences do not matter."""

    words: int
    ordered: bool = False
    """True where the left one must end before the right one begins."""

    def holds(self, left: GroupHits, right: GroupHits) -> bool:
        gap = self.gap(left.found, right.found)
        return gap is not None and gap <= self.words

    def gap(self, left: Sequence[Found], right: Sequence[Found]) -> int | None:
        """The fewest words between a hit of each; 0 where they overlap; None without a pair in one field."""
        ordered = self.ordered or self.left == self.right  # of one group's hits none is near itself
        found = gaps_before(left, right) if ordered else [*gaps(left, right), *gaps(right, left)]
        return min(found, default=None)

    def measure(self, hits: Hits) -> Iterator[str]:
        yield apart(self.gap(hits[self.left].found, hits[self.right].found) or 0)


@dataclass(frozen=True, slots=True)
class SameSentence(Pair):
    """Two hits stand in one sentence."""

    def holds(self, left: GroupHits, right: GroupHits) -> bool:
        places = {(found.field, found.sentence) for found in left.found}
        if self.left == self.right:
            return len(places) < len(left.found)
        return any((found.field, found.sentence) in places for found in right.found)


@dataclass(frozen=True, slots=True)
class Count(Clause):
    """At least so many hits of a group, or so many of its different terms."""

    group: str
    least: int
    distinct: bool

    def groups(self) -> frozenset[str]:
        return frozenset({self.group})

    def truth(self, hits: Hits) -> bool | None:
        if self.count(hits) >= self.least:
            return True
        return None if hits[self.group].growing else False

    def count(self, hits: Hits) -> int:
        """Hits, or different terms that hit."""
        found = hits[self.group].found
        return len({one.term for one in found}) if self.distinct else len(found)

    def measure(self, hits: Hits) -> Iterator[str]:
        yield f"{self.count(hits)} {'different terms' if self.distinct else 'mentions'}"


@dataclass(frozen=True, slots=True)
class Score(Clause):
    """The weights of the groups that hit add up to at least so much."""

    least: int
    weighted: frozenset[str]

    def groups(self) -> frozenset[str]:
        return self.weighted

    def truth(self, hits: Hits) -> bool | None:
        sure = sum(hits[name].weight for name in self.weighted if hits[name].truth)
        maybe = [hits[name].weight for name in self.weighted if hits[name].truth is None]
        if sure + sum(weight for weight in maybe if weight < 0) >= self.least:
            return True
        return None if sure + sum(weight for weight in maybe if weight > 0) >= self.least else False

    def measure(self, hits: Hits) -> Iterator[str]:
        yield f"score {sum(hits[name].weight for name in self.weighted if hits[name].truth)}"


@dataclass(frozen=True, slots=True)
class Several(Clause):
    """At least so many of the named groups hit."""

    least: int
    names: tuple[str, ...]

    def groups(self) -> frozenset[str]:
        return frozenset(self.names)

    def truth(self, hits: Hits) -> bool | None:
        truths = [hits[name].truth for name in self.names]
        if truths.count(True) >= self.least:
            return True
        return None if truths.count(True) + truths.count(None) >= self.least else False

    def measure(self, hits: Hits) -> Iterator[str]:
        yield " and ".join(name for name in self.names if hits[name].truth)


def _least(truths: Iterable[bool | None]) -> bool | None:
    known: bool | None = True
    for truth in truths:
        if truth is False:
            return False
        known = None if truth is None else known
    return known
