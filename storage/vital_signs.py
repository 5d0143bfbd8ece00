"""The vital signs of an installation, and since when work waits at each step."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Table, exists, func, select

from pipelines.vital_signs import Sign, VitalSign
from storage.alert_tables import HELD, PENDING, SIGN_WAITS, deliveries, receiver_pauses, vital_signs
from storage.database import Database
from storage.feed_tables import ACTIVE, feeds
from storage.outbox import claimable
from storage.tables import EXTRACT_WAITS, UNDECIDED, UNMATCHED, articles, matches, revisions

_THEIRS = deliveries.alias("theirs")


class SqlVitalSigns:
    """The VitalSigns of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def signs(self) -> Mapping[Sign, VitalSign]:
        """See VitalSigns."""
        with self._database.reading() as connection:
            return {
                row.sign: VitalSign(
                    sign=row.sign, tried_at=row.tried_at, good_at=row.good_at, due_at=row.due_at, error=row.error
                )
                for row in connection.execute(select(vital_signs))
            }

    def set_out(self, sign: Sign, now: datetime, due_at: datetime) -> bool:
        """See VitalSigns."""
        this = vital_signs.c.sign == sign
        with self._database.writing(exclusive="vital signs") as connection:
            row = connection.execute(select(vital_signs.c.due_at).where(this)).first()
            if row is not None and row.due_at is not None and row.due_at > now:
                return False
            _write(connection, sign, {"tried_at": now, "due_at": due_at, "error": "the last try did not end"})
        return True

    def record(self, sign: Sign, error: str, now: datetime, due_at: datetime | None) -> None:
        """See VitalSigns."""
        good = {} if error else {"good_at": now}
        with self._database.writing(exclusive="vital signs") as connection:
            _write(connection, sign, {"tried_at": now, "due_at": due_at, "error": error, **good})

    def waiting_since(self, now: datetime) -> Mapping[str, datetime]:
        """See VitalSigns."""
        with self._database.reading() as connection:
            found = {
                step: connection.scalar(select(func.min(moment)).select_from(table).where(where))
                for step, (moment, table, where) in _work(now).items()
            }
        return {step: moment for step, moment in found.items() if moment is not None}


def sign_due(now: datetime) -> ColumnElement[bool]:
    """A sign that is to be tried at `now`."""
    return SIGN_WAITS & (vital_signs.c.due_at <= now)


def _work(now: datetime) -> dict[str, tuple[ColumnElement[datetime], Table, ColumnElement[bool]]]:
    news = exists().where(articles.c.article_id == revisions.c.article_id, ~articles.c.backlog)
    paused = exists().where(receiver_pauses.c.receiver == deliveries.c.receiver)
    down = exists().where(
        _THEIRS.c.receiver == deliveries.c.receiver, _THEIRS.c.state.in_([PENDING, HELD]), _THEIRS.c.error.is_not(None)
    )
    return {
        "feed_entries": (feeds.c.due_at, feeds, ACTIVE & (feeds.c.due_at <= now)),
        "articles": (
            articles.c.extract_due_at,
            articles,
            EXTRACT_WAITS & ~articles.c.backlog & (articles.c.extract_due_at <= now),
        ),
        "stories and matches": (revisions.c.extracted_at, revisions, UNMATCHED & news),
        "alerts": (matches.c.matched_at, matches, UNDECIDED),
        "deliveries": (deliveries.c.due_at, deliveries, claimable(now) & ~paused & ~down),
    }


def _write(connection: Connection, sign: Sign, values: Mapping[str, object]) -> None:
    this = vital_signs.c.sign == sign
    if connection.execute(vital_signs.update().where(this).values(values)).rowcount == 0:
        connection.execute(vital_signs.insert().values(sign=sign, **values))
