"""What dispatch asks before it decides: what the desk was told, how the story stands, what is silenced."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, literal, select

from pipelines.alerts import Known, Silence
from pipelines.model import Match, Rule
from pipelines.states import AlertReason, OncePer
from storage.alert_tables import alerts, findings, silences, verdicts
from storage.events import load_events
from storage.records import load_matches
from storage.tables import matches, stories, story_members

UNLIMITED = (AlertReason.CORRECTED, AlertReason.TAKEN_DOWN)
"""Alerts that count against no limit."""


def known_of(connection: Connection, match: Match, subject: str, silenced: Sequence[Silence], now: datetime) -> Known:
    """See Dispatch.known; `silenced` are the silences of now."""
    rule = match.judgement.rule
    told = _told(connection, rule, _subjects(connection, match, subject))
    own = [row for row in told if row.article_id == match.revision.article.article_id]
    original = load_matches(connection, [own[-1].match_id])[own[-1].match_id] if own else None
    return Known(
        told_in=told[-1].alert_id if told else None,
        told_sources=told[-1].sources if told else 0,
        told_groups=frozenset(group for row in told for group, *_ in row.hits),
        original=original,
        last_match_at=_last_match_at(connection, match) if told and rule.story.afresh_after else None,
        sources=load_events(connection, [match.story_id])[match.story_id].sources,
        recent=recent_of(connection, rule, now),
        silences=tuple(silenced),
    )


def recent_of(connection: Connection, rule: Rule, now: datetime) -> tuple[datetime, ...]:
    """When the rule's alerts that count against its limit were made, no more of them than decide."""
    summed = select(verdicts.c.match_id).where(verdicts.c.match_id == alerts.c.match_id)
    held = select(findings.c.finding_id).where(
        findings.c.finding_id == alerts.c.finding_id, findings.c.held.is_not(None)
    )
    query = (
        select(alerts.c.created_at)
        .where(
            alerts.c.rule_id == rule.rule_id,
            alerts.c.created_at > now - rule.limit.per,
            alerts.c.reason.not_in(UNLIMITED),
            ~summed.exists(),
            ~held.exists(),
        )
        .order_by(alerts.c.created_at.desc())
        .limit(rule.limit.alerts)
    )
    return tuple(connection.scalars(query))


def silences_at(connection: Connection, now: datetime) -> tuple[Silence, ...]:
    """The silences that hold at `now`."""
    query = select(silences).where(silences.c.until > now, silences.c.starts_at <= now)
    return tuple(
        Silence(
            silence_id=row.silence_id,
            selector={name: str(value) for name, value in row.selector.items()},
            who=row.who,
            why=row.why,
            starts_at=row.starts_at,
            until=row.until,
        )
        for row in connection.execute(query)
    )


def _subjects(connection: Connection, match: Match, subject: str) -> list[str]:
    """The subject, and those under which stories that went into this one were told."""
    if match.judgement.rule.story.once_per is OncePer.ARTICLE:
        return [subject]
    query = select(stories.c.story_id).where(stories.c.merged_into == match.story_id)
    return [subject, *(f"story:{story_id}" for story_id in connection.scalars(query))]


def _told(connection: Connection, rule: Rule, subjects: Iterable[str]) -> Sequence[Row[Any]]:
    """The rule's alerts about any of `subjects`, oldest first, each with its match."""
    query = (
        select(alerts.c.alert_id, alerts.c.sources, matches.c.match_id, matches.c.article_id, matches.c.hits)
        .join(matches, matches.c.match_id == alerts.c.match_id)
        .where(alerts.c.rule_id == rule.rule_id, alerts.c.subject.in_(list(subjects)))
        .order_by(alerts.c.alert_id)
    )
    return list(connection.execute(query))


def _last_match_at(connection: Connection, match: Match) -> datetime | None:
    """When the rule last matched the story, or the article, before `match`."""
    rule = match.judgement.rule
    query = select(func.max(matches.c.matched_at)).where(
        matches.c.rule_id == rule.rule_id,
        matches.c.match_id < match.match_id,
        matches.c.outcome == literal(match.judgement.outcome, matches.c.outcome.type),
    )
    if rule.story.once_per is OncePer.ARTICLE:
        query = query.where(matches.c.article_id == match.revision.article.article_id)
    else:
        members = select(story_members.c.article_id).where(story_members.c.story_id == match.story_id)
        query = query.where(matches.c.article_id.in_(members))
    last: datetime | None = connection.scalar(query)
    return last
