"""The soak's world: a news site of many feeds, receivers, somebody who waits for a heartbeat, a desk that is edited."""

import json
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

from benchmarks.latency_site import NUMBER, Article, address, news_site
from tests.flapping import Collector

SECRET = "hushhush4711"
RECEIVERS = ("steady", "flapping", "broken")
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


def place(name: str) -> str:
    """The path of a receiver, with the secret in it."""
    return f"/{SECRET}/{name}"


class Receivers(Collector):
    """What the desk is told by, and who waits for the heartbeat."""

    def __init__(self) -> None:
        super().__init__(NUMBER)
        self.notices: list[str] = []
        """Headings of what the operator was told."""
        self.manners[place("flapping")] = "flapping"

    def environment(self) -> dict[str, str]:
        """The variables that hold their addresses."""
        beat = self.address(place("beat")).replace("json:", "http:")
        names = (*RECEIVERS, "ops")
        return {"SOAK_BEAT": beat} | {f"SOAK_{name.upper()}": self.address(place(name)) for name in names}

    def told(self, name: str) -> Counter[str]:
        """How often a receiver took each article, by number, in the order in which it heard of them first."""
        return self.taken.get(place(name), Counter())

    def take(self, path: str, body: str) -> None:
        """See Collector."""
        super().take(path, body)
        if path == place("ops"):
            self.notices.append(json.loads(body).get("title", ""))


class Desk:
    """The desk's folder, and somebody who edits its rules, well or badly."""

    def __init__(self, folder: Path, feeds: int, port: int, every: str = "1m") -> None:
        self.folder = folder
        folder.mkdir()
        receivers = "\n".join(f"  {name}: {{url_env: SOAK_{name.upper()}}}" for name in RECEIVERS)
        (folder / "routes.yaml").write_text(ROUTES.format(receivers=receivers, names=", ".join(RECEIVERS)))
        lines = [
            f"  - {{id: f{number}, url: '{address(number, port)}/feed', every: {every}}}" for number in range(feeds)
        ]
        lines.append(f"  - {{id: gone, url: '{address(0, port)}/gone', every: {every}}}")
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


def environment(receivers: Receivers, desk: Desk, folder: Path, url: str, feeds: int, port: int) -> dict[str, str]:
    """The settings of an installation in `folder`, with its database at `url`."""
    hosts = {address(number, port).removeprefix("http://").partition(":")[0] for number in range(feeds)}
    return receivers.environment() | {
        "WIREWATCH_DESK": str(desk.folder),
        "WIREWATCH_HOME": str(folder / "home"),
        "WIREWATCH_DATABASE_URL": url,
        "WIREWATCH_ALLOW_HOSTS": " ".join(sorted({*hosts, "127.0.0.1"})),
        "WIREWATCH_PAGE_PAUSE": "0",
    }


@contextmanager
def site(
    feeds: int, plan: list[Article], hour: "Synchronized[float] | None" = None
) -> Iterator[tuple[int, Connection]]:
    """The news site in a process of its own: its port, and where it is told when it begins to publish."""
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=news_site, args=(there, feeds, plan, hour), daemon=True)
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
