"""Alerts and verdicts: what `dispatch_alerts` needs of the store."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, select

from pipelines.alerts import Verdict
from pipelines.model import Match, Rule
from pipelines.protocols import Dispatch, NewAlert
from pipelines.states import AlertId, DeliveryState, MatchId, StoryId, digest
from pipelines.stories import Event
from storage.alert_tables import alerts, deliveries, verdicts
from storage.database import Database
from storage.events import load_events
from storage.records import load_matches
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


class _SqlDispatch:
    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    def undecided(self, limit: int) -> Sequence[Match]:
        """See Dispatch."""
        query = select(matches.c.match_id).where(UNDECIDED).order_by(matches.c.match_id).limit(limit)
        match_ids = self._connection.scalars(query).all()
        found = load_matches(self._connection, match_ids)
        return [found[match_id] for match_id in match_ids]

    def event(self, story_id: StoryId) -> Event:
        """See Dispatch."""
        return load_events(self._connection, [story_id])[story_id]

    def last_alert(self, rule: Rule, subject: str) -> AlertId | None:
        """See Dispatch."""
        last = self._last(rule, subject)
        return None if last is None else last[0]

    def save_alert(self, alert: NewAlert) -> AlertId:
        """See Dispatch. A match that made an alert already makes no second one."""
        made = self._connection.scalar(select(alerts.c.alert_id).where(alerts.c.match_id == alert.match_id))
        if made is not None:
            return AlertId(made)
        last = self._last(alert.rule, alert.subject)
        row = self._connection.execute(
            alerts.insert()
            .values(
                match_id=alert.match_id,
                rule_id=alert.rule.rule_id,
                subject=alert.subject,
                sequence=1 if last is None else last[1] + 1,
                reason=alert.reason,
                created_at=self._now,
            )
            .returning(alerts.c.alert_id)
        )
        alert_id = AlertId(row.scalar_one())
        self._enqueue(alert_id, alert)
        self._decided(alert.match_id, self._now)
        return alert_id

    def save_verdict(self, verdict: Verdict) -> None:
        """See Dispatch. The first verdict of a step about a match stands."""
        key = (verdicts.c.match_id == verdict.match_id, verdicts.c.step == verdict.step)
        if self._connection.scalar(select(verdicts.c.match_id).where(*key)) is None:
            self._connection.execute(
                verdicts.insert().values(
                    match_id=verdict.match_id,
                    step=verdict.step,
                    kind=verdict.kind,
                    reason=verdict.reason,
                    decided_at=verdict.decided_at,
                )
            )
        self._decided(verdict.match_id, verdict.decided_at)

    def _last(self, rule: Rule, subject: str) -> tuple[AlertId, int] | None:
        query = (
            select(alerts.c.alert_id, alerts.c.sequence)
            .where(alerts.c.rule_id == rule.rule_id, alerts.c.subject == subject)
            .order_by(alerts.c.sequence.desc())
            .limit(1)
        )
        row = self._connection.execute(query).first()
        return None if row is None else (row.alert_id, row.sequence)

    def _enqueue(self, alert_id: AlertId, alert: NewAlert) -> None:
        rows = [
            {
                "alert_id": alert_id,
                "receiver": receiver,
                "state": DeliveryState.PENDING,
                "attempts": 0,
                "due_at": self._now,
                "created_at": self._now,
                "idempotency_key": digest(str(alert_id), receiver),  # as Delivery.key has it
            }
            for receiver in dict.fromkeys(alert.receivers)
        ]
        if rows:
            self._connection.execute(deliveries.insert(), rows)

    def _decided(self, match_id: MatchId, at: datetime) -> None:
        query = matches.update().where(matches.c.match_id == match_id, matches.c.decided_at.is_(None))
        self._connection.execute(query.values(decided_at=at))
