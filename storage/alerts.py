"""Alerts and verdicts: what `dispatch_alerts` needs of the store."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, select

from pipelines.alert_store import Balance, Dispatch, NewAlert
from pipelines.alerts import Bundled, Delivery, Finding, Known, Silence, Verdict, delivery_key
from pipelines.model import Article, Match, Rule
from pipelines.overview.hours import Hour
from pipelines.overview.rule_numbers import RuleNumbers
from pipelines.states import AlertId, DeliveryState, MatchId, ReceiverId, StoryId, VerdictKind
from pipelines.stories import Event
from pipelines.visits import ToldChange
from storage import follow_ups
from storage.alert_tables import FINDING_WAITS, alerts, deliveries, findings, verdicts
from storage.balance import balance_of
from storage.database import Database
from storage.desk_rules import DeskRules
from storage.events import load_events
from storage.hours import last_hours
from storage.known import known_of, recent_of, silences_at
from storage.outbox import load_bundled
from storage.records import load_findings, load_matches
from storage.tables import UNDECIDED, matches


class SqlAlerts:
    """The AlertStore of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def dispatching(self, now: datetime) -> Iterator[Dispatch]:
        """See AlertStore."""
        with self._database.writing(exclusive="alerts") as connection:
            yield _SqlDispatch(connection, now)

    def balance(self) -> Balance:
        """See AlertStore."""
        with self._database.reading() as connection:
            return balance_of(connection)

    def rule_numbers(self, since: datetime) -> Sequence[RuleNumbers]:
        """See AlertStore."""
        return DeskRules(self._database).numbers(since)

    def hours(self, now: datetime) -> Sequence[Hour]:
        """See AlertStore."""
        with self._database.reading() as connection:
            return last_hours(connection, now)


class _SqlDispatch:
    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now
        self._silenced: tuple[Silence, ...] | None = None

    def undecided(self, limit: int) -> Sequence[Match]:
        """See Dispatch."""
        query = select(matches.c.match_id).where(UNDECIDED).order_by(matches.c.match_id).limit(limit)
        match_ids = self._connection.scalars(query).all()
        found = load_matches(self._connection, match_ids)
        return [found[match_id] for match_id in match_ids]

    def event(self, story_id: StoryId) -> Event:
        """See Dispatch."""
        return load_events(self._connection, [story_id])[story_id]

    def bundled(self, receiver: ReceiverId, bundle: str) -> Bundled:
        """See Dispatch."""
        return load_bundled(self._connection, receiver, bundle)

    def known(self, match: Match, subject: str) -> Known:
        """See Dispatch."""
        return known_of(self._connection, match, subject, self._silences(), self._now)

    def known_of_rule(self, rule: Rule) -> Known:
        """See Dispatch."""
        return Known(recent=recent_of(self._connection, rule, self._now), silences=self._silences())

    def findings(self) -> Sequence[Finding]:
        """See Dispatch."""
        waiting = select(findings.c.finding_id).where(FINDING_WAITS).order_by(findings.c.finding_id)
        finding_ids = self._connection.scalars(waiting).all()
        found = load_findings(self._connection, finding_ids)
        return [found[finding_id] for finding_id in finding_ids]

    def hold_finding(self, finding: Finding, *, kind: VerdictKind, name: str, reason: str) -> None:
        """See Dispatch."""
        self._decide_finding(finding.rule, finding.subject, held=kind, held_name=name, held_because=reason)

    def save_alert(self, alert: NewAlert) -> AlertId:
        """See Dispatch. A match, finding or change that made an alert already makes no second one."""
        finding_id = self._finding(alert) if alert.match_id is None else None
        same = (
            alerts.c[name].is_not_distinct_from(value)
            for name, value in (
                ("match_id", alert.match_id),
                ("change_id", alert.change_id),
                ("finding_id", finding_id),
            )
        )
        made = self._connection.scalar(select(alerts.c.alert_id).where(*same))
        if made is not None:
            return AlertId(made)
        alert_id = self._insert(alert, finding_id)
        self._enqueue(alert_id, alert)
        if alert.match_id is None:
            self._decide_finding(alert.rule, alert.subject)
        else:
            self._decided(alert.match_id, self._now)
        return alert_id

    def _insert(self, alert: NewAlert, finding_id: int | None) -> AlertId:
        last = self._last(alert.rule, alert.subject)
        row = self._connection.execute(
            alerts.insert()
            .values(
                match_id=alert.match_id,
                change_id=alert.change_id,
                finding_id=finding_id,
                rule_id=alert.rule.rule_id,
                subject=alert.subject,
                sequence=(last or 0) + 1,
                reason=alert.reason,
                why=alert.why,
                sources=alert.sources,
                created_at=self._now,
            )
            .returning(alerts.c.alert_id)
        )
        return AlertId(row.scalar_one())

    def save_verdict(self, verdict: Verdict) -> None:
        """See Dispatch. The first verdict of a step about a match stands."""
        key = (verdicts.c.match_id == verdict.match_id, verdicts.c.step == verdict.step)
        if self._connection.scalar(select(verdicts.c.match_id).where(*key)) is None:
            self._connection.execute(
                verdicts.insert().values(
                    match_id=verdict.match_id,
                    step=verdict.step,
                    kind=verdict.kind,
                    name=verdict.name,
                    reason=verdict.reason,
                    decided_at=verdict.decided_at,
                )
            )
        self._decided(verdict.match_id, verdict.decided_at)

    def changes(self) -> Sequence[ToldChange]:
        """See Dispatch."""
        return follow_ups.changes(self._connection)

    def close_change(self, change: ToldChange) -> None:
        """See Dispatch."""
        follow_ups.close(self._connection, change, self._now)

    def recipients(self, rule: Rule, article: Article) -> Sequence[Delivery]:
        """See Dispatch."""
        return follow_ups.recipients(self._connection, rule, article)

    def _last(self, rule: Rule, subject: str) -> int | None:
        """The number of the rule's newest alert about the subject."""
        query = select(func.max(alerts.c.sequence))
        about = (alerts.c.rule_id == rule.rule_id, alerts.c.subject == subject)
        last: int | None = self._connection.scalar(query.where(*about))
        return last

    def _silences(self) -> tuple[Silence, ...]:
        if self._silenced is None:
            self._silenced = silences_at(self._connection, self._now)
        return self._silenced

    def _finding(self, alert: NewAlert) -> int:
        query = select(findings.c.finding_id).where(_is(alert.rule, alert.subject))
        return int(self._connection.execute(query).scalar_one())

    def _decide_finding(self, rule: Rule, subject: str, **held: str) -> None:
        query = findings.update().where(_is(rule, subject), FINDING_WAITS)
        self._connection.execute(query.values(decided_at=self._now, **held))

    def _enqueue(self, alert_id: AlertId, alert: NewAlert) -> None:
        rows = [
            {
                "alert_id": alert_id,
                "receiver": one.receiver,
                "state": DeliveryState.HELD if one.reason else DeliveryState.PENDING,
                "attempts": 0,
                "bundle": one.bundle,
                "due_at": one.due_at,
                "ready_at": one.due_at,
                "reason": one.reason,
                "created_at": self._now,
                "idempotency_key": delivery_key(alert_id, None, one.receiver),
            }
            for one in alert.deliveries
        ]
        if rows:
            self._connection.execute(deliveries.insert(), rows)

    def _decided(self, match_id: MatchId, at: datetime) -> None:
        query = matches.update().where(matches.c.match_id == match_id, matches.c.decided_at.is_(None))
        self._connection.execute(query.values(decided_at=at))


def _is(rule: Rule, subject: str) -> ColumnElement[bool]:
    return and_(findings.c.rule_id == rule.rule_id, findings.c.subject == subject)
