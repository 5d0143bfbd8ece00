"""One monitoring cycle over one installation: opens what the steps need, shares out the time, reads the clock.

Both callers use it: the Dagster assets, one step each, and `wirewatch run`, all six in order.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.config import Settings, load_settings, receiver_environment
from pipelines.delivery.pages import Pages
from pipelines.delivery.routing import Routes
from pipelines.errors import DeskFileError
from pipelines.gatherer import Gatherer
from pipelines.ingest.reading import get_ready
from pipelines.model import Feed
from pipelines.operating import disk
from pipelines.operating.disk_watch import look_at_disk
from pipelines.operating.gate import working
from pipelines.operating.logs import set_up
from pipelines.operating.measured import write_after_cycle
from pipelines.operating.recorder import Recorder, noted, recording
from pipelines.overview import queues
from pipelines.protocols import Fetcher, Notifier, Workers
from pipelines.reports import Report
from pipelines.shards import Shard
from pipelines.shares import SHARES
from pipelines.steps import alerting, delivering, grouping, revisiting, waking
from pipelines.steps import matching as steps
from pipelines.steps.progress import Budget
from pipelines.store import Store
from pipelines.vital_signs import GROUNDED

if TYPE_CHECKING:
    from pipelines.dedup.subject import Aliases
    from pipelines.going_live import News
    from pipelines.live_rules import LiveRules
    from pipelines.steps.again import Again

log = logging.getLogger(__name__)

FETCHING = {"feed_entries", "articles", "revisits"}


def utc_now() -> datetime:
    """The clock of every caller of the steps."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """The six steps, wired to one installation; each returns its report and may be called alone."""

    settings: Settings
    store: Store
    fetcher: Fetcher
    workers: Workers
    notifier: Notifier
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The environment, with what the secrets file adds to it."""
    clock: Callable[[], datetime] = field(default=utc_now)
    disks: disk.Disks = disk.space_of
    shares: Mapping[str, float] = field(default_factory=lambda: SHARES)
    recorder: Recorder = field(default_factory=lambda: Recorder(utc_now()))

    @noted
    def feed_entries(self, *, every_feed: bool = False) -> tuple[Report, ...]:
        """Poll the feeds that are due (all with `every_feed`), then send what already waits."""
        resting = look_at_disk(self.settings, self.disks, self.notifier, self.routes)
        polled = self._gatherer.poll(everything=every_feed)
        polled = replace(polled, problems=(*polled.problems, *resting), unfinished=polled.unfinished and not resting)
        if polled.counts["entries new"]:
            self.workers.submit(get_ready)  # seconds on a busy machine, while what waits is sent
        try:
            return polled, *self._due_digests(), self._deliver()
        except DeskFileError:
            return (polled,)  # a faulty routes.yaml is the last step's to tell; gathering goes on

    @noted
    def articles(self) -> Report:
        """Fetch the pages that are due and extract their text."""
        return self._gatherer.extract()

    @noted
    def gather(self, shard: Shard) -> tuple[Report, ...]:
        """One worker's part of the first two steps: the feeds and the pages of the shard's hosts."""
        resting = look_at_disk(self.settings, self.disks, self.notifier, self.routes)
        polled = self._gatherer.poll(shard=shard)
        return replace(polled, problems=(*polled.problems, *resting)), self._gatherer.extract(shard)

    @property
    def again(self) -> "Again":
        """What a person asks to be done anew."""
        from pipelines.steps.again import Again

        return Again(
            store=self.store, workers=self.workers, feeds=self._feeds,
            names=self._names, live=self._live, clock=self.clock,
        )  # fmt: skip

    @noted
    def revisits(self) -> Report:
        """Look again at pages that matched."""
        parts = self.store.visits, self.store.robots, self.fetcher, self.workers
        budget, pause = self._budget("revisits"), self.settings.page_pause
        return revisiting.revisit_pages(*parts, budget=budget, pause=pause, claims=self.store.claims)

    @noted
    def stories(self) -> Report:
        """Put new articles into stories."""
        return grouping.group_stories(self.store.stories, self._names, budget=self._budget("stories"))

    @noted
    def matches(self) -> tuple[Report, ...]:
        """Run the desk's rules over new texts, count what they matched, and tell owners what became of their edits."""
        from pipelines.delivery.routing import zone_of
        from pipelines.going_live import GoingLive

        zone = partial(zone_of, self.settings.desk)
        going = GoingLive(self.store.archive, self.store.notices, zone, self._budget("going live"))
        live = self._live(going.tell)
        matched = steps.match_rules(self.store.matches, live, budget=self._budget("matches"))
        news = any(matched.counts.values())
        counted = steps.judge_volumes(self.store.volumes, budget=self._budget("matches"), news=news)
        going.weekly(lambda: live.load().rules)
        return matched, counted, *going.report()

    @noted
    def alerts(self) -> Report:
        """Decide what the desk is told."""
        return alerting.dispatch_alerts(self.store.alerts, self.routes, budget=self._budget("alerts"))

    def _due_digests(self) -> tuple[Report, ...]:
        """Those whose period is over; nothing to tell where none is."""
        from pipelines.digests.sources import make_due

        return make_due(self.store, self.settings, self.routes, self.clock, self._budget("digests"))

    @noted
    def digests(self) -> tuple[Report, ...]:
        """Make the digests that are due."""
        return self._due_digests()

    @noted
    def deliveries(self) -> Report:
        """Send what is due, and see what waits."""
        sent, now = self._deliver(), self.clock()
        latencies = self.store.cycles.latencies(now - timedelta(days=1)) if sent.counts["sent"] else None
        return queues.told_with(sent, self.store.cycles.backlog(now), latencies, now)

    def _deliver(self) -> Report:
        pages = Pages(self.settings.desk_url, self.settings.home)
        return delivering.deliver(
            self.store.outbox,
            self.store.notices,
            self.notifier,
            self.routes,
            budget=self._budget("deliveries"),
            page=pages.alert,
            digest_page=pages.digest,
            desk=self.settings.desk,
        )

    @noted
    def heartbeat(self) -> Report:
        """After a whole cycle: send the hourly canary, see that every step moves, tell the outside that all is well."""
        from pipelines.delivery.heartbeat import Heart

        return waking.stay_awake(
            self.store.vital_signs,
            self.store.notices,
            Heart(self.secrets, self.fetcher, self.notifier),
            fly=self._canary,
            routes=self.routes,
            budget=self._budget("heartbeat"),
        )

    def housekeeping(self) -> Report:
        """Forget what was kept for its time, and give the disk what that leaves free."""
        from pipelines.steps.tidying import keep_house

        return keep_house(self.store.house, self.settings.keep, budget=self._budget("housekeeping"))

    def whole(self, *, every_feed: bool = False) -> tuple[Report, ...]:
        """All six steps in order; the reports in the order of the work."""
        return tuple(self.each(every_feed=every_feed))

    def each(self, *, every_feed: bool = False) -> Iterator[Report]:
        """All six steps in order, each done when its report is asked for."""
        yield from self.feed_entries(every_feed=every_feed)
        yield self.articles()
        looked = self.revisits()
        if looked.counts["pages looked at again"]:
            yield looked
        yield self.stories()
        yield from self.matches()
        yield self.alerts()
        yield from self.digests()
        yield self.deliveries()

    def routes(self) -> Routes:
        """The desk's receivers and routing tree, read anew."""
        from pipelines.delivery.routing import load_routes

        return load_routes(self.settings.desk / "routes.yaml")

    def _live(self, tell: "Callable[[News], None] | None" = None) -> "LiveRules":
        from pipelines.live_rules import LiveRules

        return LiveRules(
            folder=self.settings.desk,
            book=self.store.rulebook,
            clock=self.clock,
            sleep=time.sleep,
            kept=self.settings.compiled_rules,
            tell=tell,
        )

    def _canary(self) -> str:
        if disk.marked(self.settings.home) is disk.Fill.FULL:
            return GROUNDED
        from pipelines.canary.flight import fly
        from storage.apart import store_apart

        with store_apart(self.settings.database_url, self.settings.home / "canary") as store:
            return fly(self, store)

    @property
    def _gatherer(self) -> Gatherer:
        return Gatherer(
            settings=self.settings, store=self.store, fetcher=self.fetcher,
            workers=self.workers, feeds=self._feeds, budget=self._budget,
        )  # fmt: skip

    def _budget(self, step: str) -> Budget:
        """The step's share of the time; none for what fetches, while the disk is full."""
        rests = step in FETCHING and disk.marked(self.settings.home) is disk.Fill.FULL
        return Budget(self.clock(), 0 if rests else self.shares[step])

    def _names(self) -> "Aliases":
        from pipelines.desk_files.names import desk_names

        return desk_names(self.settings.desk).alias

    def _feeds(self) -> tuple[Feed, ...]:
        from pipelines.ingest.feeds_file import load_feeds

        return load_feeds(self.settings.desk / "feeds.yaml")


@contextmanager
def open_cycle(
    environment: Mapping[str, str],
    folder: Path,
    cycle_id: str | None = None,
    *,
    reports: bool = False,
    clock: Callable[[], datetime] = utc_now,
    workers: Workers | None = None,
) -> Iterator[Cycle]:
    """The installation that `environment` names, as seen from `folder`, opened for one cycle; raises Shut.

    What its steps did is kept, under Dagster's run id if given; callers that show `reports` get errors alone logged.
    Who opens many cycles in one process may give `workers` that outlive each of them.
    """
    from pipelines.delivery.apprise_notifier import AppriseNotifier
    from pipelines.ingest.fetcher import HttpFetcher
    from pipelines.ingest.workers import BoundedWorkers
    from storage.store import open_store

    settings = load_settings(environment, folder)
    secrets = receiver_environment(settings, environment)
    with (
        working(settings.home),
        closing(open_store(settings.database_url, settings.workers)) as store,
        nullcontext(workers) if workers else BoundedWorkers() as pool,
        recording(store.cycles, cycle_id, clock, partial(write_after_cycle, settings, store)) as recorder,
    ):
        set_up(as_json=settings.log == "json", run_id=recorder.cycle_id, quiet=reports and settings.log != "json")
        if ahead := store.heed_clock(clock()):
            log.warning("the clock was %s ahead and is right again: what waited by it is brought forward", ahead)
        yield Cycle(
            settings=settings,
            store=store,
            fetcher=HttpFetcher(settings.allow_hosts, contact=settings.contact, secrets=secrets),
            workers=pool,
            notifier=AppriseNotifier(secrets),
            secrets=secrets,
            clock=clock,
            recorder=recorder,
        )
