"""`wirewatch demo` as a newcomer runs it: what it prints, what it leaves, and that it goes when told to."""

import os
import re
import signal
import subprocess
import sys
import time
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from tests.socket_notes import SocketNotes

COMMAND = [sys.executable, "-m", "pipelines.cli.app", "demo"]


def clean_environment() -> dict[str, str]:
    """The environment without any variable of Wirewatch or Dagster."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("WIREWATCH_", "DAGSTER_"))}


@pytest.fixture
def temporary(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files, which other demos do not use."""
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


@pytest.mark.timeout(120)
def test_the_demo_shows_what_it_promises_cleans_up_and_asks_nobody_outside(
    tmp_path: Path, temporary: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    notes = SocketNotes(tmp_path_factory.mktemp("notes"))
    watched = clean_environment() | notes.environment
    answer = subprocess.run(COMMAND, cwd=tmp_path, env=watched, capture_output=True, text=True, timeout=100)
    assert answer.returncode == 0, answer.stderr
    assert "127.0.0.1" in notes.hosts
    assert {host for host in notes.hosts if not host.startswith("127.") and host not in {"localhost", "::1"}} == set()
    shown = answer.stdout

    alerts = shown.split("#desk-chat")[1:]
    [convoy] = [alert for alert in alerts if "northern-wire/world/medical-convoy" in alert]
    assert re.search("Same text: .*Yerevan Ledger", convoy)
    assert "Black Sea Dispatch" in convoy
    assert "Valley Courier" in convoy
    headlines = [line.replace("*", "") for line in shown.splitlines() if line.startswith("│")]
    assert any("Putin and Pashinyan speak by phone" in line for line in headlines)
    assert any("Pashinian presses Putin on the corridor" in line for line in headlines)
    for word in ("Лачинский", "Լաչինի", "Laçın", "barış gücü"):
        assert any(f"*{word}*" in alert for alert in alerts), word

    table = shown[shown.index("What became of each article") :]
    rows = {line.split("  ")[1].strip(): line for line in re.sub(" {2,}", "  ", table).splitlines() if "  " in line}
    festival = next(line for headline, line in rows.items() if headline.startswith("“The Peacekeepers”"))
    assert festival.endswith("no rule matches")
    late = next(line for headline, line in rows.items() if headline.startswith("Under escort"))
    assert "reprint of Northern Wire" in late
    assert "held: already told in alert" in late
    changed = next(line for headline, line in rows.items() if headline.startswith("A hospital in Stepanakert"))
    assert "new, then changed" in changed
    assert "radio-tulip" in table
    assert "503" in table

    letters = sorted((tmp_path / "wirewatch-demo").glob("*.eml"))
    assert len(letters) == shown.count("─ #desk-chat ─") - shown.count("Now watching")
    letter = message_from_bytes(letters[0].read_bytes(), policy=policy.default)
    assert {part.get_content_type() for part in letter.walk()} >= {"text/plain", "text/html"}
    assert not any(temporary.glob("wirewatch-*"))
    assert [path.name for path in tmp_path.iterdir()] == ["wirewatch-demo"]


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("ending", "line", "after"),
    [
        (signal.SIGINT, "A news site", 0.0),
        (signal.SIGINT, "Cycle 1", 2.5),
        (signal.SIGINT, "Cycle 2", 0.0),
        (signal.SIGTERM, "Cycle 1", 2.0),
    ],
)
def test_ended_half_way_it_leaves_nothing(
    tmp_path: Path, temporary: Path, ending: signal.Signals, line: str, after: float
) -> None:
    with subprocess.Popen(
        COMMAND, cwd=tmp_path, env=clean_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as demo:
        assert demo.stderr is not None
        for said in demo.stderr:
            if said.startswith(line):
                break
        time.sleep(after)
        demo.send_signal(ending)
        _, told = demo.communicate(timeout=60)
    assert demo.returncode not in {0, -ending}
    assert "Traceback" not in told
    assert not any(temporary.glob("wirewatch-*"))


@pytest.mark.timeout(120)
def test_what_is_kept_can_be_looked_at(tmp_path: Path) -> None:
    command = [*COMMAND, "--keep", "kept"]
    answer = subprocess.run(command, cwd=tmp_path, env=clean_environment(), capture_output=True, text=True, timeout=100)
    assert answer.returncode == 0, answer.stderr
    hint = next(line for line in answer.stdout.splitlines() if line.startswith("Look around: "))
    variables = dict(word.split("=", 1) for word in hint.removeprefix("Look around: ").split() if "=" in word)
    listing = subprocess.run(
        [*COMMAND[:-1], "alerts", "list"],
        cwd=tmp_path, env={**clean_environment(), **variables}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert listing.returncode == 0, listing.stderr
    assert "lachin-peacekeepers" in listing.stdout
    again = subprocess.run(command, cwd=tmp_path, env=clean_environment(), capture_output=True, text=True, timeout=100)
    assert again.returncode == 1
    assert "is there already" in again.stderr
