"""What else is wrong in a rule whose record is faulty already, told from what is written; pure.

An author mends all of it at once, and not one fault after the other.
"""

from collections.abc import Collection, Iterator, Mapping

from pipelines.desk_files.reading import Data, DeskFile, Fault, suggest_or_list
from pipelines.rules.conditions import parse_condition
from pipelines.rules.expression import parse
from pipelines.rules.lists import Lists
from pipelines.rules.schema import two_forms

Loc = tuple[str | int, ...]
SHORT = ("any", "and_any", "unless_any")
ANY_WEIGHT = 1_000_000
"""Of a group whose own is no number: no score is out of its reach."""


def beside(file: DeskFile, loc: Loc, lists: Lists) -> Iterator[Fault]:
    """Faults of the rule at `loc` that its record was too faulty to show."""
    rule = file.at(*loc)
    if not isinstance(rule, dict):
        return
    form = two_forms([key for key, value in rule.items() if value is not None])
    if form:
        yield file.fault(loc, form)
    groups = _groups(rule)
    for key in (*SHORT, "terms"):
        yield from _unknown_lists(file, (*loc, key), lists)
    for key in ("when", "unless"):
        text = rule.get(key)
        for at, message in parse(text, groups)[1] if isinstance(text, str) and groups else ():
            yield Fault(file.path, *file.place_in((*loc, key), at), message)
    yield from _conditions(file, (*loc, "story", "again_when"), groups)
    yield from unknown_hits(file, (*loc, "tests"), groups)


def _groups(rule: Mapping[str, Data]) -> dict[str, int]:
    """The names of the groups, with their weights."""
    terms = rule.get("terms")
    if not isinstance(terms, dict):
        return {name: 0 for name in SHORT if name in rule}
    weights = {name: group.get("weight", 0) if isinstance(group, dict) else None for name, group in terms.items()}
    return {name: weight if isinstance(weight, int) else ANY_WEIGHT for name, weight in weights.items()}


def _unknown_lists(file: DeskFile, loc: Loc, lists: Lists) -> Iterator[Fault]:
    data = file.at(*loc)
    if isinstance(data, dict):
        name = data.get("list")
        if isinstance(name, str) and name and name not in lists.terms:
            yield file.fault(loc, lists.unknown(name))
    inner = data if isinstance(data, dict) else range(len(data)) if isinstance(data, list) else ()
    for part in inner:
        yield from _unknown_lists(file, (*loc, part), lists)


def _conditions(file: DeskFile, loc: Loc, groups: Mapping[str, int]) -> Iterator[Fault]:
    conditions = file.at(*loc)
    for number, text in enumerate(conditions if isinstance(conditions, list) else ()):
        wrong = parse_condition(text, groups)[1] if isinstance(text, str) else None
        if wrong:
            yield Fault(file.path, *file.place_in((*loc, number), wrong[0]), wrong[1])


def unknown_hits(file: DeskFile, loc: Loc, groups: Collection[str]) -> Iterator[Fault]:
    """A fault at each group that the tests at `loc` name and that is none."""
    tests = file.at(*loc)
    for number in range(len(tests) if isinstance(tests, list) else 0):
        hits = file.at(*loc, number, "hits")
        for name in hits if isinstance(hits, dict) else ():
            if name not in groups:
                message = f"unknown group `{name}`{suggest_or_list(name, groups)}"
                yield file.fault((*loc, number, "hits", name), message, key=True)
