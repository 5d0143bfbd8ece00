"""What the desk's page shows: events as they came, and what was held and why."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, select

from pipelines.alerts import AlertDetail
from pipelines.errors import StoreError
from pipelines.model import Outlet
from pipelines.states import AlertId, ArticleId, RuleId, VerdictKind
from storage.alert_tables import acknowledgements, alerts, feedback, verdicts
from storage.database import Database
from storage.events import firsts
from storage.feed_tables import outlets
from storage.journal import AlertRow, alert_rows
from storage.lookups import rows_in
from storage.records import named, outlet_of
from storage.tables import articles, matches, revisions

_OUTLET = outlets.c.title.label("outlet")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An alert as the desk has taken it."""

    row: AlertRow
    claimed_by: str | None
    marks: Mapping[str, tuple[str, ...]]
    """Who found it `useful`, who `noise`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTold:
    """The alerts about one event, newest first."""

    event_id: int | None
    """None for a volume's finding."""
    alerts: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A match that nobody was told of, and why."""

    article_id: ArticleId
    rule_id: RuleId
    title: str
    outlet: str
    kind: VerdictKind
    reason: str
    at: datetime


class DeskViews:
    """Reads for the page, and the desk's marks; each read a handful of queries."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def events(self, limit: int, before: AlertId | None = None) -> Sequence[EventTold]:
        """The last `limit` alerts by event, the newest event first; older than `before` where that is given."""
        query = select(alerts.c.alert_id).order_by(alerts.c.alert_id.desc()).limit(limit)
        if before is not None:
            query = query.where(alerts.c.alert_id < before)
        with self._database.reading() as connection:
            some = told(connection, connection.scalars(query).all())
            story_of = {one.row.detail.alert.alert_id: _story(one) for one in some}
            event_of = firsts(connection, {story for story in story_of.values() if story is not None})
        groups: defaultdict[object, list[Told]] = defaultdict(list)
        for one in some:
            story = story_of[one.row.detail.alert.alert_id]
            groups[("alert", one.row.detail.alert.alert_id) if story is None else event_of[story]].append(one)
        return [
            EventTold(event_id=key if isinstance(key, int) else None, alerts=(*members,))
            for key, members in groups.items()
        ]

    def alert(self, alert_id: AlertId) -> Told | None:
        """One alert."""
        with self._database.reading() as connection:
            return next(iter(told(connection, [alert_id])), None)

    def newest(self) -> tuple[int, ...]:
        """Changes when anything that `events` shows may have changed; costs next to nothing."""
        parts = (func.max(alerts.c.alert_id), *map(_count, (acknowledgements, feedback)))
        with self._database.reading() as connection:
            return tuple(connection.scalar(select(part)) or 0 for part in parts)

    def mark(self, alert_id: AlertId, who: str, verdict: str, now: datetime) -> None:
        """Note what `who` found of an alert, `useful` or `noise`; the last word counts. Raises StoreError."""
        mine = and_(feedback.c.alert_id == alert_id, feedback.c.who == who)
        with self._database.writing(exclusive="feedback") as connection:
            if connection.scalar(select(alerts.c.alert_id).where(alerts.c.alert_id == alert_id)) is None:
                raise StoreError(f"there is no alert A{alert_id}")
            connection.execute(feedback.delete().where(mine))
            connection.execute(feedback.insert().values(alert_id=alert_id, who=who, verdict=verdict, given_at=now))

    def held(self, limit: int, kind: VerdictKind | None = None) -> Sequence[Held]:
        """The last `limit` matches that were not told, newest first; of one kind where that is given."""
        query = (
            select(verdicts, matches.c.rule_id, matches.c.article_id, revisions.c.title, _OUTLET)
            .select_from(verdicts)
            .join(matches, matches.c.match_id == verdicts.c.match_id)
            .join(
                revisions,
                and_(revisions.c.article_id == matches.c.article_id, revisions.c.text_hash == matches.c.text_hash),
            )
            .join(articles, articles.c.article_id == matches.c.article_id)
            .join(outlets, outlets.c.outlet_id == articles.c.outlet_id)
            .order_by(verdicts.c.match_id.desc())
            .limit(limit)
        )
        if kind is not None:
            query = query.where(verdicts.c.kind == kind)
        with self._database.reading() as connection:
            return [
                Held(
                    article_id=row.article_id,
                    rule_id=row.rule_id,
                    title=row.title,
                    outlet=row.outlet,
                    kind=row.kind,
                    reason=row.reason,
                    at=row.decided_at,
                )
                for row in connection.execute(query)
            ]

    def outlets(self) -> Sequence[Outlet]:
        """Every outlet, by title."""
        with self._database.reading() as connection:
            rows = connection.execute(named(select(outlets).order_by(outlets.c.title)))
            return [outlet_of(row) for row in rows]


def _story(told: Told) -> Any:
    detail = told.row.detail
    return detail.match.story_id if isinstance(detail, AlertDetail) else None


def told(connection: Connection, alert_ids: Sequence[AlertId]) -> list[Told]:
    """The alerts that exist, in the order of their ids as given."""
    claims = {row.alert_id: row.who for row in _of(connection, select(acknowledgements), acknowledgements, alert_ids)}
    marks: defaultdict[AlertId, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in _of(connection, select(feedback), feedback, alert_ids):
        marks[row.alert_id][row.verdict].append(row.who)
    return [
        Told(
            row=row,
            claimed_by=claims.get(row.detail.alert.alert_id),
            marks={verdict: tuple(who) for verdict, who in marks[row.detail.alert.alert_id].items()},
        )
        for row in alert_rows(connection, alert_ids)
    ]


def _of(connection: Connection, query: Select[Any], table: Any, alert_ids: Collection[AlertId]) -> Sequence[Row[Any]]:
    return list(rows_in(connection, query, table.c.alert_id, alert_ids))


def _count(table: Any) -> Any:
    return select(func.count()).select_from(table).scalar_subquery()
