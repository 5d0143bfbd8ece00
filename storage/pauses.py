"""Receivers that refuse for good: paused, probed, and what waits for them handed to whoever stands in."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, exists, or_, select

from pipelines.alerts import Pause, delivery_key
from pipelines.states import DeliveryState, ReceiverId
from storage.alert_tables import UNSENT, WAITING, deliveries, receiver_pauses
from storage.database import Database

_THEIRS = deliveries.alias("theirs")


class SqlPauses:
    """What an Outbox knows of paused receivers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def pauses(self) -> Mapping[ReceiverId, Pause]:
        """See Outbox."""
        with self._database.reading() as connection:
            return {
                row.receiver: Pause(receiver=row.receiver, since=row.since, reason=row.reason, probe_at=row.probe_at)
                for row in connection.execute(select(receiver_pauses))
            }

    def pause(self, pause: Pause) -> None:
        """See Outbox."""
        said = {"reason": pause.reason, "probe_at": pause.probe_at}
        this = receiver_pauses.c.receiver == pause.receiver
        with self._database.writing(exclusive="pauses") as connection:
            if connection.execute(receiver_pauses.update().where(this).values(said)).rowcount == 0:
                row = {"receiver": pause.receiver, "since": pause.since, **said}
                connection.execute(receiver_pauses.insert().values(row))

    def resume(self, receiver: ReceiverId) -> None:
        """See Outbox."""
        with self._database.writing() as connection:
            connection.execute(receiver_pauses.delete().where(receiver_pauses.c.receiver == receiver))

    def release(self, receiver: ReceiverId, now: datetime) -> int:
        """Resume a receiver and make due what failed or waited meanwhile, not what is held for later; how many."""
        self.resume(receiver)
        late = and_(WAITING, deliveries.c.receiver == receiver, deliveries.c.ready_at <= now)
        with self._database.writing() as connection:
            return connection.execute(deliveries.update().where(late).values(due_at=now)).rowcount

    def hand_over(self, receiver: ReceiverId, fallback: ReceiverId, now: datetime) -> int:
        """See Outbox. What is held for a digest or an hour stays so; what died is due at once."""
        with self._database.writing(exclusive="pauses") as connection:
            rows = _not_with(connection, receiver, fallback)
            for row in rows:
                due_at = max(row.ready_at, now)
                connection.execute(
                    deliveries.insert().values(
                        alert_id=row.alert_id,
                        digest_id=row.digest_id,
                        receiver=fallback,
                        state=DeliveryState.PENDING if due_at == now else DeliveryState.HELD,
                        attempts=0,
                        bundle=row.bundle,
                        due_at=due_at,
                        ready_at=due_at,
                        reason=f"in place of {receiver}",
                        created_at=now,
                        idempotency_key=delivery_key(row.alert_id, row.digest_id, fallback),
                    )
                )
        return len(rows)

    def expire(self, receiver: ReceiverId, ready_before: datetime, reason: str) -> int:
        """See Outbox."""
        late = and_(WAITING, deliveries.c.receiver == receiver, deliveries.c.ready_at < ready_before)
        with self._database.writing() as connection:
            given_up = deliveries.update().where(late, deliveries.c.lease_until.is_(None))
            return connection.execute(given_up.values(state=DeliveryState.DEAD, error=reason)).rowcount


def _not_with(connection: Connection, receiver: ReceiverId, fallback: ReceiverId) -> list[Row[Any]]:
    """What waits for `receiver` or died there, of which `fallback` has no delivery."""
    same = or_(_THEIRS.c.alert_id == deliveries.c.alert_id, _THEIRS.c.digest_id == deliveries.c.digest_id)
    has = exists().where(same, _THEIRS.c.receiver == fallback)
    query = (
        select(deliveries)
        .where(deliveries.c.receiver == receiver, or_(WAITING, and_(UNSENT, deliveries.c.state == DeliveryState.DEAD)))
        .where(~has)
        .order_by(deliveries.c.delivery_id)
    )
    return list(connection.execute(query).all())
