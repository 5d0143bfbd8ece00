"""Grouping at growing sizes: ours in SQLite and PostgreSQL, with verification; rensa and datasketch in memory.

usage: python benchmarks/stories.py [--sizes 4664 10000 100000] [--only SQLite rensa] [--data ../shared/data]

The first 4,664 texts are neardup/dev; for the others see stories_archive.py. Up to 10,000 articles every one is grouped
by us; larger archives are filled, and the next 5,000 articles are timed, of which every fourth is a reprint. Then a new
process groups 300 more, its start and imports included. The peers index 5-word shingles of every text and look each up
(threshold .5, 128 permutations), without window, verification, events or a store. CPU seconds, each contestant in a
process of its own, one run each, once all have shown what they find of the labelled reprints; our figure is of grouping
alone, not of storing articles. "alone" is SQLite without events, which no peer has: reprints are found, verified and
stored, and separate reports are not linked.
"""

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from itertools import islice
from pathlib import Path

from sqlalchemy import create_engine, func, select, text
from stories_archive import KNOWN, SPAN, START, fill, put, texts, with_reprints
from stories_peers import PEERS

from pipelines.dedup import ahead
from pipelines.dedup.fingerprint import sample
from pipelines.dedup.grouping import group as decide
from pipelines.model import Revision
from pipelines.steps.grouping import BATCH, STORY_WINDOW, group_stories, uncollected
from pipelines.steps.progress import Budget
from pipelines.stories import Grouping
from storage.database import Database
from storage.store import open_store
from storage.tables import articles, event_profiles, fingerprints, stories, story_members, story_terms

ROOT = str(Path(__file__).parents[1])
NOW = START + SPAN
FRESH = 300
WHOLE = 10_000
"""Articles of an archive that is grouped from its first."""
TIMED = 5_000
TABLES = (fingerprints, story_terms, stories, story_members, event_profiles)


def group(url: str) -> None:
    """Group all that waits."""
    with closing(open_store(url)) as store:
        while group_stories(store.stories, budget=Budget(NOW, 600)).unfinished:
            pass


def group_alone(url: str) -> None:
    """The same without events, by the functions of which the step is made."""
    more = True
    with closing(open_store(url)) as store:
        while more:
            with uncollected(), store.stories.grouping(NOW) as grouping:
                revisions = grouping.ungrouped(BATCH)
                join_alone(grouping, revisions)
            more = len(revisions) == BATCH


def join_alone(grouping: Grouping, revisions: Sequence[Revision]) -> None:
    """Reprints are found, verified and stored; all is decided before the first is written, as the step does."""
    sampled = sample.all([one.content for one in revisions])
    times = [one.article.first_seen_at - STORY_WINDOW for one in revisions]
    index = ahead.candidates(grouping, list(zip(sampled, times, strict=True)))
    decided = []
    for one, since in zip(revisions, times, strict=True):
        found = decide(one.content, index, since)
        story = grouping.new_story() if found.story_id is None else found.story_id
        index.add(one.article.article_id, story, one.content, found.hashes, one.article.first_seen_at)
        for younger in found.bridges:
            index.merge(younger, story)
        decided.append((one.article.article_id, story, found))
    for article, story, found in decided:
        grouping.join(article, story, similarity=found.similarity, reason=found.reason, hashes=found.hashes)
        if found.bridges:
            grouping.bridge(story, found.bridges, article)


def timed_of(size: int) -> int:
    """How many of an archive's articles are grouped by us; the others are filled in."""
    return size if size <= WHOLE else TIMED


def filled(url: str, data: Path, size: int) -> None:
    """An archive without the articles that are timed."""
    open_store(url).close()
    with closing(Database(url)) as database:
        fill(database, texts(data), size - timed_of(size), size + FRESH)


def ours(url: str, data: Path, size: int, *, name: str) -> None:
    """One of our databases at one size; tells its line."""
    timed = timed_of(size)
    number = size + FRESH
    open_store(url).close()
    with closing(Database(url)) as database:
        if timed < size:
            some = list(islice(with_reprints(islice(texts(data), KNOWN, None)), timed + FRESH))
        else:
            some = list(islice(texts(data), number))
        put(database, some[:timed], size - timed, number)
        before = time.process_time()
        (group_alone if name == "alone" else group)(url)
        seconds = time.process_time() - before
        told(name, size, seconds, timed)
        put(database, some[timed:], size, number)
    began = time.perf_counter(), children()
    subprocess.run([sys.executable, __file__, "--group", url], check=True)
    wall, cpu = time.perf_counter() - began[0], children() - began[1]
    megabytes, rows = size_of(url)
    print(f"{'':>22} {FRESH} fresh in {wall:.1f} s ({cpu:.1f} s of CPU); {megabytes:,.0f} MB stored, "
          f"{rows:.1f} rows an article", flush=True)  # fmt: skip


def children() -> float:
    """CPU seconds of child processes so far."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def size_of(url: str) -> tuple[float, float]:
    """Megabytes of the database, texts included, and rows of grouping's tables for each article."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        rows, whole = (
            sum(connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables)
            for tables in (TABLES, (articles,))
        )
        asked = "SELECT pg_database_size(current_database())"
        if url.startswith("sqlite"):
            asked = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
        size = connection.execute(text(asked)).scalar_one()
    engine.dispose()
    return size / 1e6, rows / whole


def told(name: str, size: int, seconds: float, number: int) -> None:
    """One line of the answer."""
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    each = seconds / number * 1e6
    print(f"{size:>9,} {name:<12} {number / seconds:>8,.0f} docs/s {each:>7,.0f} us each {memory:>7,.0f} MB peak",
          flush=True)  # fmt: skip


def peer(name: str, data: Path, size: int) -> None:
    """One of the peers; what its texts take is told apart from its index."""
    some = list(islice(texts(data), size))
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    began, index = time.process_time(), PEERS[name]()
    for _, body, _ in some:
        index.add(body)
    told(name, size, time.process_time() - began, size)
    print(f"{'':>22} of it {held:,.0f} MB for the texts, and this program", flush=True)


@contextmanager
def database_of(name: str, archive: Path | None = None) -> Iterator[str]:
    """URL of a database that goes away again, empty or a copy of the archive."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="wirewatch-stories-"))
        if name != "PostgreSQL":
            if archive:
                shutil.copy(archive, f"{folder}/stories.db")
            yield f"sqlite:///{folder}/stories.db"
            return
        sys.path.append(ROOT)
        from tests.conftest import PostgresServer

        server = PostgresServer()
        stack.callback(server.stop)
        yield server.new_database()


def contestant(name: str, data: Path, size: int, archives: Path | None) -> None:
    """One contestant at one size; an archive that is to be kept and is not there yet is only filled."""
    if name in PEERS:
        peer(name, data, size)
        return
    kept = archives / f"{size}.db" if archives and name != "PostgreSQL" and timed_of(size) < size else None
    if kept and not kept.exists():
        filled(f"sqlite:///{kept}", data, size)
        return
    with database_of(name, kept) as url:
        if not kept and timed_of(size) < size:
            filled(url, data, size)
        ours(url, data, size, name=name)


def main() -> None:
    """Every contestant at every size, one after the other."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = ["SQLite", "alone", "PostgreSQL", *PEERS]
    arguments.add_argument("--sizes", type=int, nargs="+", default=[4_664, 10_000, 100_000])
    arguments.add_argument("--only", nargs="+", choices=names, default=names)
    arguments.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    arguments.add_argument("--archives", type=Path, help="a folder of filled SQLite archives: first filled, then used")
    arguments.add_argument("--group", help=argparse.SUPPRESS)
    asked = arguments.parse_args()
    if asked.group:
        group(asked.group)
    elif len(asked.only) == len(asked.sizes) == 1:
        contestant(asked.only[0], asked.data, asked.sizes[0], asked.archives)
    else:
        sys.path.append(ROOT)
        from stories_answers import check

        check(asked.only)
        for size in asked.sizes:
            for name in asked.only:
                one = ["--sizes", str(size), "--only", name, "--data", str(asked.data)]
                one += ["--archives", str(asked.archives)] if asked.archives else []
                subprocess.run([sys.executable, __file__, *one], check=True)


if __name__ == "__main__":
    main()
