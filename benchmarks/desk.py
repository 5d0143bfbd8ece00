"""Each page of the desk from a real server over an archive: milliseconds until the whole answer is there, those of them
that the processor was busy, and the answer's size.

usage: python benchmarks/desk.py [--articles 100000] [--database URL] [--keep FOLDER] [--turns 15]

The archive has real texts with their fingerprints and search index, a thousand feeds, a hundred rules, a match for
every fifth article, an alert for every second match and a reason for the others, and the desk's marks for some. Pages
are asked for by turns; the clock of the page stands at the archive's end. With --keep the archive is made once.
"""

import argparse
import json
import os
import statistics
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import uvicorn
from sqlalchemy import Connection, func, select
from stories_archive import SPAN, START, fill, texts

from pipelines.desk.app import desk_app
from pipelines.desk.desk import Desk
from pipelines.desk.visitors import Door
from pipelines.links import Signer
from pipelines.model import Feed, Rule
from pipelines.states import FeedId, RuleId, RuleVersion
from storage import schema
from storage.alert_tables import acknowledgements, alerts, deliveries, feedback, verdicts
from storage.database import Database
from storage.feed_tables import feed_entries
from storage.search_index import index_texts
from storage.store import SqlStore, open_store
from storage.tables import articles, matches, revisions

DATA = Path(__file__).parents[2] / "shared" / "data"
END = START + SPAN
FEEDS, RULES = 1_000, 100
AT_ONCE = 5_000
PAGES = (
    "/", "/stamp", "/?before=A1000", "/A{alert}", "/articles/{article}", "/held", "/held?kind=limited", "/silences",
    "/feeds", "/rules", "/rules/rule-7", "/try?rule=rule-7", "/search", "/search?q=government", "/search?q=zzzz",
    '/search?q="prime minister"', '/search?q="minister said"', "/search?q=govern* -minister",
    "/search?q=the&language=tr", "/search?q=the&from=2026-03-01&to=2026-03-02", "/search?q=the&feed=feed-7",
)  # fmt: skip


def build(url: str, size: int) -> None:
    """The archive, in an empty database."""
    with closing(Database(url)) as database:
        schema.ensure(database)
        fill(database, texts(DATA), size, size)
    with closing(open_store(url)) as store:
        store.feeds.sync_feeds([_feed(number) for number in range(FEEDS)], START)
        store.matches.sync_rules([_rule(number) for number in range(RULES)], START)
        database = store.desk._database
        for first in range(1, size + 1, AT_ONCE):
            places = range(first, min(first + AT_ONCE, size + 1))
            with database.writing() as connection:
                _index(connection, places)
                _tell(connection, places, size)
        with database.writing() as connection:
            connection.exec_driver_sql("ANALYZE")


def _feed(number: int) -> Feed:
    return Feed(feed_id=FeedId(f"feed-{number}"), url=f"https://{number}.example/rss")


def _rule(number: int) -> Rule:
    source = f"  - id: rule-{number}\n    any: [lachin]\n"
    return Rule(rule_id=RuleId(f"rule-{number}"), version=RuleVersion("v"), title=f"Rule {number}", source=source)


def _index(connection: Connection, places: range) -> None:
    query = select(revisions.c.revision_id, revisions.c.title, revisions.c.lead, revisions.c.body)
    index_texts(
        connection, connection.execute(query.where(revisions.c.revision_id.between(places[0], places[-1]))).all()
    )


def _tell(connection: Connection, places: range, size: int) -> None:
    """What feeds brought, what matched, and what was told of it."""
    rows: dict[Any, list[dict[str, Any]]] = {one: [] for one in (feed_entries, matches, alerts, deliveries, verdicts)}
    marks: list[dict[str, Any]] = []
    claims: list[dict[str, Any]] = []
    for one in places:
        at = START + SPAN * ((one - 1) / size)
        rows[feed_entries].append(_entry(one, at))
        if one % 5:
            continue
        match, rule = one // 5, f"rule-{one // 5 % RULES}"
        rows[matches].append(_match(match, one, rule, at))
        if match % 2:
            rows[verdicts].append(_verdict(match, at))
            continue
        rows[alerts].append(_alert(match, one, rule, at))
        rows[deliveries] += [_delivery(match, receiver, at) for receiver in ("chat", "mail")]
        if match % 10 == 0:
            marks.append(
                {"alert_id": match // 2, "who": "ani", "verdict": "useful" if match % 20 else "noise", "given_at": at}
            )
            claims.append({"alert_id": match // 2, "who": "ani", "given_at": at + timedelta(minutes=match % 50)})
    for table, some in {**rows, feedback: marks, acknowledgements: claims}.items():
        if some:
            connection.execute(table.insert(), some)


def _entry(one: int, at: Any) -> dict[str, Any]:
    words = {"title": "", "summary": "", "body": "", "authors": [], "content_hash": str(one)}
    return words | {
        "feed_id": f"feed-{one % FEEDS}",
        "url": str(one),
        "article_id": one,
        "first_seen_at": at,
        "backlog": False,
    }


def _match(match: int, article: int, rule: str, at: Any) -> dict[str, Any]:
    return {
        "match_id": match,
        "rule_id": rule,
        "rule_version": "v",
        "article_id": article,
        "text_hash": str(article - 1),
        "outcome": "match",
        "hits": [],
        "clause": "any",
        "matched_at": at,
        "decided_at": at,
    }


def _verdict(match: int, at: Any) -> dict[str, Any]:
    kind = "limited" if match % 1_001 == 0 else "held"
    return {"match_id": match, "step": "dispatch", "kind": kind, "reason": "already told", "decided_at": at}


def _alert(match: int, article: int, rule: str, at: Any) -> dict[str, Any]:
    key = {"alert_id": match // 2, "match_id": match, "rule_id": rule, "subject": f"story:{article}", "sequence": 1}
    return key | {"reason": "first", "created_at": at}


def _delivery(match: int, receiver: str, at: Any) -> dict[str, Any]:
    times = dict.fromkeys(("due_at", "ready_at", "sent_at", "created_at"), at)
    key = {
        "alert_id": match // 2,
        "receiver": receiver,
        "idempotency_key": f"{match}-{receiver}",
        "bundle": f"match:{match}",
    }
    return key | times | {"state": "sent", "attempts": 1, "reason": ""}


@contextmanager
def served(store: SqlStore, folder: Path) -> Iterator[str]:
    """The page on a port of its own."""
    door = Door(signer=Signer(b"k" * 32), local_user="ani")
    desk = Desk(store=store, folder=folder, zone=lambda: "Asia/Tbilisi", clock=lambda: END, door=door)
    server = uvicorn.Server(uvicorn.Config(desk_app(desk, ["127.0.0.1"]), port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


def ask(base: str, path: str) -> tuple[float, float, int]:
    """Milliseconds until the whole answer is there, those of this process's computing, and the answer's bytes."""
    address = base + urllib.parse.quote(path, safe="/?=&*-:+")
    began, busy = time.perf_counter(), time.process_time()
    with urllib.request.urlopen(address, timeout=60) as answer:
        size = len(answer.read())
    return 1_000 * (time.perf_counter() - began), 1_000 * (time.process_time() - busy), size


def measure(url: str, turns: int) -> list[dict[str, Any]]:
    """A row a page."""
    with (
        closing(open_store(url)) as store,
        tempfile.TemporaryDirectory() as folder,
        served(store, Path(folder)) as base,
    ):
        with store.desk._database.reading() as connection:
            alert = connection.scalar(select(func.max(alerts.c.alert_id)))
            article = connection.scalar(select(func.max(articles.c.article_id)))
        paths = [path.format(alert=alert, article=article) for path in PAGES]
        taken: dict[str, list[tuple[float, float]]] = {path: [] for path in paths}
        sizes: dict[str, int] = {}
        for turn in range(turns + 1):
            for path in paths:
                passed, busy, sizes[path] = ask(base, path)
                if turn:  # the first turn loads modules and templates
                    taken[path].append((passed, busy))
    return [{"page": path, **_medians(some), "bytes": sizes[path]} for path, some in taken.items()]


def _medians(taken: list[tuple[float, float]]) -> dict[str, float]:
    passed, busy = zip(*taken, strict=True)
    return {
        "ms": round(statistics.median(passed), 1),
        "worst ms": round(max(passed), 1),
        "CPU ms": round(statistics.median(busy), 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--database")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--turns", type=int, default=15)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = (asked.keep or Path(folder)) / "desk.db"
        url = asked.database or f"sqlite:///{file}"
        if asked.database or not file.exists():
            build(url, asked.articles)
        if not asked.database:
            print(f"{os.path.getsize(file) / 1e6:.0f} MB")  # noqa: PTH202
        for row in measure(url, asked.turns):
            print(json.dumps(row))


if __name__ == "__main__":
    main()
