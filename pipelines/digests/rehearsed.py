"""What a digest tells that no step has stored: what rules all but matched, and what they would have told before."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from pipelines.digests.records import Facts, Near
from pipelines.rehearsal.archive import Archive
from pipelines.rehearsal.backtest import Backtest, Sample
from pipelines.rehearsal.near_misses import NearMiss
from pipelines.rehearsal.nearest import Nearest
from pipelines.rules.rule import CompiledRule
from pipelines.states import RuleId, RuleStatus
from pipelines.steps.progress import Budget

NEAR_SHOWN = 5
WOULD_SHOWN = 12
DAY = timedelta(days=1)
OF_A_RULE = 20
"""Near misses of a rule that are counted: more say that the rule is drawn too narrowly, however many."""


def with_near_misses(facts: Facts, rules: Sequence[CompiledRule], archive: Archive, budget: Budget) -> Facts:
    """The facts with the articles of the period that a live rule all but matched, as far as time allows."""
    nearest = Nearest([rule for rule in rules if rule.rule.status is RuleStatus.LIVE], OF_A_RULE)
    whole = True
    for texts in archive.texts(facts.starts_at):
        if budget.spent:
            whole = False
            break
        nearest.take([one for one in texts if not one.revision.article.backlog and one.moment < facts.ends_at])
    found = nearest.nearest()
    return replace(
        facts,
        near=tuple(_near(rule_id, near) for rule_id, near in found[:NEAR_SHOWN]),
        near_misses=len(found),
        near_all=whole,
    )


def with_yesterday(facts: Facts, rules: Sequence[CompiledRule], archive: Archive, budget: Budget) -> Facts:
    """The facts with what live rules would have told of the day before, out of what lay in the feeds already."""
    live = [rule for rule in rules if rule.rule.status is RuleStatus.LIVE]
    since = facts.ends_at - DAY
    trial, looked = Backtest(live, None, since=since, now=facts.ends_at), 0
    for texts in archive.texts(since):
        lay = [one for one in texts if one.revision.article.backlog and since <= one.moment <= facts.ends_at]
        trial.take(lay)
        looked += len(lay)
        if budget.spent:
            break
    told = [(tried.rule.rule_id, sample) for tried in trial.result().rules for sample in tried.told.samples]
    told.sort(key=lambda one: one[1].at, reverse=True)
    return replace(
        facts,
        rules_running=len(live),
        would=tuple(_would(rule_id, sample) for rule_id, sample in told[:WOULD_SHOWN]),
        would_be=sum(tried.told.number for tried in trial.result().rules),
        articles=looked,
    )


def _near(rule_id: RuleId, near: NearMiss) -> Near:
    revision = near.archived.revision
    return Near(
        rule_id=rule_id,
        headline=revision.content.title,
        outlet=revision.article.outlet.title,
        link=revision.article.link,
        short=near.what if near.clause in near.what else f"{near.what}: {near.clause}",
    )


def _would(rule_id: RuleId, sample: Sample) -> Near:
    title = "".join(part.text for part in sample.title)
    return Near(rule_id=rule_id, headline=title, outlet=sample.outlet, link=sample.link, short=sample.clause)
