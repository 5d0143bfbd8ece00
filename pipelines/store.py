"""The whole store: one protocol a step, and what waits in it, as the callers of the steps open it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from pipelines import alert_store, protocols
from pipelines.claims import HostClaims
from pipelines.cycles import CycleBook
from pipelines.digests.records import DigestStore
from pipelines.keeping import HouseStore
from pipelines.notices import Notices
from pipelines.polls import FeedStore
from pipelines.regrouping import RegroupStore
from pipelines.rehearsal.archive import Archive
from pipelines.robots import RobotsStore
from pipelines.rulebook import RuleBook
from pipelines.stories import StoryStore
from pipelines.visits import VisitStore
from pipelines.vital_signs import VitalSigns
from pipelines.volumes import VolumeStore


@dataclass(frozen=True, slots=True, kw_only=True)
class DueWork:
    """How much waits, by kind."""

    feeds: int
    deliveries: int
    """Alerts and digests for receivers, and notices for the operator."""
    backlog: int
    """Articles, revisions, matches and findings that a run left for the next."""
    volumes: int = 0
    """Volume rules to be judged, though nothing new came."""
    signs: int = 0
    """Whether the canary or the heartbeat is due."""

    @property
    def anything(self) -> bool:
        """Whether a run has something to do."""
        return bool(self.feeds or self.deliveries or self.backlog or self.volumes or self.signs)


class Store(Protocol):
    """The whole store, as the callers of the steps open it."""

    @property
    def claims(self) -> HostClaims: ...
    @property
    def robots(self) -> RobotsStore: ...
    @property
    def visits(self) -> VisitStore: ...
    @property
    def feeds(self) -> FeedStore: ...
    @property
    def articles(self) -> protocols.ArticleStore: ...
    @property
    def stories(self) -> StoryStore: ...
    @property
    def regrouping(self) -> RegroupStore: ...
    @property
    def matches(self) -> protocols.MatchStore: ...
    @property
    def rulebook(self) -> RuleBook: ...
    @property
    def volumes(self) -> VolumeStore: ...
    @property
    def alerts(self) -> alert_store.AlertStore: ...
    @property
    def outbox(self) -> protocols.Outbox: ...
    @property
    def digests(self) -> DigestStore: ...
    @property
    def notices(self) -> Notices: ...
    @property
    def archive(self) -> Archive: ...
    @property
    def house(self) -> HouseStore: ...
    @property
    def vital_signs(self) -> VitalSigns: ...
    @property
    def cycles(self) -> CycleBook: ...

    def due_work(self, now: datetime) -> DueWork:
        """What waits at `now`."""
        ...

    def heed_clock(self, now: datetime) -> timedelta:
        """Bring back by as much what a clock that was ahead made wait; by how much, zero where it was right."""
        ...

    def close(self) -> None:
        """Release every connection."""
        ...
