"""A cycle over 1,000 feeds of 30 entries on a local server with 20-200 ms latency: cold, and when nothing changed.

usage: python benchmarks/fetch.py [--feeds 1000] [--rounds 3] [--alone]

Ours is the whole step with its bookkeeping on SQLite; `reader` (benchmarks/peers.in) updates the same feeds with ten
threads, where it waits for the network, and with as many as we have connections. All ask the same server, which runs
in a process of its own and gives every feed an address of its own in 127/8, so that limits for each host count as they
would outside. aiohttp alone, with as many connections, asks for all and keeps nothing: what is left of the latency
floor on this machine, at its load. Contestants take turns; medians. Those who store must have stored the same entries.
"""

import argparse
import asyncio
import logging
import multiprocessing
import os
import resource
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from multiprocessing.connection import Connection
from pathlib import Path

import aiohttp

from pipelines.ingest.fetcher import HttpFetcher
from pipelines.ingest.workers import BoundedWorkers
from pipelines.model import Feed, Outlet
from pipelines.states import FeedId, OutletId
from pipelines.steps.progress import Budget
from pipelines.steps.watching import AT_ONCE, poll_feeds
from storage.store import SqlStore, open_store

ENTRIES = 30
THREADS = (10, AT_ONCE)
START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
WORDS = ["council", "road", "bridge", "harvest", "market", "school", "river", "valley", "meeting", "report", "price"]
BARE = f"aiohttp alone, {AT_ONCE} connections"
Row = tuple[str, float, float]
Entries = set[tuple[int, str, str]]
"""Each entry's feed, address and title."""


def host(number: int) -> str:
    """The address of a feed's server."""
    return f"127.1.{number // 250}.{number % 250 + 1}"


def latency(number: int) -> float:
    """Seconds: 20 to 200 ms, always the same for a feed."""
    return 0.02 + 0.18 * (int.from_bytes(sha256(str(number).encode()).digest()[:2]) / 65_535)


def document(number: int) -> bytes:
    """An RSS feed of ENTRIES entries with summaries of 40 words."""
    items = []
    for entry in range(ENTRIES):
        words = " ".join(WORDS[(number * 7 + entry * 3 + word * (entry + 1)) % len(WORDS)] for word in range(40))
        moment = START - timedelta(minutes=20 * entry + number % 20)
        link = f"http://{host(number)}/news/{entry}"
        items.append(
            f"<item><title>{words[:60]} {number}.{entry}</title><link>{link}</link><guid>{link}</guid>"
            f"<pubDate>{moment:%a, %d %b %Y %H:%M:%S} GMT</pubDate><description>{words}</description></item>"
        )
    head = f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Feed {number}</title>'
    return f"{head}<link>http://{host(number)}/</link>{''.join(items)}</channel></rss>".encode()


def serve(ready: Connection, feeds: int) -> None:
    """The server: GET /NUMBER, answered after its latency; 304 where the ETag is known."""
    bodies = [document(number) for number in range(feeds)]
    tags = [sha256(body).hexdigest()[:16] for body in bodies]

    async def answer(reading: asyncio.StreamReader, writing: asyncio.StreamWriter) -> None:
        try:
            while head := await reading.readuntil(b"\r\n\r\n"):
                number = int(head.split(b" ", 2)[1].strip(b"/"))
                await asyncio.sleep(latency(number))
                if tags[number].encode() in head:
                    writing.write(f'HTTP/1.1 304 Not Modified\r\nETag: "{tags[number]}"\r\n\r\n'.encode())
                else:
                    fields = f'ETag: "{tags[number]}"\r\nContent-Type: application/rss+xml'
                    size = f"Content-Length: {len(bodies[number])}"
                    writing.write(f"HTTP/1.1 200 OK\r\n{fields}\r\n{size}\r\n\r\n".encode() + bodies[number])
                await writing.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writing.close()

    async def forever() -> None:
        server = await asyncio.start_server(answer, "0.0.0.0", 0, backlog=1024)
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(forever())


class Ours:
    """Wirewatch's first step over a store of its own."""

    name = "wirewatch"

    def __init__(self, folder: Path, feeds: int, port: int) -> None:
        self._file = folder / "wirewatch.db"
        self._store: SqlStore = open_store(f"sqlite:///{self._file}")
        outlet = Outlet(outlet_id=OutletId("bench"), title="Bench")
        self._feeds = [
            Feed(feed_id=FeedId(f"f{number}"), url=f"http://{host(number)}:{port}/{number}", outlet=outlet)
            for number in range(feeds)
        ]
        self._now, self._cycles = START, 0

    def cycle(self) -> None:
        """Poll every feed."""
        self._now += timedelta(minutes=15)
        fetcher = HttpFetcher(frozenset(host(number) for number in range(len(self._feeds))))
        with BoundedWorkers() as workers:
            report = poll_feeds(
                self._store.feeds,
                self._store.notices,
                fetcher,
                workers,
                lambda: self._feeds,
                budget=Budget(self._now, 300),
                everything=True,
            )
        expected = len(self._feeds)
        if report.counts["feeds polled"] != expected or report.counts["feeds failed"]:
            raise SystemExit(f"not all feeds were read: {report.counts}")
        if self._cycles and report.counts["feeds unchanged"] != expected:
            raise SystemExit(f"not all feeds answered that nothing changed: {report.counts}")
        self._cycles += 1

    def entries(self) -> Entries:
        """What it stored."""
        with closing(sqlite3.connect(self._file)) as connection:
            rows = connection.execute("SELECT feed_id, link, title FROM feed_entries")
            return {(int(feed[1:]), link, title) for feed, link, title in rows}

    def close(self) -> None:
        """Let go of the store."""
        self._store.close()


class Reader:
    """lemon24/reader, with so many threads."""

    def __init__(self, folder: Path, feeds: int, port: int, threads: int) -> None:
        from reader import make_reader  # type: ignore[import-not-found]

        self.name, self._threads = f"reader, {threads} threads", threads
        self._reader = make_reader(str(folder / f"reader{threads}.db"))
        for number in range(feeds):
            self._reader.add_feed(f"http://{host(number)}:{port}/{number}")

    def cycle(self) -> None:
        """Update every feed."""
        self._reader.update_feeds(workers=self._threads, scheduled=False)

    def entries(self) -> Entries:
        """What it stored."""
        return {
            (int(one.feed_url.rpartition("/")[2]), one.link, " ".join(one.title.split()))
            for one in self._reader.get_entries()
        }

    def close(self) -> None:
        """Let go of the store."""
        self._reader.close()


class Bare:
    """aiohttp without anything of ours."""

    name = BARE

    def __init__(self, feeds: int, port: int) -> None:
        self._addresses = [f"http://{host(number)}:{port}/{number}" for number in range(feeds)]
        self._tags: dict[str, str] = {}

    def cycle(self) -> None:
        """Ask for every feed."""
        asyncio.run(self._ask_all())

    async def _ask_all(self) -> None:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE)) as session:
            await asyncio.gather(*(self._ask(session, address) for address in self._addresses))

    async def _ask(self, session: aiohttp.ClientSession, address: str) -> None:
        known = self._tags.get(address)
        async with session.get(address, headers={"If-None-Match": known} if known else {}) as answer:
            await answer.read()
            self._tags[address] = answer.headers["ETag"]
            if answer.status != (304 if known else 200):
                raise SystemExit(f"{address} answered {answer.status}")

    def close(self) -> None:
        """There is nothing to let go of."""


def check(ours: Ours, others: Sequence[Reader], feeds: int) -> None:
    """Leave where those who store did not store the same entries: their speeds could not be compared."""
    stored = ours.entries()
    if len(stored) != feeds * ENTRIES:
        raise SystemExit(f"{feeds} feeds of {ENTRIES} entries were served, and {len(stored)} entries stored")
    for one in others:
        if differing := stored ^ one.entries():
            raise SystemExit(f"{one.name} stored other entries, such as {min(differing)}")


def timed(work: Callable[[], None]) -> tuple[float, float]:
    """Wall and CPU seconds, those of ended child processes included."""

    def spent() -> float:
        usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        return sum(usage.ru_utime + usage.ru_stime for usage in usages)

    wall, cpu = time.perf_counter(), spent()
    work()
    return time.perf_counter() - wall, spent() - cpu


def main() -> None:
    """Measure, and print the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--feeds", type=int, default=1000)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--alone", action="store_true", help="without reader")
    options = arguments.parse_args()
    logging.disable(logging.CRITICAL)
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(there, options.feeds), daemon=True)
    server.start()
    port = here.recv()
    rows: list[Row] = []
    for _ in range(options.rounds):
        with tempfile.TemporaryDirectory() as folder:
            ours = Ours(Path(folder), options.feeds, port)
            contestants: list[Ours | Reader | Bare] = [ours, Bare(options.feeds, port)]
            if not options.alone:
                contestants += [Reader(Path(folder), options.feeds, port, threads) for threads in THREADS]
            for cycle in ("cold", "304"):
                rows += [(f"{cycle} {one.name}", *timed(one.cycle)) for one in contestants]
                check(ours, [one for one in contestants if isinstance(one, Reader)], options.feeds)
            for one in contestants:
                with closing(one):
                    pass
    server.terminate()
    show(rows, sum(latency(number) for number in range(options.feeds)) / AT_ONCE, options.feeds)


def show(rows: list[Row], floor: float, feeds: int) -> None:
    """The table, and the ratios that are aimed at."""
    medians = {
        name: tuple(statistics.median(row[place] for row in rows if row[0] == name) for place in (1, 2))
        for name in dict.fromkeys(row[0] for row in rows)
    }
    print(f"{feeds} feeds of {ENTRIES} entries, {os.cpu_count()} cores; latency floor {floor:.2f} s\n")
    print("| cycle | wall s | CPU s |\n|---|---|---|")
    for name, (wall, cpu) in medians.items():
        print(f"| {name} | {wall:.2f} | {cpu:.2f} |")
    wall, cpu = medians["304 wirewatch"]
    print(f"\n304 cycle: {wall / floor:.2f} x the latency floor (aim 1.5)")
    its_wall, its_cpu = medians[f"304 {BARE}"]
    print(f"304 cycle: {wall / its_wall:.2f} x {BARE}; CPU {cpu / its_cpu:.2f} x")
    for cycle, aim in (("304", 0.2), ("cold", 0.5)):
        for name in (name for name in medians if name.startswith(f"{cycle} reader")):
            (wall, cpu), (its_wall, its_cpu) = medians[f"{cycle} wirewatch"], medians[name]
            print(f"{cycle} cycle: {wall / its_wall:.2f} x {name[len(cycle) :]} (aim {aim}); CPU {cpu / its_cpu:.2f} x")


if __name__ == "__main__":
    main()
