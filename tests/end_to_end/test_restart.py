"""PostgreSQL killed and started again in the middle of a cycle: the cycle goes on, and nothing is lost or doubled."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.errors import StoreError
from pipelines.states import DeliveryState
from storage.store import SqlStore
from tests.conftest import PostgresServer
from tests.installation import World, demo_world

AGAIN = timedelta(minutes=2)


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """A server of our own: others would lose their connections."""
    found = PostgresServer()
    yield found
    found.stop()


@pytest.fixture
def world(tmp_path: Path, server: PostgresServer) -> Iterator[World]:
    with demo_world(tmp_path, server.new_database()) as found:
        yield found


def titles(world: World) -> Counter[str]:
    """How often each message came to the chat, by its title and the two lines below it."""
    return Counter(f"{post.title} {post.message.splitlines()[:2]}" for post in world.site.chat_posts)


def test_an_open_store_goes_on_after_a_restart_between_two_steps(world: World, server: PostgresServer) -> None:
    with world.cycle() as cycle:
        cycle.feed_entries()
        cycle.articles()
        server.kill()
        server.start()
        cycle.stories()
        cycle.matches()
        cycle.alerts()
        server.kill()
        server.start()
        cycle.deliveries()
        assert isinstance(cycle.store, SqlStore)
        assert all(row.deliveries for row in cycle.store.journal.alerts(99))
    assert titles(world)


@pytest.mark.parametrize("step", ["feed_entries", "articles", "deliveries"])
def test_a_restart_within_a_step_loses_nothing_and_doubles_nothing(
    world: World, server: PostgresServer, step: str
) -> None:
    steps = ("feed_entries", "articles", "stories", "matches", "alerts", "deliveries")
    with world.cycle() as cycle:
        for earlier in steps[: steps.index(step)]:
            getattr(cycle, earlier)()

        def restart() -> None:
            time.sleep(0.2)
            server.kill()
            server.start()

        beside = threading.Thread(target=restart)
        beside.start()
        with suppress(StoreError):  # the step may end in it, and the run be told as failed: the next one goes on
            getattr(cycle, step)()
        beside.join()
    for number in (1, 2):
        with world.cycle(later=AGAIN * number) as cycle:
            cycle.whole(every_feed=True)
    with world.cycle(later=AGAIN * 3) as cycle:
        assert isinstance(cycle.store, SqlStore)
        told = cycle.store.journal.alerts(99)
        states = {one.state for row in told for one in row.deliveries}
        ledger = cycle.store.journal.match_ledger()
    assert told
    assert states == {DeliveryState.SENT}
    assert ledger.accounted == ledger.matched
    assert max(titles(world).values()) <= 2  # what was being sent when the server went may come twice
