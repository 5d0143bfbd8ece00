"""The first of the six steps: from the desk's feeds to entries."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from pipelines import errors, protocols
from pipelines.claims import ALONE, HostClaims
from pipelines.ingest import health, polling
from pipelines.ingest.health_table import health_rows, site_of, worst_feeds
from pipelines.ingest.parser_version import parser_version
from pipelines.ingest.round import Manners, fetch_each
from pipelines.ingest.sitemap_index import WholeSources
from pipelines.model import Feed
from pipelines.notices import Notices
from pipelines.polls import FeedStore, PolledFeed
from pipelines.reports import Report
from pipelines.shards import WHOLE, Shard
from pipelines.steps.answers import Answers
from pipelines.steps.progress import Budget, Tally
from pipelines.steps.sharing import share_out

AT_ONCE = 100  # reaches the latency floor of 1,000 feeds (design measurement)
PATIENCE = 15.0


def poll_feeds(
    store: FeedStore,
    notices: Notices,
    fetcher: protocols.Fetcher,
    workers: protocols.Workers,
    feeds: Callable[[], Sequence[Feed]],
    *,
    budget: Budget,
    everything: bool = False,
    pause: float = 0.0,
    shard: Shard = WHOLE,
    claims: HostClaims = ALONE,
) -> Report:
    """Poll the feeds of a shard that are due (all with `everything`); a faulty feeds.yaml leaves its last good version.

    `pause` is the least time, in seconds, between the beginnings of two requests to one host.
    """
    tally = Tally("feed_entries", "feeds polled", "feeds unchanged", "feeds failed", "entries new", "entries changed")
    try:
        store.sync_feeds(feeds(), budget.now())
    except errors.DeskFileError as error:
        tally.problems("feeds.yaml", error.faults)
    now = budget.now()
    watched = store.due_feeds(now, everything=True)
    due = [one for one in watched if (everything or one.state.due_at <= now) and shard.takes(one.feed.url)]

    answers = Answers(store, workers, tally, budget)
    manners = Manners(at_once=AT_ONCE, patience=PATIENCE, pause=pause)

    def ask(mine: Sequence[PolledFeed]) -> int:
        wanted = [(one, polling.request(one.feed, one.state, parser_version(one.feed), now)) for one in mine]
        reached = fetch_each(WholeSources(fetcher), wanted, answers.take, manners=manners, budget=budget)
        return reached - answers.finish()

    def due_now() -> Sequence[PolledFeed]:
        return [one for one in store.due_feeds(budget.now(), everything=everything) if shard.takes(one.feed.url)]

    missed = share_out(claims, due, _address, due_now, ask, budget=budget)
    watched = [replace(one, state=answers.states.get(one.feed.feed_id, one.state)) for one in watched]
    _look_after(watched, notices, tally, budget.now())
    if answers.states:  # a run that asked nobody has nothing to show
        _show(store, watched, tally, budget.now())
    return tally.report(unfinished=missed > 0)


def _address(polled: PolledFeed) -> str:
    return polled.feed.url


def _show(store: FeedStore, feeds: Sequence[PolledFeed], tally: Tally, now: datetime) -> None:
    """How feeds fare, for the asset's page."""
    shown = worst_feeds(feeds, now)
    texts = {site.outlet.outlet_id: site for site in store.site_texts({site_of(one.feed) for one in shown}, now)}
    tally.table("feed health", health_rows(shown, texts, now))


def _look_after(feeds: Sequence[PolledFeed], notices: Notices, tally: Tally, now: datetime) -> None:
    """See which feeds are not well; the operator is told once, and once more when they are."""
    troubles = health.feed_troubles(feeds, now)
    for kind in ("failing", "stale"):
        found = [trouble for trouble in troubles.values() if trouble.kind == kind]
        detail = " ".join(line for trouble in found[:10] for line in trouble.lines)
        tally.check(f"no_{kind}_feeds", passed=not found, number=len(found), detail=detail or f"{len(feeds)} are well")
    watched = {health.feed_subject(one.feed): one for one in feeds}
    known = notices.open_subjects()
    for subject in troubles.keys() - known:
        notices.begin(subject, troubles[subject].title, troubles[subject].lines, now)
    for subject in known:
        one = watched.get(subject)
        if one and health.feed_trouble(one.feed, one.state, now) is None:
            notices.end(subject, f"Feed {one.feed.feed_id} is well", health.feed_recovery(one.feed, one.state), now)
        elif subject.startswith("feed:") and one is None:
            notices.end(subject, "A feed is no longer watched", [f"{subject[5:]} was taken out of feeds.yaml."], now)
        elif subject == health.NETWORK and subject not in troubles:
            notices.end(subject, "Feeds answer again", ["What they still list is not lost."], now)
