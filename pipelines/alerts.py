"""The records of what the desk is told, by whom it was decided, and where it was sent.

All datetimes are aware UTC. Imports the standard library only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipelines.model import Match, Outlet, Rule
from pipelines.states import (
    AlertId,
    AlertReason,
    ArticleId,
    DeliveryId,
    DeliveryState,
    DigestId,
    MatchId,
    MessageStyle,
    ReceiverId,
    VerdictKind,
    digest,
)

BACKLOG_REASON = "in the feed before the watch began"
"""The reason of a verdict that the store takes back once a feed brings the article as news."""

EVENT = "event:"
"""How the bundles begin that hold what a receiver is told of one event."""
ESCALATION = "unless acknowledged: "
"""How the bundles begin whose deliveries an acknowledgement takes back."""
KEPT = " until "
"""Stands in the bundles of what a hold, a digest or an absence keeps back, before its end."""
DIGEST = "digest:"
"""How the bundles begin that hold a digest and what goes out with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One row of the ledger: the step that decided about a match, and why; key (match_id, step)."""

    match_id: MatchId
    step: str
    kind: VerdictKind
    reason: str
    decided_at: datetime
    name: str = ""
    """The deciding clause's name, for programs: `age`, `once_per`, `silence`, `limit` ..."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What a desk is told once; key (rule_id, subject, sequence)."""

    alert_id: AlertId
    subject: str
    """`story:7`, `article:7` or a volume window."""
    sequence: int
    reason: AlertReason
    created_at: datetime
    why: str = ""
    """The reason in plain words."""


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
    related: tuple[Carrier, ...] = ()
    """The first article of each other story that perhaps reports the same event, the newest first."""
    page: str | None = None
    """Where the alert is on the desk's page, with what lets its reader in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a volume rule found in a window; key (rule_id, subject)."""

    rule: Rule
    subject: str
    """`volume:` with the window's end and length."""
    starts_at: datetime
    ends_at: datetime
    number: int
    """How many were counted."""
    usual: float | None
    """How many are usual; None where nothing was compared."""
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingDetail:
    """Everything a message about a finding's alert needs."""

    alert: Alert
    finding: Finding
    page: str | None = None
    """As of an AlertDetail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What was known of a rule, and of the subject of one of its matches, when the match came."""

    told_in: AlertId | None = None
    """The newest alert of the rule about the subject."""
    told_sources: int = 0
    """Independent texts that were counted then."""
    told_groups: frozenset[str] = frozenset()
    """Groups that hit in anything the rule told about the subject."""
    original: Match | None = None
    """The match's own article as the rule last told it."""
    last_match_at: datetime | None = None
    """The rule's match about the subject before this one, told or held."""
    sources: int = 1
    """Independent texts that report the event: one a story, however many outlets print it."""
    recent: tuple[datetime, ...] = ()
    """When the rule's alerts that count against its limit were made, within the limit's time."""
    silences: tuple["Silence", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One alert or one digest for one receiver; key (alert_id, receiver) or (digest_id, receiver)."""

    delivery_id: DeliveryId
    alert_id: AlertId | None
    receiver: ReceiverId
    state: DeliveryState
    attempts: int
    """Tries made so far."""
    due_at: datetime
    created_at: datetime
    bundle: str
    """What goes out in one message: the receiver's alerts about one event, or of one hold or digest."""
    ready_at: datetime
    """When it was first to be sent: what is sent long after is told as late."""
    tried_at: datetime | None = None
    """When it was first tried and failed: from then on it may fail for a day."""
    reason: str = ""
    """Why it is held or suppressed."""
    error: str | None = None
    sent_at: datetime | None = None
    digest_id: DigestId | None = None

    @property
    def key(self) -> str:
        """Idempotency key sent along, so that a receiver may drop a repeat."""
        return delivery_key(self.alert_id, self.digest_id, self.receiver)


def delivery_key(alert_id: AlertId | None, digest_id: DigestId | None, receiver: ReceiverId) -> str:
    """The idempotency key of an alert's or a digest's delivery."""
    return digest(str(alert_id) if digest_id is None else f"digest {digest_id}", receiver)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDelivery:
    """A delivery to be made with its alert; held until `due_at` where there is a `reason`."""

    receiver: ReceiverId
    bundle: str
    due_at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A receiver that refuses for good: it is only probed until somebody has mended its address."""

    receiver: ReceiverId
    since: datetime
    reason: str
    probe_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundled:
    """What is known of a receiver's bundle: its last message, and when the next one is due."""

    last_alert: AlertId | None = None
    """The newest alert in the last message."""
    last_sent_at: datetime | None = None
    next_due_at: datetime | None = None
    reprints: tuple[Carrier, ...] = ()
    """Who has printed what it told of since its last message; asked for where a message is written."""
    articles: frozenset[ArticleId] = frozenset()
    """What it has told of; asked for where a message is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a receiver is sent: plain text always, HTML where the receiver's style is mail."""

    title: str
    text: str
    html: str | None = None
    marked: str = ""
    """The text with its marks of bold and links (see delivery.marks), where it has any: for services that show them."""
    thread: str = ""
    """What all messages of one event have in common; empty for what is of no single event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """A line of routes.yaml: the NAME of the variable that holds the Apprise URL, never the URL."""

    receiver_id: ReceiverId
    url_env: str
    style: MessageStyle = MessageStyle.CHAT
    fallback: ReceiverId | None = None
    """Who is told instead while this one does not answer for good."""
    morning: str | None = None
    """When it gets its morning digest, a cron expression."""
    weekly: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """Somebody outside who is told that all is well: the NAME of the variable with an http(s) or Apprise address."""

    url_env: str
    every: timedelta = timedelta(minutes=5)
    """It is told no more often, and the outside may wonder after three of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Alerts that the desk does not want for a while: by rule, label, outlet or story."""

    silence_id: int
    selector: Mapping[str, str]
    who: str
    why: str
    starts_at: datetime
    until: datetime


def swallowed_by(silence_id: int) -> str:
    """The bundle of what a silence swallowed: told at its end."""
    return f"silence:{silence_id}"
