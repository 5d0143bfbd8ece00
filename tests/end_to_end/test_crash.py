"""kill -9 in each of the six steps, then another cycle: the same rows, and every alert delivered."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.installation import World, demo_world

ROOT = Path(__file__).parents[2]
STEPS = ("feed_entries", "articles", "stories", "matches", "alerts", "deliveries")
LEASES_OVER = timedelta(minutes=2)

# What must be the same after a crash, in words that do not depend on row numbers or times.
FACTS = {
    "entries": "SELECT feed_id, url, content_hash FROM feed_entries",
    "articles": "SELECT url, backlog FROM articles",
    "texts": "SELECT a.url, r.text_hash, r.text_source FROM revisions r JOIN articles a USING (article_id)",
    "matches": "SELECT rule_id, rule_version, url, text_hash, outcome FROM matches JOIN articles USING (article_id)",
    "alerts": "SELECT l.rule_id, l.sequence, l.reason, a.url FROM alerts l JOIN matches m USING (match_id) "
    "JOIN articles a USING (article_id)",
    "deliveries": "SELECT l.rule_id, a.url, d.receiver, d.state FROM deliveries d JOIN alerts l USING (alert_id) "
    "JOIN matches m USING (match_id) JOIN articles a USING (article_id)",
    "verdicts": "SELECT m.rule_id, a.url, v.step, v.kind FROM verdicts v JOIN matches m USING (match_id) "
    "JOIN articles a USING (article_id)",
}


def facts(database: Path) -> dict[str, Counter[object]]:
    """Every row that matters, counted, so that a row twice shows; stories as sets of their articles."""
    engine = create_engine(f"sqlite:///{database}")
    with engine.connect() as connection:
        found: dict[str, Counter[object]] = {
            name: Counter(tuple(row) for row in connection.execute(text(query))) for name, query in FACTS.items()
        }
        stories: dict[int, set[str]] = {}
        for story_id, url in connection.execute(
            text("SELECT story_id, url FROM story_members JOIN articles USING (article_id)")
        ):
            stories.setdefault(story_id, set()).add(url)
    engine.dispose()
    found["stories"] = Counter(frozenset(urls) for urls in stories.values())
    return found


def run_child(world: World, step: str, fatal: int) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **world.environment, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, str(Path(__file__).with_name("crash_child.py")), step, str(fatal)],
        env=environment, cwd=world.folder, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def fatal_events(events: list[str]) -> dict[str, int]:
    """The events to die at: the first and last of each kind, counted from 1."""
    chosen = {f"first {name}": events.index(name) + 1 for name in dict.fromkeys(events)}
    last = len(events) - 1 - events[::-1].index("before commit")
    return {**chosen, "last before commit": last + 1}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with demo_world(tmp_path) as found:
        yield found


def told(world: World) -> Counter[str]:
    """How often each message came, chat and mail; without the alerts' numbers, which depend on who answered first."""
    found = Counter(f"chat {post.title} {post.message.splitlines()[:2]}" for post in world.site.chat_posts)
    found.update(f"mail {letter['subject']}" for letter in world.site.mailbox.letters())
    return Counter({re.sub(r"\bA\d+\b", "A", message): count for message, count in found.items()})


def start_over(world: World, database: Path, before: Path) -> None:
    """The database as it was before the step, and an empty chat and mailbox."""
    for leftover in database.parent.glob(database.name + "*"):
        leftover.unlink()
    shutil.copy(before, database)
    world.site.forget()


def kill(world: World, step: str, database: Path, before: Path, name: str, number: int) -> None:
    """Start over and have the step killed at an event; answers that come together make fewer commits, so it may not be
    reached: then it is the same event of the run that was seen last."""
    for _ in range(5):
        start_over(world, database, before)
        killed = run_child(world, step, number)
        if killed.returncode == -signal.SIGKILL:
            return
        assert killed.returncode == 0, f"{name}: {killed.stderr}"
        number = fatal_events(killed.stdout.split("\n")[:-1])[name]
    pytest.fail(f"{step} was never killed at {name}")


@pytest.mark.timeout(300)
@pytest.mark.parametrize("step", STEPS)
def test_killed_anywhere_and_run_again_nothing_is_lost_or_doubled(world: World, step: str) -> None:
    database = world.folder / "home" / "wirewatch.db"
    before = world.folder / "before.db"
    with world.cycle() as cycle:
        for earlier in STEPS[: STEPS.index(step)]:
            getattr(cycle, earlier)()
    shutil.copy(database, before)
    unhurt = run_child(world, step, 0)
    assert unhurt.returncode == 0, unhurt.stderr
    events = unhurt.stdout.split("\n")[:-1]
    with world.cycle(later=LEASES_OVER) as cycle:
        cycle.whole()
    expected, expected_told = facts(database), told(world)
    assert expected["deliveries"]
    assert {row[-1] for row in expected["deliveries"]} == {"sent"}
    assert set(expected_told.values()) == {1}

    for name, number in fatal_events(events).items():
        kill(world, step, database, before, name, number)
        with world.cycle(later=LEASES_OVER) as cycle:
            cycle.whole()
        assert facts(database) == expected, f"killed at {name} of {step}"
        came = told(world)
        assert set(came) == set(expected_told), f"killed at {name} of {step}: a message was lost"
        for receiver in ("chat", "mail"):
            repeats = sum(count - 1 for message, count in came.items() if message.startswith(receiver))
            assert repeats <= 1, f"killed at {name} of {step}: more was repeated than the one in flight"
