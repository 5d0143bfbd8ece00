"""From publication to delivery: 1,000 feeds at one minute, watched by what `wirewatch dev` starts.

usage: python -m benchmarks.latency [--feeds 1000] [--minutes 12] [--every 6] [--noise 2]

A news site and a chat, each in a process of its own, and the real services between them: Dagster's daemon, its sensor
of 30 seconds, a fresh process for every run. Each `every` seconds one of the feeds publishes an article that the desk's
rule asks for, beside `noise` others that it does not. Both ends are timed by this machine's clock: an article is
published from the moment on at which its feed would show it, and delivered when the chat has its number. Measuring
begins when the first poll's backlog is done, and ends when the last article has come, or five minutes after it.
"""

import argparse
import os
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path

from benchmarks.latency_site import Article, address, chat, news_site, schedule

PATIENCE = 300.0
AIMS = {50: 45.0, 95: 90.0}
LEGS = (
    ("published to seen in its feed", "published", "seen"),
    ("seen to text extracted", "seen", "extracted"),
    ("text to match", "extracted", "matched"),
    ("match to alert", "matched", "alerted"),
    ("alert to delivered", "alerted", "delivered"),
    ("published to delivered", "published", "delivered"),
)
MOMENTS = """
SELECT a.url, a.first_seen_at, min(r.extracted_at), min(m.matched_at), min(l.created_at)
FROM articles a JOIN revisions r USING (article_id) JOIN matches m USING (article_id) JOIN alerts l USING (match_id)
GROUP BY a.article_id
"""


def write_desk(desk: Path, feeds: int, port: int) -> None:
    """One rule, one receiver, and the feeds at a minute each."""
    desk.mkdir()
    (desk / "rules.yaml").write_text(
        "version: 1\nrules:\n  - {id: quakes, any: [earthquake], limit: {alerts: 1000, per: 1h}}\n"
    )
    (desk / "routes.yaml").write_text(
        "version: 1\nreceivers: {chat: {url_env: BENCH_CHAT_URL}}\noperator: chat\nroute: {to: chat}\n"
    )
    lines = [f"  - {{id: f{number}, url: '{address(number, port)}/feed', every: 1m}}" for number in range(feeds)]
    (desk / "feeds.yaml").write_text("version: 1\nfeeds:\n" + "\n".join(lines) + "\n")


def environment(folder: Path, feeds: int, site: int, chat_port: int) -> dict[str, str]:
    """The installation's variables."""
    hosts = {address(number, site).removeprefix("http://").partition(":")[0] for number in range(feeds)}
    return {
        **os.environ,
        "WIREWATCH_DESK": str(folder / "alert_rules"),
        "WIREWATCH_HOME": str(folder / "home"),
        "WIREWATCH_ALLOW_HOSTS": " ".join(sorted(hosts)),
        "WIREWATCH_PAGE_PAUSE": "0",
        "BENCH_CHAT_URL": f"json://127.0.0.1:{chat_port}/chat",
    }


def settled(database: Path, feeds: int) -> bool:
    """Whether every feed has been polled and every page of the first day is read."""
    if not database.exists():
        return False
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)) as connection:
        try:
            [polled] = connection.execute("SELECT count(*) FROM feeds WHERE succeeded_at IS NOT NULL").fetchone()
            [waiting] = connection.execute(
                "SELECT count(*) FROM articles WHERE extract_due_at IS NOT NULL OR article_id NOT IN "
                "(SELECT article_id FROM story_members)"
            ).fetchone()
        except sqlite3.OperationalError:
            return False
    return bool(polled == feeds and not waiting)


def moments(database: Path) -> dict[int, dict[str, float]]:
    """When the store says that each article was seen, extracted, matched and alerted, by the article's number."""
    names = ("seen", "extracted", "matched", "alerted")
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)) as connection:
        rows = connection.execute(MOMENTS).fetchall()
    return {int(url.rsplit("/", 1)[1]): dict(zip(names, map(_seconds, times), strict=True)) for url, *times in rows}


def _seconds(stored: object) -> float:
    """A stored time as seconds since 1970; the store writes UTC."""
    moment = datetime.fromisoformat(str(stored))
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def run_times(dagster_home: Path) -> list[tuple[float, float, float]]:
    """When each run was asked for by the sensor, began in its own process, and ended: by Dagster's own record."""
    with closing(sqlite3.connect(dagster_home / "history" / "runs.db", timeout=10)) as connection:
        rows = connection.execute(
            "SELECT create_timestamp, start_time, end_time FROM runs WHERE end_time IS NOT NULL ORDER BY start_time"
        )
        return [(_seconds(asked), began, ended) for asked, began, ended in rows if began is not None]


def percentile(numbers: Sequence[float], share: int) -> float:
    """The number that `share` per cent are not above."""
    ordered = sorted(numbers)
    return ordered[min(len(ordered) - 1, -(-len(ordered) * share // 100) - 1)]


def show(
    published: Sequence[Article], times: dict[int, dict[str, float]], runs: list[tuple[float, float, float]]
) -> None:
    """The legs of the way, what a run takes, and the aims."""
    told = [times[one.number] for one in published if "delivered" in times.get(one.number, {})]
    print(f"{len(told)} of {len(published)} articles were delivered\n\n| leg | median s | 95 % s | worst s |")
    print("|---|---|---|---|")
    for name, start, end in LEGS:
        took = [one[end] - one[start] for one in told]
        print(f"| {name} | {statistics.median(took):.1f} | {percentile(took, 95):.1f} | {max(took):.1f} |")
    between = [after[1] - before[1] for before, after in pairwise(runs)]
    waits, lengths = [began - asked for asked, began, _ in runs], [ended - began for _, began, ended in runs]
    print(
        f"\n{len(runs)} runs: from the tick to the first step {statistics.median(waits):.1f} s in the median, then "
        f"{statistics.median(lengths):.1f} s long; one each {statistics.median(between):.1f} s "
        f"(worst gap {max(between):.1f} s)"
    )
    whole = [one["delivered"] - one["published"] for one in told]
    for share, aim in AIMS.items():
        print(f"{share} %: {percentile(whole, share):.1f} s (aim {aim:g})")


def measure(folder: Path, options: argparse.Namespace) -> None:
    """Start everything, wait for the way to be free, publish, and show what was delivered when."""
    context = get_context("spawn")
    (here, there), (ear, mouth) = context.Pipe(), context.Pipe()
    plan = schedule(options.feeds, options.minutes * 60, options.every, options.noise)
    site = context.Process(target=news_site, args=(there, options.feeds, plan), daemon=True)
    listener = context.Process(target=chat, args=(mouth,), daemon=True)
    site.start()
    listener.start()
    ports = here.recv(), ear.recv()
    write_desk(folder / "alert_rules", options.feeds, ports[0])
    variables = environment(folder, options.feeds, *ports)
    database = folder / "home" / "wirewatch.db"
    command = [sys.executable, "-m", "pipelines.cli.app", "dev", "--port", str(options.port)]
    with (
        (folder / "dev.log").open("w") as log,
        subprocess.Popen(command, env=variables, stdout=log, stderr=log, cwd=Path(__file__).parents[1]) as services,
    ):
        try:
            while not settled(database, options.feeds):
                if services.poll() is not None:
                    raise SystemExit((folder / "dev.log").read_text())
                time.sleep(2)
            began = time.time()
            print(f"the backlog is done; publishing for {options.minutes:g} minutes", flush=True)
            here.send(began)
            times = listen(ear, plan, began, options)
        finally:
            services.send_signal(signal.SIGINT)
    for number, found in moments(database).items():
        times.setdefault(number, {}).update(found)
    runs = [run for run in run_times(folder / "home" / "dagster") if run[1] > began]
    show([one for one in plan if one.wanted], times, runs)


def listen(ear, plan: Sequence[Article], began: float, options: argparse.Namespace) -> dict[int, dict[str, float]]:  # type: ignore[no-untyped-def]  # a spawn context's connection
    """What the chat heard, until all has come or patience ends."""
    times = {one.number: {"published": began + one.at} for one in plan if one.wanted}
    waiting = set(times)
    until = began + options.minutes * 60 + PATIENCE
    while waiting and time.time() < until:
        if ear.poll(1.0):
            heard, numbers = ear.recv()
            for number in numbers & waiting:
                times[number]["delivered"] = heard
            waiting -= numbers
    return times


def main() -> None:
    """Measure, and print the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--feeds", type=int, default=1000)
    arguments.add_argument("--minutes", type=float, default=12)
    arguments.add_argument("--every", type=float, default=6.0, help="seconds between two articles that match")
    arguments.add_argument("--noise", type=int, default=2, help="articles beside it that do not")
    arguments.add_argument("--port", type=int, default=3917)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), options)


if __name__ == "__main__":
    main()
