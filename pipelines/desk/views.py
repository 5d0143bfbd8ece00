"""What the templates of the page see: alerts as messages tell them, with what the desk has made of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from pipelines.alerts import AlertDetail, Delivery
from pipelines.delivery.view import HTML, View, view_of
from pipelines.delivery.wording import moment
from pipelines.ingest import health
from pipelines.overview.rule_numbers import RuleNumbers
from pipelines.states import AlertReason, DeliveryState

if TYPE_CHECKING:
    from pipelines.polls import PolledFeed
    from storage.desk_views import EventTold, Held, Told
    from storage.silences import SilenceRow


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertView:
    """One alert."""

    number: int
    at: str
    article_id: int | None
    rule_id: str
    again: str
    """Why the desk is told once more; empty for what is told first."""
    view: View
    deliveries: tuple[str, ...]
    claimed_by: str | None
    useful: tuple[str, ...]
    noise: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventView:
    """Alerts about one event, newest first."""

    alerts: tuple[AlertView, ...]

    @property
    def first(self) -> AlertView:
        """The newest, which stands for the event."""
        return self.alerts[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldView:
    """A match that was not told."""

    article_id: int
    rule_id: str
    title: str
    outlet: str
    kind: str
    reason: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceView:
    """A silence that lasts."""

    number: int
    what: str
    who: str
    why: str
    until: str
    swallowed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedView:
    """A feed's line."""

    feed_id: str
    url: str
    state: str
    """`well`, `new`, or the kind of its trouble."""
    trouble: tuple[str, ...]
    new_at: str
    usually: str
    succeeded_at: str
    due_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleView:
    """A rule's line."""

    rule_id: str
    title: str
    status: str
    severity: str
    matches: int
    alerts: int
    useful: int
    noise: int
    precision: str
    claimed_after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A day of a plot, in pixels of its picture."""

    left: int
    height: int
    words: str


TALLEST, BROAD = 48, 14
"""Pixels of a plot's highest bar, and of each bar with the room beside it."""


def events(found: "Iterable[EventTold]", zone: str, now: datetime) -> tuple[EventView, ...]:
    """Events for the page."""
    return tuple(EventView(alerts=tuple(one(told, zone, now) for told in event.alerts)) for event in found)


def one(told: "Told", zone: str, now: datetime) -> AlertView:
    """An alert for the page."""
    detail = told.row.detail
    article = detail.match.revision.article.article_id if isinstance(detail, AlertDetail) else None
    alert = detail.alert
    return AlertView(
        number=alert.alert_id,
        at=moment(alert.created_at, zone, now),
        article_id=article,
        rule_id=str(told.row.rule.rule_id),
        again="" if alert.reason in {AlertReason.FIRST, AlertReason.VOLUME} else str(alert.reason).replace("_", " "),
        view=view_of(detail, HTML, zone, now),
        deliveries=tuple(_delivery(delivery, zone, now) for delivery in told.row.deliveries),
        claimed_by=told.claimed_by,
        useful=told.marks.get("useful", ()),
        noise=told.marks.get("noise", ()),
    )


def held(rows: "Iterable[Held]", zone: str, now: datetime) -> list[HeldView]:
    """Matches that were not told, for the page."""
    return [
        HeldView(
            article_id=row.article_id,
            rule_id=row.rule_id,
            title=HTML.line(row.title) or "untitled",
            outlet=HTML.line(row.outlet, 60),
            kind=str(row.kind),
            reason=HTML.line(row.reason, 300),
            at=moment(row.at, zone, now),
        )
        for row in rows
    ]


def silence(row: "SilenceRow", zone: str, now: datetime) -> SilenceView:
    """A silence for the page."""
    one = row.silence
    return SilenceView(
        number=one.silence_id,
        what=", ".join(f"{name} {value}" for name, value in sorted(one.selector.items())),
        who=one.who,
        why=one.why,
        until=moment(one.until, zone, now),
        swallowed=row.swallowed,
    )


def feeds(found: "Iterable[PolledFeed]", zone: str, now: datetime) -> list[FeedView]:
    """Feeds for the page: those with a trouble first."""
    rows = [_feed(one, zone, now) for one in found]
    return sorted(rows, key=lambda row: (row.state == "well", not row.trouble, row.feed_id))


def _feed(polled: "PolledFeed", zone: str, now: datetime) -> FeedView:
    feed, state = polled.feed, polled.state
    trouble = health.feed_trouble(feed, state, now)
    errors = (f"{state.failures} in a row: {state.error}",) if state.failures and not trouble else ()
    kind = trouble.kind if trouble else "failing" if errors else "new" if state.first_polled_at is None else "well"

    def told(at: datetime | None) -> str:
        return moment(at, zone, now) if at else ""

    return FeedView(
        feed_id=feed.feed_id,
        url=feed.url,
        state=kind,
        trouble=trouble.lines if trouble else errors,
        new_at=told(state.new_at),
        usually=health.long(state.rhythm) if state.rhythm else "",
        succeeded_at=told(state.succeeded_at),
        due_at=told(state.due_at),
    )


def numbers(row: RuleNumbers) -> RuleView:
    """A rule for the page."""
    return RuleView(
        rule_id=str(row.rule.rule_id),
        title=row.rule.title,
        status=str(row.rule.status),
        severity=str(row.rule.severity),
        matches=row.matches,
        alerts=row.alerts,
        useful=row.useful,
        noise=row.noise,
        precision=row.facts["precision"],
        claimed_after=row.facts["claimed after"],
    )


def bars(counts: Mapping[date, int], days: Sequence[date]) -> list[Bar]:
    """A plot of counts by day, the highest as tall as there is room."""
    most = max(counts.values(), default=1)
    return [
        Bar(
            left=place * BROAD,
            height=max(2, TALLEST * counts.get(day, 0) // most) if counts.get(day) else 0,
            words=f"{day.day} {day:%b}: {counts.get(day, 0)}",
        )
        for place, day in enumerate(days)
    ]


def _delivery(one: Delivery, zone: str, now: datetime) -> str:
    if one.state is DeliveryState.SENT and one.sent_at:
        return f"{one.receiver} {moment(one.sent_at, zone, now)}"
    waits = f" until {moment(one.due_at, zone, now)}" if one.state is DeliveryState.HELD else ""
    return f"{one.receiver} {one.state}{waits}"
