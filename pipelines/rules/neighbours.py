"""Warnings that need more than one rule or file: rules that say the same, lists that lack a language; pure."""

import re
from collections.abc import Iterator

from pipelines.desk_files.reading import Data, DeskFile, Fault, Level
from pipelines.rules.clauses import Clause
from pipelines.rules.expression import NAME
from pipelines.rules.loader import RuleSet
from pipelines.rules.rule import CompiledRule, Group
from pipelines.states import RuleStatus


def twins(rule_set: RuleSet) -> Iterator[Fault]:
    """A warning at each rule that matches what an earlier one matches, as far as their words show it."""
    first: dict[tuple[object, ...], CompiledRule] = {}
    for rule in rule_set.rules:
        if rule.rule.status is RuleStatus.RETIRED or not rule.groups:
            continue
        other = first.setdefault(_meaning(rule), rule)
        if other is not rule:
            message = f"this rule matches the same articles as `{other.rule_id}`"
            yield rule.fault(message, "id", level=Level.WARNING)


def languages_missing(rule_set: RuleSet) -> Iterator[Fault]:
    """A warning where a rule's scope names a language for which a list that it uses has no terms."""
    file = rule_set.lists_file
    if file is None:
        return
    for rule in rule_set.rules:
        for name in sorted(rule.lists):
            known = _languages(file, name, frozenset())
            missing = sorted(rule.scope.languages - known) if known else []
            if missing:
                message = f"list `{name}` has no terms for {', '.join(missing)}, which this scope names"
                yield rule.fault(message, "scope", "languages", level=Level.WARNING)


def _languages(file: DeskFile, name: str, within: frozenset[str]) -> frozenset[str]:
    """The languages that a list and the lists in it are sorted by; none where it is not sorted."""
    terms = file.at("lists", name, "any")
    if not isinstance(terms, dict) or name in within:
        return frozenset()
    inner = (one for part in terms.values() if isinstance(part, list) for one in _lists_in(part))
    return frozenset(terms).union(*(_languages(file, one, within | {name}) for one in inner))


def _lists_in(terms: list[Data]) -> Iterator[str]:
    for term in terms:
        name = term.get("list") if isinstance(term, dict) else None
        if isinstance(name, str):
            yield name


def _meaning(rule: CompiledRule) -> tuple[object, ...]:
    """What decides a match, the names of the groups left out."""
    groups = {name: _group(group) for name, group in rule.groups.items()}
    scope = rule.scope
    return (
        *(scope.languages, scope.feed_tags, scope.not_feed_tags),
        *(_unnamed(clause, groups) for clause in (rule.when, rule.unless)),
    )


def _group(group: Group) -> str:
    terms = sorted(f"{term.key} {sorted(one.key for one in excepts)}" for term, excepts in group.terms.items())
    excepts = sorted(term.key for term in group.excepts)
    return f"<{sorted(group.fields)} {group.weight} {terms} {excepts}>"


def _unnamed(clause: Clause | None, groups: dict[str, str]) -> str:
    return re.sub(NAME, lambda found: groups.get(found[0], found[0].lower()), clause.text) if clause else ""
