"""How a receiver is told of an alert: at once, gathered, held or digested, and whom silence wakes; pure.

A bundle is what goes out in one message: a receiver's alerts about one event, or all that one hold or digest kept back.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from pipelines.alerts import ESCALATION, KEPT, Bundled, Delivery, NewDelivery
from pipelines.delivery.calendar import MORNING, NamedTime, moment, next_slot
from pipelines.delivery.summaries import Summary
from pipelines.model import Rule
from pipelines.states import DeliveryState, ReceiverId

Labels = Mapping[str, frozenset[str]]
"""What routes are chosen by: a rule's labels, `severity`, `language`, and `tag` with all of the article's tags."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gather:
    """The pace of messages about one event: the first after `wait`, then at most one each `every`."""

    wait: timedelta = timedelta(0)
    every: timedelta = timedelta(minutes=15)

    def due(self, bundled: Bundled, now: datetime, *, urgent: bool) -> datetime:
        """When the next message of a bundle goes out, once one more alert has come."""
        if urgent:
            return now
        earliest = now + self.wait
        if bundled.last_sent_at is not None:
            earliest = max(earliest, bundled.last_sent_at + self.every)
        return earliest if bundled.next_due_at is None else min(earliest, bundled.next_due_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Kept back within a named time, unless all of the labels in `unless` are the alert's."""

    during: NamedTime
    unless: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """Who is told besides, where nobody acknowledged within `after`."""

    to: ReceiverId
    after: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """All that a route says of when its receivers are told."""

    gather: Gather = Gather()
    hold: Hold | None = None
    digest: str | None = None
    """A cron expression."""
    escalation: Escalation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """A receiver whose alerts another one reads until a day."""

    until: date
    to: ReceiverId


class Way(StrEnum):
    """How an alert reaches a receiver."""

    GATHERED = "gathered"
    HELD = "held"
    DIGEST = "digest"
    AWAY = "away"
    ESCALATED = "escalated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One delivery to be: `due_at` is None where the pace of its bundle decides."""

    receiver: ReceiverId
    way: Way = Way.GATHERED
    bundle: str
    due_at: datetime | None
    gather: Gather = Gather()
    reason: str = ""
    """Why it waits; empty for what does not."""

    def delivery(self, bundled: Bundled, now: datetime, *, urgent: bool) -> NewDelivery:
        """The delivery, given what is known of its bundle; what is urgent waits for no other message."""
        due_at = self.due_at or self.gather.due(bundled, now, urgent=urgent)
        return NewDelivery(receiver=self.receiver, bundle=self.bundle, due_at=due_at, reason=self.reason)


def labels_of(rule: Rule, tags: frozenset[str] = frozenset(), language: str | None = None) -> Labels:
    """What routes can choose an alert of `rule` by; tags and language are its article's."""
    labels = {name: frozenset({value}) for name, value in rule.labels.items()}
    labels |= {"severity": frozenset({rule.severity.value}), "tag": tags}
    return labels | ({"language": frozenset({language})} if language else {})


def matches(wanted: Mapping[str, str], labels: Labels) -> bool:
    """Whether every wanted label is among the alert's; nothing wanted matches all."""
    return all(value in labels.get(name, frozenset()) for name, value in wanted.items())


def plan(receiver: ReceiverId, pace: Pace, labels: Labels, event: str, now: datetime, zone: ZoneInfo) -> Plan:
    """When `receiver` is told of an alert about `event`: at the end of a hold, in a digest, or gathered by event."""
    hold = pace.hold
    if hold and not (hold.unless and matches(hold.unless, labels)):
        end = hold.during.end(now, zone)
        if end is not None:
            reason = f"held for {hold.during.name} until {end.astimezone(zone):%H:%M}"
            bundle = _kept(hold.during.name, end)
            return Plan(receiver=receiver, way=Way.HELD, bundle=bundle, due_at=end, reason=reason)
    if pace.digest is not None:
        slot = next_slot(pace.digest, now, zone)
        reason = f"in the digest of {_day(slot, now, zone)}{slot.astimezone(zone):%H:%M}"
        return Plan(receiver=receiver, way=Way.DIGEST, bundle=_kept("digest", slot), due_at=slot, reason=reason)
    return Plan(receiver=receiver, bundle=event, due_at=None, gather=pace.gather)


def on_return(receiver: ReceiverId, away: Away, zone: ZoneInfo) -> Plan:
    """What a receiver that is away is told on the morning of its return."""
    back = moment(away.until, MORNING, zone)
    reason = f"away until {away.until}; {away.to} is told meanwhile"
    return Plan(receiver=receiver, way=Way.AWAY, bundle=_kept("away", back), due_at=back, reason=reason)


def escalated(escalation: Escalation, event: str, now: datetime, zone: ZoneInfo) -> Plan:
    """The delivery that an acknowledgement takes back."""
    due = now + escalation.after
    reason = f"unless acknowledged by {due.astimezone(zone):%H:%M}"
    bundle = f"{ESCALATION}{event}"
    return Plan(receiver=escalation.to, way=Way.ESCALATED, bundle=bundle, due_at=due, reason=reason)


def summed_up(plans: Iterable[Plan], summary: Summary) -> tuple[Plan, ...]:
    """The same receivers, told in a summary: holds and digests stand, and nobody is woken up for it."""
    return tuple(_summed_up(one, summary) for one in plans if one.way is not Way.ESCALATED)


def _summed_up(plan: Plan, summary: Summary) -> Plan:
    if summary.until is not None:
        due_at = max(plan.due_at or summary.until, summary.until)
        return replace(plan, bundle=summary.bundle, due_at=due_at, reason=summary.why)
    if plan.due_at is not None:
        return plan
    pace = Gather(wait=summary.wait, every=summary.every)
    return replace(plan, bundle=summary.bundle, gather=pace, reason=summary.why)


def follow_up(got: Delivery, plans: Iterable[Plan], event: str, now: datetime) -> NewDelivery:
    """What became of an alert, for a receiver of it: with the alert where that still waits, else at once.

    A named time in which the receiver is not told anything stands; a digest does not hold a correction back.
    """
    if got.state is not DeliveryState.SENT:
        return NewDelivery(receiver=got.receiver, bundle=got.bundle, due_at=got.due_at, reason=got.reason)
    held = next((one for one in plans if one.receiver == got.receiver and one.way is Way.HELD), None)
    if held is not None and held.due_at is not None:
        return NewDelivery(receiver=got.receiver, bundle=held.bundle, due_at=held.due_at, reason=held.reason)
    return NewDelivery(receiver=got.receiver, bundle=event, due_at=now)


def _kept(name: str, until: datetime) -> str:
    return f"{name}{KEPT}{until.isoformat()}"


def _day(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    return "" if local.date() == now.astimezone(zone).date() else f"{local:%A} "
