"""The first two steps as a cycle does them: for all hosts, or for those of one worker."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipelines.claims import ALONE, HostClaims
from pipelines.config import Settings
from pipelines.model import Feed
from pipelines.protocols import Fetcher, Workers
from pipelines.reports import Report
from pipelines.shards import WHOLE, Shard
from pipelines.steps import gathering, watching
from pipelines.steps.progress import Budget
from pipelines.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Gatherer:
    """What polling and extracting need."""

    settings: Settings
    store: Store
    fetcher: Fetcher
    workers: Workers
    feeds: Callable[[], Sequence[Feed]]
    budget: Callable[[str], Budget]

    def poll(self, *, everything: bool = False, shard: Shard = WHOLE) -> Report:
        """Poll the shard's feeds that are due."""
        return watching.poll_feeds(
            self.store.feeds,
            self.store.notices,
            self.fetcher,
            self.workers,
            self.feeds,
            budget=self.budget("feed_entries"),
            everything=everything,
            pause=self.settings.page_pause,
            shard=shard,
            claims=self._claims(shard),
        )

    def extract(self, shard: Shard = WHOLE) -> Report:
        """Fetch the shard's pages that are due and extract their text."""
        return gathering.extract_articles(
            self.store.articles,
            self.store.robots,
            self.store.notices,
            self.fetcher,
            self.workers,
            budget=self.budget("articles"),
            pause=self.settings.page_pause,
            shard=shard,
            claims=self._claims(shard),
        )

    def _claims(self, shard: Shard) -> HostClaims:
        """None beside a shard: whose hosts are whose is dealt out already, and a shard is one step's."""
        return self.store.claims if shard == WHOLE else ALONE
