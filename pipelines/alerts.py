"""The records of what the desk is told, by whom it was decided, and where it was sent.

All datetimes are aware UTC. Imports the standard library only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pipelines.model import Match, Outlet
from pipelines.states import (
    AlertId,
    AlertReason,
    DeliveryId,
    DeliveryState,
    MatchId,
    MessageStyle,
    ReceiverId,
    VerdictKind,
    digest,
)

BACKLOG_REASON = "in the feed before the watch began"
"""The reason of a verdict that the store takes back once a feed brings the article as news."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One row of the ledger: the step that decided about a match, and why; key (match_id, step)."""

    match_id: MatchId
    step: str
    kind: VerdictKind
    reason: str
    decided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What a desk is told once; key (rule_id, subject, sequence)."""

    alert_id: AlertId
    match_id: MatchId
    subject: str
    """`story:7`, `article:7` or a volume window."""
    sequence: int
    reason: AlertReason
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """An outlet that prints a story, with its own headline and link."""

    outlet: Outlet
    title: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertDetail:
    """Everything a message about an alert needs; `carriers` starts with the article that matched."""

    alert: Alert
    match: Match
    carriers: tuple[Carrier, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One alert for one receiver; key (alert_id, receiver)."""

    delivery_id: DeliveryId
    alert_id: AlertId
    receiver: ReceiverId
    state: DeliveryState
    attempts: int
    """Tries made so far."""
    due_at: datetime
    created_at: datetime
    error: str | None = None
    sent_at: datetime | None = None

    @property
    def key(self) -> str:
        """Idempotency key sent along, so that a receiver may drop a repeat."""
        return digest(str(self.alert_id), self.receiver)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a receiver is sent: plain text always, HTML where the receiver's style is mail."""

    title: str
    text: str
    html: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """A line of routes.yaml: the NAME of the variable that holds the Apprise URL, never the URL."""

    receiver_id: ReceiverId
    url_env: str
    style: MessageStyle = MessageStyle.CHAT


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Alerts that the desk does not want for a while: by rule, label, outlet or story."""

    silence_id: int
    selector: Mapping[str, str]
    who: str
    why: str
    starts_at: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What a reader said of an alert: `useful` or `noise`; key (alert_id, who)."""

    feedback_id: int
    alert_id: AlertId
    who: str
    verdict: str
    given_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """Somebody has taken an alert on; key alert_id."""

    acknowledgement_id: int
    alert_id: AlertId
    who: str
    given_at: datetime
