"""Digests: their periods, each closed once in one commit with its delivery, and what was made."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, select

from pipelines.alerts import DIGEST, KEPT, delivery_key
from pipelines.digests.records import Closing, Digest, Facts, Period, Told
from pipelines.states import AlertId, DeliveryState, DigestId, ReceiverId
from storage.alert_tables import WAITING, deliveries
from storage.database import Database
from storage.digest_facts import facts_of
from storage.digest_tables import UNDER_WAY, digest_of, digest_plans, digests, load_digest
from storage.outbox import claimable


class SqlDigests:
    """The DigestStore of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def planned_by(self) -> str | None:
        """See DigestStore."""
        with self._database.reading() as connection:
            return connection.scalar(select(digest_plans.c.stamp))

    def under_way(self) -> Sequence[Period]:
        """See DigestStore."""
        with self._database.reading() as connection:
            return _under_way(connection)

    def plan(self, stamp: str, periods: Sequence[Period], now: datetime) -> None:
        """See DigestStore."""
        wanted = {(one.receiver, one.kind): one for one in periods}
        with self._database.writing(exclusive="digests") as connection:
            known = {(one.receiver, one.kind): one for one in _under_way(connection)}
            for key in known.keys() - wanted.keys():
                connection.execute(digests.delete().where(digests.c.digest_id == known[key].digest_id))
            for key, one in wanted.items():
                if key in known:
                    this = digests.c.digest_id == known[key].digest_id
                    connection.execute(digests.update().where(this).values(ends_at=one.ends_at))
                else:
                    _open(connection, one)
            if connection.execute(digest_plans.update().values(stamp=stamp)).rowcount == 0:
                connection.execute(digest_plans.insert().values(plan_id=1, stamp=stamp))

    def close(self, closing: Closing, told: Told, now: datetime) -> bool:
        """See DigestStore."""
        period = closing.period
        this = and_(digests.c.digest_id == period.digest_id, UNDER_WAY)
        ended = {"starts_at": period.starts_at, "ends_at": period.ends_at, "closed_at": now, "told": dict(told)}
        with self._database.writing(exclusive="digests") as connection:
            if connection.execute(digests.update().where(this).values(ended)).rowcount == 0:
                return False
            for one in closing.covered:
                covered = {"ends_at": one.ends_at, "closed_at": now, "covered_by": period.digest_id}
                connection.execute(digests.update().where(digests.c.digest_id == one.digest_id).values(covered))
            for one in closing.next:
                _open(connection, one)
            bundle = f"{DIGEST}{period.digest_id}"
            connection.execute(deliveries.insert().values(_delivery(period, bundle, now)))
            if closing.carries:
                kept = and_(
                    claimable(now), deliveries.c.receiver == period.receiver, deliveries.c.bundle.contains(KEPT)
                )
                connection.execute(deliveries.update().where(kept).values(bundle=bundle, ready_at=now))
        return True

    def facts(self, period: Period) -> Facts:
        """See DigestStore."""
        with self._database.reading() as connection:
            return facts_of(connection, period)

    def kept(self, receiver: ReceiverId) -> Sequence[AlertId]:
        """What is kept back for the receiver's next digest, oldest first."""
        query = select(deliveries.c.alert_id).where(
            WAITING, deliveries.c.receiver == receiver, deliveries.c.bundle.contains(KEPT)
        )
        with self._database.reading() as connection:
            return connection.scalars(query.order_by(deliveries.c.delivery_id)).all()

    def carried(self, digest_id: DigestId) -> Sequence[AlertId]:
        """The alerts that were kept back and went out with a digest, or are about to."""
        its = and_(deliveries.c.bundle == f"{DIGEST}{digest_id}", deliveries.c.alert_id.is_not(None))
        with self._database.reading() as connection:
            return connection.scalars(select(deliveries.c.alert_id).distinct().where(its)).all()

    def made(self, limit: int) -> Sequence[Digest]:
        """The last `limit` digests, newest first."""
        query = select(digests).where(digests.c.told.is_not(None)).order_by(digests.c.digest_id.desc()).limit(limit)
        with self._database.reading() as connection:
            return [digest_of(row) for row in connection.execute(query)]

    def digest(self, digest_id: DigestId) -> Digest:
        """A digest that was made; raises StoreError where there is none of that number."""
        with self._database.reading() as connection:
            return load_digest(connection, digest_id)


def _under_way(connection: Connection) -> Sequence[Period]:
    return [
        Period(
            digest_id=row.digest_id, receiver=row.receiver, kind=row.kind, starts_at=row.starts_at, ends_at=row.ends_at
        )
        for row in connection.execute(select(digests).where(UNDER_WAY).order_by(digests.c.ends_at, digests.c.digest_id))
    ]


def _open(connection: Connection, period: Period) -> None:
    connection.execute(
        digests.insert().values(
            receiver=period.receiver, kind=period.kind, starts_at=period.starts_at, ends_at=period.ends_at
        )
    )


def _delivery(period: Period, bundle: str, now: datetime) -> Mapping[str, Any]:
    return {
        "digest_id": period.digest_id,
        "receiver": period.receiver,
        "state": DeliveryState.PENDING,
        "attempts": 0,
        "bundle": bundle,
        "due_at": now,
        "ready_at": now,
        "reason": "",
        "created_at": now,
        "idempotency_key": delivery_key(None, period.digest_id, period.receiver),
    }
