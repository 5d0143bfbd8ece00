"""The journal: read-only listings for people, newest first, each a handful of queries whatever its length."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, Text, and_, cast, func, select

from pipelines.alerts import AlertDetail, Delivery, FindingDetail, Verdict
from pipelines.model import Article, Feed, Rule, StoryMember
from pipelines.polls import FeedState
from pipelines.states import (
    AlertId,
    AlertReason,
    ArticleId,
    DeliveryState,
    MatchId,
    Outcome,
    RuleId,
    StoryId,
    TextSource,
    VerdictKind,
)
from storage.alert_details import load_details
from storage.alert_tables import OF_MATCH, alerts, deliveries, verdicts
from storage.database import Database
from storage.digest_tables import digests
from storage.feed_records import polled_feed_of
from storage.feed_tables import ACTIVE, feed_entries, feeds, outlets
from storage.lookups import rows_in
from storage.outbox import delivery_of
from storage.records import LATEST, load_articles, named
from storage.tables import UNDECIDED, articles, matches, revisions, story_members


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRow:
    """A watched feed, how it fares, and how many articles it brought."""

    feed: Feed
    state: FeedState
    articles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleAnswer:
    """What one rule said of an article, and what became of that."""

    match_id: MatchId
    rule_id: RuleId
    outcome: Outcome
    verdicts: tuple[Verdict, ...] = ()
    alert_id: AlertId | None = None
    alert_reason: AlertReason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleRow:
    """An article on its way: what is None or empty has not happened yet."""

    article: Article
    title: str = ""
    text_source: TextSource | None = None
    language: str | None = None
    texts: int = 0
    """How many versions of its text there are."""
    member: StoryMember | None = None
    reprint_of: Article | None = None
    """The story's first article, where this is not it."""
    answers: tuple[RuleAnswer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow:
    """An alert with its deliveries, by receiver."""

    detail: AlertDetail | FindingDetail
    deliveries: tuple[Delivery, ...]

    @property
    def rule(self) -> Rule:
        """The rule that the alert is of."""
        detail = self.detail
        return detail.finding.rule if isinstance(detail, FindingDetail) else detail.match.judgement.rule


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRow:
    """A delivery with what it is about."""

    delivery: Delivery
    rule_id: RuleId | None
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What became of every match: nothing is dropped while `matched == accounted`."""

    matched: int
    alerts: int
    verdicts: Mapping[VerdictKind, int]
    """Of matches that made no alert."""
    undecided: int
    deliveries: Mapping[DeliveryState, int]

    @property
    def accounted(self) -> int:
        """Matches whose fate is known or awaited."""
        return self.alerts + sum(self.verdicts.values()) + self.undecided


class Journal:
    """Listings of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def feeds(self) -> Sequence[FeedRow]:
        """Active feeds by id."""
        query = named(select(feeds, outlets).join_from(feeds, outlets, isouter=True).where(ACTIVE))
        count = select(feed_entries.c.feed_id, func.count(feed_entries.c.article_id.distinct())).group_by(
            feed_entries.c.feed_id
        )
        with self._database.reading() as connection:
            brought = _counts(connection, count)
            polled = [polled_feed_of(row) for row in connection.execute(query.order_by(feeds.c.feed_id))]
        return [FeedRow(feed=one.feed, state=one.state, articles=brought.get(one.feed.feed_id, 0)) for one in polled]

    def articles(self, limit: int, since: datetime | None = None) -> Sequence[ArticleRow]:
        """The last `limit` articles, first seen at or after `since`."""
        newest = (articles.c.first_seen_at.desc(), articles.c.article_id.desc())
        query = select(articles.c.article_id).order_by(*newest).limit(limit)
        if since is not None:
            query = query.where(articles.c.first_seen_at >= since)
        with self._database.reading() as connection:
            return article_rows(connection, connection.scalars(query).all())

    def alerts(self, limit: int) -> Sequence[AlertRow]:
        """The last `limit` alerts."""
        query = select(alerts.c.alert_id).order_by(alerts.c.alert_id.desc()).limit(limit)
        with self._database.reading() as connection:
            return alert_rows(connection, connection.scalars(query).all())

    def deliveries(self, states: Collection[DeliveryState], limit: int) -> Sequence[DeliveryRow]:
        """The last `limit` deliveries in one of `states`."""
        of_digest = cast(digests.c.kind, Text).concat(" digest")
        title = func.coalesce(revisions.c.title, alerts.c.why, of_digest).label("title")
        query = (
            select(deliveries, alerts.c.rule_id, title)
            .select_from(deliveries)
            .outerjoin(digests, digests.c.digest_id == deliveries.c.digest_id)
            .outerjoin(alerts, alerts.c.alert_id == deliveries.c.alert_id)
            .outerjoin(matches, matches.c.match_id == alerts.c.match_id)
            .outerjoin(
                revisions,
                and_(revisions.c.article_id == matches.c.article_id, revisions.c.text_hash == matches.c.text_hash),
            )
            .where(deliveries.c.state.in_(list(states)))
            .order_by(deliveries.c.delivery_id.desc())
            .limit(limit)
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return [DeliveryRow(delivery=delivery_of(row), rule_id=row.rule_id, title=row.title) for row in rows]

    def match_ledger(self) -> Ledger:
        """The sums by which a test, or a person, can check that no match was lost."""
        told = select(alerts.c.match_id).where(alerts.c.match_id == verdicts.c.match_id).exists()
        kinds = select(verdicts.c.kind, func.count(verdicts.c.match_id.distinct())).where(~told)
        states = select(deliveries.c.state, func.count()).group_by(deliveries.c.state)
        with self._database.reading() as connection:
            return Ledger(
                matched=_count(connection, select(matches).where(matches.c.outcome == Outcome.MATCH)),
                alerts=_count(connection, select(alerts).where(alerts.c.match_id.is_not(None), OF_MATCH)),
                verdicts=_counts(connection, kinds.group_by(verdicts.c.kind)),
                undecided=_count(connection, select(matches).where(UNDECIDED)),
                deliveries=_counts(connection, states),
            )


def alert_rows(connection: Connection, alert_ids: Sequence[AlertId]) -> list[AlertRow]:
    """The alerts that exist, in the order of their ids as given, each with its deliveries."""
    by_alert: dict[AlertId, list[Delivery]] = {}
    details = load_details(connection, alert_ids)
    sent = select(deliveries).order_by(deliveries.c.receiver)
    for row in rows_in(connection, sent, deliveries.c.alert_id, alert_ids):
        by_alert.setdefault(row.alert_id, []).append(delivery_of(row))
    return [AlertRow(detail=one, deliveries=tuple(by_alert.get(one.alert.alert_id, ()))) for one in details]


def article_rows(connection: Connection, article_ids: Sequence[ArticleId]) -> list[ArticleRow]:
    """The articles on their ways, in the order of their ids as given."""
    texts = _by_article(connection, select(revisions).where(LATEST), revisions.c.article_id, article_ids)
    counted = select(revisions.c.article_id, func.count().label("texts")).group_by(revisions.c.article_id)
    versions = _by_article(connection, counted, revisions.c.article_id, article_ids)
    members = _by_article(connection, select(story_members), story_members.c.article_id, article_ids)
    firsts = _first_articles(connection, [member.story_id for member in members.values()])
    answers = _answers(connection, article_ids)
    found = load_articles(connection, [*article_ids, *firsts.values()])
    return [
        replace(
            _article_row(found, one, texts.get(one), members.get(one), firsts, answers.get(one, ())),
            texts=versions[one].texts if one in versions else 0,
        )
        for one in article_ids
    ]


def _article_row(
    found: Mapping[ArticleId, Article],
    article_id: ArticleId,
    text: Row[Any] | None,
    joined: Row[Any] | None,
    firsts: Mapping[StoryId, ArticleId],
    answers: Sequence[RuleAnswer],
) -> ArticleRow:
    member = None
    first = article_id
    if joined is not None:
        first = firsts[joined.story_id]
        member = StoryMember(
            article_id=article_id,
            story_id=joined.story_id,
            similarity=joined.similarity,
            reason=joined.reason,
            joined_at=joined.joined_at,
        )
    return ArticleRow(
        article=found[article_id],
        title="" if text is None else text.title,
        text_source=None if text is None else text.text_source,
        language=None if text is None else text.language,
        member=member,
        reprint_of=None if first == article_id else found[first],
        answers=tuple(answers),
    )


def _answers(connection: Connection, article_ids: Collection[ArticleId]) -> dict[ArticleId, list[RuleAnswer]]:
    """Rules' answers about the articles, in the order in which they were given."""
    query = select(matches, alerts.c.alert_id, alerts.c.reason).join(
        alerts, and_(alerts.c.match_id == matches.c.match_id, OF_MATCH), isouter=True
    )
    rows = list(rows_in(connection, query.order_by(matches.c.match_id), matches.c.article_id, article_ids))
    given = _verdicts(connection, [row.match_id for row in rows])
    answers: dict[ArticleId, list[RuleAnswer]] = {}
    for row in rows:
        answer = RuleAnswer(
            match_id=row.match_id,
            rule_id=row.rule_id,
            outcome=row.outcome,
            verdicts=tuple(given.get(row.match_id, ())),
            alert_id=row.alert_id,
            alert_reason=row.reason,
        )
        answers.setdefault(row.article_id, []).append(answer)
    return answers


def _verdicts(connection: Connection, match_ids: Collection[MatchId]) -> dict[MatchId, list[Verdict]]:
    given: dict[MatchId, list[Verdict]] = {}
    query = select(verdicts).order_by(verdicts.c.decided_at, verdicts.c.step)
    for row in rows_in(connection, query, verdicts.c.match_id, match_ids):
        verdict = Verdict(
            match_id=row.match_id,
            step=row.step,
            kind=row.kind,
            name=row.name,
            reason=row.reason,
            decided_at=row.decided_at,
        )
        given.setdefault(row.match_id, []).append(verdict)
    return given


def _first_articles(connection: Connection, story_ids: Collection[StoryId]) -> dict[StoryId, ArticleId]:
    first = select(func.min(story_members.c.member_key)).group_by(story_members.c.story_id)
    found: dict[StoryId, ArticleId] = {}
    keys = [row[0] for row in rows_in(connection, first, story_members.c.story_id, story_ids)]
    for row in rows_in(connection, select(story_members), story_members.c.member_key, keys):
        found[row.story_id] = row.article_id
    return found


def _by_article(
    connection: Connection, query: Select[Any], column: Any, article_ids: Collection[ArticleId]
) -> dict[ArticleId, Row[Any]]:
    return {row.article_id: row for row in rows_in(connection, query, column, article_ids)}


def _count(connection: Connection, query: Select[Any]) -> int:
    return connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()


def _counts(connection: Connection, query: Select[Any]) -> dict[Any, int]:
    return {row[0]: row[1] for row in connection.execute(query)}
