"""Lives of Wirewatch, one process each, that end by SIGKILL at a named fault point; no line of the product knows of it.

usage: python chaos_child.py DATABASE_URL ROUTES; one order a line on stdin, as JSON, and for each an answer: `died`,
`ended` or `failed`. A life is forked from this process, which has loaded everything and opened nothing. It stores the
first `stories` articles as far as matches, decides, and delivers, its clock at `now`; `point` is where it dies, at the
`at`-th time that it comes there. A commit is two points, `<store>.<method>: before commit` and `: after commit`, a
message two more, `send: before` and `send: after`.

Two mutants show what a test of this kind must find: `marked before sent`, and `one flag for all receivers`.
"""

import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from apprise import Apprise
from sqlalchemy import Connection, Engine, event

from pipelines.alerts import Delivery, Message, Receiver
from pipelines.delivery.apprise_notifier import AppriseNotifier
from pipelines.delivery.routing import load_routes
from pipelines.policy import Limit
from pipelines.states import DeliveryId, DeliveryState, ReceiverId
from pipelines.steps.alerting import dispatch_alerts
from pipelines.steps.delivering import deliver
from pipelines.steps.progress import Budget
from storage.store import SqlStore, open_store
from tests.storage.samples import entry, extract, feed, group, match, poll, rule

PARTS = ("feeds", "articles", "stories", "matches", "alerts", "outbox", "notices")
NO_LIMIT = Limit(alerts=10_000)
SEND_LIMIT = 0.8  # seconds, for the product's 15: what is silent or drips is given up, as it would be


class Fuse(threading.local):
    """Ends the process at its point; each thread knows which of the store's methods it is in."""

    doing = ""
    wrote = False
    point = ""
    times = 0
    _lock = threading.Lock()

    def at(self, point: str) -> None:
        """A point is passed, or not."""
        if point == self.point:
            with self._lock:
                Fuse.times -= 1
                if Fuse.times == 0:
                    os.kill(os.getpid(), signal.SIGKILL)


class Watched:
    """A part of the store, which tells the fuse what is being done."""

    def __init__(self, inner: object, name: str, fuse: Fuse) -> None:
        self._inner, self._name, self._fuse = inner, name, fuse

    def __getattr__(self, attribute: str) -> Callable[..., object]:
        found: Callable[..., object] = getattr(self._inner, attribute)

        def called(*arguments: object, **named: object) -> object:
            self._fuse.doing = f"{self._name}.{attribute}"
            return found(*arguments, **named)

        return called


class FusedNotifier:
    """The product's own notifier, between two points."""

    def __init__(self, fuse: Fuse) -> None:
        self._inner = AppriseNotifier(os.environ, limit=SEND_LIMIT)
        self._fuse = fuse

    def service(self, receiver: Receiver) -> str:
        """See Notifier."""
        return self._inner.service(receiver)

    def send(self, receiver: Receiver, message: Message, *, key: str) -> None:
        """Send."""
        self._fuse.at("send: before")
        self._inner.send(receiver, message, key=key)
        self._fuse.at("send: after")


class MarkedBeforeSent:
    """A mutant's outbox: what is claimed counts as sent."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def claim(self, receiver: ReceiverId, now: datetime, *rest: datetime) -> Sequence[Delivery]:
        """Mark first."""
        bundle: Sequence[Delivery] = self._inner.claim(receiver, now, *rest)
        self._inner.mark_sent([one.delivery_id for one in bundle], now)
        return bundle


class OneFlag:
    """A mutant's outbox: what one receiver has taken, all have."""

    def __init__(self, inner: Any, store: SqlStore) -> None:
        self._inner, self._store = inner, store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def mark_sent(self, sent: Collection[DeliveryId], now: datetime) -> None:
        """Mark everybody's."""
        waiting = self._store.journal.deliveries(list(DeliveryState), 10_000)
        alerts = {row.delivery.alert_id for row in waiting if row.delivery.delivery_id in sent}
        self._inner.mark_sent([row.delivery.delivery_id for row in waiting if row.delivery.alert_id in alerts], now)


def watch_commits(fuse: Fuse) -> None:
    """Make points of the commits that may have written something."""

    @event.listens_for(Engine, "commit")
    def _commit(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get("wirewatch_writes", True) and not options.get("postgresql_readonly"):
            fuse.at(f"{fuse.doing}: before commit")
            fuse.wrote = True

    @event.listens_for(Engine, "checkin")
    def _given_back(connection: object, record: object) -> None:
        if fuse.wrote:
            fuse.wrote = False
            fuse.at(f"{fuse.doing}: after commit")


def live(url: str, routes: Path, order: dict[str, Any]) -> None:
    """One life, to its end or its point."""
    fuse = Fuse()
    Fuse.point, Fuse.times = order["point"], order["at"]
    store = open_store(url)
    watch_commits(fuse)
    watched = SimpleNamespace(**{name: Watched(getattr(store, name), name, fuse) for name in PARTS})
    if order["mutant"] == "marked before sent":
        watched.outbox = MarkedBeforeSent(watched.outbox)
    elif order["mutant"]:
        watched.outbox = OneFlag(watched.outbox, store)
    now = datetime.fromisoformat(order["now"])
    as_store = cast("SqlStore", watched)
    poll(as_store, *(entry(f"report-{number}") for number in range(order["stories"])), of=feed(), now=now)
    extract(as_store, now=now)
    group(as_store, now=now)
    match(as_store, rule(limit=NO_LIMIT), now=now)
    dispatch_alerts(watched.alerts, lambda: load_routes(routes), budget=Budget(now, 60))
    deliver(watched.outbox, watched.notices, FusedNotifier(fuse), lambda: load_routes(routes), budget=Budget(now, 60))


def main() -> None:
    """Read orders, and fork a life for each."""
    Apprise.instantiate("json://localhost")
    load_routes(Path(sys.argv[2]))
    import_module("pipelines.delivery.gathered")
    import_module("jinja2.sandbox")
    import_module("psycopg")
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            status = 1
            try:
                live(sys.argv[1], Path(sys.argv[2]), json.loads(line))
                status = 0
            finally:
                sys.stderr.flush()
                os._exit(status)
        _, ended = os.waitpid(child, 0)
        died = os.WIFSIGNALED(ended) and os.WTERMSIG(ended) == signal.SIGKILL
        print("died" if died else "ended" if ended == 0 else "failed", flush=True)


if __name__ == "__main__":
    main()
