"""The small server: its units, its settings, its services as real processes, and each command of its page."""

import configparser
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path

import pytest

from pipelines.config import Settings
from tests.installation import World, demo_world

ROOT = Path(__file__).parents[2]
UNITS = ROOT / "deploy" / "systemd"
SERVICES = sorted(UNITS.glob("*.service"))
PAGE = ROOT / "docs" / "install-server.md"
PROGRAM = Path(sys.executable).with_name("wirewatch")
PLACES = ("/opt/wirewatch", "/etc/wirewatch", "/etc/systemd/system", "/etc/cron.d", "/var/lib/wirewatch",
          "/var/backups/wirewatch", "/usr/local/bin")  # fmt: skip


def unit(path: Path) -> configparser.ConfigParser:
    found = configparser.ConfigParser(strict=False, interpolation=None)
    found.optionxform = str  # type: ignore[assignment, method-assign]
    found.read_string(path.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.stem)
def test_each_service_is_kept_up_limited_and_shut_in(path: Path) -> None:
    service = unit(path)["Service"]
    assert service["User"] == "wirewatch"
    assert service["Restart"] == "always"
    assert service["EnvironmentFile"] == "/etc/wirewatch/wirewatch.env"
    for name, value in {
        "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes",
        "CapabilityBoundingSet": "", "StateDirectory": "wirewatch", "UMask": "0077",
    }.items():  # fmt: skip
        assert service[name] == value, name
    assert re.fullmatch(r"\d+[MG]", service["MemoryMax"])
    assert unit(path)["Unit"]["PartOf"] == "wirewatch.target"
    assert path.name in unit(UNITS / "wirewatch.target")["Unit"]["Wants"].split()
    assert "0.0.0.0" not in path.read_text()
    assert "dagster dev" not in path.read_text()


def test_the_daemon_is_made_anew_each_week_and_all_follow_the_code_server() -> None:
    units = {path.stem: unit(path) for path in SERVICES}
    assert units["wirewatch-daemon"]["Service"]["RuntimeMaxSec"] == "7d"
    for name in ("wirewatch-daemon", "wirewatch-webserver", "wirewatch-desk"):
        assert "wirewatch-code.service" in units[name]["Unit"]["After"].split()


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_systemd_finds_no_fault_in_the_units(tmp_path: Path) -> None:
    for path in (*SERVICES, UNITS / "wirewatch.target"):
        text = path.read_text().replace("/opt/wirewatch/current/.venv/bin/wirewatch", str(PROGRAM))
        (tmp_path / path.name).write_text(text)
    answer = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, tmp_path.iterdir())], capture_output=True, text=True
    )
    ours = [line for line in answer.stderr.splitlines() if "wirewatch" in line]
    assert not ours, answer.stderr


def by_shell(path: Path) -> dict[str, str]:
    """What `. file` exports, as /usr/local/bin/wirewatch reads it."""
    answer = subprocess.run(
        ["env", "-i", "sh", "-c", f"set -a; . {path}; exec env -0"], capture_output=True, check=True
    ).stdout.decode()
    found = dict(one.split("=", 1) for one in answer.split("\0") if "=" in one)
    return {name: value for name, value in found.items() if name not in {"PWD", "PATH", "_", "SHLVL", "OLDPWD"}}


def by_systemd(text: str) -> dict[str, str]:
    """What systemd.exec(5) says of an EnvironmentFile without continued lines: quotes off, nothing expanded."""
    found = {}
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith(("#", ";")):
            name, _, value = line.partition("=")
            quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
            found[name.strip()] = value[1:-1] if quoted else value.strip()
    return found


def test_shell_and_systemd_read_the_same_settings_and_all_are_known(tmp_path: Path) -> None:
    text = (UNITS / "wirewatch.env").read_text()
    everything = re.sub(r"^#(?=[A-Z_]+=)", "", text, flags=re.MULTILINE)
    path = tmp_path / "wirewatch.env"
    path.write_text(everything)
    assert by_shell(path) == by_systemd(everything)
    known = {f"WIREWATCH_{field.name.upper()}" for field in fields(Settings)}
    named = {name for name in by_systemd(everything) if name.startswith("WIREWATCH_")}
    assert named <= known
    assert {"WIREWATCH_DESK", "WIREWATCH_HOME"} <= set(by_systemd(text))
    assert "DESK_CHAT_URL" in by_systemd(text)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with demo_world(tmp_path) as found:
        yield found


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def asked(url: str, process: subprocess.Popen[bytes], body: bytes | None = None) -> bytes:
    """What answers there, as soon as something does."""
    for _ in range(450):
        assert process.poll() is None, f"{process.args} ended"
        try:
            request = urllib.request.Request(url, data=body, headers={"content-type": "application/json"})
            with urllib.request.urlopen(request, timeout=20) as answer:
                data: bytes = answer.read()
                return data
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(url)


def test_the_units_programs_start_answer_and_end_when_asked(world: World) -> None:
    """ExecStart lines as they stand in the units, with settings of a desk of the demo's in place of the file's."""
    ports = {name: free_port() for name in ("UI", "CODE", "DESK")}
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("WIREWATCH_", "DAGSTER_"))},
        **world.environment,
        **{f"WIREWATCH_{name}_PORT": str(port) for name, port in ports.items()},
    }
    running: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name in ("code", "daemon", "webserver", "desk"):
            start = unit(UNITS / f"wirewatch-{name}.service")["Service"]["ExecStart"].split()
            assert start[0] == "/opt/wirewatch/current/.venv/bin/wirewatch"
            log = (world.folder / f"{name}.log").open("wb")
            running[name] = subprocess.Popen(
                [PROGRAM, *start[1:]], cwd=world.folder, env=environment, start_new_session=True, stdout=log, stderr=log
            )
            log.close()
        assert b"dagster_webserver_version" in asked(
            f"http://127.0.0.1:{ports['UI']}/server_info", running["webserver"]
        )
        assert asked(f"http://127.0.0.1:{ports['DESK']}/metrics", running["desk"]).endswith(b"# EOF\n")
        query = {"query": "{workspaceOrError{... on Workspace{locationEntries{name locationOrLoadError{__typename}}}}}"}
        graph = f"http://127.0.0.1:{ports['UI']}/graphql"
        for _ in range(60):
            answer = asked(graph, running["webserver"], json.dumps(query).encode())
            if b'"RepositoryLocation"' in answer:
                break
            time.sleep(1)
        assert b'"RepositoryLocation"' in answer, answer
        assert running["daemon"].poll() is None
    finally:
        for process in running.values():
            process.send_signal(signal.SIGTERM)
        codes = {name: process.wait(timeout=60) for name, process in running.items()}
    assert set(codes.values()) <= {0, 130, 143, -15, -2}, codes


STUBS = {
    "apt-get": "exit 0",
    "useradd": "exit 0",
    "chown": "exit 0",
    "systemctl": "exit 0",
    "journalctl": "exit 0",
    "install": 'args=; while [ $# -gt 0 ]; do case $1 in -o|-g) shift;; *) args="$args $1";; esac; shift; done\n'
    "exec /usr/bin/install $args",
    "setpriv": 'while [ "$1" != -- ]; do shift; done; shift; exec "$@"',
    "git": '[ "$1" = clone ] || exec /usr/bin/git "$@"; for last; do :; done; mkdir -p "$last"; '
    'cp -r "$ROOT/alert_rules" "$ROOT/deploy" "$last/"',
    "make": 'mkdir -p "$2/.venv/bin"; printf \'#!/bin/sh\\nexec "%s" "$@"\\n\' "$PROGRAM" > "$2/.venv/bin/wirewatch"; '
    'chmod 755 "$2/.venv/bin/wirewatch"',
}
"""In place of what would change this machine, or take minutes: what each would leave behind."""


def commands() -> list[str]:
    """The shell lines of the page, in order; a line that ends in a backslash goes on. Settings are no commands."""
    text = PAGE.read_text(encoding="utf-8")
    lines = "".join(re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)).replace("\\\n", "")
    return [line for line in lines.splitlines() if not re.fullmatch(r"WIREWATCH_\w+=\S+", line)]


def test_every_command_of_the_page_runs(tmp_path: Path) -> None:
    """In a machine of its own: the page's folders lie below `tmp_path`, and a machine's own programs are stubs."""
    stubs, machine = tmp_path / "stubs", tmp_path / "machine"
    stubs.mkdir()
    for name, body in STUBS.items():
        (stubs / name).write_text(f"#!/bin/sh\n{body}\n")
        (stubs / name).chmod(0o755)
    for place in (*PLACES[2:4], "/usr/local/bin"):
        (machine / place[1:]).mkdir(parents=True)
    path = f"{machine}/usr/local/bin:{stubs}:{os.environ['PATH']}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("WIREWATCH_", "DAGSTER_"))}
    with demo_world(tmp_path / "demo") as world:
        environment = {**kept, "PATH": path, "ROOT": str(ROOT), "PROGRAM": str(PROGRAM)}
        for line in commands():
            answer = typed(line, machine, environment)
            expected = {0, 2} if line == "wirewatch status" else {0}
            assert answer.returncode in expected, f"{line}\n{answer.stdout}{answer.stderr}"
            if line.endswith("/usr/local/bin/wirewatch"):
                fill_in(machine, world.environment)
        assert any("Wirewatch" in post.title or post.message for post in world.site.chat_posts)
    assert (machine / "etc/wirewatch/wirewatch.env").stat().st_mode & 0o777 == 0o600
    assert (machine / "opt/wirewatch/current").resolve().name == "0.2.0"
    assert len(list((machine / "var/backups/wirewatch").iterdir())) == 1
    assert "wirewatch backup" in (machine / "etc/cron.d/wirewatch").read_text()


def typed(line: str, machine: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Type a line of the page, its places below `machine`; the backup that it names is the one that was made."""
    if "restore" in line:
        made = typed("wirewatch backup /var/backups/wirewatch", machine, environment)
        assert made.returncode == 0, made.stderr
        line = re.sub(r"/var/backups/wirewatch/\S+", made.stdout.strip().removeprefix(str(machine)), line)
    for place in PLACES:
        line = line.replace(place, f"{machine}{place}")
    more = {"WIREWATCH_ENV": f"{machine}/etc/wirewatch/wirewatch.env"}
    if "WIREWATCH_PROGRAM" not in line:
        more["WIREWATCH_PROGRAM"] = f"{machine}/opt/wirewatch/current/.venv/bin/wirewatch"
    return subprocess.run(
        ["bash", "-ec", line], cwd=machine, env={**environment, **more}, capture_output=True, text=True, timeout=100
    )


def fill_in(machine: Path, addresses: Mapping[str, str]) -> None:
    """The reader's part: addresses of receivers that are there, and this machine's places."""
    path = machine / "etc/wirewatch/wirewatch.env"
    text = path.read_text()
    for place in PLACES:
        text = text.replace(f"={place}", f"={machine}{place}")
    chat, mail = addresses["DEMO_CHAT_URL"], addresses["DEMO_MAIL_URL"]
    allowed = addresses["WIREWATCH_ALLOW_HOSTS"]
    path.write_text(f"{text}\nDESK_CHAT_URL='{chat}'\nDESK_MAIL_URL='{mail}'\nWIREWATCH_ALLOW_HOSTS='{allowed}'\n")


@pytest.mark.skipif(not shutil.which("nginx"), reason="no nginx here")
def test_nginx_takes_its_example(tmp_path: Path) -> None:
    site = (ROOT / "deploy/nginx/wirewatch.conf").read_text().replace("listen 80;", f"listen 127.0.0.1:{free_port()};")
    (tmp_path / "wirewatch.conf").write_text(site)
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid; error_log stderr; events {{}}\n"
        f"http {{ access_log off; include {tmp_path}/wirewatch.conf; }}"
    )
    answer = subprocess.run(["nginx", "-t", "-c", str(tmp_path / "nginx.conf")], capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr


@pytest.mark.parametrize("path", ["deploy/nginx/wirewatch.conf", "deploy/caddy/Caddyfile"])
def test_a_proxy_has_a_login_before_each_page_and_replaces_the_header(path: str) -> None:
    text = (ROOT / path).read_text()
    assert len(re.findall(r"basic_auth \{|auth_basic \"", text)) == 2
    assert re.search(r"X-Desk-User (\{http\.auth\.user\.id\}|\$remote_user)", text)
    assert set(re.findall(r"127\.0\.0\.1:(\d+)", text)) == {"3000", "3001"}
