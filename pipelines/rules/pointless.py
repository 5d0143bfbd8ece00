"""Warnings about what changes nothing in a rule, found by trying every combination of its groups; pure.

A group that is there is there everywhere and often, so that every clause about it can hold: what then never matters,
never does.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import product

from pipelines.about import About
from pipelines.desk_files.reading import Fault, Level
from pipelines.model import Content
from pipelines.rules.clauses import And, Clause, Count, Found, GroupHits, Has, Hits, Joined, Not, Score, Several
from pipelines.rules.document import FIELDS, Document
from pipelines.rules.rule import CompiledRule, Group
from pipelines.states import Field

MOST_GROUPS = 8
"""256 combinations; twice as many for each further group."""
FEWEST_HITS = 3

Verdicts = Mapping[tuple[bool, ...], bool]


def pointless(rule: CompiledRule) -> Iterator[Fault]:
    """Warnings: a rule that can never match, a group that decides nothing."""
    names = sorted(rule.groups.keys() & _used(rule))
    if not 0 < len(names) <= MOST_GROUPS:
        return
    verdicts = _verdicts(rule, names)
    if not any(verdicts.values()):
        if not any(_may_match(rule, here) for _, here in _combinations(rule, names)):
            yield rule.fault("this rule can never match, whatever is there", *_place(rule), level=Level.WARNING)
        return
    for number, name in enumerate(names):
        if name not in rule.news and all(
            verdict == verdicts.get(_flipped(there, number), verdict) for there, verdict in verdicts.items()
        ):
            message = f"group `{name}` decides nothing: with it and without it the rule says the same"
            loc = (name,) if rule.file.at(*rule.loc, name) is not None else ("terms", name)
            yield rule.fault(message, *loc, level=Level.WARNING, key=True)


def _used(rule: CompiledRule) -> frozenset[str]:
    return rule.when.groups() | (rule.unless.groups() if rule.unless else frozenset())


def _place(rule: CompiledRule) -> tuple[str, ...]:
    return ("when",) if rule.file.at(*rule.loc, "when") is not None else ("id",)


def _flipped(there: tuple[bool, ...], number: int) -> tuple[bool, ...]:
    return (*there[:number], not there[number], *there[number + 1 :])


def _verdicts(rule: CompiledRule, names: list[str]) -> Verdicts:
    """What the rule says of each combination of groups that are there."""
    return {
        there: bool(rule.when.truth(here)) and not (rule.unless is not None and rule.unless.truth(here))
        for there, here in _combinations(rule, names)
    }


def _combinations(rule: CompiledRule, names: list[str]) -> Iterator[tuple[tuple[bool, ...], Hits]]:
    """Which groups are there, and their hits."""
    most = max((_most(clause) for clause in (rule.when, rule.unless) if clause), default=0)
    hits = {name: _everywhere(rule.groups[name], max(most, FEWEST_HITS)) for name in names}
    none = {name: hits[name]._replace(found=()) for name in names}
    implied = [
        (number, other)
        for number, name in enumerate(names)
        for other, wider in enumerate(names)
        if name != wider and _implies(rule.groups[name], rule.groups[wider])
    ]
    for there in product((False, True), repeat=len(names)):
        if any(there[number] and not there[other] for number, other in implied):
            continue
        yield there, {name: hits[name] if shown else none[name] for name, shown in zip(names, there, strict=True)}


def _implies(narrow: Group, wide: Group) -> bool:
    """Whether the one group cannot hit where the other does not."""
    same = narrow.fields <= wide.fields and set(wide.excepts) <= set(narrow.excepts)
    return same and all(set(wide.terms.get(term, (term,))) <= set(cancel) for term, cancel in narrow.terms.items())


def _may_match(rule: CompiledRule, hits: Hits) -> bool:
    """Whether the rule can match where these groups are there somewhere, not everywhere."""
    return _may_hold(rule.when, hits) and not (rule.unless is not None and _must_hold(rule.unless, hits))


def _may_hold(clause: Clause, hits: Hits) -> bool:
    if isinstance(clause, Joined):
        return (all if isinstance(clause, And) else any)(_may_hold(part, hits) for part in clause.parts)
    return not _must_hold(clause.part, hits) if isinstance(clause, Not) else bool(clause.truth(hits))


def _must_hold(clause: Clause, hits: Hits) -> bool:
    """A clause about where or how often a group stands need not hold because it is there."""
    if isinstance(clause, Joined):
        return (all if isinstance(clause, And) else any)(_must_hold(part, hits) for part in clause.parts)
    if isinstance(clause, Not):
        return not _may_hold(clause.part, hits)
    anywhere = isinstance(clause, Score | Several) or (isinstance(clause, Has) and clause.field is None)
    return anywhere and bool(clause.truth(hits))


def _most(clause: Clause) -> int:
    """The most hits that a part of the clause asks for."""
    if isinstance(clause, Joined):
        return max(map(_most, clause.parts))
    if isinstance(clause, Not):
        return _most(clause.part)
    return clause.least if isinstance(clause, Count) else 0


def _everywhere(group: Group, times: int) -> GroupHits:
    """Hits of the group on each of the first words of each of its fields, its terms in turn."""
    document = _document(times)
    terms = max(len(group.terms), 1)
    found = [
        Found(number, position, position, position % terms, document)
        for number, field in enumerate(FIELDS)
        if field in group.fields
        for position in range(times)
    ]
    return GroupHits(found, group.weight, frozenset(), Field.LEAD in group.fields)


@lru_cache(maxsize=8)
def _document(words: int) -> Document:
    """An article with as many words in each field, the lead's other than the body's."""
    about = About(url="u " * words, source="s " * words, tags=frozenset({"g " * words}))
    content = Content(title="t " * words, lead="l " * words, body="b " * words, authors=("a " * words,), about=about)
    return Document(content, whole=True)
