"""How much disk an archive takes: articles with texts, entries, fingerprints, events and the index of words, by table.

usage: python -m benchmarks.archive_size [--articles 100000] [--data ../shared/data]

Texts are real ones (55,000 of neardup/dev and stream; past their number the same again under other addresses), packed
as steps pack them. In the end the texts are forgotten as housekeeping does it, to see what is left of years. SQLite.
"""

import argparse
import tempfile
from contextlib import closing
from pathlib import Path

from sqlalchemy import select

from benchmarks import stories_archive
from pipelines.keeping import Kind
from storage import room, schema
from storage.database import Database
from storage.feed_tables import feed_entries, feeds
from storage.retention import SqlRetention
from storage.search_index import index_texts
from storage.tables import revisions

REAL = 55_000
AT_ONCE = 5_000


def fill(database: Database, data: Path, number: int) -> None:
    """Grouped articles, then what feeds said of them and the index of words."""
    stories_archive.KNOWN = REAL
    stories_archive.fill(database, stories_archive.texts(data), number, number)
    columns = (revisions.c.revision_id, revisions.c.article_id, revisions.c.title, revisions.c.lead, revisions.c.body)
    with database.writing() as connection:
        connection.execute(feeds.insert().values(_feed()))
    for first in range(0, number, AT_ONCE):
        with database.writing() as connection:
            some = select(*columns).where(revisions.c.article_id > first, revisions.c.article_id <= first + AT_ONCE)
            rows = connection.execute(some).all()
            index_texts(connection, [(row[0], *row[2:]) for row in rows])
            connection.execute(feed_entries.insert(), [_entry(row.article_id, row.title, row.body) for row in rows])


def report(database: Database, label: str) -> None:
    """Megabytes of the file, and of its largest tables and indexes."""
    with database.outside() as raw:
        query = "SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC LIMIT 12"
        parts = [f"{name} {size / 1e6:.0f}" for name, size in raw.execute(query)]
    print(f"{label}: {room.bytes_used(database) / 1e6:.0f} MB ({', '.join(parts)})", flush=True)


def main() -> None:
    """Fill, measure, forget, measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, closing(Database(f"sqlite:///{folder}/archive.db")) as database:
        schema.ensure(database)
        fill(database, arguments.data, arguments.articles)
        report(database, f"{arguments.articles:,} articles")
        house, after, late = SqlRetention(database), 0, stories_archive.START + stories_archive.SPAN * 20
        while after is not None:
            after = house.forget(Kind.TEXTS, late, late, after).after
        while house.give_back():
            pass
        report(database, "texts forgotten, room given back")


def _feed() -> dict[str, object]:
    settled = {"outlet_id": "o", "kind": "feed", "every": stories_archive.SPAN, "backfill": stories_archive.SPAN * 0}
    return settled | {
        "feed_id": "f",
        "url": "u",
        "tags": [],
        "active": True,
        "due_at": stories_archive.START,
        "failures": 0,
    }


def _entry(article_id: int, title: str, body: str) -> dict[str, object]:
    """Addresses of 70 characters, a guid, and the first 300 characters for a summary."""
    url = f"https://www.outlet.example/2026/11/30/world/{title[:20].replace(' ', '-')}-{article_id}"
    said = {"url": url, "guid": f"https://www.outlet.example/?p={article_id}", "link": url, "title": title}
    said |= {
        "feed_id": "f",
        "summary": body[:300],
        "body": "",
        "content_hash": f"{article_id:064x}",
        "authors": ["Ani"],
    }
    return said | {"article_id": article_id, "first_seen_at": stories_archive.START, "backlog": False}


if __name__ == "__main__":
    main()
