"""What a person may ask to be done anew over a stretch of time, wired to one installation; each call is one report."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pipelines.model import Feed
from pipelines.protocols import Workers
from pipelines.reports import Report
from pipelines.states import OutletId
from pipelines.steps import reprocessing
from pipelines.steps.progress import Budget
from pipelines.store import Store

if TYPE_CHECKING:
    from pipelines.dedup.subject import Aliases
    from pipelines.live_rules import LiveRules

SECONDS = 3_600
"""For what somebody asked for and waits for."""
EVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """Texts, stories and matches anew; a dry run writes none of them, and says what would be new."""

    store: Store
    workers: Workers
    feeds: Callable[[], Sequence[Feed]]
    names: "Callable[[], Aliases]"
    live: "Callable[[], LiveRules]"
    clock: Callable[[], datetime]

    def articles(
        self, outlet: OutletId | None, since: datetime, until: datetime = EVER, *, dry_run: bool = False
    ) -> Report:
        """Read kept pages anew, by feeds.yaml as it is now; nothing is fetched."""
        self.store.feeds.sync_feeds(self.feeds(), self.clock())
        parts = self.store.articles, self.workers, outlet
        return reprocessing.extract_again(*parts, since, until, budget=self._budget(), dry_run=dry_run)

    def stories(self, since: datetime, until: datetime, *, dry_run: bool = False) -> Report:
        """Group stored articles as grouping does now."""
        from pipelines.steps.regrouping import group_again

        parts = self.store.regrouping, self.names
        return group_again(*parts, since, until, budget=self._budget(), dry_run=dry_run)

    def matches(self, since: datetime, until: datetime, *, dry_run: bool = False) -> Report:
        """Run the rules as they are now over stored texts."""
        parts = self.store.archive, self.store.matches, self.live()
        return reprocessing.match_again(*parts, since, until, budget=self._budget(), dry_run=dry_run)

    def _budget(self) -> Budget:
        return Budget(self.clock(), SECONDS)
