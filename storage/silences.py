"""Silences and acknowledgements: what people say of alerts, kept with who, why and until when."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, select

from pipelines.alerts import ESCALATION, Silence, swallowed_by
from pipelines.errors import StoreError
from pipelines.states import AlertId, DeliveryState
from storage.alert_tables import WAITING, acknowledgements, alerts, deliveries, silences
from storage.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceRow:
    """A silence with how many matches it has swallowed so far."""

    silence: Silence
    swallowed: int


class SqlSilences:
    """What the desk wants to hear nothing of, and what somebody has taken on."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, silence: Silence) -> Silence:
        """Store a silence; returned with its id."""
        row = {
            "selector": dict(silence.selector),
            "who": silence.who,
            "why": silence.why,
            "starts_at": silence.starts_at,
            "until": silence.until,
        }
        with self._database.writing() as connection:
            made = connection.execute(silences.insert().values(row).returning(silences.c.silence_id)).scalar_one()
        return replace(silence, silence_id=made)

    def end(self, silence_id: int, now: datetime) -> SilenceRow | None:
        """End a silence now, and make due what it swallowed; None where there is none that still lasts."""
        lasting = and_(silences.c.silence_id == silence_id, silences.c.until > now)
        with self._database.writing(exclusive="alerts") as connection:
            row = connection.execute(select(silences).where(lasting)).first()
            if row is None:
                return None
            begun = silences.update().where(lasting, silences.c.starts_at < now).values(until=now)
            if connection.execute(begun).rowcount == 0:
                connection.execute(silences.delete().where(lasting))
            swallowed = and_(WAITING, deliveries.c.bundle == swallowed_by(silence_id))
            connection.execute(deliveries.update().where(swallowed).values(due_at=now, ready_at=now))
            return SilenceRow(silence=_silence_of(row), swallowed=_swallowed(connection, row))

    def all(self, now: datetime, *, ended: bool = False) -> Sequence[SilenceRow]:
        """Silences that last or are to come, with `ended` those that are over too; newest first."""
        query = select(silences).order_by(silences.c.silence_id.desc())
        with self._database.reading() as connection:
            rows = connection.execute(query if ended else query.where(silences.c.until > now)).all()
            return [SilenceRow(silence=_silence_of(row), swallowed=_swallowed(connection, row)) for row in rows]

    def acknowledge(self, alert_id: AlertId, who: str, now: datetime) -> bool:
        """Note that `who` has taken the alert on, and take its escalations back; False where somebody had already."""
        with self._database.writing(exclusive="alerts") as connection:
            if connection.scalar(select(alerts.c.alert_id).where(alerts.c.alert_id == alert_id)) is None:
                raise StoreError(f"there is no alert A{alert_id}")
            known = acknowledgements.c.alert_id == alert_id
            if connection.scalar(select(acknowledgements.c.alert_id).where(known)) is not None:
                return False
            connection.execute(acknowledgements.insert().values(alert_id=alert_id, who=who, given_at=now))
            escalations = (
                select(deliveries.c.receiver, deliveries.c.bundle)
                .where(deliveries.c.alert_id == alert_id, WAITING, deliveries.c.bundle.startswith(ESCALATION))
                .distinct()
            )
            for receiver, bundle in connection.execute(escalations).all():
                same = and_(deliveries.c.receiver == receiver, deliveries.c.bundle == bundle, WAITING)
                connection.execute(
                    deliveries.update()
                    .where(same)
                    .values(state=DeliveryState.SUPPRESSED, reason=f"acknowledged by {who}", lease_until=None)
                )
        return True


def _swallowed(connection: Connection, row: Row[Any]) -> int:
    """Alerts that the silence kept for its end."""
    its = deliveries.c.bundle == swallowed_by(row.silence_id)
    count = connection.scalar(select(func.count(deliveries.c.alert_id.distinct())).where(its))
    return count or 0


def _silence_of(row: Row[Any]) -> Silence:
    return Silence(
        silence_id=row.silence_id,
        selector=row.selector,
        who=row.who,
        why=row.why,
        starts_at=row.starts_at,
        until=row.until,
    )
