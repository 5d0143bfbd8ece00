"""Volumes: what `judge_volumes` needs of the store."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, case, func, select

from pipelines.alerts import Finding
from pipelines.model import Rule
from pipelines.states import RuleId, RuleStatus, RuleVersion
from pipelines.volumes import FeedHealth, Sighting
from storage.alert_tables import findings
from storage.database import Database
from storage.feed_tables import ACTIVE, feeds, outlets
from storage.records import named
from storage.rule_rows import rule_of
from storage.tables import COUNTS, IS_MATCH, articles, matches, revisions, rules, story_members

RUNNING = frozenset({RuleStatus.LIVE, RuleStatus.SHADOW})
_Key = tuple[RuleId, RuleVersion]
_DATE = 10
"""Characters of a publication time that is only a day: it may be hours from the truth."""
_AT = case(
    (revisions.c.published_utc.is_(None), articles.c.first_seen_at),
    (func.length(revisions.c.published) <= _DATE, articles.c.first_seen_at),
    (revisions.c.published_utc > articles.c.first_seen_at, articles.c.first_seen_at),
    else_=revisions.c.published_utc,
)


def volume_due(now: datetime) -> ColumnElement[bool]:
    """Volume rules whose time has come at `now`."""
    return and_(COUNTS, rules.c.volume_due_at <= now)


class SqlVolumes:
    """The VolumeStore of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def due(self, now: datetime) -> bool:
        """See VolumeStore."""
        with self._database.reading() as connection:
            return connection.scalar(select(select(rules.c.rule_id).where(volume_due(now)).exists())) is True

    def rules(self) -> Sequence[Rule]:
        """See VolumeStore."""
        with self._database.reading() as connection:
            return [rule_of(row) for row in connection.execute(named(select(rules).where(COUNTS)))]

    def sightings(self, rule_ids: Collection[RuleId], since: datetime) -> Sequence[Sighting]:
        """See VolumeStore. No article is matched before it is published or seen."""
        query = (
            select(_AT.label("at"), matches.c.article_id, story_members.c.story_id, articles.c.outlet_id)
            .select_from(matches)
            .join(
                revisions,
                and_(revisions.c.article_id == matches.c.article_id, revisions.c.text_hash == matches.c.text_hash),
            )
            .join(articles, articles.c.article_id == matches.c.article_id)
            .join(story_members, story_members.c.article_id == matches.c.article_id)
            .where(matches.c.rule_id.in_(list(rule_ids)), matches.c.matched_at >= since, IS_MATCH)
            .where(articles.c.backlog.is_(False))
        )
        with self._database.reading() as connection:
            return [
                Sighting(at=row.at, article_id=row.article_id, story_id=row.story_id, outlet_id=row.outlet_id)
                for row in connection.execute(query)
                if row.at >= since
            ]

    def watched_since(self, rule_ids: Collection[RuleId]) -> datetime | None:
        """See VolumeStore."""
        query = (
            select(func.min(rules.c.first_seen_at)).where(rules.c.rule_id.in_(list(rule_ids))).group_by(rules.c.rule_id)
        )
        with self._database.reading() as connection:
            since: list[datetime] = list(connection.scalars(query))
        return max(since) if len(since) == len(set(rule_ids)) else None

    def feeds(self) -> Sequence[FeedHealth]:
        """See VolumeStore. A feed has its outlet's tags too, as its articles do."""
        query = named(select(feeds, outlets.c.tags).join_from(feeds, outlets, isouter=True).where(ACTIVE))
        with self._database.reading() as connection:
            return [
                FeedHealth(
                    language=row.feeds_language,
                    tags=frozenset(row.feeds_tags) | frozenset(row.outlets_tags or ()),
                    every=row.feeds_every,
                    failures=row.feeds_failures,
                    succeeded_at=row.feeds_succeeded_at,
                )
                for row in connection.execute(query)
            ]

    def last_end(self, rule_id: RuleId) -> datetime | None:
        """See VolumeStore."""
        query = select(func.max(findings.c.ends_at)).where(findings.c.rule_id == rule_id)
        with self._database.reading() as connection:
            end: datetime | None = connection.scalar(query)
        return end

    def save(self, finding: Finding | None, rule: Rule, due_at: datetime, now: datetime) -> None:
        """See VolumeStore. A window that is stored already is stored once."""
        this = and_(rules.c.rule_id == rule.rule_id, rules.c.version == rule.version, COUNTS)
        with self._database.writing(exclusive="rules") as connection:
            connection.execute(rules.update().where(this).values(volume_due_at=due_at))
            if finding is None:
                return
            key = and_(findings.c.rule_id == rule.rule_id, findings.c.subject == finding.subject)
            if connection.scalar(select(findings.c.finding_id).where(key)) is None:
                row = {
                    "rule_id": rule.rule_id,
                    "rule_version": rule.version,
                    "subject": finding.subject,
                    "starts_at": finding.starts_at,
                    "ends_at": finding.ends_at,
                    "number": finding.number,
                    "usual": finding.usual,
                    "why": finding.why,
                    "found_at": now,
                }
                connection.execute(findings.insert().values(row))


def scheduled(connection: Connection, running: Iterable[Rule]) -> bool:
    """Whether the volume rules of `running`, live or in shadow, are those that are judged."""
    return not any(_changes(connection, running))


def schedule(connection: Connection, running: Iterable[Rule], now: datetime) -> None:
    """Judge the volume rules of `running` and no others; a new one is due at once."""
    begin, end = _changes(connection, running)
    for keys, due_at in ((begin, now), (end, None)):
        for rule_id, version in keys:
            this = and_(rules.c.rule_id == rule_id, rules.c.version == version)
            connection.execute(rules.update().where(this).values(volume_due_at=due_at))


def _changes(connection: Connection, running: Iterable[Rule]) -> tuple[set[_Key], set[_Key]]:
    wanted = {(rule.rule_id, rule.version) for rule in running if rule.volume and rule.status in RUNNING}
    judged = select(rules.c.rule_id, rules.c.version).where(COUNTS)
    stored: set[_Key] = {(row.rule_id, row.version) for row in connection.execute(judged)}
    return wanted - stored, stored - wanted
