"""Delivering: 100 messages to 20 receivers that answer after 50 ms, beside Apprise in as many threads, in one run.

Run: `python benchmarks/deliver.py [ROUNDS]`. Ours is the whole step: claims, messages, order within each receiver, and
every delivery marked in SQLite. Beside it Apprise sends the very messages that ours sent before, from a pool of
threads, whatever the order, and one after the other. As it comes it gives each send a time limit and six workers to all
of them; without its limit nothing ends a send that hangs. The server keeps what it is given: all must bring the same to
the same receivers. Contestants take turns, best of ROUNDS each. Target: 0.9 x Apprise in threads as it comes.
"""

import json
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from apprise import Apprise, AppriseAsset

from pipelines.alert_store import NewAlert
from pipelines.alerts import NewDelivery
from pipelines.delivery.apprise_notifier import AppriseNotifier
from pipelines.delivery.routing import load_routes
from pipelines.model import Content, Feed, FeedEntry, Hit, Judgement, Rule
from pipelines.polls import FeedState, Poll
from pipelines.states import (
    AlertReason,
    FeedId,
    Field,
    Outcome,
    ReceiverId,
    RuleId,
    RuleVersion,
)
from pipelines.steps.delivering import deliver
from pipelines.steps.progress import Budget
from storage.store import SqlStore, open_store

MESSAGES, RECEIVERS, ANSWERS_AFTER = 100, 20, 0.05
THREADS = 16
"""Of Apprise's pool; twice as many are no quicker."""
RULE = Rule(rule_id=RuleId("quakes"), version=RuleVersion("1"), title="Earthquakes")
NAMES = [f"desk-{number}" for number in range(RECEIVERS)]
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
"""Messages tell the time: it is the same in each round."""
Message = tuple[str, str, str]
"""A receiver, a title and a text."""


class Slow(BaseHTTPRequestHandler):
    """A webhook that takes its time."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # as web servers have it: else an answer waits 40 ms for its second half

    def do_POST(self) -> None:
        """Keep what was brought, and answer 200, late."""
        brought = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert isinstance(self.server, Server)
        self.server.brought.append((self.path.strip("/"), brought["title"], brought["message"]))
        time.sleep(ANSWERS_AFTER)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, format: str, *args: object) -> None:
        """Keep the output for the numbers."""


class Server(ThreadingHTTPServer):
    """As many connections at once as come."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Slow)
        self.brought: list[Message] = []

    def taken(self) -> Counter[Message]:
        """What was brought since the last look."""
        brought, self.brought = Counter(self.brought), []
        return brought


def fill(store: SqlStore, now: datetime) -> None:
    """An alert for each message, five a receiver, each about an article of its own."""
    feed = Feed(feed_id=FeedId("f"), url="https://tufa.example/rss")
    store.feeds.sync_feeds([feed], now)
    entries = [
        FeedEntry(
            title=f"The quake {number}", url=f"https://tufa.example/{number}", link=f"https://tufa.example/{number}"
        )
        for number in range(MESSAGES)
    ]
    store.feeds.record_polls([Poll(feed=feed, state=FeedState(due_at=now, first_polled_at=now), entries=entries)], now)
    for page in store.articles.pages_due(now, MESSAGES):
        text = Content(title=page.entry.title, body="The ground shook. " * 100, language="en")
        store.articles.save_text(page, text, now, try_again_at=None)
    with store.stories.grouping(now) as grouping:
        for revision in grouping.ungrouped(MESSAGES):
            grouping.join(revision.article.article_id, None, similarity=1.0, reason="first", hashes=[])
    store.matches.sync_rules([RULE], now)
    revisions = [one.revision_id for one in store.matches.unmatched(MESSAGES)]
    hit = Hit(group="any", field=Field.BODY, start=11, end=16, text="shook")
    judgement = Judgement(rule=RULE, outcome=Outcome.MATCH, hits=(hit,), clause="any")
    store.matches.save_matches(revisions, [(one, judgement) for one in revisions], now)
    with store.alerts.dispatching(now) as dispatch:
        for number, match in enumerate(dispatch.undecided(MESSAGES)):
            receiver = ReceiverId(NAMES[number % RECEIVERS])
            delivery = NewDelivery(receiver=receiver, bundle=f"event:{match.story_id}", due_at=now)
            dispatch.save_alert(
                NewAlert(
                    match_id=match.match_id,
                    rule=RULE,
                    subject=f"story:{match.story_id}",
                    reason=AlertReason.FIRST,
                    deliveries=(delivery,),
                )
            )


def ours(folder: Path, addresses: dict[str, str]) -> float:
    """Seconds of the step over a full outbox; fails where a message was not sent."""
    (folder / "routes.yaml").write_text(
        "version: 1\nreceivers:\n"
        + "".join(f"  {name}: {{url_env: {name.upper().replace('-', '_')}}}\n" for name in NAMES)
        + f"route: {{to: {NAMES[0]}}}\n"
    )
    environment = {name.upper().replace("-", "_"): address for name, address in addresses.items()}
    with closing(open_store(f"sqlite:///{folder / 'store.db'}")) as store:
        fill(store, NOW)
        routes = load_routes(folder / "routes.yaml")
        began = time.perf_counter()
        report = deliver(
            store.outbox,
            store.notices,
            AppriseNotifier(environment),
            lambda: routes,
            budget=Budget(NOW + timedelta(minutes=1), 60.0),
        )
        took = time.perf_counter() - began
    if report.counts["sent"] != MESSAGES:
        raise SystemExit(f"{report.counts} {report.problems}")
    return took


def threaded(messages: Sequence[Message], addresses: dict[str, str], workers: int, **asked: float) -> float:
    """Seconds of Apprise alone, one object a message as it must be, in a pool of threads; `asked` are its settings."""
    asset = AppriseAsset(async_mode=False, **asked)

    def send(message: Message) -> None:
        receiver, title, text = message
        one = Apprise(asset=asset)
        one.add(addresses[receiver])
        if not one.notify(title=title, body=text):
            raise SystemExit("Apprise failed")

    began = time.perf_counter()
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(send, messages))
    return time.perf_counter() - began


def main() -> None:
    """Print messages a second and the ratio."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    server = Server()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    addresses = {name: f"json://127.0.0.1:{server.server_address[1]}/{name}" for name in NAMES}
    with tempfile.TemporaryDirectory() as folder:
        ours(Path(folder), addresses)  # loads every plugin
    wanted = server.taken()
    messages = list(wanted.elements())
    contestants: dict[str, Callable[[Path], float]] = {
        "the whole step": lambda folder: ours(folder, addresses),
        "Apprise, 16 threads": lambda _: threaded(messages, addresses, THREADS),
        "Apprise, 16 threads, unlimited": lambda _: threaded(messages, addresses, THREADS, service_timeout=0),
        "Apprise, one after the other": lambda _: threaded(messages, addresses, 1),
    }
    best = dict.fromkeys(contestants, float("inf"))
    for _ in range(rounds):
        for name, run in contestants.items():
            with tempfile.TemporaryDirectory() as folder:
                best[name] = min(best[name], run(Path(folder)))
            if (brought := server.taken()) != wanted:
                raise SystemExit(f"{name} brought something else, such as {min(brought - wanted or wanted - brought)}")
    for name, seconds in best.items():
        print(f"{name:<30} {MESSAGES / seconds:7.1f} messages/s")
    print(f"ratio to threaded Apprise      {best['Apprise, 16 threads'] / best['the whole step']:.2f}")
    server.shutdown()


if __name__ == "__main__":
    main()
