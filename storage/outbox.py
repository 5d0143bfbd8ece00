"""The outbox: what `deliver` needs of the store, and the second chance of what died."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, exists, func, or_, select

from pipelines.alerts import DIGEST, AlertDetail, Bundled, Delivery, FindingDetail
from pipelines.digests.records import Digest
from pipelines.states import AlertId, DeliveryId, DeliveryState, DigestId, ReceiverId
from storage.alert_details import load_details
from storage.alert_tables import UNSENT, WAITING, WAS_SENT, deliveries, receiver_pauses
from storage.database import Database
from storage.digest_tables import load_digest
from storage.lookups import batches
from storage.pauses import SqlPauses
from storage.reprints import load_reprints, load_told
from storage.together import Together
from storage.types import UtcTime

A_ROUND = 500
"""Deliveries whose alerts are read at once: one by one that was a third of a message's CPU."""
BUNDLED = 200
"""Deliveries in one message; what is more goes into the next."""


class SqlOutbox(SqlPauses):
    """The Outbox of an SQL database."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._together = Together(database)

    def receivers_due(self, now: datetime) -> Sequence[ReceiverId]:
        """See Outbox."""
        oldest = (func.min(deliveries.c.due_at), deliveries.c.receiver)
        rests = exists().where(receiver_pauses.c.receiver == deliveries.c.receiver, receiver_pauses.c.probe_at > now)
        due = and_(claimable(now), ~rests)
        query = select(deliveries.c.receiver).where(due).group_by(deliveries.c.receiver).order_by(*oldest)
        with self._database.reading() as connection:
            return [ReceiverId(receiver) for receiver in connection.scalars(query)]

    def claim(
        self, receiver: ReceiverId, now: datetime, lease_until: datetime, late_before: datetime | None = None
    ) -> Sequence[Delivery]:
        """See Outbox. Oldest means made first: a receiver's first attempts follow the order of its alerts."""
        due = (
            select(deliveries.c.bundle, deliveries.c.ready_at)
            .where(claimable(now), deliveries.c.receiver == receiver)
            .order_by(deliveries.c.delivery_id)
            .limit(1)
        )

        def lease(connection: Connection) -> Sequence[Delivery]:
            # SQLite needs no lock on the row: one process writes at a time.
            oldest = connection.execute(due.with_for_update(skip_locked=True)).first()
            if oldest is None:
                return ()
            same = deliveries.c.bundle == oldest.bundle
            if late_before and oldest.ready_at < late_before and not oldest.bundle.startswith(DIGEST):
                late = (deliveries.c.ready_at < late_before, deliveries.c.due_at <= now)
                same = and_(*late, ~deliveries.c.bundle.startswith(DIGEST))
            return _lease(connection, and_(WAITING, _free(now), deliveries.c.receiver == receiver, same), lease_until)

        return self._together.write(lease, lasting=False)  # without its lease a delivery is only claimed again

    def alerts_due(self, now: datetime) -> Sequence[AlertId]:
        """See Outbox."""
        of_alert = deliveries.c.alert_id.is_not(None)
        query = select(deliveries.c.alert_id).where(claimable(now), of_alert).order_by(deliveries.c.delivery_id)
        with self._database.reading() as connection:
            return list(dict.fromkeys(connection.scalars(query.limit(A_ROUND))))

    def details(self, alert_ids: Collection[AlertId]) -> Sequence[AlertDetail | FindingDetail]:
        """See Outbox."""
        with self._database.reading() as connection:
            return load_details(connection, list(alert_ids))

    def digest(self, digest_id: DigestId) -> Digest:
        """See Outbox."""
        with self._database.reading() as connection:
            return load_digest(connection, digest_id)

    def bundled(self, receiver: ReceiverId, bundle: str) -> Bundled:
        """See Outbox."""
        its = and_(deliveries.c.receiver == receiver, deliveries.c.bundle == bundle)
        with self._database.reading() as connection:
            found = load_bundled(connection, receiver, bundle)
            if found.last_sent_at is None:
                return found
            reprints = load_reprints(connection, its, found.last_sent_at)
            return replace(found, reprints=reprints, articles=load_told(connection, its))

    def sent_times(self, receiver: ReceiverId, since: datetime) -> Sequence[datetime]:
        """See Outbox. What went in one message was sent at one time."""
        query = select(deliveries.c.sent_at).where(
            WAS_SENT, deliveries.c.receiver == receiver, deliveries.c.sent_at > since
        )
        with self._database.reading() as connection:
            return list(connection.scalars(query.distinct().order_by(deliveries.c.sent_at.desc())))

    def mark_sent(self, sent: Collection[DeliveryId], now: datetime) -> None:
        """See Outbox. Whatever became of them meanwhile, the receiver has them."""
        unsent = and_(deliveries.c.delivery_id.in_(list(sent)), deliveries.c.state != DeliveryState.SENT)
        self._mark(unsent, {"state": DeliveryState.SENT, "sent_at": now, "error": None})

    def mark_failed(self, failed: Collection[DeliveryId], error: str, retry_at: datetime | None, now: datetime) -> None:
        """See Outbox. Counts only what is leased, so that no attempt counts twice."""
        leased = and_(deliveries.c.delivery_id.in_(list(failed)), WAITING, deliveries.c.lease_until.is_not(None))
        tried = {"error": error, "tried_at": func.coalesce(deliveries.c.tried_at, bindparam("now", now, UtcTime()))}
        fate = {"state": DeliveryState.DEAD} if retry_at is None else {"due_at": retry_at}
        self._mark(leased, tried | fate)

    def part(self, refused: Collection[DeliveryId], now: datetime) -> None:
        """See Outbox."""
        leased = and_(deliveries.c.delivery_id.in_(list(refused)), WAITING)
        self._mark(leased, {"due_at": now, "ready_at": now})

    def retry(self, delivery_ids: Collection[DeliveryId] | None, now: datetime) -> int:
        """Make dead or waiting deliveries due at once, as if never tried; None means all dead. Returns how many."""
        again = {"state": DeliveryState.PENDING, "attempts": 0, "due_at": now, "ready_at": now, "tried_at": None}
        dead = and_(UNSENT, deliveries.c.state == DeliveryState.DEAD)
        with self._database.writing() as connection:
            if delivery_ids is None:
                return connection.execute(deliveries.update().where(dead).values(again)).rowcount
            return sum(
                connection.execute(
                    deliveries.update().where(deliveries.c.delivery_id.in_(some), or_(dead, WAITING)).values(again)
                ).rowcount
                for some in batches(delivery_ids)
            )

    def _mark(self, which: ColumnElement[bool], values: dict[str, Any]) -> None:
        done = {"attempts": deliveries.c.attempts + 1, "lease_until": None, **values}
        self._together.write(lambda connection: connection.execute(deliveries.update().where(which).values(done)))


def claimable(now: datetime) -> ColumnElement[bool]:
    """Waiting, due, and leased by nobody at `now`."""
    return and_(WAITING, deliveries.c.due_at <= now, _free(now))


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(deliveries.c.lease_until.is_(None), deliveries.c.lease_until <= now)


def _lease(connection: Connection, which: ColumnElement[bool], until: datetime) -> Sequence[Delivery]:
    """Lease them in the order in which they were made, a digest first, as many as go into one message."""
    order = (deliveries.c.digest_id.is_(None), deliveries.c.delivery_id)
    query = select(deliveries).where(which).order_by(*order).limit(BUNDLED)
    rows = connection.execute(query.with_for_update(skip_locked=True)).all()
    leased = deliveries.c.delivery_id.in_([row.delivery_id for row in rows])
    connection.execute(deliveries.update().where(leased).values(lease_until=until))
    return [delivery_of(row) for row in rows]


def load_bundled(connection: Connection, receiver: ReceiverId, bundle: str) -> Bundled:
    """What is known of a receiver's bundle."""
    its = and_(deliveries.c.receiver == receiver, deliveries.c.bundle == bundle)
    last = (
        select(deliveries.c.sent_at, deliveries.c.alert_id)
        .where(its, WAS_SENT)
        .order_by(deliveries.c.sent_at.desc(), deliveries.c.alert_id.desc())
        .limit(1)
    )
    row = connection.execute(last).first()
    return Bundled(
        last_alert=row.alert_id if row else None,
        last_sent_at=row.sent_at if row else None,
        next_due_at=connection.scalar(select(func.min(deliveries.c.due_at)).where(its, WAITING)),
    )


def delivery_of(row: Row[Any]) -> Delivery:
    """The delivery of a row."""
    return Delivery(
        delivery_id=row.delivery_id,
        alert_id=row.alert_id,
        digest_id=row.digest_id,
        receiver=row.receiver,
        state=row.state,
        attempts=row.attempts,
        due_at=row.due_at,
        created_at=row.created_at,
        error=row.error,
        sent_at=row.sent_at,
        bundle=row.bundle,
        ready_at=row.ready_at,
        tried_at=row.tried_at,
        reason=row.reason,
    )
