"""The Dagster UI in a real browser: an operator's questions and where they are answered, and who may reach it."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.cli.dev import prepare_dagster_home
from pipelines.defs import assets
from tests.browser import CHROMIUM, Browser, browser
from tests.installation import demo_world

DESCRIPTION = (assets.feed_entries.descriptions_by_key[assets.feed_entries.key] or "")[:60]

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: the UI is not looked at"),
    pytest.mark.timeout(240),
]


@pytest.fixture(scope="module")
def ui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of the web server over an installation that has run once."""
    folder = tmp_path_factory.mktemp("ui")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with demo_world(folder) as world:
        with world.cycle() as cycle:
            home = prepare_dagster_home(cycle.settings)
        environment = {**os.environ, **world.environment, "DAGSTER_HOME": str(home)}
        run = "from pipelines.definitions import run_monitor_job as run; assert run(every_feed=True)"
        subprocess.run([sys.executable, "-c", run], env=environment, check=True, capture_output=True, timeout=60)
        checks = ["dagster", "job", "execute", "-m", "pipelines.definitions", "-j", "check_rule_files"]
        subprocess.run([sys.executable, "-m", *checks], env=environment, check=True, capture_output=True, timeout=60)
        command = ["dagster_webserver", "-w", str(home / "workspace.yaml"), "-h", "127.0.0.1", "-p", str(port)]
        with subprocess.Popen(
            [sys.executable, "-m", *command], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as server:
            url = f"http://127.0.0.1:{port}"
            wait_for(f"{url}/server_info", server)
            yield url
            server.terminate()


def wait_for(url: str, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(120):
        assert server.poll() is None, "the web server ended"
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.5)
    pytest.fail("the web server did not answer within a minute")


@pytest.fixture(scope="module")
def visitor(ui: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """An operator's browser."""
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        opened.call("Emulation.setDeviceMetricsOverride", width=1500, height=4000, deviceScaleFactor=1, mobile=False)
        yield opened


GRAPH = "/locations/__repository__@wirewatch/asset-groups"
TOUR = {
    "what belongs to what": (f"{GRAPH}/gathering/lineage", ("feed_entries", "articles", "stories")),
    "what comes after": (f"{GRAPH}/alerting/lineage", ("matches", "alerts", "deliveries")),
    "what ran": ("/runs", ("monitor", "Success")),
    "which feeds fail, and why": (
        "/assets/feed_entries?view=overview",
        (DESCRIPTION, "entries new", "problems in feed_entries", "radio-tulip", "feed health", "monitoring"),
    ),
    "do texts come out of pages": ("/assets/articles?view=overview", ("text from page", "new in articles")),
    "what is the day's big story": ("/assets/stories?view=overview", ("biggest stories of the day",)),
    "what does each rule do": ("/assets/matches?view=overview", ("rules in matches", "lachin-peacekeepers")),
    "how many came by the hour": ("/assets/alerts?view=overview", ("by the hour",)),
    "how long do messages take": ("/assets/deliveries?view=overview", ("seconds a message took", "found to sent")),
    "what was given up, what waits": ("/assets/deliveries?view=checks", ("no_dead_letters", "deliveries_are_prompt")),
    "do the sums close": ("/assets/alerts?view=checks", ("sums_close",)),
    "is a rule file faulty": ("/assets/matches?view=checks", ("rules", "lists")),
    "is anybody awake": ("/assets/heartbeat?view=checks", ("canary_arrives", "every_step_moves")),
    "do it anew": ("/locations/__repository__@wirewatch/jobs/backfill/playground", ("dry_run", "since", "what")),
}
"""An operator's question, where the UI answers it (two clicks at most from its menu), and what must stand there."""


@pytest.mark.parametrize("question", TOUR)
def test_the_ui_answers_an_operators_question(ui: str, visitor: Browser, question: str) -> None:
    path, words = TOUR[question]
    visitor.open(f"{ui}{path}")
    for word in words:
        visitor.wait(f"document.documentElement.innerText.includes({json.dumps(word)})")


def test_it_listens_on_loopback_alone(ui: str) -> None:
    port = int(ui.rsplit(":", 1)[1])
    lines = [
        line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]
    ]
    listening = [line[1] for line in lines if line[3] == "0A" and line[1].endswith(f":{port:04X}")]
    assert listening == [f"0100007F:{port:04X}"]
