"""The records of digests: periods under way, what one tells, and what their step needs of the store.

All datetimes are aware UTC. Imports the standard library and other records only.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from pipelines.states import DigestId, ReceiverId

MOST_SLICES = 30
NOT_STORED = DigestId(0)
Told = Mapping[str, object]
"""Facts as JSON keeps them: see `written`."""


class DigestKind(StrEnum):
    """What ends when a digest goes out."""

    MORNING = "morning"
    HOLD = "hold"
    """A named time in which alerts were kept back."""
    AWAY = "away"
    WEEKLY = "weekly"
    FIRST = "first"
    """The first cycle of a new installation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """What a digest will cover; at most one a receiver and kind is under way; key (receiver, kind, starts_at)."""

    receiver: ReceiverId
    kind: DigestKind
    starts_at: datetime
    ends_at: datetime
    """When it is due."""
    digest_id: DigestId = NOT_STORED


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """One digest to be made: its period as it turned out, what it covers besides, and what begins."""

    period: Period
    covered: tuple[Period, ...] = ()
    """Periods of other kinds that end in it, and are told of by it."""
    next: tuple[Period, ...] = ()

    @property
    def carries(self) -> bool:
        """Whether what was kept back for the receiver goes out with it."""
        return self.period.kind in (DigestKind.MORNING, DigestKind.HOLD, DigestKind.AWAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An alert of the period."""

    alert_id: int
    rule_id: str
    rule: str
    severity: str
    reason: str
    headline: str
    outlet: str
    link: str
    made_at: datetime
    sent_at: datetime | None
    """When the first receiver had it."""
    receivers: tuple[str, ...]
    """Who has it, or is to have it."""
    state: str
    """`sent`, `waiting`, or `dead` where nobody got it."""
    why: str
    """Why it waits, or what went wrong."""
    claimed_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Something that happened a number of times, named for people."""

    words: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """An article that a rule all but matched, or would have told of."""

    rule_id: str
    headline: str
    outlet: str
    link: str
    short: str
    """What stood in the way, or made the match."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """A rule's period: its matches in each slice of it, and what readers made of its alerts."""

    rule_id: str
    title: str
    slices: tuple[int, ...]
    alerts: int
    useful: int
    noise: int
    claimed_after: float | None
    """Seconds, the median; None where nobody claimed one."""

    @property
    def matches(self) -> int:
        """All of the period."""
        return sum(self.slices)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What became of the period's matches and of its alerts' deliveries; nothing is dropped while both close."""

    matches: int
    told: int
    held: int
    undecided: int
    lost: int
    deliveries: int
    sent: int
    waiting: int
    dead: int
    suppressed: int

    @property
    def close(self) -> bool:
        """Whether every match and every delivery is accounted for."""
        matched = self.matches == self.told + self.held + self.undecided
        return matched and not self.lost and self.deliveries == self.sent + self.waiting + self.dead + self.suppressed


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that a digest tells of its period, as it was when the digest was made."""

    kind: DigestKind
    receiver: str
    starts_at: datetime
    ends_at: datetime
    alerts: int
    unclaimed: int
    lines: tuple[Line, ...]
    """Its alerts, newest first, as many as a reader may want."""
    held: tuple[Counted, ...]
    """Matches that made no alert, by reason."""
    silenced: tuple[Counted, ...]
    limited: int
    """Alerts past their rule's limit, told in a summary."""
    near: tuple[Near, ...]
    near_misses: int
    near_all: bool
    """Whether time was enough to look at every text."""
    feeds: int
    feeds_read: int
    """Those that were read without error in the period."""
    feed_troubles: tuple[str, ...]
    troubles: tuple[str, ...]
    """Of delivery and of this installation."""
    rules: tuple[RuleLine, ...]
    """Those with a match, the busiest first."""
    rules_running: int
    sums: Sums
    would: tuple[Near, ...] = ()
    """Of a first cycle: what would have been sent the day before, had the watch begun then."""
    would_be: int = 0
    """How many they are in all."""
    articles: int = 0
    """Of a first cycle: how many were looked at for that."""

    @property
    def well(self) -> bool:
        """Whether there is nothing to mend."""
        return not self.feed_troubles and not self.troubles and self.sums.close

    @property
    def slices(self) -> "Slices":
        """Of a rule's line."""
        return slices(self.starts_at, self.ends_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slices:
    """A period cut into equal parts, each for one bar of a plot."""

    begin: datetime
    each: timedelta
    number: int

    def of(self, moment: datetime) -> int:
        """The part that holds a moment of the period."""
        return min(max((moment - self.begin) // self.each, 0), self.number - 1)


def slices(starts_at: datetime, ends_at: datetime) -> Slices:
    """Hours, or as many hours together as leave no more parts than a phone's width has room for bars."""
    begin = starts_at.replace(minute=0, second=0, microsecond=0)
    hours = max(1, math.ceil((ends_at - begin) / timedelta(hours=1)))
    each = next((size for size in (1, 2, 3, 6, 12, 24) if hours <= size * MOST_SLICES), 24 * math.ceil(hours / 24 / 30))
    return Slices(begin=begin, each=timedelta(hours=each), number=math.ceil(hours / each))


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A digest that was made."""

    digest_id: DigestId
    receiver: ReceiverId
    kind: DigestKind
    starts_at: datetime
    ends_at: datetime
    made_at: datetime
    told: Told


class DigestStore(Protocol):
    """Periods and digests, durable: whatever crashes, a period is closed once, in one commit with its delivery."""

    def planned_by(self) -> str | None:
        """The stamp of the routes.yaml by which the periods under way are planned; None for a new installation."""
        ...

    def under_way(self) -> Sequence[Period]:
        """The periods that are not closed."""
        ...

    def plan(self, stamp: str, periods: Sequence[Period], now: datetime) -> None:
        """Make these the periods under way, and note the stamp; one that goes on keeps its beginning."""
        ...

    def close(self, closing: Closing, told: Told, now: datetime) -> bool:
        """Close a period with its digest and delivery, and open the next; False where that was done before.

        What was kept back for the receiver and is due goes out with the digest.
        """
        ...

    def facts(self, period: Period) -> Facts:
        """What the store knows of a period; near-misses and feeds are others' to add."""
        ...
