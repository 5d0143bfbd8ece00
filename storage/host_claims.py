"""Hosts that one process holds while it asks them: how several share polling and extracting on PostgreSQL."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from math import ceil

from sqlalchemy import ARRAY, Column, ColumnElement, Connection, Table, Text, any_, func, literal, select, text
from sqlalchemy.dialects.postgresql import insert

from pipelines.errors import StoreError
from storage.database import Database
from storage.feed_tables import metadata
from storage.types import KeyText

host_claims = Table("host_claims", metadata, Column("host", KeyText, primary_key=True))
"""Nothing but rows to lock."""


class SqlHostClaims:
    """The HostClaims of an SQL database. SQLite has one writer, and is one process's: it holds whatever it asks for.

    On PostgreSQL what is held is locked in an open transaction, so that the end of a process frees it at once; what a
    machine held that went dark is freed by the server, after the time that the holder asked for.
    """

    def __init__(self, database: Database, workers: int = 1) -> None:
        """For one of `workers` that share: it takes so great a part of what is due at once."""
        self._database, self._workers = database, workers
        self.shared = not database.sqlite

    @contextmanager
    def held(self, hosts: Sequence[str], lease: timedelta) -> Iterator[Collection[str]]:
        """See HostClaims."""
        if not self.shared or not hosts:
            yield frozenset(hosts)
            return
        self._know(hosts)
        done = False
        try:
            with self._database.writing(lasting=False) as connection:
                yield self._lock(connection, hosts, lease)
                done = True
        except StoreError:
            if not done:
                raise
            # else the lease ran out or the server went: what was done is stored, and nothing is held any more

    def _lock(self, connection: Connection, hosts: Sequence[str], lease: timedelta) -> Collection[str]:
        """The first that nobody holds: SKIP LOCKED waits for none."""
        milliseconds = round(lease / timedelta(milliseconds=1))
        connection.execute(text(f"SET LOCAL idle_in_transaction_session_timeout = {milliseconds}"))
        order = func.array_position(literal(list(hosts), ARRAY(Text)), host_claims.c.host)
        share = select(host_claims.c.host).where(_among(hosts)).order_by(order).limit(ceil(len(hosts) / self._workers))
        return frozenset(connection.scalars(share.with_for_update(skip_locked=True)))

    def _know(self, hosts: Sequence[str]) -> None:
        """A row for each: only what is there can be locked. In one order, that two do not wait for each other."""
        with self._database.reading() as connection:
            known = set(connection.scalars(select(host_claims.c.host).where(_among(hosts))))
        new = [{"host": host} for host in sorted(set(hosts) - known)]
        if new:
            with self._database.writing() as connection:
                connection.execute(insert(host_claims).on_conflict_do_nothing(), new)


def _among(hosts: Collection[str]) -> ColumnElement[bool]:
    """Sent as one value, of any number."""
    return host_claims.c.host == any_(literal(list(hosts), ARRAY(Text)))
