"""The outbox: what `deliver` needs of the store, and the second chance of what died."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select

from pipelines.alerts import AlertDetail, Delivery, FindingDetail
from pipelines.errors import StoreError
from pipelines.states import AlertId, DeliveryId, DeliveryState, ReceiverId
from storage.alert_tables import PENDING, UNSENT, deliveries
from storage.database import Database
from storage.records import batches, load_details


class SqlOutbox:
    """The Outbox of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def receivers_due(self, now: datetime) -> Sequence[ReceiverId]:
        """See Outbox."""
        oldest = (func.min(deliveries.c.due_at), deliveries.c.receiver)
        query = select(deliveries.c.receiver).where(claimable(now)).group_by(deliveries.c.receiver).order_by(*oldest)
        with self._database.reading() as connection:
            return [ReceiverId(receiver) for receiver in connection.scalars(query)]

    def claim(self, receiver: ReceiverId, now: datetime, lease_until: datetime) -> Delivery | None:
        """See Outbox. Oldest means made first: a receiver's first attempts follow the order of its alerts."""
        query = (
            select(deliveries)
            .where(claimable(now), deliveries.c.receiver == receiver)
            .order_by(deliveries.c.delivery_id)
            .limit(1)
            .with_for_update(skip_locked=True)  # SQLite needs none: it has the one write lock
        )
        with self._database.writing() as connection:
            row = connection.execute(query).first()
            if row is None:
                return None
            leased = deliveries.update().where(deliveries.c.delivery_id == row.delivery_id)
            connection.execute(leased.values(lease_until=lease_until))
            return delivery_of(row)

    def detail(self, alert_id: AlertId) -> AlertDetail | FindingDetail:
        """See Outbox; raises StoreError where there is no such alert."""
        with self._database.reading() as connection:
            for detail in load_details(connection, [alert_id]):
                return detail
        raise StoreError(f"{self._database.place}: there is no alert {alert_id}")

    def mark_sent(self, delivery: DeliveryId, now: datetime) -> None:
        """See Outbox. Whatever became of it meanwhile, the receiver has it."""
        self._mark(
            and_(deliveries.c.delivery_id == delivery, deliveries.c.state != DeliveryState.SENT),
            {"state": DeliveryState.SENT, "sent_at": now, "error": None},
        )

    def mark_failed(self, delivery: DeliveryId, error: str, retry_at: datetime | None, now: datetime) -> None:
        """See Outbox. Counts only what is leased, so that no attempt counts twice."""
        leased = and_(deliveries.c.delivery_id == delivery, PENDING, deliveries.c.lease_until.is_not(None))
        if retry_at is None:
            self._mark(leased, {"state": DeliveryState.DEAD, "error": error})
        else:
            self._mark(leased, {"due_at": retry_at, "error": error})

    def retry(self, delivery_ids: Collection[DeliveryId] | None, now: datetime) -> int:
        """Make dead or waiting deliveries due at once, as if never tried; None means all dead. Returns how many."""
        again = {"state": DeliveryState.PENDING, "attempts": 0, "due_at": now}
        dead = and_(UNSENT, deliveries.c.state == DeliveryState.DEAD)
        with self._database.writing() as connection:
            if delivery_ids is None:
                return connection.execute(deliveries.update().where(dead).values(again)).rowcount
            return sum(
                connection.execute(
                    deliveries.update().where(deliveries.c.delivery_id.in_(some), or_(dead, PENDING)).values(again)
                ).rowcount
                for some in batches(delivery_ids)
            )

    def _mark(self, which: ColumnElement[bool], values: dict[str, Any]) -> None:
        done = {"attempts": deliveries.c.attempts + 1, "lease_until": None, **values}
        with self._database.writing() as connection:
            connection.execute(deliveries.update().where(which).values(done))


def claimable(now: datetime) -> ColumnElement[bool]:
    """Pending, due, and leased by nobody at `now`."""
    free = or_(deliveries.c.lease_until.is_(None), deliveries.c.lease_until <= now)
    return and_(PENDING, deliveries.c.due_at <= now, free)


def delivery_of(row: Row[Any]) -> Delivery:
    """The delivery of a row."""
    return Delivery(
        delivery_id=row.delivery_id,
        alert_id=row.alert_id,
        receiver=row.receiver,
        state=row.state,
        attempts=row.attempts,
        due_at=row.due_at,
        created_at=row.created_at,
        error=row.error,
        sent_at=row.sent_at,
    )
