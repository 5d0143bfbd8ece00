"""Extraction against its peers: quality and CPU a page, contestants interleaved page by page; then two workers.

usage: python benchmarks/extract.py [PAGES]; the pages are those of WIREWATCH_DATA (see tests/quality). Peers:
trafilatura (default and favor_precision, both with metadata), newspaper4k, readability-lxml (benchmarks/peers.lock).
"""

import sys
import time
from collections.abc import Callable
from concurrent.futures import wait
from statistics import median
from typing import Any

import newspaper
import trafilatura
from lxml.etree import LxmlError
from lxml.html import fromstring
from readability import Document

from pipelines.ingest.extractor import extract
from pipelines.ingest.workers import BoundedWorkers
from tests.quality.test_extraction import plain, read_page, rows, shares

Found = tuple[str, str, str]
"""Text, title and day of an article."""
SPIN = 2_000_000


def ours(html: bytes, url: str | None) -> Found:
    """Wirewatch."""
    content = extract(html, url=url)
    return content.body, content.title, str(content.published)[:10]


def its_default(html: bytes, url: str | None) -> Found:
    """trafilatura as it comes, with metadata."""
    return _trafilatura(html, url)


def its_precision(html: bytes, url: str | None) -> Found:
    """trafilatura, favouring precision."""
    return _trafilatura(html, url, favor_precision=True)


def newspaper4k(html: bytes, url: str | None) -> Found:
    """newspaper4k."""
    article = newspaper.Article(url or "https://a.example/", fetch_images=False, memorize_articles=False)
    article.download(input_html=html.decode("utf-8", "replace"))
    article.parse()
    return article.text, article.title, str(article.publish_date)[:10]


def readability(html: bytes, url: str | None) -> Found:
    """readability-lxml, which knows no dates."""
    document = Document(html.decode("utf-8", "replace"), url=url)
    return fromstring(document.summary()).text_content(), document.short_title(), ""


def _trafilatura(html: bytes, url: str | None, **options: bool) -> Found:
    found: Any = trafilatura.bare_extraction(html, url=url, include_comments=False, with_metadata=True, **options)
    return (found.text or "", found.title or "", found.date or "") if found else ("", "", "")


CONTESTANTS: dict[str, Callable[[bytes, str | None], Found]] = {
    "wirewatch": ours,
    "trafilatura": its_default,
    "trafilatura precision": its_precision,
    "newspaper4k": newspaper4k,
    "readability-lxml": readability,
}


def main(limit: int) -> None:
    """Print the table, then the scaling."""
    pages = [(row, read_page(row)) for row in rows()[:limit]]
    for contestant in CONTESTANTS.values():
        contestant(pages[0][1], pages[0][0]["url"])  # what loads at the first call is no page's cost
    results: dict[str, list[tuple[float, Found]]] = {name: [] for name in CONTESTANTS}
    for row, html in pages:
        for name, contestant in CONTESTANTS.items():
            began = time.process_time()
            try:
                found = contestant(html, row["url"])
            except (newspaper.ArticleException, LxmlError, TypeError, ValueError):  # a peer that cannot read it
                found = ("", "", "")
            results[name].append((time.process_time() - began, found))
    base = sum(seconds for seconds, _ in results["trafilatura"])
    print(f"{len(pages)} pages            F1    title  date   CPU/page  of trafilatura")
    for name, answers in results.items():
        _print_row(name, [row for row, _ in pages], answers, base)
    _scaling([(html, row["url"]) for row, html in pages[:60]])


def _print_row(name: str, wanted: list[dict[str, Any]], answers: list[tuple[float, Found]], base: float) -> None:
    parts = [shares(row["body"], found[0]) for row, (_, found) in zip(wanted, answers, strict=True)]
    true, false, missed = (sum(column) for column in zip(*parts, strict=True))
    pairs = list(zip(wanted, (found for _, found in answers), strict=True))
    titles = [plain(row["title"]) == plain(found[1]) for row, found in pairs if row["title"]]
    dates = [row["date"][:10] == found[2] for row, found in pairs if row["date"]]
    seconds = [one for one, _ in answers]
    print(
        f"{name:22} {2 * true / (2 * true + false + missed):.3f}  {sum(titles) / len(titles):.3f}"
        f"  {sum(dates) / len(dates):.3f}  {1_000 * sum(seconds) / len(seconds):5.1f} ms"
        f"  {sum(seconds) / base:.2f} (median {1_000 * median(seconds):.1f} ms)"
    )


def _scaling(pages: list[tuple[bytes, str | None]]) -> None:
    """How much faster two workers are than one, beside what two processes gain on a loop that only counts."""
    gains = []
    for work in (_extract_all(pages), _spin):
        once = [_wall(work, 1), _wall(work, 1)]
        gains.append(min(once) / min(_wall(work, 2), _wall(work, 2)))
    print(f"two workers: {gains[0]:.2f} x one; a spin loop: {gains[1]:.2f} x; ratio {gains[0] / gains[1]:.2f}")


def _extract_all(pages: list[tuple[bytes, str | None]]) -> Callable[[BoundedWorkers], None]:
    def work(workers: BoundedWorkers) -> None:
        wait([workers.submit(extract, html, url=url) for html, url in pages])

    return work


def _spin(workers: BoundedWorkers) -> None:
    wait([workers.submit(sum, range(SPIN)) for _ in range(40)])


def _wall(work: Callable[[BoundedWorkers], None], at_once: int) -> float:
    with BoundedWorkers(at_once=at_once) as workers:
        wait([workers.submit(time.sleep, 0.2) for _ in range(at_once)])  # started, and loaded
        began = time.perf_counter()
        work(workers)
        return time.perf_counter() - began


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000)
