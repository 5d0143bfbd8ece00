"""From a story to a match: the fourth of the six steps."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from pipelines import errors, protocols
from pipelines.model import Judgement, Revision, Rule
from pipelines.overview.unmatched import LOOKED_AT, unmatched_growth
from pipelines.reports import Report
from pipelines.states import Outcome, RuleId, RuleStatus
from pipelines.steps.progress import Budget, Tally
from pipelines.volumes import VolumeStore

if TYPE_CHECKING:  # what reads the desk's files is loaded only when there is work: an idle cycle stays cheap
    from pipelines.live_rules import LiveRules
    from pipelines.rules.matcher import Matcher

BATCH = 200  # rows a transaction: small enough that a kill costs little, large enough that a commit costs little


def match_rules(store: protocols.MatchStore, live: "LiveRules", *, budget: Budget) -> Report:
    """Run the rules over each new text, and new rules over those that they look back to; see that some match."""
    tally = Tally("matches", "texts judged", "matches", "partial")
    revisions = store.unmatched(BATCH)
    whole = _match(store, live, revisions, tally, budget) if revisions or live.due() else True
    tally.checked(unmatched_growth(*store.fates(LOOKED_AT)))
    return tally.report(unfinished=not whole)


def _match(
    store: protocols.MatchStore, live: "LiveRules", revisions: Sequence[Revision], tally: Tally, budget: Budget
) -> bool:
    """Whether all was looked at."""
    from pipelines.rules.matcher import Matcher

    rule_set = live.load()
    tally.problems("rules", rule_set.faults)
    if not rule_set.rules and rule_set.faults:
        raise errors.DeskFileError(rule_set.faults)  # texts wait for a rule file that can be read
    store.sync_rules((compiled.rule for compiled in rule_set.rules), budget.now(), whole=rule_set.digest)
    matcher = Matcher(rule_set.rules, table=rule_set.table)
    while revisions:
        judgements = [(revision.revision_id, one) for revision in revisions for one in judge(matcher, revision, tally)]
        store.save_matches([revision.revision_id for revision in revisions], judgements, budget.now())
        if len(revisions) < BATCH or budget.spent:
            break
        revisions = store.unmatched(BATCH)
    judged = live.look_back(store, rule_set, partial(judge, tally=tally), budget)
    return judged and len(revisions) < BATCH


def judge(matcher: "Matcher", revision: Revision, tally: Tally) -> Sequence[Judgement]:
    """What the rules make of a text; one that fails is named, and has no judgements."""
    tally.count("texts judged")
    spent = Counter[RuleId]()
    try:
        judgements = matcher.judge(revision.searched, revision.article.tags, spent)
    except Exception as error:
        tally.failure(revision.article.link, error, article_id=revision.article.article_id)
        return ()
    for judgement in judgements:
        tally.count("matches" if judgement.outcome is Outcome.MATCH else "partial")
        tally.news(rule=judgement.rule.rule_id, title=revision.content.title, why=judgement.clause)
    tally.rules(((one.rule.rule_id, _said(one)) for one in judgements), spent.items())
    return judgements


def _said(judgement: Judgement) -> str:
    if judgement.outcome is Outcome.PARTIAL:
        return "partial"
    return "shadowed" if judgement.rule.status is RuleStatus.SHADOW else "matched"


def judge_volumes(store: VolumeStore, *, budget: Budget, news: bool) -> Report:
    """Judge the volume rules: with `news`, or when the time has come to see that there is none."""
    tally = Tally("volumes")
    if not news and not store.due(budget.now()):
        return tally.report()
    for rule in store.rules():
        try:
            _judge_volume(store, rule, tally, budget.now())
        except errors.StoreError:
            raise
        except Exception as error:
            tally.failure(rule.rule_id, error, rule_id=rule.rule_id)
    return tally.report()


def _judge_volume(store: VolumeStore, rule: Rule, tally: Tally, now: datetime) -> None:
    from pipelines.rules import volume as judging

    if rule.volume is None:
        return
    volume = rule.volume
    seen = store.sightings(volume.of, judging.looks_back_to(volume, now))
    count = judging.judge(volume, seen, store.feeds(), watched_since=store.watched_since(volume.of), now=now)
    found = judging.finding(rule, volume, count, store.last_end(rule.rule_id), now)
    store.save(found, rule, judging.due_again(volume, now), now)
    tally.count(f"volumes {count.answer}")
    if found:
        tally.news(rule=rule.rule_id, found=found.why)
