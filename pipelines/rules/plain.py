"""Which rules ask for no more than that some groups hit, perhaps near each other, and that others do not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipelines.rules.clauses import And, Clause, Has, Near, Or
from pipelines.rules.rule import CompiledRule, Group, Term
from pipelines.states import TEXT_FIELDS

MOST_GROUPS = 4
"""Of a plain rule: with more it is judged as others are."""


@dataclass(frozen=True, slots=True)
class Plain:
    """What a plain rule asks for, its groups in the letters of their terms."""

    wanted: Mapping[str, frozenset[bytes]]
    """Groups that must all hit, by their names."""
    unwanted: tuple[frozenset[bytes], ...]
    """Groups of which none may."""
    words: int | None
    """How many words may stand between the two that are wanted, where that matters."""


def plain(rule: CompiledRule, letters: Mapping[Term, bytes | None]) -> Plain | None:
    """What the rule asks for, where that is plain; `letters` tells which terms are no more than letters."""
    wanted, unwanted = _wanted(rule.when), _unwanted(rule.unless)
    if wanted is None or unwanted is None or not rule.news <= set(wanted):
        return None
    groups = {name: _letters(rule.groups[name], letters) for name in (*wanted, *unwanted)}
    if len(wanted) + len(unwanted) > MOST_GROUPS or not all(groups.values()):
        return None
    return Plain(
        {name: groups[name] for name in wanted},
        tuple(groups[name] for name in unwanted),
        rule.when.words if isinstance(rule.when, Near) else None,
    )


def _letters(group: Group, letters: Mapping[Term, bytes | None]) -> frozenset[bytes]:
    """The group's terms, if it hits wherever their letters stand in the text, sentences apart; else none."""
    if group.fields != TEXT_FIELDS or group.excepts or any(group.terms.values()):
        return frozenset()
    found = frozenset([letters[term] for term in group.terms])
    return frozenset() if None in found else frozenset(one for one in found if one)


def _wanted(when: Clause) -> tuple[str, ...] | None:
    match when:
        case Has(field=None, group=group):
            return (group,)
        case And(parts=parts):
            return _names(parts)
        case Near(ordered=False, left=left, right=right) if left != right:
            return (left, right)
        case _:
            return None


def _unwanted(unless: Clause | None) -> tuple[str, ...] | None:
    match unless:
        case None:
            return ()
        case Has(field=None, group=group):
            return (group,)
        case Or(parts=parts):
            return _names(parts)
        case _:
            return None


def _names(parts: Iterable[Clause]) -> tuple[str, ...] | None:
    names = [part.group if isinstance(part, Has) and part.field is None else None for part in parts]
    known = tuple(dict.fromkeys(name for name in names if name is not None))
    return None if None in names else known
