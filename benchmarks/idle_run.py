"""What a monitor run costs beyond Dagster itself, with 1,000 stored articles and nothing new.

usage: python benchmarks/idle_run.py [--articles 1000] [--rounds 7]

Two jobs of seven assets run in one process, turn by turn, in the same Dagster instance: ours, and one whose assets
return at once. The difference of the medians is what Wirewatch adds.
"""

import argparse
import logging
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dagster import (
    AssetsDefinition,
    DagsterInstance,
    Definitions,
    JobDefinition,
    MaterializeResult,
    asset,
    in_process_executor,
)

from pipelines.cli.dev import prepare_dagster_home
from pipelines.config import load_settings
from pipelines.definitions import defs
from pipelines.model import Content, Feed, FeedEntry, Outlet
from pipelines.polls import FeedState, Poll
from pipelines.states import FeedId, OutletId
from storage.store import open_store

STEPS = ("feed_entries", "articles", "stories", "matches", "alerts", "deliveries", "heartbeat")
WORDS = ["council", "road", "bridge", "harvest", "market", "school", "river", "valley", "meeting", "report", "price"]
CONFIG = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def empty_definitions() -> Definitions:
    """Seven assets in a row that do nothing."""

    def empty(name: str, before: str | None) -> AssetsDefinition:
        @asset(name=name, deps=[before] if before else [])
        def nothing() -> MaterializeResult[None]:
            return MaterializeResult(metadata={"seconds": 0.0})

        return nothing

    chain = [empty(f"empty_{name}", f"empty_{STEPS[i - 1]}" if i else None) for i, name in enumerate(STEPS)]
    return Definitions(assets=chain, executor=in_process_executor)


def fill(articles: int) -> None:
    """Store that many articles of 300 words through the store itself, grouped and judged, the feed not due."""
    settings = load_settings(os.environ, Path.cwd())
    now = datetime.now(UTC)
    feed = Feed(
        feed_id=FeedId("bench"),
        url="http://127.0.0.1:9/rss",
        outlet=Outlet(outlet_id=OutletId("bench"), title="Bench"),
        every=timedelta(hours=10),
    )
    entries = [FeedEntry(title=f"Story {i}", url=f"http://127.0.0.1:9/{i}", link="") for i in range(articles)]
    with closing(open_store(settings.database_url)) as store:
        store.feeds.sync_feeds([feed], now)
        state = FeedState(due_at=now + feed.every, first_polled_at=now, succeeded_at=now)
        store.feeds.record_polls([Poll(feed=feed, state=state, entries=entries)], now)
        while pages := store.articles.pages_due(now, 500):
            for page in pages:
                number = int(page.article.url.rsplit("/", 1)[1])
                body = " ".join(WORDS[(number * 7 + i * (number % 11 + 1)) % len(WORDS)] for i in range(300))
                store.articles.save_text(page, Content(title=page.entry.title, body=body), now, try_again_at=None)
        with store.stories.grouping(now) as grouping:
            for revision in grouping.ungrouped(articles):
                grouping.join(revision.article.article_id, None, similarity=1.0, reason="alone", hashes=())
        while revisions := store.matches.unmatched(500):
            store.matches.save_matches([revision.revision_id for revision in revisions], [], now)
    (settings.desk / "routes.yaml").write_text(
        "version: 1\nzone: UTC\nreceivers: {chat: {url_env: CHAT_URL}}\nroute: {to: chat}\n"
    )
    (settings.desk / "feeds.yaml").write_text(
        "version: 1\noutlets: {bench: {title: Bench}}\n"
        "feeds: [{id: bench, outlet: bench, url: 'http://127.0.0.1:9/rss', every: 10h}]\n"
    )


def timed(job: Callable[[], bool]) -> tuple[float, float]:
    """Wall and CPU seconds of a run that succeeds."""
    wall, cpu = time.perf_counter(), time.process_time()
    if not job():
        raise SystemExit("a run failed: the figures would mean nothing")
    return time.perf_counter() - wall, time.process_time() - cpu


def run(job: JobDefinition, instance: DagsterInstance) -> bool:
    """Run a job in this process; whether it succeeded."""
    return job.execute_in_process(instance=instance, run_config=CONFIG, raise_on_error=False).success


def main() -> None:
    """Measure, and print the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--articles", type=int, default=1000)
    arguments.add_argument("--rounds", type=int, default=7)
    options = arguments.parse_args()
    logging.disable(logging.CRITICAL)
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        desk = Path(folder) / "alert_rules"
        desk.mkdir()
        os.environ |= {"WIREWATCH_DESK": str(desk), "WIREWATCH_HOME": f"{folder}/home"}
        home = prepare_dagster_home(load_settings(os.environ, Path(folder)))
        instance = stack.enter_context(DagsterInstance.from_config(str(home)))
        fill(options.articles)
        ours = defs.resolve_job_def("monitor")
        empty = empty_definitions().resolve_implicit_global_asset_job_def()
        jobs = {"Dagster alone, seven empty assets": empty, "the monitor job, nothing due": ours}
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in jobs}
        for _ in range(options.rounds + 1):
            for name, job in jobs.items():
                times[name].append(timed(lambda job=job: run(job, instance)))
    print(f"{options.articles} stored articles, medians of {options.rounds} rounds, taken turn by turn\n")
    print("| run | wall s | CPU s |\n|---|---|---|")
    medians = {}
    for name, pairs in times.items():
        walls, cpus = zip(*pairs[1:], strict=True)  # the first round loads modules
        medians[name] = statistics.median(walls)
        print(f"| {name} | {statistics.median(walls):.3f} | {statistics.median(cpus):.3f} |")
    alone, monitor = medians.values()
    print(f"\nBeyond Dagster: {monitor - alone:.3f} s; ratio {monitor / alone:.2f}")


if __name__ == "__main__":
    main()
