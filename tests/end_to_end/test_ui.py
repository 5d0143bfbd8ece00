"""The Dagster UI in a real browser: the asset graph and its descriptions, and who may reach it."""

import os
import shutil
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
from tests.installation import demo_world

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ASSETS = ("feed_entries", "articles", "stories", "matches", "alerts", "deliveries")

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


def page(url: str, profile: Path) -> str:
    """The document after its scripts have run, in headless Chromium."""
    assert CHROMIUM is not None
    quiet = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
    quiet += ["--disable-background-networking", "--disable-component-update", f"--user-data-dir={profile}"]
    answer = subprocess.run(
        [CHROMIUM, *quiet, "--window-size=1500,950", "--virtual-time-budget=20000", "--dump-dom", url],
        capture_output=True, text=True, timeout=90,
    )  # fmt: skip
    return answer.stdout


def test_the_graph_shows_the_assets_of_both_groups(ui: str, tmp_path: Path) -> None:
    for group, names in (("gathering", ASSETS[:3]), ("alerting", ASSETS[3:])):
        shown = page(f"{ui}/locations/__repository__@wirewatch/asset-groups/{group}/lineage", tmp_path / group)
        for name in names:
            assert f">{name}<" in shown, f"{name} is not in the graph of {group}"


def test_it_listens_on_loopback_alone(ui: str) -> None:
    port = int(ui.rsplit(":", 1)[1])
    lines = [
        line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]
    ]
    listening = [line[1] for line in lines if line[3] == "0A" and line[1].endswith(f":{port:04X}")]
    assert listening == [f"0100007F:{port:04X}"]


def test_an_asset_shows_its_description_counts_and_problems(ui: str, tmp_path: Path) -> None:
    shown = page(f"{ui}/assets/feed_entries?view=overview", tmp_path / "asset")
    description = assets.feed_entries.descriptions_by_key[assets.feed_entries.key]
    assert description[:60] in shown
    for words in ("entries new", "problems in feed_entries", "radio-tulip", "monitoring"):
        assert words in shown, words
