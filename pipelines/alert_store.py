"""What `dispatch_alerts` needs of the store: one exclusive transaction in which it decides, and the ledger's sums."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pipelines.alerts import Bundled, Delivery, Finding, Known, NewDelivery, Verdict
from pipelines.model import Article, Match, Rule
from pipelines.overview.hours import Hour
from pipelines.overview.rule_numbers import RuleNumbers
from pipelines.states import AlertId, AlertReason, MatchId, ReceiverId, StoryId, VerdictKind
from pipelines.stories import Event
from pipelines.visits import ToldChange


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAlert:
    """An alert to be made, with a delivery for each of its receivers; about a match or about a finding."""

    rule: Rule
    subject: str
    reason: AlertReason
    deliveries: tuple[NewDelivery, ...]
    why: str = ""
    match_id: MatchId | None = None
    change_id: int | None = None
    """What became of the match's article since, where the alert tells that."""
    sources: int = 1
    """Independent texts counted now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What became of the last matches: nothing is dropped while it closes."""

    matches: int
    alerts: int
    """Matches that were told, at once or in a summary."""
    held: int
    """Matches with a verdict alone."""
    waiting: int
    lost: int
    """Matches that are decided, with neither."""
    untold: int
    """Alerts without a delivery."""

    @property
    def closes(self) -> bool:
        """Whether every match is accounted for, and every alert has somebody who is to be told."""
        return not self.lost and not self.untold


class Dispatch(Protocol):
    """One exclusive transaction of `dispatch_alerts`."""

    def undecided(self, limit: int) -> Sequence[Match]:
        """Matches (outcome MATCH) without a dispatch verdict or alert, oldest first."""
        ...

    def event(self, story_id: StoryId) -> Event:
        """The event that a story is part of, as of now; a story of its own is an event of one."""
        ...

    def bundled(self, receiver: ReceiverId, bundle: str) -> Bundled:
        """What is known of a receiver's bundle, this transaction's deliveries included."""
        ...

    def known(self, match: Match, subject: str) -> Known:
        """What is known of the match's rule (any version) and of the subject, alerts of this transaction among it."""
        ...

    def save_alert(self, alert: NewAlert) -> AlertId:
        """Store an alert with its deliveries, and mark its match or finding decided."""
        ...

    def findings(self) -> Sequence[Finding]:
        """Undecided findings of volume rules, oldest first."""
        ...

    def known_of_rule(self, rule: Rule) -> Known:
        """What is known of a rule that finds volumes: its recent alerts, and the silences."""
        ...

    def hold_finding(self, finding: Finding, *, kind: VerdictKind, name: str, reason: str) -> None:
        """Store why a finding made no alert, and mark it decided."""
        ...

    def save_verdict(self, verdict: Verdict) -> None:
        """Store why a match made no alert of its own, and mark it decided."""
        ...

    def changes(self) -> Sequence[ToldChange]:
        """Corrections and take-downs not decided, oldest first; those whose text waits to be judged come later."""
        ...

    def close_change(self, change: ToldChange) -> None:
        """Mark a change decided."""
        ...

    def recipients(self, rule: Rule, article: Article) -> Sequence[Delivery]:
        """One delivery for each receiver that got, or is about to get, an alert of the rule about the article."""
        ...


class AlertStore(Protocol):
    """What `dispatch_alerts` needs."""

    def dispatching(self, now: datetime) -> AbstractContextManager[Dispatch]:
        """Open the transaction, alone among all processes; commits at the end, rolls back on any error."""
        ...

    def balance(self) -> Balance:
        """What became of the last thousands of matches."""
        ...

    def rule_numbers(self, since: datetime) -> Sequence[RuleNumbers]:
        """How each rule that is not retired did since then."""
        ...

    def hours(self, now: datetime) -> Sequence[Hour]:
        """The last day by the hour, the oldest first."""
        ...
