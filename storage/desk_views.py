"""What the desk's page shows: events as they came, what was held and why, rules with their precision, a search."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, or_, select

from pipelines.alerts import AlertDetail
from pipelines.errors import StoreError
from pipelines.model import Rule
from pipelines.states import AlertId, ArticleId, Outcome, RuleId, RuleStatus, VerdictKind
from storage.alert_tables import acknowledgements, alerts, feedback, verdicts
from storage.database import Database
from storage.events import firsts
from storage.feed_tables import outlets
from storage.journal import AlertRow, alert_rows
from storage.lookups import rows_in
from storage.records import LATEST, named
from storage.rule_rows import rule_of
from storage.tables import articles, matches, revisions, rules

USEFUL, NOISE = "useful", "noise"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleNumbers:
    """How a rule did lately."""

    rule: Rule
    matches: int
    alerts: int
    useful: int
    noise: int
    claimed_after: timedelta | None
    """The median from alert to claim."""

    @property
    def precision(self) -> float | None:
        """Share of the marked alerts that were useful; None where none was marked."""
        marked = self.useful + self.noise
        return self.useful / marked if marked else None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRow:
    """An article that a search found."""

    article_id: ArticleId
    title: str
    outlet: str
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
            told = _told(connection, connection.scalars(query).all())
            story_of = {one.row.detail.alert.alert_id: _story(one) for one in told}
            event_of = firsts(connection, {story for story in story_of.values() if story is not None})
        groups: defaultdict[object, list[Told]] = defaultdict(list)
        for one in told:
            story = story_of[one.row.detail.alert.alert_id]
            groups[("alert", one.row.detail.alert.alert_id) if story is None else event_of[story]].append(one)
        return [
            EventTold(event_id=key if isinstance(key, int) else None, alerts=(*some,)) for key, some in groups.items()
        ]

    def alert(self, alert_id: AlertId) -> Told | None:
        """One alert."""
        with self._database.reading() as connection:
            return next(iter(_told(connection, [alert_id])), None)

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

    def held(self, limit: int) -> Sequence[Held]:
        """The last `limit` matches that were not told, newest first."""
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

    def rules(self, since: datetime) -> Sequence[RuleNumbers]:
        """Every rule that is not retired, by id, with its numbers since then."""
        with self._database.reading() as connection:
            matched = _by_rule(connection, matches, matches.c.matched_at >= since, matches.c.outcome == Outcome.MATCH)
            told = _by_rule(connection, alerts, alerts.c.created_at >= since)
            marks = _marks_by_rule(connection, since)
            claims = _claims_by_rule(connection, since)
            found = _current_rules(connection)
        return [
            RuleNumbers(
                rule=rule,
                matches=matched.get(rule.rule_id, 0),
                alerts=told.get(rule.rule_id, 0),
                useful=marks.get((rule.rule_id, USEFUL), 0),
                noise=marks.get((rule.rule_id, NOISE), 0),
                claimed_after=timedelta(seconds=median(claims[rule.rule_id])) if rule.rule_id in claims else None,
            )
            for rule in found
        ]

    def search(self, words: str, limit: int) -> Sequence[FoundRow]:
        """The newest articles in whose headline or outlet's name all the words stand, letters' case apart."""
        title, outlet = func.lower(revisions.c.title), func.lower(outlets.c.title)
        query = (
            select(articles.c.article_id, revisions.c.title, _OUTLET, articles.c.first_seen_at)
            .select_from(articles)
            .join(revisions, and_(revisions.c.article_id == articles.c.article_id, LATEST))
            .join(outlets, outlets.c.outlet_id == articles.c.outlet_id)
            .order_by(articles.c.article_id.desc())
            .limit(limit)
        )
        for word in words.split():
            spellings = {word.lower(), word.capitalize(), word.upper(), word}  # SQLite's lower() knows ASCII alone
            columns = (title, revisions.c.title)
            likes = [column.contains(one, autoescape=True) for one in spellings for column in columns]
            query = query.where(or_(*likes, outlet.contains(word.lower(), autoescape=True)))
        with self._database.reading() as connection:
            return [
                FoundRow(article_id=row.article_id, title=row.title, outlet=row.outlet, at=row.first_seen_at)
                for row in connection.execute(query)
            ]


def _story(told: Told) -> Any:
    detail = told.row.detail
    return detail.match.story_id if isinstance(detail, AlertDetail) else None


def _told(connection: Connection, alert_ids: Sequence[AlertId]) -> list[Told]:
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


def _by_rule(connection: Connection, table: Any, *where: Any) -> dict[RuleId, int]:
    query = select(table.c.rule_id, func.count()).where(*where).group_by(table.c.rule_id)
    return {row[0]: row[1] for row in connection.execute(query)}


def _marks_by_rule(connection: Connection, since: datetime) -> dict[tuple[RuleId, str], int]:
    query = (
        select(alerts.c.rule_id, feedback.c.verdict, func.count())
        .join(alerts, alerts.c.alert_id == feedback.c.alert_id)
        .where(alerts.c.created_at >= since)
        .group_by(alerts.c.rule_id, feedback.c.verdict)
    )
    return {(row[0], row[1]): row[2] for row in connection.execute(query)}


def _claims_by_rule(connection: Connection, since: datetime) -> dict[RuleId, list[float]]:
    """Seconds from alert to claim."""
    query = (
        select(alerts.c.rule_id, alerts.c.created_at, acknowledgements.c.given_at)
        .join(alerts, alerts.c.alert_id == acknowledgements.c.alert_id)
        .where(alerts.c.created_at >= since)
    )
    found: dict[RuleId, list[float]] = {}
    for row in connection.execute(query):
        found.setdefault(row.rule_id, []).append((row.given_at - row.created_at).total_seconds())
    return found


def _current_rules(connection: Connection) -> list[Rule]:
    """The newest version of each rule that is not retired."""
    newest = select(rules.c.rule_id, func.max(rules.c.first_seen_at).label("at")).group_by(rules.c.rule_id).subquery()
    same = and_(rules.c.rule_id == newest.c.rule_id, rules.c.first_seen_at == newest.c.at)
    query = named(select(rules).join(newest, same).where(rules.c.status != RuleStatus.RETIRED))
    found = {row.rules_rule_id: rule_of(row) for row in connection.execute(query.order_by(rules.c.rule_id))}
    return list(found.values())
