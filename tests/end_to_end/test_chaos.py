"""200 stories through receivers that fail, killed before and after every commit and send: all arrive, hardly any twice.

The clock is the test's: a life is 40 s after the one before, so that leases end and retries come due, and a send may
take 0.8 s of the product's 15. Kills are real, at named points, and so are receivers, senders and databases.
"""

import json
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pipelines.states import DeliveryState
from storage.journal import Ledger
from storage.store import open_store
from tests.flapping import Collector, collector
from tests.storage.samples import NOW

ROOT = Path(__file__).parents[2]
ROUTES = """
version: 1
operator: ops
receivers:
  steady: {url_env: STEADY}
  flapping: {url_env: FLAPPING}
  chat: {url_env: CHAT, fallback: mail}
  mail: {url_env: MAIL}
  ops: {url_env: OPS}
route: {to: [steady, flapping, chat]}
"""
LEASES_END, PROBED = timedelta(seconds=40), timedelta(minutes=20)
ROUTED = ("/steady", "/flapping", "/chat")
SENDING = ("outbox.claim", "send", "outbox.mark_sent")
REFUSING = ("notices.begin", "notices.told", "outbox.pause", "outbox.hand_over")
"""What is written only while a receiver refuses for good."""
STORING = ("feeds.record_polls", "articles.save_text", "stories.grouping", "matches.save_matches", "alerts.dispatching")
TAKING_AGAIN = ("outbox.resume", "notices.end")


def points(*operations: str) -> list[str]:
    """Both sides of each."""
    commits = [f"{one}: {side} commit" for one in operations if one != "send" for side in ("before", "after")]
    return commits + [f"send: {side}" for side in ("before", "after") if "send" in operations]


ALL = [
    *points(*REFUSING, *TAKING_AGAIN),
    *points(*STORING, "outbox.mark_failed"),
    *points(*SENDING) * 4,
]


@dataclass
class Outcome:
    """What the chaos left."""

    stories: int
    kills: Counter[str] = field(default_factory=Counter)
    taken: dict[str, Counter[str]] = field(default_factory=dict)
    repeats: Counter[str] = field(default_factory=Counter)
    seen: Counter[str] = field(default_factory=Counter)
    ledger: Ledger | None = None
    waiting: int = 0
    paused: list[str] = field(default_factory=list)
    """Receivers, and troubles that the operator was not told the end of."""

    @property
    def missing(self) -> list[tuple[str, str]]:
        """Alerts that a routed receiver never took."""
        names = [f"report-{number}" for number in range(self.stories)]
        return [(path, name) for path in ROUTED for name in names if not self.taken.get(path, {}).get(name)]


@contextmanager
def lives(url: str, folder: Path, receivers: Collector) -> Iterator["subprocess.Popen[str]"]:
    """The process that lives are forked from."""
    (folder / "routes.yaml").write_text(ROUTES)
    names = ("STEADY", "FLAPPING", "CHAT", "MAIL", "OPS")
    addresses = {name: receivers.address(f"/{name.lower()}") for name in names}
    environment = {**os.environ, **addresses, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-W", "ignore", str(Path(__file__).with_name("chaos_child.py")), url]
    with subprocess.Popen(
        [*command, str(folder / "routes.yaml")],
        env=environment,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as running:
        yield running
        assert running.stdin is not None
        running.stdin.close()


def chaos(url: str, folder: Path, *, stories: int, plan: list[str], mutant: str = "") -> Outcome:
    """Kill at each point of the plan, then let the receivers be well and everything come to its end."""
    chance, outcome, now = random.Random(6), Outcome(stories), NOW
    with closing(open_store(url)):
        pass
    with collector() as receivers, lives(url, folder, receivers) as running:

        def live(point: str, number: int, now: datetime) -> str:
            order = {"stories": number, "now": now.isoformat(), "point": point, "mutant": mutant}
            assert running.stdin is not None
            assert running.stdout is not None
            print(
                json.dumps(order | {"at": chance.randint(1, 9) if "send" in point else 1}),
                file=running.stdin,
                flush=True,
            )
            return running.stdout.readline().strip()

        receivers.manners["/flapping"] = "flapping"
        waits = list(plan)
        for life in range(3 * len(plan)):
            if not waits:
                break
            point = waits.pop(0)
            now += (
                timedelta(minutes=20) if point in points(*TAKING_AGAIN) else timedelta(seconds=40)
            )  # a pause is probed after 15
            receivers.manners["/chat"] = "403" if point in points(*REFUSING) else "ok"
            ended = live(point, min(stories, 8 + 4 * life), now)
            assert ended in {"died", "ended"}
            if ended == "died":
                outcome.kills[point] += 1
            else:
                waits.insert(3, point)  # nothing to do there in this life; another time, while news still come
        receivers.manners.clear()
        for _ in range(40):
            now += timedelta(minutes=30)
            assert live("", stories, now) == "ended"
            with closing(open_store(url)) as store:
                outcome.paused = [*store.outbox.pauses(), *store.notices.open_subjects()]
                outcome.waiting = len(store.journal.deliveries([DeliveryState.PENDING, DeliveryState.HELD], 10_000))
            if not outcome.waiting:
                break
        outcome.taken, outcome.repeats, outcome.seen = receivers.taken, receivers.repeats, receivers.seen
    with closing(open_store(url)) as store:
        outcome.ledger = store.journal.match_ledger()
    return outcome


@pytest.mark.timeout(300)
def test_every_alert_arrives_everywhere_and_repeats_are_no_more_than_kills(database_url: str, tmp_path: Path) -> None:
    outcome = chaos(database_url, tmp_path, stories=200, plan=ALL)
    assert outcome.missing == []
    assert set(outcome.kills) == set(ALL)
    assert outcome.paused == []
    assert max(outcome.repeats.values()) <= outcome.kills.total()
    assert outcome.repeats["/steady"] + outcome.repeats["/flapping"] > 0  # killed after a send: at least once, not once
    ledger = outcome.ledger
    assert ledger is not None
    assert (ledger.matched, ledger.alerts, ledger.undecided) == (200, 200, 0)
    assert ledger.matched == ledger.accounted
    assert set(ledger.deliveries) == {DeliveryState.SENT}
    assert {"500", "429", "silent", "reset", "drip", "302", "short", "403"} <= set(outcome.seen)
    assert "login" not in outcome.seen


@pytest.mark.timeout(120)
@pytest.mark.parametrize("mutant", ["", "marked before sent", "one flag for all receivers"])
def test_the_mutants_lose_alerts_where_the_product_loses_none(tmp_path: Path, mutant: str) -> None:
    url = f"sqlite:///{tmp_path / 'wirewatch.db'}"
    outcome = chaos(url, tmp_path, stories=16, plan=points(*SENDING), mutant=mutant)
    assert bool(outcome.missing) == bool(mutant)
