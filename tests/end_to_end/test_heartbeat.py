"""Staying awake: the canary through real steps, and a heartbeat that only a whole, healthy cycle sends."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.canary.flight import STEPS, fly
from pipelines.cycle import Cycle
from pipelines.delivery.heartbeat import Heart
from pipelines.errors import WirewatchError
from pipelines.ingest.health import NETWORK
from pipelines.notices import Notice
from pipelines.reports import Check, Report
from pipelines.states import DeliveryState
from pipelines.steps import waking
from pipelines.steps.progress import Budget
from pipelines.vital_signs import Sign
from storage.apart import store_apart
from storage.store import SqlStore
from tests.installation import World, demo_world
from tests.receivers import Answer, Webhook, webhook

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SECRET = "PING0123secret"


@pytest.fixture
def outside() -> Iterator[Webhook]:
    with webhook() as hook:
        yield hook


@contextmanager
def beating(folder: Path, outside: Webhook, database_url: str | None = None) -> Iterator[World]:
    """The demo's world, with a heartbeat to `outside`."""
    with demo_world(folder, database_url) as found:
        routes = folder / "alert_rules" / "routes.yaml"
        routes.write_text(routes.read_text() + "heartbeat: {url_env: PING}\n")
        yield replace(found, environment={**found.environment, "PING": f"{outside.url}/{SECRET}"})


@pytest.fixture
def whole_world(tmp_path: Path, database_url: str, outside: Webhook) -> Iterator[World]:
    with beating(tmp_path, outside, database_url) as found:
        yield found


class HereAndNow:
    """Workers without processes of their own, whose start takes longer than these tests."""

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """The answer, at once."""
        answer: Future[Any] = Future()
        try:
            answer.set_result(function(*args, **kwargs))
        except WirewatchError as error:
            answer.set_exception(error)
        return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickWorld(World):
    """A world without worker processes."""

    @contextmanager
    def cycle(self, *, later: timedelta = timedelta(0)) -> Iterator[Cycle]:
        with World.cycle(self, later=later) as cycle:
            yield replace(cycle, workers=HereAndNow())


@pytest.fixture
def world(tmp_path: Path, outside: Webhook) -> Iterator[World]:
    with beating(tmp_path, outside) as found:
        yield QuickWorld(site=found.site, environment=found.environment, folder=found.folder)


def store_of(cycle: Cycle) -> SqlStore:
    assert isinstance(cycle.store, SqlStore)
    return cycle.store


def check(report: Report, name: str) -> Check:
    return next(one for one in report.checks if one.name == name)


def told(cycle: Cycle) -> list[str]:
    """Titles of what the operator is to hear, which are then taken for told."""
    due: list[Notice] = list(cycle.store.notices.due(cycle.clock()))
    for notice in due:
        cycle.store.notices.told(notice, cycle.clock())
    return [notice.title for notice in due]


def test_after_a_whole_cycle_the_canary_arrives_and_the_heartbeat_goes_out(
    whole_world: World, outside: Webhook
) -> None:
    world = whole_world
    with world.cycle() as cycle:
        cycle.whole()
        before = [len(world.site.chat_posts), len(world.site.mailbox.messages), store_of(cycle).journal.match_ledger()]
        report = cycle.heartbeat()
        assert report.counts == {"canaries arrived": 1, "heartbeats sent": 1}
        assert all(one.passed for one in report.checks)
        assert [request.path for request in outside.requests] == [f"/{SECRET}"]
        cycle.deliveries()
        after = [len(world.site.chat_posts), len(world.site.mailbox.messages), store_of(cycle).journal.match_ledger()]
        assert after == before
        journal = store_of(cycle).journal
        rows = [*journal.articles(500), *journal.alerts(500), *journal.feeds()]
        assert not [row for row in rows if "canary" in repr(row).lower()]
        assert not any(cycle.heartbeat().counts.values())  # neither is due
        assert cycle.store.due_work(cycle.clock() + 4 * MINUTE).signs == 0
        assert cycle.store.due_work(cycle.clock() + 6 * MINUTE).signs == 1  # so that a quiet desk beats too
    with world.cycle(later=6 * MINUTE) as cycle:
        assert cycle.heartbeat().counts == {"canaries arrived": 0, "heartbeats sent": 1}
    with world.cycle(later=61 * MINUTE) as cycle:
        cycle.feed_entries()
        assert cycle.heartbeat().counts == {"canaries arrived": 1, "heartbeats sent": 1}
    assert len(outside.requests) == 3


@dataclass(frozen=True)
class Hollow:
    """Something whose named answers are others than its own."""

    inner: object
    instead: Mapping[str, object]

    def __getattr__(self, name: str) -> Any:
        return self.instead[name] if name in self.instead else getattr(self.inner, name)


def nothing(*_: object, **__: object) -> tuple[()]:
    return ()


def transaction_without(opening: Callable[..., Any], *names: str) -> Callable[..., Any]:
    @contextmanager
    def opened(*arguments: object) -> Iterator[Hollow]:
        with opening(*arguments) as transaction:
            yield Hollow(transaction, dict.fromkeys(names, nothing))

    return opened


def stuck_at(step: str, store: SqlStore) -> Any:
    """The store, with one step that finds nothing to do."""
    grouping = transaction_without(store.stories.grouping, "ungrouped")
    dispatching = transaction_without(store.alerts.dispatching, "undecided", "findings")
    parts: dict[str, tuple[str, Hollow]] = {
        "feed_entries": ("feeds", Hollow(store.feeds, {"due_feeds": nothing})),
        "articles": ("articles", Hollow(store.articles, {"pages_due": nothing})),
        "stories": ("stories", Hollow(store.stories, {"grouping": grouping})),
        "matches": ("matches", Hollow(store.matches, {"unmatched": nothing})),
        "alerts": ("alerts", Hollow(store.alerts, {"dispatching": dispatching})),
        "deliveries": ("outbox", Hollow(store.outbox, {"receivers_due": nothing})),
    }
    name, part = parts[step]
    return Hollow(store, {name: part})


def heartbeat(cycle: Cycle, stuck: str) -> Report:
    """The step, over a canary's store that is stuck somewhere."""

    def lost() -> str:
        with store_apart(cycle.settings.database_url, cycle.settings.home / "canary") as store:
            return fly(cycle, stuck_at(stuck, store))

    return waking.stay_awake(
        cycle.store.vital_signs,
        cycle.store.notices,
        Heart(cycle.secrets, cycle.fetcher, cycle.notifier),
        fly=lost,
        routes=cycle.routes,
        budget=Budget(cycle.clock(), 60),
    )


@pytest.mark.parametrize("step", STEPS)
def test_a_canary_lost_at_any_step_stops_the_heartbeat_and_is_told_once(
    world: World, outside: Webhook, step: str
) -> None:
    with world.cycle() as cycle:
        report = heartbeat(cycle, step)
        assert not check(report, "canary_arrives").passed
        assert f"it was lost at {step}: " in check(report, "canary_arrives").detail
        assert not check(report, "heartbeat_goes_out").passed
        assert told(cycle) == ["The hourly test article did not arrive"]
    with world.cycle(later=6 * MINUTE) as cycle:  # lost again: tried soon, told no more
        heartbeat(cycle, step)
        assert told(cycle) == []
        assert not outside.requests
    with world.cycle(later=12 * MINUTE) as cycle:
        assert cycle.heartbeat().counts == {"canaries arrived": 1, "heartbeats sent": 1}
        assert told(cycle) == ["The hourly test article arrives again"]


def test_work_that_waits_too_long_stops_the_heartbeat(world: World, outside: Webhook) -> None:
    with world.cycle() as cycle:
        cycle.feed_entries()
        assert cycle.heartbeat().counts["heartbeats sent"] == 1
    with world.cycle(later=40 * MINUTE) as cycle:  # no page was read since
        report = cycle.heartbeat()
        assert "Work waits at articles since " in check(report, "every_step_moves").detail
        assert report.counts["heartbeats sent"] == 0
        assert "Work waits at articles" in told(cycle)
        cycle.whole(every_feed=True)
    with world.cycle(later=42 * MINUTE) as cycle:
        assert cycle.heartbeat().counts["heartbeats sent"] == 1
        assert "Work goes on at articles" in told(cycle)
    assert len(outside.requests) == 2


def test_neither_a_lost_network_nor_a_killed_flight_lets_it_beat(world: World, outside: Webhook) -> None:
    with world.cycle() as cycle:
        signs, notices = cycle.store.vital_signs, cycle.store.notices
        now = cycle.clock()
        assert signs.set_out(Sign.CANARY, now, now + 5 * MINUTE)
        assert not signs.set_out(Sign.CANARY, now + MINUTE, now + HOUR)  # another process, meanwhile
        report = cycle.heartbeat()
        assert check(report, "canary_arrives").detail == "the last try did not end"
        notices.begin(NETWORK, "no feed answers", [], now)
    with world.cycle(later=6 * MINUTE) as cycle:
        report = cycle.heartbeat()
        assert report.counts == {"canaries arrived": 1, "heartbeats sent": 0}
        assert "the network may be down" in check(report, "heartbeat_goes_out").detail
        assert not outside.requests


@pytest.mark.parametrize(
    ("address", "answer", "why"),
    [
        ("", Answer(), "heartbeat: the variable PING is not set"),
        (f"{{url}}/{SECRET}", Answer(status=404), "heartbeat (PING): HTTP 404"),
        (f"{{url}}/{SECRET}", Answer(status=500), "heartbeat (PING): HTTP 500"),
        (f"{{url}}/{SECRET}", Answer(status=302, headers={"Location": "/login"}), "a redirect: the variable must"),
        (f"http://127.0.0.1:9/{SECRET}", Answer(), "heartbeat (PING): cannot connect"),
        (f"http://[::1]/{SECRET}", Answer(), "reserved address; list its host in WIREWATCH_ALLOW_HOSTS"),
        (f"json://127.0.0.1:9/{SECRET}", Answer(), "heartbeat (PING): connection refused"),
    ],
)
def test_a_heartbeat_that_is_not_taken_is_told_without_its_address(
    world: World, outside: Webhook, address: str, answer: Answer, why: str
) -> None:
    outside.answers[f"/{SECRET}"] = answer
    broken = replace(world, environment={**world.environment, "PING": address.format(url=outside.url)})
    with broken.cycle() as cycle:
        report = cycle.heartbeat()
        assert why in check(report, "heartbeat_goes_out").detail
        assert SECRET not in repr(report)
        assert told(cycle) == ["The heartbeat cannot be sent"]
    outside.answers.clear()
    with world.cycle(later=2 * MINUTE) as cycle:
        assert cycle.heartbeat().counts["heartbeats sent"] == 1
        assert told(cycle) == ["The heartbeat goes out again"]


def test_an_apprise_address_does_as_well(world: World, outside: Webhook) -> None:
    by_apprise = replace(world, environment={**world.environment, "PING": outside.apprise_url("/ping")})
    with by_apprise.cycle() as cycle:
        assert cycle.heartbeat().counts["heartbeats sent"] == 1
    assert [message["title"] for message in outside.messages] == ["Wirewatch is awake"]


def test_without_a_heartbeat_the_canary_still_flies(world: World, outside: Webhook) -> None:
    routes = world.folder / "alert_rules" / "routes.yaml"
    routes.write_text(routes.read_text().replace("heartbeat: {url_env: PING}\n", ""))
    with world.cycle() as cycle:
        report = cycle.heartbeat()
        assert report.counts == {"canaries arrived": 1, "heartbeats sent": 0}
        assert check(report, "heartbeat_goes_out").detail == waking.NOBODY
        assert cycle.store.due_work(cycle.clock() + 30 * MINUTE).signs == 0
        assert told(cycle) == []


def test_what_waits_for_a_receiver_that_is_down_is_no_stuck_step(world: World) -> None:
    deaf = replace(world, environment={**world.environment, "DEMO_CHAT_URL": "json://127.0.0.1:9/"})
    with deaf.cycle() as cycle:
        cycle.whole()
        assert store_of(cycle).journal.match_ledger().deliveries[DeliveryState.PENDING]
        assert cycle.store.vital_signs.waiting_since(cycle.clock()) == {}
