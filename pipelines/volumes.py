"""Volumes: what is counted, and what judging them needs of the store. Times are aware UTC."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from pipelines.alerts import Finding
from pipelines.model import Rule
from pipelines.states import ArticleId, OutletId, RuleId, StoryId


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """An article that a rule matched, as a volume counts it."""

    at: datetime
    """When it was published, where its source gives a time that may be true; else when it was first seen."""
    article_id: ArticleId
    story_id: StoryId
    outlet_id: OutletId


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHealth:
    """Whether a watched feed brings what it should."""

    language: str | None
    tags: frozenset[str]
    every: timedelta
    failures: int
    """Consecutive failed polls."""
    succeeded_at: datetime | None


class VolumeStore(Protocol):
    """What `judge_volumes` needs."""

    def due(self, now: datetime) -> bool:
        """Whether a volume rule is to be judged, though nothing new came; cheap."""
        ...

    def rules(self) -> Sequence[Rule]:
        """The volume rules that run, live or in shadow, by id."""
        ...

    def sightings(self, rule_ids: Collection[RuleId], since: datetime) -> Sequence[Sighting]:
        """Articles that any of the rules (any version) matched, from `since` on; backlog counts for nothing."""
        ...

    def watched_since(self, rule_ids: Collection[RuleId]) -> datetime | None:
        """Since when all of the rules run; None while one of them is not known."""
        ...

    def feeds(self) -> Sequence[FeedHealth]:
        """The feeds that are watched now."""
        ...

    def last_end(self, rule_id: RuleId) -> datetime | None:
        """When the newest window in which the rule found something ended."""
        ...

    def save(self, finding: Finding | None, rule: Rule, due_at: datetime, now: datetime) -> None:
        """Store what was found, if anything was, and when the rule is to be judged again."""
        ...
