"""Rules as the desk's page and the operator see them: how often they matched and told, and what the desk made of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import Connection, and_, func, select

from pipelines.model import Rule
from pipelines.overview.rule_numbers import RuleNumbers
from pipelines.states import Outcome, RuleId, RuleStatus
from storage.alert_tables import acknowledgements, alerts, feedback
from storage.database import Database
from storage.desk_views import Told, told
from storage.records import named
from storage.rule_rows import rule_of
from storage.tables import matches, rules

USEFUL, NOISE = "useful", "noise"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTold:
    """One rule with what it did lately."""

    rule: Rule
    days: dict[date, int]
    """Matches by day, UTC; days without one are not there."""
    last: Sequence[Told]
    """Its last alerts, newest first."""


class DeskRules:
    """Reads about rules; each a handful of queries."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def numbers(self, since: datetime) -> Sequence[RuleNumbers]:
        """Every rule that is not retired, by id, with its numbers since then."""
        with self._database.reading() as connection:
            matched = _by_rule(connection, matches, matches.c.matched_at >= since, matches.c.outcome == Outcome.MATCH)
            made = _by_rule(connection, alerts, alerts.c.created_at >= since)
            marks = _marks_by_rule(connection, since)
            claims = _claims_by_rule(connection, since)
            found = _current_rules(connection)
        return [
            RuleNumbers(
                rule=rule,
                matches=matched.get(rule.rule_id, 0),
                alerts=made.get(rule.rule_id, 0),
                useful=marks.get((rule.rule_id, USEFUL), 0),
                noise=marks.get((rule.rule_id, NOISE), 0),
                claimed_after=timedelta(seconds=median(claims[rule.rule_id])) if rule.rule_id in claims else None,
            )
            for rule in found
        ]

    def one(self, rule_id: RuleId, since: datetime, limit: int) -> RuleTold | None:
        """A rule with its matches since then and its last `limit` alerts; None where there is none."""
        matched = select(matches.c.matched_at).where(
            matches.c.rule_id == rule_id, matches.c.matched_at >= since, matches.c.outcome == Outcome.MATCH
        )
        last = select(alerts.c.alert_id).where(alerts.c.rule_id == rule_id).order_by(alerts.c.created_at.desc())
        days: dict[date, int] = {}
        with self._database.reading() as connection:
            found = _current_rules(connection, rule_id)
            for at in connection.scalars(matched):
                days[at.date()] = days.get(at.date(), 0) + 1
            if not found:
                return None
            return RuleTold(
                rule=found[0], days=days, last=told(connection, connection.scalars(last.limit(limit)).all())
            )

    def sources(self) -> Sequence[Rule]:
        """Every rule that is not retired, by id, as last written."""
        with self._database.reading() as connection:
            return _current_rules(connection)


def _by_rule(connection: Connection, table: Any, *where: Any) -> dict[RuleId, int]:
    """Rows of each rule, counted along the table's index of rules and times: years of rows are not read."""
    known = select(rules.c.rule_id).distinct().subquery()
    count = select(func.count()).select_from(table).where(table.c.rule_id == known.c.rule_id, *where)
    return {row[0]: row[1] for row in connection.execute(select(known.c.rule_id, count.scalar_subquery()))}


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


def _current_rules(connection: Connection, rule_id: RuleId | None = None) -> list[Rule]:
    """The newest version of each rule that is not retired, or of one, retired or not."""
    newest = select(rules.c.rule_id, func.max(rules.c.first_seen_at).label("at")).group_by(rules.c.rule_id).subquery()
    same = and_(rules.c.rule_id == newest.c.rule_id, rules.c.first_seen_at == newest.c.at)
    query = named(select(rules).join(newest, same))
    query = query.where(rules.c.status != RuleStatus.RETIRED if rule_id is None else rules.c.rule_id == rule_id)
    found = {row.rules_rule_id: rule_of(row) for row in connection.execute(query.order_by(rules.c.rule_id))}
    return list(found.values())
