"""The fifth of the six steps: from a match, a finding or a change to an alert."""

import logging
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from pipelines import alert_store, errors
from pipelines.alerts import EVENT, Delivery, Finding, NewDelivery
from pipelines.delivery import dispatch
from pipelines.model import Match, Rule
from pipelines.overview.hours import hours_plot
from pipelines.overview.rule_numbers import LOOKED_BACK, table_of
from pipelines.reports import Report
from pipelines.states import Severity, VerdictKind
from pipelines.steps.progress import Budget, Tally
from pipelines.visits import ToldChange

if TYPE_CHECKING:  # what reads the desk's files is loaded only when there is work: an idle cycle stays cheap
    from pipelines.delivery.plan import Plan
    from pipelines.delivery.routing import Routes

log = logging.getLogger(__name__)

BATCH = 200  # rows a transaction: small enough that a kill costs little, large enough that a commit costs little


def dispatch_alerts(store: alert_store.AlertStore, routes: Callable[[], "Routes"], *, budget: Budget) -> Report:
    """Decide for each match whether the desk is told, and by whom; alert and deliveries are one commit."""
    tally = Tally("alerts", "alerts", "held")
    desk: Routes | None = None
    more = True
    while more and not budget.spent:
        with store.dispatching(budget.now()) as transaction:
            matches, findings, changes = transaction.undecided(BATCH), transaction.findings(), transaction.changes()
            desk = desk or (routes() if matches or findings or changes else None)
            if desk is not None:
                deciding = _Deciding(transaction, desk, tally, budget)
                deciding.all(matches, findings)
                deciding.follow_ups(changes)
        more = len(matches) == BATCH
    _check_sums(store.balance(), tally)
    if tally.anything:
        tally.picture("articles, matches and alerts by the hour (UTC)", hours_plot(store.hours(budget.now())))
        numbers = store.rule_numbers(budget.now() - LOOKED_BACK)
        tally.table("rules, the last 14 days", table_of(numbers))
    return tally.report(unfinished=more)


def _check_sums(balance: alert_store.Balance, tally: Tally) -> None:
    """Whether every match has its alert or its verdict, and every alert somebody who is told."""
    tally.check(
        "sums_close",
        passed=balance.closes,
        number=balance.lost + balance.untold,
        detail=f"of the last {balance.matches} matches {balance.alerts} made alerts, {balance.held} were held and "
        f"{balance.waiting} wait; {balance.lost} have no verdict, and {balance.untold} alerts go to nobody",
        grave=True,
    )


class _Deciding:
    """One transaction's decisions."""

    def __init__(self, transaction: alert_store.Dispatch, desk: "Routes", tally: Tally, budget: Budget) -> None:
        self._transaction = transaction
        self._desk = desk
        self._tally = tally
        self._budget = budget

    def all(self, matches: Sequence[Match], findings: Sequence[Finding]) -> None:
        """Decide what is new."""
        for match in matches:
            self._match(match, self._budget.now())
        for finding in findings:
            self._finding(finding, self._budget.now())

    def follow_ups(self, changes: Sequence[ToldChange]) -> None:
        """Tell of corrections and take-downs, which no new match may have told."""
        for change in changes:
            for match in change.told:
                self._change(change, match, self._budget.now())
            self._transaction.close_change(change)

    def _match(self, match: Match, now: datetime) -> None:
        rule, subject = match.judgement.rule, dispatch.subject_of(match)
        known = self._transaction.known(match, subject)
        decide = partial(dispatch.decide, match, known, now)
        plans = partial(self._plans_of_match, match, now)
        decision, told = self._decision(decide, plans, rule, match.revision.content.title)
        if isinstance(decision, dispatch.Hold):
            self._transaction.save_verdict(dispatch.verdict(match, decision, now))
        self._save(rule, decision, told, match=match, sources=known.sources)

    def _finding(self, finding: Finding, now: datetime) -> None:
        rule = finding.rule
        decide = partial(dispatch.decide_finding, finding, self._transaction.known_of_rule(rule), now)
        plans = partial(self._plans, rule, finding.subject, now)
        decision, told = self._decision(decide, plans, rule, finding.why)
        if isinstance(decision, dispatch.Hold):
            self._transaction.hold_finding(finding, kind=decision.kind, name=decision.name, reason=decision.reason)
        self._save(rule, decision, told)

    def _change(self, change: ToldChange, match: Match, now: datetime) -> None:
        rule = match.judgement.rule
        decide = partial(dispatch.decide_change, change, match)
        plans = partial(self._plans_of_match, match, now)
        decision, told = self._decision(decide, plans, rule, match.revision.content.title)
        self._save(rule, decision, told, match=match, change_id=change.change_id)

    def _decision(
        self,
        decide: Callable[[], dispatch.Decision],
        plans: Callable[[dispatch.Tell], tuple[NewDelivery, ...]],
        rule: Rule,
        headline: str,
    ) -> tuple[dispatch.Decision, tuple[NewDelivery, ...]]:
        """What is decided, and who is told when; what cannot be decided is held as failed."""
        told: tuple[NewDelivery, ...] = ()
        try:
            decision = decide()
            tell = dispatch.told(decision)
            told = plans(tell) if tell else ()
        except errors.StoreError:
            raise
        except Exception as error:
            self._tally.failure(f"{rule.rule_id}: {headline}", error, rule_id=rule.rule_id)
            decision = dispatch.Hold(kind=VerdictKind.FAILED, name="failed", reason=errors.shown(error))
        self._tally.count("alerts" if isinstance(decision, dispatch.Tell) else decision.kind)
        why = decision.why if isinstance(decision, dispatch.Tell) else decision.reason
        names = ", ".join(one.receiver for one in told)
        self._tally.news(rule=rule.rule_id, title=headline, told=names or "nobody", why=why)
        return decision, told

    def _save(
        self,
        rule: Rule,
        decision: dispatch.Decision,
        told: tuple[NewDelivery, ...],
        *,
        match: Match | None = None,
        change_id: int | None = None,
        sources: int = 1,
    ) -> None:
        tell = dispatch.told(decision)
        if tell:
            alert = alert_store.NewAlert(
                match_id=match.match_id if match else None,
                change_id=change_id,
                rule=rule,
                subject=tell.subject,
                reason=tell.reason,
                why=tell.why,
                sources=sources,
                deliveries=told,
            )
            alert_id = self._transaction.save_alert(alert)
            article_id = match.revision.article.article_id if match else None
            ids = {"step": "alerts", "alert_id": alert_id, "rule_id": rule.rule_id, "article_id": article_id}
            log.info("A%s of %s (%s) for %d receivers", alert_id, rule.rule_id, tell.reason, len(told), extra=ids)

    def _plans_of_match(self, match: Match, now: datetime, tell: dispatch.Tell) -> tuple[NewDelivery, ...]:
        """Whom an alert about `match` reaches, and when; what belongs to one event goes out together.

        A correction reaches those who got the original; where nobody did, those whom the routes name.
        """
        from pipelines.delivery.plan import follow_up

        rule, article = match.judgement.rule, match.revision.article
        event = f"{EVENT}{self._transaction.event(match.story_id).event_id}"
        planned = self._routes(rule, event, now, tell, tags=article.tags, language=match.revision.content.language)
        got: Sequence[Delivery] = ()
        if tell.reason in dispatch.PAST_ALL:
            got = self._transaction.recipients(rule, article)
        if got:
            return tuple(follow_up(one, planned, event, now) for one in got)
        return self._deliveries(planned, rule, tell, now)

    def _plans(self, rule: Rule, subject: str, now: datetime, tell: dispatch.Tell) -> tuple[NewDelivery, ...]:
        return self._deliveries(self._routes(rule, subject, now, tell), rule, tell, now)

    def _routes(
        self,
        rule: Rule,
        bundle: str,
        now: datetime,
        tell: dispatch.Tell,
        *,
        tags: frozenset[str] = frozenset(),
        language: str | None = None,
    ) -> "Sequence[Plan]":
        from pipelines.delivery.plan import labels_of, summed_up

        until = tell.summary.until if tell.summary else None
        plans = self._desk.plans(labels_of(rule, tags, language), bundle, until or now)
        return summed_up(plans, tell.summary) if tell.summary else plans

    def _deliveries(
        self, plans: "Collection[Plan]", rule: Rule, tell: dispatch.Tell, now: datetime
    ) -> tuple[NewDelivery, ...]:
        urgent = tell.summary is None and (rule.severity is Severity.URGENT or tell.reason in dispatch.PAST_ALL)
        bundled = self._transaction.bundled
        return tuple(one.delivery(bundled(one.receiver, one.bundle), now, urgent=urgent) for one in plans)
