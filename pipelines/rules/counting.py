"""Joins volume rules to the rules that they count; pure."""

from collections.abc import Container, Iterator, Mapping
from dataclasses import replace

from pipelines.desk_files.reading import Fault, suggest_or_list
from pipelines.policy import FeedScope, Volume
from pipelines.rules.rule import CompiledRule
from pipelines.states import RuleId, RuleStatus

Rules = Mapping[RuleId, CompiledRule]
SILENT = frozenset({RuleStatus.DRAFT, RuleStatus.RETIRED})


def join(
    rules: Rules, elsewhere: Container[RuleId] | None, beside: Rules
) -> tuple[dict[RuleId, CompiledRule], dict[RuleId, list[Fault]]]:
    """The rules, each volume with the scopes of those it counts, and by rule the names in `of` that cannot be counted.

    They may count those `beside` them as well. `elsewhere` are rules that are neither and may run all the same; None
    where that may be any.
    """
    known = {**beside, **rules}
    faults: dict[RuleId, list[Fault]] = {}
    joined = dict(rules)
    for rule_id, rule in rules.items():
        if rule.rule.volume:
            wrong = list(_wrong(rule, known, elsewhere))
            joined[rule_id] = _with_scopes(rule, rule.rule.volume, known)
            faults |= {rule_id: wrong} if wrong else {}
    return joined, faults


def _wrong(rule: CompiledRule, rules: Rules, elsewhere: Container[RuleId] | None) -> Iterator[Fault]:
    names = rule.file.at(*rule.loc, "volume", "of")
    for number, name in enumerate(names if isinstance(names, list) else ()):
        counted = RuleId(str(name))
        where = ("volume", "of", number)
        if counted == rule.rule_id:
            yield rule.fault("a volume cannot count itself", *where)
        elif counted in rules:
            if rules[counted].rule.volume:
                yield rule.fault(f"`{counted}` is a volume itself: name the rules that it counts", *where)
            elif rules[counted].rule.status in SILENT:
                status = rules[counted].rule.status
                yield rule.fault(f"`{counted}` is a {status} rule, which matches nothing: let it run in shadow", *where)
        elif elsewhere is not None and counted not in elsewhere:
            others = [other for other in rules if not rules[other].rule.volume]
            yield rule.fault(f"no rule `{counted}`{suggest_or_list(counted, others)}", *where)


def _with_scopes(rule: CompiledRule, volume: Volume, rules: Rules) -> CompiledRule:
    scopes = tuple(dict.fromkeys(_scope(rules[name]) for name in volume.of if name in rules))
    return replace(rule, rule=replace(rule.rule, volume=replace(volume, scopes=scopes)))


def _scope(rule: CompiledRule) -> FeedScope:
    scope = rule.scope
    return FeedScope(languages=scope.languages, tags=scope.feed_tags, not_tags=scope.not_feed_tags)
