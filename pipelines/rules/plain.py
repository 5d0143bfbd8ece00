"""Which rules ask for no more than that some groups hit, perhaps near each other, and that others do not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipelines.rules.clauses import And, Clause, Has, Near, Or
from pipelines.rules.rule import CompiledRule
from pipelines.rules.wiring import WiredGroup

MOST_GROUPS = 4
"""Of a plain rule: with more it is judged as others are."""


@dataclass(frozen=True, slots=True)
class Plain:
    """What a plain rule asks for: at most MOST_GROUPS groups, each of them plain."""

    wanted: tuple[str, ...]
    """Groups that must all hit."""
    unwanted: tuple[str, ...]
    """Groups of which none may."""
    words: int | None
    """How many words may stand between the two that are wanted, where that matters."""


def plain(rule: CompiledRule, groups: Mapping[str, WiredGroup]) -> Plain | None:
    """What the rule asks for, where that is plain."""
    wanted, unwanted = _wanted(rule.when), _unwanted(rule.unless)
    if wanted is None or unwanted is None or not rule.news <= set(wanted):
        return None
    names = (*wanted, *unwanted)
    if len(names) > MOST_GROUPS or not all(groups[name].plain for name in names):
        return None
    return Plain(wanted, unwanted, rule.when.words if isinstance(rule.when, Near) else None)


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
