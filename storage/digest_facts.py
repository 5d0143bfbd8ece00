"""What the store knows of a period: its alerts, what was held, each rule's matches, troubles, and the sums."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from pipelines.alerts import AlertDetail, Delivery
from pipelines.digests.records import Counted, Facts, Line, Period, RuleLine, Sums, slices
from pipelines.states import AlertId, DeliveryState, RuleStatus, VerdictKind
from storage.alert_tables import OF_MATCH, acknowledgements, alerts, deliveries, feedback, notices, verdicts
from storage.balance import balance_of
from storage.journal import AlertRow, alert_rows
from storage.lookups import rows_in
from storage.tables import IS_MATCH, matches, rules

LINES = 200
"""Alerts that a digest lists: more than anybody reads; all of them are counted."""
OTHERS = ("feed:", "site:", "network", "rules:", "live:", "gone:", "shadow:")
"""How the subjects of notices begin that are told elsewhere: feeds have their own part, owners hear of their rules."""
WAITING = (DeliveryState.PENDING, DeliveryState.HELD)


def facts_of(connection: Connection, period: Period) -> Facts:
    """See DigestStore."""
    made = _within(alerts.c.created_at, period)
    newest = select(alerts.c.alert_id).where(made).order_by(alerts.c.alert_id.desc())
    alert_ids: Sequence[AlertId] = connection.scalars(newest).all()
    claimed = set(connection.scalars(select(acknowledgements.c.alert_id).where(made).select_from(_claims())))
    titles = _titles(connection)
    lines = tuple(_lines(connection, alert_ids[:LINES]))
    silenced, limited, held = _verdicts(connection, period)
    return Facts(
        kind=period.kind,
        receiver=period.receiver,
        starts_at=period.starts_at,
        ends_at=period.ends_at,
        alerts=len(alert_ids),
        unclaimed=len(set(alert_ids) - claimed),
        lines=lines,
        held=held,
        silenced=silenced,
        limited=limited,
        near=(),
        near_misses=0,
        near_all=True,
        feeds=0,
        feeds_read=0,
        feed_troubles=(),
        troubles=(*_failed(connection, period), *_notices(connection, period)),
        rules=_rules(connection, period, {rule_id: title for rule_id, (title, _) in titles.items()}),
        rules_running=sum(status is RuleStatus.LIVE for _, status in titles.values()),
        sums=_sums(connection, period),
    )


def _within(column: Any, period: Period) -> ColumnElement[bool]:
    return and_(column >= period.starts_at, column < period.ends_at)


def _claims() -> Any:
    return acknowledgements.join(alerts, alerts.c.alert_id == acknowledgements.c.alert_id)


def _lines(connection: Connection, alert_ids: Sequence[AlertId]) -> Iterable[Line]:
    claims = {
        row.alert_id: row.who
        for row in rows_in(connection, select(acknowledgements), acknowledgements.c.alert_id, alert_ids)
    }
    for row in alert_rows(connection, alert_ids):
        yield _line(row, claims.get(row.detail.alert.alert_id))


def _line(row: AlertRow, claimed_by: str | None) -> Line:
    detail, rule = row.detail, row.rule
    article = detail.match.revision.article if isinstance(detail, AlertDetail) else None
    headline = detail.match.revision.content.title if isinstance(detail, AlertDetail) else detail.finding.why
    state, why = _state(row.deliveries)
    return Line(
        alert_id=detail.alert.alert_id,
        rule_id=rule.rule_id,
        rule=rule.title,
        severity=rule.severity,
        reason=detail.alert.reason,
        headline=headline,
        outlet=article.outlet.title if article else "",
        link=article.link if article else "",
        made_at=detail.alert.created_at,
        sent_at=min((one.sent_at for one in row.deliveries if one.sent_at), default=None),
        receivers=tuple(one.receiver for one in row.deliveries if one.state is not DeliveryState.SUPPRESSED),
        state=state,
        why=why,
        claimed_by=claimed_by,
    )


def _state(made: Sequence[Delivery]) -> tuple[str, str]:
    """How an alert stands over all of its deliveries, and why where nobody has it."""
    by_state = {one.state: one for one in reversed(made)}
    if DeliveryState.SENT in by_state:
        return "sent", ""
    for state in WAITING:
        if state in by_state:
            return "waiting", by_state[state].reason or by_state[state].error or ""
    dead = by_state.get(DeliveryState.DEAD)
    return ("dead", dead.error or "") if dead else ("suppressed", "")


def _verdicts(connection: Connection, period: Period) -> tuple[tuple[Counted, ...], int, tuple[Counted, ...]]:
    """Matches that were silenced, by silence; that were past a limit; and that made no alert at all, by clause."""
    made = select(alerts.c.alert_id).where(alerts.c.match_id == matches.c.match_id, OF_MATCH).exists()
    query = (
        select(verdicts.c.kind, verdicts.c.name, verdicts.c.reason, made.label("made"), func.count().label("number"))
        .join(matches, matches.c.match_id == verdicts.c.match_id)
        .where(_within(matches.c.matched_at, period), IS_MATCH)
        .group_by(verdicts.c.kind, verdicts.c.name, verdicts.c.reason, "made")
    )
    silenced, held, limited = Counter[str](), Counter[str](), 0
    for row in connection.execute(query):
        if row.kind is VerdictKind.SILENCED:
            silenced[row.reason] += row.number
        elif row.kind is VerdictKind.LIMITED:
            limited += row.number
        if not row.made:
            held[row.name or row.kind] += row.number
    return _counted(silenced), limited, _counted(held)


def _counted(numbers: Counter[str]) -> tuple[Counted, ...]:
    return tuple(Counted(words=words, number=number) for words, number in numbers.most_common())


def _titles(connection: Connection) -> dict[str, tuple[str, RuleStatus]]:
    """Each rule's newest title and status."""
    query = select(rules.c.rule_id, rules.c.title, rules.c.status).order_by(rules.c.first_seen_at)
    return {row.rule_id: (row.title, row.status) for row in connection.execute(query)}


def _rules(connection: Connection, period: Period, titles: dict[str, str]) -> tuple[RuleLine, ...]:
    """Rules that matched anything but what lay in a feed before its watch began."""
    backlog = select(verdicts.c.match_id).where(verdicts.c.match_id == matches.c.match_id, verdicts.c.name == "backlog")
    found = select(matches.c.rule_id, matches.c.matched_at).where(
        _within(matches.c.matched_at, period), IS_MATCH, ~backlog.exists()
    )
    cut = slices(period.starts_at, period.ends_at)
    counts: defaultdict[str, list[int]] = defaultdict(lambda: [0] * cut.number)
    for row in connection.execute(found):
        counts[row.rule_id][cut.of(row.matched_at)] += 1
    made = _within(alerts.c.created_at, period)
    told = _by(connection, select(alerts.c.rule_id, func.count()).where(made).group_by(alerts.c.rule_id))
    marks = (
        select(alerts.c.rule_id, feedback.c.verdict, func.count())
        .join(feedback, feedback.c.alert_id == alerts.c.alert_id)
        .where(made)
        .group_by(alerts.c.rule_id, feedback.c.verdict)
    )
    marked = {(row[0], row[1]): row[2] for row in connection.execute(marks)}
    claims: defaultdict[str, list[float]] = defaultdict(list)
    times = select(alerts.c.rule_id, alerts.c.created_at, acknowledgements.c.given_at).select_from(_claims())
    for claim in connection.execute(times.where(made)):
        claims[claim.rule_id].append((claim.given_at - claim.created_at).total_seconds())
    lines = [
        RuleLine(
            rule_id=rule_id,
            title=titles.get(rule_id, rule_id),
            slices=tuple(counted),
            alerts=told.get(rule_id, 0),
            useful=marked.get((rule_id, "useful"), 0),
            noise=marked.get((rule_id, "noise"), 0),
            claimed_after=median(claims[rule_id]) if rule_id in claims else None,
        )
        for rule_id, counted in counts.items()
    ]
    return tuple(sorted(lines, key=lambda line: (-line.matches, line.rule_id)))


def _by(connection: Connection, query: Any) -> dict[Any, int]:
    return {row[0]: row[1] for row in connection.execute(query)}


def _failed(connection: Connection, period: Period) -> Iterable[str]:
    """What did not reach a receiver, or not at once, a line each."""
    its = _within(deliveries.c.created_at, period)
    dead = deliveries.c.state == DeliveryState.DEAD
    query = select(deliveries.c.receiver, func.count().label("number"), func.max(deliveries.c.error).label("error"))
    for row in connection.execute(query.where(its, dead).group_by(deliveries.c.receiver).order_by("receiver")):
        yield f"{row.receiver}: {row.number} given up, {row.error}"
    again = and_(its, ~dead, or_(deliveries.c.attempts > 1, deliveries.c.error.is_not(None)))
    for row in connection.execute(query.where(again).group_by(deliveries.c.receiver).order_by("receiver")):
        yield f"{row.receiver}: {row.number} needed more than one try"


def _notices(connection: Connection, period: Period) -> Iterable[str]:
    """Troubles of this installation that are open, or that were over within the period."""
    ended = and_(_within(notices.c.ended_at, period), notices.c.ended_at > notices.c.began_at)
    query = select(notices).where(or_(notices.c.ended_at.is_(None), ended)).order_by(notices.c.notice_id)
    for row in connection.execute(query):
        if not row.subject.startswith(OTHERS):
            yield row.title


def _sums(connection: Connection, period: Period) -> Sums:
    balance = balance_of(connection, period.starts_at, period.ends_at)
    query = select(deliveries.c.state, func.count()).where(
        _within(deliveries.c.created_at, period), deliveries.c.alert_id.is_not(None)
    )
    states = _by(connection, query.group_by(deliveries.c.state))
    return Sums(
        matches=balance.matches,
        told=balance.alerts,
        held=balance.held,
        undecided=balance.waiting,
        lost=balance.lost + balance.untold,
        deliveries=sum(states.values()),
        sent=states.get(DeliveryState.SENT, 0),
        waiting=sum(states.get(one, 0) for one in WAITING),
        dead=states.get(DeliveryState.DEAD, 0),
        suppressed=states.get(DeliveryState.SUPPRESSED, 0),
    )
