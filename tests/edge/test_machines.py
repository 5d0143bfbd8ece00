"""Several machines: Dagster's runs in PostgreSQL, shards of hosts on two Celery workers, one of them killed mid-run."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML

from pipelines.cli.app import app
from pipelines.cli.dagster_yaml import DATABASE, dagster_yaml
from pipelines.cli.dev import prepare_dagster_home
from pipelines.config import Settings, load_settings
from pipelines.errors import SettingsError
from pipelines.shards import slot_of
from storage.store import open_store
from tests.conftest import PostgresServer

HERE = Path(sys.executable).parent
ROOT = Path(__file__).parents[2]
IMPATIENT = "visibility_timeout: 20, unacked_restore_interval: 1"
SHIPPED = "telemetry:\n  enabled: false\n"


def test_dagsters_database_is_named_by_a_variable_and_an_edited_file_is_left_alone() -> None:
    url = "postgresql+psycopg2://db/dagster"
    ours = dagster_yaml(SHIPPED, None, url)
    assert ours.startswith(SHIPPED)
    assert f"env: {DATABASE}" in ours
    assert url not in ours
    assert dagster_yaml(SHIPPED, ours, url) == ours
    assert dagster_yaml(SHIPPED, ours, None) == SHIPPED
    edited = SHIPPED + "# mine\n"
    assert dagster_yaml(SHIPPED, edited, None) == edited
    assert dagster_yaml(SHIPPED, ours + "# mine\n", url) == ours + "# mine\n"
    with pytest.raises(SettingsError, match="edited and does not name it; add: storage: postgres:"):
        dagster_yaml(SHIPPED, edited, url)
    with pytest.raises(SettingsError, match=r"begins postgresql\+psycopg2://"):
        dagster_yaml(SHIPPED, None, "postgresql://db/dagster")


@pytest.fixture
def broker() -> Iterator[str]:
    """A Redis of our own on loopback, which keeps nothing."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("no redis-server here: apt install redis-server")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        for _ in range(200):
            with socket.socket() as one:
                if one.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"redis://127.0.0.1:{port}/0"
        server.terminate()


@contextmanager
def worker(name: str, environment: Mapping[str, str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker with the settings that the job's executor sends its steps by; ended with its children."""
    settings = folder / "home" / "dagster" / "celery.yaml"  # as it is shipped, but for how long a worker may be silent
    shipped = settings.read_text()
    sooner = shipped.replace("visibility_timeout: 90, unacked_restore_interval: 10", IMPATIENT)
    settings.write_text(sooner)
    assert IMPATIENT in sooner
    command = [HERE / "dagster-celery", "worker", "start", "-A", "dagster_celery.app", "-y", settings, "-n", name]
    command += ["--", "--concurrency", "1", "--without-gossip", "--without-mingle"]
    log = (folder / f"{name}.log").open("wb")
    process = subprocess.Popen(
        command, env=dict(environment), cwd=folder, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
    )
    try:
        yield process
    finally:
        kill(process)
        log.close()


def kill(process: subprocess.Popen[bytes]) -> None:
    """The worker and its children, at once."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(20)


class Site:
    """One outlet a loopback address: a feed of pages that take their time."""

    def __init__(self, address: str, pages: int) -> None:
        self.hits: Counter[str] = Counter()
        site = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:  # the library's name
                """The feed, or a page after a while."""
                site.hits[self.path] += 1
                body = site.feed if self.path == "/feed" else page_of(self.path)
                if self.path != "/feed":
                    time.sleep(0.3)
                self.send_response(200)
                self.send_header("Content-Type", "application/rss+xml" if self.path == "/feed" else "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Nothing: the test counts."""

        self.server = ThreadingHTTPServer((address, 0), Answer)
        self.url = f"http://{address}:{self.server.server_port}"
        items = "".join(
            f"<item><title>Report {number} of {address}</title><link>{self.url}/{number}</link></item>"
            for number in range(pages)
        )
        self.feed = f'<rss version="2.0"><channel><title>{address}</title>{items}</channel></rss>'.encode()


def page_of(path: str) -> bytes:
    """An article with a text of its own."""
    words = " ".join(f"Convoy {path[1:]} of {number} trucks reached Goris at {number} o'clock." for number in range(20))
    return f"<html><body><article><h1>Report {path}</h1><p>{words}</p></article></body></html>".encode()


@contextmanager
def sites(number: int, pages: int) -> Iterator[list[Site]]:
    """Outlets whose hosts fall into different shards."""
    addresses = [f"127.0.0.{last}" for last in range(2, 200)]
    chosen = [next(one for one in addresses if slot_of(f"http://{one}/") % number == shard) for shard in range(number)]
    served = [Site(address, pages) for address in chosen]
    threads = [threading.Thread(target=site.server.serve_forever, daemon=True) for site in served]
    for thread in threads:
        thread.start()
    yield served
    for site in served:
        site.server.shutdown()
        site.server.server_close()


def written_desk(folder: Path, served: Sequence[Site]) -> None:
    """A desk that watches the sites and has no rules to speak of."""
    desk = folder / "alert_rules"
    desk.mkdir()
    lines = [
        f"  - {{id: s{number}, url: '{site.url}/feed', every: 1h, backfill: 24h}}" for number, site in enumerate(served)
    ]
    (desk / "feeds.yaml").write_text("version: 1\nfeeds:\n" + "\n".join(lines) + "\n")
    (desk / "lists.yaml").write_text("version: 1\nlists: {}\n")
    (desk / "routes.yaml").write_text("version: 1\nreceivers: {post: {url_env: POST_URL}}\nroute: {to: post}\n")


@pytest.mark.timeout(400)
def test_two_workers_share_the_shards_and_when_one_is_killed_the_other_does_its_part(
    tmp_path: Path, postgres_server: PostgresServer, broker: str
) -> None:
    shards, pages = 4, 12
    dagster_url = postgres_server.new_database().replace("postgresql://", "postgresql+psycopg2://")
    database_url = postgres_server.new_database()
    with ExitStack() as stack:
        served = stack.enter_context(sites(shards, pages))
        written_desk(tmp_path, served)
        environment = {
            **os.environ,
            "PATH": f"{HERE}:{os.environ['PATH']}",  # dagster-celery calls `celery` by its name
            "WIREWATCH_DESK": str(tmp_path / "alert_rules"),
            "WIREWATCH_HOME": str(tmp_path / "home"),
            "WIREWATCH_DATABASE_URL": database_url,
            "WIREWATCH_DAGSTER_DATABASE_URL": dagster_url,
            "WIREWATCH_CELERY_BROKER": broker,
            "WIREWATCH_SHARDS": str(shards),
            "WIREWATCH_ALLOW_HOSTS": ",".join(site.url.split("/")[2].split(":")[0] for site in served),
            "WIREWATCH_PAGE_PAUSE": "0",
        }
        environment["DAGSTER_HOME"] = str(prepare_dagster_home(load_settings(environment, tmp_path)))
        open_store(database_url).close()
        workers = [stack.enter_context(worker(f"worker{number}", environment, tmp_path)) for number in range(2)]
        command = [HERE / "dagster", "job", "execute", "-m", "pipelines.definitions", "-j", "gather"]
        with (tmp_path / "run.log").open("wb") as log:
            run = subprocess.Popen(command, env=environment, cwd=tmp_path, stdout=log, stderr=subprocess.STDOUT)
        stack.callback(run.kill)
        wait_for(lambda: sum(sum(site.hits.values()) for site in served) > 8, run)
        kill(workers[0])
        assert run.wait(300) == 0, (tmp_path / "run.log").read_text()[-3_000:]
    with psycopg.connect(database_url) as connection:
        texts = connection.execute("SELECT count(*), count(DISTINCT article_id) FROM revisions").fetchone()
        entries = connection.execute("SELECT count(*), count(DISTINCT url) FROM feed_entries").fetchone()
        waiting = connection.execute("SELECT count(*) FROM articles WHERE extract_due_at IS NOT NULL").fetchone()
    assert texts == entries == (shards * pages, shards * pages)
    assert waiting == (0,)
    twice = [path for site in served for path, hits in site.hits.items() if hits > 1]
    assert len(twice) <= 20, "what was on its way when the worker died, and no more"


@pytest.mark.timeout(400)
def test_two_machines_without_a_broker_share_by_claims_and_when_one_is_killed_the_other_goes_on(
    tmp_path: Path, postgres_url: str
) -> None:
    number, pages = 4, 12
    open_store(postgres_url).close()
    with ExitStack() as stack:
        served = stack.enter_context(sites(number, pages))
        written_desk(tmp_path, served)

        def machine(name: str) -> "subprocess.Popen[bytes]":
            environment = {
                **os.environ,
                "WIREWATCH_DESK": str(tmp_path / "alert_rules"),
                "WIREWATCH_HOME": str(tmp_path / name),
                "WIREWATCH_DATABASE_URL": postgres_url,
                "WIREWATCH_WORKERS": "2",
                "WIREWATCH_ALLOW_HOSTS": ",".join(site.url.split("/")[2].split(":")[0] for site in served),
                "WIREWATCH_PAGE_PAUSE": "0",
            }
            log = stack.enter_context((tmp_path / f"{name}.log").open("wb"))
            command = [HERE / "wirewatch", "run"]
            run = subprocess.Popen(
                command, env=environment, cwd=tmp_path, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )
            stack.callback(kill, run)
            return run

        one, two = machine("one"), machine("two")
        wait_for(lambda: sum(sum(site.hits.values()) for site in served) > 12, one)
        kill(one)
        ends = [two.wait(120), *(machine(f"after{again}").wait(120) for again in range(2))]
    with psycopg.connect(postgres_url) as connection:
        texts = connection.execute("SELECT count(*), count(DISTINCT article_id) FROM revisions").fetchone()
        waiting = connection.execute("SELECT count(*) FROM articles WHERE extract_due_at IS NOT NULL").fetchone()
    # 2 says that the receiver of the first digest is nobody
    assert set(ends) <= {0, 2}, (tmp_path / "two.log").read_text()[-3_000:]
    assert (texts, waiting) == ((number * pages, number * pages), (0,))
    twice = [path for site in served for path, hits in site.hits.items() if hits > 1]
    assert len(twice) <= 20, "what was on its way when the process died, and no more"


def wait_for(what: Callable[[], bool], run: "subprocess.Popen[bytes]") -> None:
    """Until so much has happened; a run that ended before has failed."""
    for _ in range(4_000):
        if what():
            return
        assert run.poll() is None, "the run ended before anything was asked for"
        time.sleep(0.05)
    raise TimeoutError("nothing happened in 200 s")


def test_each_command_of_the_compose_file_is_one_and_nothing_listens_beyond_the_machine() -> None:
    compose = YAML(typ="safe").load((ROOT / "deploy" / "compose.yaml").read_text())
    ours = {name: one for name, one in compose["services"].items() if one.get("image") == "wirewatch"}
    assert set(ours) == {"code", "daemon", "webserver", "desk", "worker"}
    for one in ours.values():
        first, *rest = one["command"]
        shown = CliRunner().invoke(app, [first, "--help"])
        assert shown.exit_code == 0
        assert all(word in shown.output for word in rest)
    published = [port for one in compose["services"].values() for port in one.get("ports", ())]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)
    named = set(compose["x-wirewatch"]["environment"]) - {"WIREWATCH_CELERY_BROKER"}
    assert named <= {f"WIREWATCH_{name.upper()}" for name in Settings.__dataclass_fields__}


def test_a_worker_without_a_broker_is_told_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "alert_rules").mkdir()
    kept = {name: text for name, text in os.environ.items() if not name.startswith("WIREWATCH_")}
    refused = subprocess.run(
        [HERE / "wirewatch", "serve", "worker"], env=kept, cwd=tmp_path, capture_output=True, text=True, timeout=100
    )
    assert refused.returncode == 1
    assert "WIREWATCH_CELERY_BROKER is not set" in refused.stderr
    assert "Traceback" not in refused.stderr
