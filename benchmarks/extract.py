"""Extraction against its peers: quality and CPU a page, contestants interleaved page by page; then two workers.

usage: python -m benchmarks.extract [PAGES]; the pages are those of WIREWATCH_DATA (see tests/quality), all or so
many, spread over all. Peers (`make peers`): trafilatura (default, favor_precision and fast, all with metadata),
newspaper4k, readability-lxml. F1 is over the pages whose text is known, titles and dates over all that have one. What
the contestants answer is scored against one truth, and their scores stand beside their speeds.
"""

import gc
import logging
import sys
import time
import warnings
from collections.abc import Callable
from concurrent.futures import wait
from statistics import median
from typing import Any

import newspaper
from lxml.etree import LxmlError

from benchmarks.extract_peers import PEERS, Found, Peer
from pipelines.ingest.extractor import extract
from pipelines.ingest.workers import BoundedWorkers
from tests.quality.test_extraction import days_apart, plain, read_page, rows, shares

SPIN = 2_000_000
ROUNDS = 3


def main(limit: int) -> None:
    """Print the table, then the scaling."""
    logging.disable(logging.CRITICAL)  # peers report the pages that they cannot read
    warnings.simplefilter("ignore")
    known = rows(whole=False)
    pages = [(row, read_page(row)) for row in known[:: max(1, len(known) // limit)]]
    for row, html in pages[:3]:
        for contestant in PEERS.values():
            _seconds(contestant, html, row["url"])  # what loads at the first call is no page's cost
    gc.freeze()
    results: dict[str, list[tuple[float, Found]]] = {name: [] for name in PEERS}
    for row, html in pages:
        for name, contestant in PEERS.items():
            results[name].append(_seconds(contestant, html, row["url"]))
    base = sum(seconds for seconds, _ in results["trafilatura"])
    print(f"{len(pages)} pages             F1    title  date  day±1  CPU/page  of trafilatura  median")
    for name, answers in results.items():
        _print_row(name, [row for row, _ in pages], answers, base)
    _scaling([(html, row["url"]) for row, html in pages[:60]])


def _seconds(contestant: Peer, html: bytes, url: str | None) -> tuple[float, Found]:
    gc.collect()  # what another left is not looked through in this one's time
    began = time.process_time()
    try:
        found = contestant.read(html, url)
    except (newspaper.ArticleException, LxmlError, ImportError, TypeError, ValueError):  # a peer that cannot read it
        found = ("", "", "")
    return time.process_time() - began, found


def _print_row(name: str, wanted: list[dict[str, Any]], answers: list[tuple[float, Found]], base: float) -> None:
    pairs = list(zip(wanted, (found for _, found in answers), strict=True))
    parts = [shares(row["body"], found[0]) for row, found in pairs if row["body"]]
    true, false, missed = (sum(column) for column in zip(*parts, strict=True))
    titles = [plain(row["title"]) == plain(found[1]) for row, found in pairs if row["title"]]
    apart = [days_apart(row["date"][:10], found[2]) for row, found in pairs if row["date"]]
    seconds = [one for one, _ in answers]
    print(
        f"{name:22} {2 * true / (2 * true + false + missed):.4f}  {_share(titles)}"
        f"  {_share([days == 0 for days in apart])}  {_share([days <= 1 for days in apart])}"
        f"  {1_000 * sum(seconds) / len(seconds):5.1f} ms  {sum(seconds) / base:.3f}"
        f"          {1_000 * median(seconds):5.1f} ms"
    )


def _share(right: list[bool]) -> str:
    return f"{sum(right) / len(right):.3f}"


def _scaling(pages: list[tuple[bytes, str | None]]) -> None:
    """How much faster two workers are than one, beside what two processes gain on a loop that only counts."""
    works = (_extract_all(pages), _spin)
    walls: dict[tuple[int, int], list[float]] = {}
    for _ in range(ROUNDS):  # by turns, for the machine may have other things to do
        for number, work in enumerate(works):
            for at_once in (1, 2):
                walls.setdefault((number, at_once), []).append(_wall(work, _extract_all(pages[:4]), at_once))
    gains = [min(walls[number, 1]) / min(walls[number, 2]) for number in range(len(works))]
    print(f"two workers: {gains[0]:.2f} x one; a spin loop: {gains[1]:.2f} x; ratio {gains[0] / gains[1]:.2f}")


def _extract_all(pages: list[tuple[bytes, str | None]]) -> Callable[[BoundedWorkers], None]:
    def work(workers: BoundedWorkers) -> None:
        wait([workers.submit(extract, html, url=url) for html, url in pages])

    return work


def _spin(workers: BoundedWorkers) -> None:
    wait([workers.submit(sum, range(SPIN)) for _ in range(40)])


def _wall(work: Callable[[BoundedWorkers], None], warm: Callable[[BoundedWorkers], None], at_once: int) -> float:
    with BoundedWorkers(at_once=at_once) as workers:
        warm(workers)  # each is started, and has loaded what its first page asks for
        began = time.perf_counter()
        work(workers)
        return time.perf_counter() - began


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000)
