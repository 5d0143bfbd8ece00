"""From the places of terms to the hits of a group: its fields, its exceptions, the longest of overlapping hits."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipelines.rules.clauses import Found
from pipelines.rules.document import Document
from pipelines.rules.rule import Group, Term
from pipelines.rules.search import Span, Spans, TermId
from pipelines.states import Field


@dataclass(frozen=True, slots=True)
class WiredGroup:
    """A group whose terms are numbers of the index."""

    terms: Mapping[TermId, tuple[TermId, ...]]
    """Each with the exceptions of its own list."""
    excepts: tuple[TermId, ...]
    fields: frozenset[Field]
    weight: int


def wire(group: Group, ids: Mapping[Term, TermId]) -> WiredGroup:
    """The group in the numbers of an index."""
    return WiredGroup(
        {ids[term]: tuple(ids[cancelling] for cancelling in excepts) for term, excepts in group.terms.items()},
        tuple(ids[term] for term in group.excepts),
        group.fields,
        group.weight,
    )


def find_hits(group: WiredGroup, document: Document, spans: Spans) -> Sequence[Found]:
    """What the group hits, in reading order; no two hits overlap."""
    cancelling = {excepts: _covered(excepts, spans) for excepts in {group.excepts, *group.terms.values()}}
    hits = [
        (span, term)
        for term in spans.keys() & group.terms.keys()
        for span in spans[term]
        if not _cancelled(span, cancelling[group.excepts])
        and not _cancelled(span, cancelling[group.terms[term]])
        and _visible(group, document, span)
    ]
    return [_found(group, document, span, term) for span, term in _longest(hits)]


Covered = Mapping[tuple[Field, int], Sequence[Span]]


def _covered(excepts: tuple[TermId, ...], spans: Spans) -> Covered:
    """By each word that an exception covers, the exceptions there."""
    covered: dict[tuple[Field, int], list[Span]] = defaultdict(list)
    for term in excepts:
        for span in spans.get(term, ()):
            for position in range(span.first, span.last + 1):
                covered[span.field, position].append(span)
    return covered


def _cancelled(span: Span, covered: Covered) -> bool:
    return any(other.last >= span.last for other in covered.get((span.field, span.first), ()))


def _visible(group: WiredGroup, document: Document, span: Span) -> bool:
    """Whether the group looks there; where lead and body share words, one of them counts."""
    if span.field is Field.LEAD:
        repeated = Field.BODY in group.fields and span.last < document.shared
        return Field.LEAD in group.fields and not repeated
    if span.field is Field.BODY and Field.BODY not in group.fields:
        return Field.LEAD in group.fields and not document.own_lead and _in_shared(document, span)
    return span.field in group.fields


def _in_shared(document: Document, span: Span) -> bool:
    return document.body_from <= span.first and span.last < document.body_from + document.shared


def _longest(hits: Iterable[tuple[Span, TermId]]) -> list[tuple[Span, TermId]]:
    """Of overlapping hits the longest, then the earliest; in reading order."""
    taken: set[tuple[Field, int]] = set()
    kept = []
    for span, term in sorted(hits, key=lambda hit: (hit[0].first - hit[0].last, hit[0].first, hit[1])):
        places = {(span.field, position) for position in range(span.first, span.last + 1)}
        if not places & taken:
            taken |= places
            kept.append((span, term))
    return sorted(kept, key=lambda hit: (_ORDER[hit[0].field], hit[0].first))


def _found(group: WiredGroup, document: Document, span: Span, term: TermId) -> Found:
    words = document.fields[span.field]
    return Found(
        field=span.field,
        first=span.first,
        last=span.last,
        start=words.starts[span.first],
        end=words.ends[span.last],
        sentence=words.sentences[span.first],
        term=term,
        in_lead=Field.LEAD in group.fields
        and (span.field is Field.LEAD or (span.field is Field.BODY and _in_shared(document, span))),
    )


_ORDER = {field: number for number, field in enumerate(Field)}
