"""An installation as its operator sees it: status, metrics, the log, a full disk; real cycles over the demo's world."""

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from pipelines.config import load_settings
from pipelines.cycle import Cycle
from pipelines.operating.disk import Fill, Space
from pipelines.operating.ills import ills
from pipelines.operating.metrics import open_metrics
from pipelines.operating.snapshot import Snapshot, take
from pipelines.vital_signs import GROUNDED
from tests.installation import World, demo_world


@pytest.fixture
def world(tmp_path: Path, database_url: str) -> Iterator[World]:
    with demo_world(tmp_path, database_url) as found:
        yield found


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    root, ours = logging.getLogger(), logging.getLogger("pipelines")
    handlers, level = list(root.handlers), ours.level
    yield
    root.handlers[:] = handlers
    ours.setLevel(level)


def snapshot(cycle: Cycle, later: timedelta = timedelta(0)) -> Snapshot:
    return take(cycle.store, cycle.settings, datetime.now(UTC) + later, lambda _: Space(free=50, total=100))


def values(text: str) -> dict[tuple[str, ...], float]:
    """Samples by name and labels, by Prometheus's own strict parser."""
    families = text_string_to_metric_families(text)
    return {
        (sample.name, *map(str, sample.labels.values())): sample.value for one in families for sample in one.samples
    }


def subjects(world: World) -> list[str]:
    return [str(mail["subject"]) for mail in world.site.mailbox.letters()]


def test_numbers_go_on_from_cycle_to_cycle_and_histograms_hold_every_message(world: World) -> None:
    with world.cycle() as cycle:
        before = snapshot(cycle)
        assert [one.what for one in ills(before) if one.grave] == ["no cycle was ever done"]
        cycle.whole()
        sent = len(world.site.mailbox.messages) + len(world.site.chat_posts)
    with world.cycle() as cycle:
        cycle.whole()
    with world.cycle() as cycle:
        found = snapshot(cycle)
    assert found.last is not None
    assert [step.step for step in found.last.steps][:3] == ["feed_entries", "articles", "revisits"]
    assert found.working
    assert found.feeds.states["well"] > 5
    assert sent
    assert found.latencies.told
    assert all(seconds >= 0 for seconds in (*found.latencies.told, *found.latencies.whole))
    numbers = values(open_metrics(found))
    assert numbers["wirewatch_cycles_total",] == 2
    assert numbers["wirewatch_work_total", "articles", "texts new"] > 20
    assert numbers["wirewatch_steps_total", "alerts"] == 2
    assert numbers["wirewatch_step_seconds_total", "stories"] > 0
    assert numbers["wirewatch_told_latency_seconds_count",] == len(found.latencies.told)
    assert numbers["wirewatch_told_latency_seconds_bucket", "+Inf"] == len(found.latencies.told)
    assert numbers["wirewatch_deliveries_unsent", "dead"] == 0
    assert numbers["wirewatch_disk_free_bytes",] == 50


def test_what_ails_it_is_named_with_what_to_do(world: World) -> None:
    with world.cycle() as cycle:
        cycle.whole()
    with world.cycle() as cycle:
        late = replace(snapshot(cycle, timedelta(hours=3)), working=False)
    found = {one.what: one for one in ills(late)}
    assert all(one.do for one in found.values())
    [nothing] = [one for what, one in found.items() if what.startswith("nothing runs: the last cycle ended 3 h ago")]
    assert nothing.grave
    assert any(what.startswith("work waits at feed_entries") for what in found)


def test_at_two_percent_fetching_rests_and_delivering_goes_on(world: World) -> None:
    percent = 50.0

    def disks(_: Path) -> Space:
        return Space(free=round(percent * 10), total=1000)

    def cycle_with(every_feed: bool = False) -> dict[str, int]:
        with world.cycle() as opened:
            cycle = replace(opened, disks=disks)
            counts: dict[str, int] = {}
            for report in cycle.whole(every_feed=every_feed):
                for name, number in report.counts.items():
                    counts[name] = counts.get(name, 0) + number
            return counts

    with world.cycle() as opened:
        cycle = replace(opened, disks=disks)
        cycle.feed_entries()
        cycle.articles()
        cycle.stories()
        cycle.matches()
        cycle.alerts()
    told = len(world.site.chat_posts) + len(world.site.mailbox.messages)
    percent = 1.0
    world.site.advance()
    counts = cycle_with(every_feed=True)
    assert counts["feeds polled"] == counts["entries new"] == 0
    assert counts["sent"] > 0
    posts = [f"{post.title} {post.message}" for post in world.site.chat_posts]
    mails = subjects(world)
    heard = [text for text in (*posts, *mails) if "the disk is full" in text]
    assert len(heard) == 1, (posts, mails)
    assert len(posts) + len(mails) > told + 1
    with world.cycle() as opened:
        stopped = take(opened.store, opened.settings, datetime.now(UTC), disks)
    assert stopped.fill is Fill.FULL
    assert any(one.what.startswith("the disk is full, fetching rests") for one in ills(stopped))
    with world.cycle() as opened:
        awake = replace(opened, disks=disks).heartbeat()
    assert [one.detail for one in awake.checks if one.name == "canary_arrives"] == [GROUNDED]
    cycle_with()
    percent = 50.0
    counts = cycle_with(every_feed=True)
    assert counts["feeds polled"] > 5
    posts = [f"{post.title} {post.message}" for post in world.site.chat_posts]
    mails = subjects(world)
    assert len([text for text in (*posts, *mails) if "the disk" in text]) == 2


def test_the_log_of_a_cycle_names_runs_articles_alerts_and_receivers(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = {**world.environment, "WIREWATCH_LOG": "json", "WIREWATCH_METRICS_FILE": str(world.folder / "m.prom")}
    assert load_settings(environment, world.folder).log == "json"
    with replace(world, environment=environment).cycle() as cycle:
        cycle.whole()
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert {line["run_id"] for line in lines} == {cycle.recorder.cycle_id}
    assert any(line.get("feed_id") == "radio-tulip" for line in lines)
    assert any("alert_id" in line and "article_id" in line and "rule_id" in line for line in lines)
    assert any(line.get("receiver") and line.get("alert_id") for line in lines)
    written = (world.folder / "m.prom").read_text()
    assert values(written)["wirewatch_cycles_total",] == 1
    assert (world.folder / "m.prom").stat().st_mode & 0o777 == 0o644
