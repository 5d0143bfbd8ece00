"""The soak's world: a news site of many feeds, receivers, somebody who waits for a heartbeat, a desk that is edited."""

import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock, Thread

from benchmarks.latency_site import Article, address, news_site

SECRET = "hushhush4711"
RECEIVERS = ("steady", "flapping", "broken")
NUMBER = re.compile(r"WW-(\d{6})")
FLAPS = (200, 500, 200, 200, 429, 200, 302, 200)
RULES = """version: 1
rules:
  - id: quakes
    title: Earthquakes
    any: [earthquake{more}]
    limit: {{alerts: 10000, per: 1h}}
    tests:
      - {{article: {{title: Earthquake in the hills}}, expect: match}}
"""
ROUTES = """version: 1
operator: ops
heartbeat: {{url_env: SOAK_BEAT, every: 1m}}
receivers:
{receivers}
  ops: {{url_env: SOAK_OPS}}
route: {{to: [{names}], gather: {{wait: 0s, every: 1m}}}}
"""


class Receivers:
    """Answers as each receiver does just now, and writes down whom a whole 200 told of what."""

    def __init__(self) -> None:
        self.taken: dict[str, Counter[int]] = defaultdict(Counter)
        """Per receiver: how often each article was told."""
        self.order: dict[str, list[int]] = defaultdict(list)
        """Per receiver: articles in the order in which they were told first."""
        self.notices: list[str] = []
        self.beats = 0
        self.refused = 0
        self.down: set[str] = set()
        self._asked = Counter[str]()
        self._lock = Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Taking", (_Taking,), {"receivers": self}))
        self._server.daemon_threads = True
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def environment(self) -> dict[str, str]:
        """The variables that hold their addresses."""
        port = self._server.server_port
        beat = {"SOAK_BEAT": f"http://127.0.0.1:{port}/{SECRET}/beat"}
        names = (*RECEIVERS, "ops")
        return beat | {f"SOAK_{name.upper()}": f"json://127.0.0.1:{port}/{SECRET}/{name}" for name in names}

    def answer(self, name: str, body: str) -> int:
        """The status of the next answer; what it takes is noted first."""
        with self._lock:
            self._asked[name] += 1
            status = FLAPS[self._asked[name] % len(FLAPS)] if name == "flapping" else 200
            if name in self.down or status != 200:
                self.refused += 1
                return 503 if name in self.down else status
            if name == "ops":
                self.notices.append(json.loads(body).get("title", ""))
            self.beats += name == "beat"
            for number in dict.fromkeys(int(found) for found in NUMBER.findall(body)):
                if not self.taken[name][number]:
                    self.order[name].append(number)
                self.taken[name][number] += 1
            return 200

    def stop(self) -> None:
        """Close the port."""
        self._server.shutdown()
        self._server.server_close()


class _Taking(BaseHTTPRequestHandler):
    receivers: Receivers

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        self.send_response(self.receivers.answer(self.path.rpartition("/")[2], body))
        self.send_header("Location", "/login")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on stderr."""


class Desk:
    """The desk's folder, and somebody who edits its rules, well or badly."""

    def __init__(self, folder: Path, feeds: int, port: int) -> None:
        self.folder = folder
        folder.mkdir()
        receivers = "\n".join(f"  {name}: {{url_env: SOAK_{name.upper()}}}" for name in RECEIVERS)
        (folder / "routes.yaml").write_text(ROUTES.format(receivers=receivers, names=", ".join(RECEIVERS)))
        lines = [f"  - {{id: f{number}, url: '{address(number, port)}/feed', every: 1m}}" for number in range(feeds)]
        lines.append(f"  - {{id: gone, url: '{address(0, port)}/gone', every: 1m}}")
        (folder / "feeds.yaml").write_text("version: 1\nfeeds:\n" + "\n".join(lines) + "\n")
        self.mend()

    def mend(self) -> None:
        """The rules as they should be."""
        (self.folder / "rules.yaml").write_text(RULES.format(more=""))

    def edit(self, chance: random.Random) -> str:
        """One edit; what was done."""
        rules, whole = self.folder / "rules.yaml", RULES.format(more=f", tremor{chance.randint(1, 99)}")
        kind = chance.choice(("good edit", "half a file", "broken file", "file gone"))
        if kind == "good edit":
            rules.write_text(whole)
        elif kind == "half a file":
            rules.write_text(whole[: chance.randint(20, len(whole) - 40)])
        elif kind == "broken file":
            rules.write_text(whole.replace("any: [", "any: {"))
        else:
            rules.unlink(missing_ok=True)
        return kind


@contextmanager
def site(feeds: int, plan: list[Article]) -> Iterator[tuple[int, Connection]]:
    """The news site in a process of its own: its port, and where it is told when it begins to publish."""
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=news_site, args=(there, feeds, plan), daemon=True)
    process.start()
    try:
        yield here.recv(), here  # type: ignore[misc]  # a spawn context's connection
    finally:
        process.kill()
        process.join()


def write_clock(folder: Path, origin: datetime, pace: float, jump: float) -> None:
    """Set the clock of the lives to come."""
    fresh = folder / "clock.json.new"
    fresh.write_text(json.dumps({"origin": origin.astimezone(UTC).isoformat(), "pace": pace, "jump": jump}))
    fresh.replace(folder / "clock.json")
