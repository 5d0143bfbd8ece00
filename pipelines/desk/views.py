"""What the templates of the page see: alerts as messages tell them, with what the desk has made of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pipelines.alerts import AlertDetail, Delivery
from pipelines.delivery.limits import in_words
from pipelines.delivery.view import HTML, View, view_of
from pipelines.delivery.wording import moment
from pipelines.states import DeliveryState

if TYPE_CHECKING:
    from storage.desk_views import EventTold, RuleNumbers, Told


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertView:
    """One alert."""

    number: int
    article_id: int | None
    rule_id: str
    reason: str
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
class RuleView:
    """A rule's line."""

    rule_id: str
    title: str
    status: str
    matches: int
    alerts: int
    useful: int
    noise: int
    precision: str
    claimed_after: str


def events(found: "Iterable[EventTold]", zone: str, now: datetime) -> tuple[EventView, ...]:
    """Events for the page."""
    return tuple(EventView(alerts=tuple(one(told, zone, now) for told in event.alerts)) for event in found)


def one(told: "Told", zone: str, now: datetime) -> AlertView:
    """An alert for the page."""
    detail = told.row.detail
    article = detail.match.revision.article.article_id if isinstance(detail, AlertDetail) else None
    return AlertView(
        number=detail.alert.alert_id,
        article_id=article,
        rule_id=str(told.row.rule.rule_id),
        reason=str(detail.alert.reason),
        view=view_of(detail, HTML, zone, now),
        deliveries=tuple(_delivery(delivery, zone, now) for delivery in told.row.deliveries),
        claimed_by=told.claimed_by,
        useful=told.marks.get("useful", ()),
        noise=told.marks.get("noise", ()),
    )


def numbers(row: "RuleNumbers") -> RuleView:
    """A rule for the page."""
    return RuleView(
        rule_id=str(row.rule.rule_id),
        title=row.rule.title,
        status=str(row.rule.status),
        matches=row.matches,
        alerts=row.alerts,
        useful=row.useful,
        noise=row.noise,
        precision="" if row.precision is None else f"{row.precision:.0%}",
        claimed_after="" if row.claimed_after is None else _minutes(row.claimed_after),
    )


def _minutes(duration: timedelta) -> str:
    return in_words(timedelta(minutes=max(1, round(duration.total_seconds() / 60))))


def _delivery(one: Delivery, zone: str, now: datetime) -> str:
    if one.state is DeliveryState.SENT and one.sent_at:
        return f"{one.receiver} {moment(one.sent_at, zone, now)}"
    waits = f" until {moment(one.due_at, zone, now)}" if one.state is DeliveryState.HELD else ""
    return f"{one.receiver} {one.state}{waits}"
