"""Which rules run: those in the files where they are good, else their last good versions; pure.

A rule is good where it compiles, its inline tests pass and no list that it names has a fault. A rule that has never
been good, with nothing wrong but a faulty list, runs without the faulty terms: that is more than nothing.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pipelines.rulebook import Look, StandingRule
from pipelines.rules.loader import Broken, RuleSet
from pipelines.rules.rule import CompiledRule
from pipelines.states import RuleId

SECOND_LOOK = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What runs now and what becomes of the book, with the reason where the files change nothing."""

    run: tuple[CompiledRule, ...]
    """Rules as they are written."""
    keep: tuple[StandingRule, ...] = ()
    """Last good versions that run instead of what is written, or not written any more."""
    adopt: tuple[CompiledRule, ...] = ()
    """Rules of `run` that become last good versions."""
    retire: tuple[RuleId, ...] = ()
    look: Look
    refusal: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a look at the desk's folder found."""

    folder: Path
    digest: str
    rule_set: RuleSet
    failing: frozenset[RuleId] = frozenset()
    """Rules of which an inline test fails."""
    unsettled: bool = False
    """The files changed while they were looked at."""


def changed(rules: Collection[CompiledRule], standing: Mapping[RuleId, StandingRule]) -> list[CompiledRule]:
    """The rules that are not, letter by letter, their last good versions."""
    return [rule for rule in rules if not _same(rule, standing.get(rule.rule_id))]


def decide(found: Found, standing: Mapping[RuleId, StandingRule], look: Look, now: datetime) -> Decision:
    """What runs now, where `standing` are the last good versions and `look` is what the last look found."""
    if found.unsettled:
        return _refused(found, standing, look, "the files are being written: they are read again at the next run")
    rule_set = found.rule_set
    good = tuple(rule for rule in rule_set.rules if not _bad(rule, found, standing))
    kept = _kept(found, standing, {rule.rule_id for rule in good})
    left = len(good) + len(kept)
    if standing and not left:
        why = "no rule is left: a desk without rules is taken for a mistake; to stop a rule, give it `status: retired`"
        return _refused(found, standing, Look(), why)
    if left * 2 < len(standing) and not _second_look(look, found.digest, now):
        same = look.shrunken == found.digest
        seen = Look(shrunken=found.digest, shrunken_at=look.shrunken_at if same else now)
        why = f"only {left} of {len(standing)} rules are left: unless they come back, that holds in a minute"
        return _refused(found, standing, seen, why)
    whole = not (kept or found.failing or rule_set.broken)
    return Decision(
        run=good,
        keep=kept,
        adopt=tuple(rule for rule in changed(good, standing) if rule.lists.isdisjoint(rule_set.faulty_lists)),
        retire=tuple(standing.keys() - {rule.rule_id for rule in good} - {rule.rule_id for rule in kept}),
        look=Look(whole=found.digest if whole else None),
    )


def _bad(rule: CompiledRule, found: Found, standing: Mapping[RuleId, StandingRule]) -> bool:
    if rule.rule_id in found.failing:
        return True
    return rule.rule_id in standing and not rule.lists.isdisjoint(found.rule_set.faulty_lists)


def _kept(found: Found, standing: Mapping[RuleId, StandingRule], good: Collection[RuleId]) -> tuple[StandingRule, ...]:
    """Standing rules that are in the files with a fault, or may be: in what cannot be read, or under another name.

    A rule that is gone from a file with a faulty rule of no known name may be that rule, its id mistyped.
    """
    bad = [rule for rule in found.rule_set.rules if rule.rule_id not in good]
    broken = [
        *found.rule_set.broken,
        *(Broken(file=rule.file.path, rule_id=rule.rule_id, was=rule.was) for rule in bad),
    ]
    named = {name for one in broken for name in (one.rule_id, one.was)}
    unread = {one.file for one in broken if one.rule_id not in standing}
    return tuple(
        rule
        for rule in standing.values()
        if rule.rule_id not in good
        and (rule.rule_id in named or found.folder in unread or found.folder / rule.file in unread)
    )


def _second_look(look: Look, digest: str, now: datetime) -> bool:
    return look.shrunken == digest and look.shrunken_at is not None and now - look.shrunken_at >= SECOND_LOOK


def _refused(found: Found, standing: Mapping[RuleId, StandingRule], look: Look, why: str) -> Decision:
    """Every last good version, and nothing else."""
    run = [rule for rule in found.rule_set.rules if _same(rule, standing.get(rule.rule_id))]
    running = {rule.rule_id for rule in run}
    keep = tuple(rule for rule in standing.values() if rule.rule_id not in running)
    return Decision(run=tuple(run), keep=keep, look=look, refusal=why)


def _same(rule: CompiledRule, standing: StandingRule | None) -> bool:
    return standing is not None and (rule.rule.version, rule.rule.source) == (standing.version, standing.source)
