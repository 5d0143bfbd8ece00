"""Notices to the operator: what is open, what is to be told."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, select

from pipelines.notices import Notice
from storage.alert_tables import NOTICE_WAITS, OPEN, notices
from storage.database import Database


class SqlNotices:
    """The Notices of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, subject: str, title: str, lines: Sequence[str], now: datetime, *, owner: str | None = None) -> bool:
        """See Notices."""
        words = {"title": title, "lines": list(lines)}
        with self._database.writing(exclusive="notices") as connection:
            notice_id = _open(connection, subject)
            if notice_id is None:
                row = {"subject": subject, "owner": owner, **words, "over": False, "began_at": now, "due_at": now}
                connection.execute(notices.insert().values(row | {"attempts": 0}))
                return True
            untold = and_(notices.c.notice_id == notice_id, NOTICE_WAITS)
            connection.execute(notices.update().where(untold).values(words))
        return False

    def end(self, subject: str, title: str, lines: Sequence[str], now: datetime) -> bool:
        """See Notices."""
        with self._database.writing(exclusive="notices") as connection:
            notice_id = _open(connection, subject)
            if notice_id is None:
                return False
            this = notices.c.notice_id == notice_id
            unheard = notices.update().where(this, NOTICE_WAITS).values(over=True, ended_at=now, due_at=None)
            if connection.execute(unheard).rowcount == 0:
                words = {"title": title, "lines": list(lines), "over": True, "ended_at": now, "attempts": 0}
                connection.execute(notices.update().where(this).values(words | {"due_at": now if title else None}))
        return True

    def announce(
        self, subject: str, title: str, lines: Sequence[str], now: datetime, *, owner: str | None = None
    ) -> bool:
        """See Notices."""
        known = select(notices.c.notice_id).where(notices.c.subject == subject).limit(1)
        with self._database.writing(exclusive="notices") as connection:
            if connection.scalar(known) is not None:
                return False
            words = {"subject": subject, "owner": owner, "title": title, "lines": list(lines), "attempts": 0}
            times = {"over": True, "began_at": now, "ended_at": now, "due_at": now if lines else None}
            connection.execute(notices.insert().values(words | times))
        return True

    def announced(self, subject: str) -> bool:
        """See Notices."""
        with self._database.reading() as connection:
            return connection.scalar(select(notices.c.notice_id).where(notices.c.subject == subject)) is not None

    def open_subjects(self) -> frozenset[str]:
        """See Notices."""
        with self._database.reading() as connection:
            return frozenset(connection.scalars(select(notices.c.subject).where(OPEN)))

    def due(self, now: datetime) -> Sequence[Notice]:
        """See Notices."""
        query = select(notices).where(NOTICE_WAITS, notices.c.due_at <= now).order_by(notices.c.notice_id)
        with self._database.reading() as connection:
            return [
                Notice(
                    notice_id=row.notice_id,
                    subject=row.subject,
                    title=row.title,
                    lines=tuple(row.lines),
                    over=row.over,
                    attempts=row.attempts,
                    owner=row.owner,
                )
                for row in connection.execute(query)
            ]

    def told(self, notice: Notice, now: datetime) -> None:
        """See Notices. What ended while its beginning was on its way is told of in its turn."""
        self._mark(notice, {"due_at": None, "told_at": now})

    def put_off(self, notice: Notice, until: datetime) -> None:
        """See Notices."""
        self._mark(notice, {"due_at": until})

    def _mark(self, notice: Notice, values: dict[str, datetime | None]) -> None:
        same = and_(notices.c.notice_id == notice.notice_id, notices.c.over.is_(notice.over))
        with self._database.writing() as connection:
            done = {"attempts": notices.c.attempts + 1, **values}
            connection.execute(notices.update().where(same).values(done))


def _open(connection: Connection, subject: str) -> int | None:
    return connection.scalar(select(notices.c.notice_id).where(notices.c.subject == subject, OPEN))
