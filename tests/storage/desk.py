"""A desk over simulated days: a store with invented news, routes, a clock, and a notifier that keeps what is sent."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipelines.alerts import Message, Receiver
from pipelines.delivery.routing import load_routes
from pipelines.errors import DeliveryError
from pipelines.reports import Report
from pipelines.states import Severity
from pipelines.steps.alerting import dispatch_alerts
from pipelines.steps.delivering import deliver
from pipelines.steps.progress import Budget
from storage.store import SqlStore
from tests.storage.samples import entry, extract, feed, group, match, poll, rule

ROUTES = """
version: 1
zone: Asia/Tbilisi
operator: ops
times: {night: {from: "22:00", to: "08:00"}}
receivers:
  chat: {url_env: CHAT, fallback: mail}
  mail: {url_env: MAIL, style: mail}
  duty: {url_env: DUTY, style: short}
  ops: {url_env: OPS}
route:
  to: chat
  gather: {wait: 30s, every: 15m}
  routes:
    - {match: {severity: urgent}, to: chat, escalate: {unless_acknowledged_in: 10m, to: duty}}
    - {match: {severity: low}, to: mail, digest: "0 8 * * *"}
    - {match: {desk: night}, to: chat, hold_in: night}
"""
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)  # 16:00 in Tbilisi
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@dataclass
class Post:
    """A notifier that keeps what was sent, and refuses whom it is told to."""

    sent: list[tuple[str, Message]] = field(default_factory=list)
    refusing: dict[str, DeliveryError] = field(default_factory=dict)
    services: dict[str, str] = field(default_factory=dict)

    def service(self, receiver: Receiver) -> str:
        return self.services.get(receiver.receiver_id, "json")

    def send(self, receiver: Receiver, message: Message, *, key: str) -> None:
        if receiver.receiver_id in self.refusing:
            raise self.refusing[receiver.receiver_id]
        self.sent.append((receiver.receiver_id, message))

    def take(self) -> list[tuple[str, Message]]:
        """What came since the last look."""
        taken, self.sent = self.sent, []
        return taken


class Clock:
    """Seconds that pass only while somebody waits; a run is over in no time."""

    def __init__(self) -> None:
        self.passed = 0.0

    def __call__(self) -> float:
        return self.passed

    def pass_by(self, seconds: float) -> None:
        """Wait."""
        self.passed += seconds


@dataclass
class Desk:
    """A store, its routes and a clock that stands where a test puts it."""

    store: SqlStore
    folder: Path
    post: Post = field(default_factory=Post)
    now: datetime = NOON

    def at(self, moment: datetime) -> "Desk":
        self.now = moment
        return self

    def news(
        self,
        *names: str,
        severity: Severity = Severity.NORMAL,
        name: str = "quakes",
        into: object = None,
        max_age: timedelta = timedelta(days=30),
        late_before: datetime | None = None,
    ) -> None:
        """Articles that match a rule, each in a story of its own unless `into` one."""
        poll(self.store, *(entry(one) for one in names), of=feed(), now=self.now, late_before=late_before)
        extract(self.store, now=self.now)
        group(self.store, into, now=self.now)  # type: ignore[arg-type]  # a story's id, or none
        match(self.store, rule(name, severity=severity, max_age=max_age), now=self.now)

    def run(self) -> Report:
        """Decide, then send what is due."""
        routes = lambda: load_routes(self.folder / "routes.yaml")  # noqa: E731
        clock = Clock()
        dispatch_alerts(self.store.alerts, routes, budget=Budget(self.now, 60.0, clock))
        sending = Budget(self.now, 12.0, clock)
        outbox, notices = self.store.outbox, self.store.notices
        return deliver(outbox, notices, self.post, routes, budget=sending, sleep=clock.pass_by, desk=self.folder)

    def to(self, receiver: str) -> list[Message]:
        return [message for name, message in self.post.take() if name == receiver]
