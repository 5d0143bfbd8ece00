"""Every benchmark of `make bench`: how it is run at full and at small size, and which figures its output holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import SPEED, Beside, Reader, Sought, each
from benchmarks.tables import rules, stories

DATA = "{data}"
"""Stands for the folder of the measuring data in a command."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """A script of this folder with its sizes; `read` takes its figures out of what it prints."""

    name: str
    full: Sequence[str]
    small: Sequence[str]
    read: Reader
    peers: Sequence[str] = ()
    """Modules of benchmarks/peers.in that it cannot run without."""
    data: bool = False
    """Whether it needs the measuring data."""
    most_runs: int = 3
    """One where a run is of minutes and takes its own medians, or where it counts bytes."""

    def command(self, data: Path, *, small: bool) -> list[str]:
        """Arguments after the interpreter."""
        asked = [one.replace(DATA, str(data)) for one in (self.small if small else self.full)]
        return ["-m", f"benchmarks.{self.name}", *asked]


BENCHMARKS = (
    Benchmark(
        name="feeds",
        full=["60"],
        small=["6"],
        read=each(
            Sought("one new of 30: x feedparser", r"^ours, one new .*? ([\d.]+) x feedparser", 0.2, at_least=False),
            Sought("none new: x feedparser", r"^ours, none new .*? ([\d.]+) x feedparser", 0.2, at_least=False),
            Beside(f"whole feeds: {SPEED}", r"^(?P<who>\S+), whole +(?P<value>[\d.]+) ms", ours="ours", costs=True),
        ),
    ),
    Benchmark(
        name="storing",
        full=[],
        small=["--feeds", "30", "--rounds", "2"],
        read=each(Sought("new feeds: x sqlite3 alone", r"([\d.]+) x \(aim 0\.6\)", 0.6)),
    ),
    Benchmark(
        name="deliver",
        full=["3"],
        small=["1"],
        read=each(
            Sought("x Apprise in 16 threads", r"ratio to threaded Apprise +([\d.]+)", 0.9),
            Beside(SPEED, r"^(?P<who>\w.*?)  +(?P<value>[\d.]+) messages/s", ours="the whole step"),
        ),
    ),
    Benchmark(
        name="fetch",
        full=["--rounds", "3"],
        small=["--feeds", "40", "--rounds", "1"],
        peers=["reader"],
        read=each(
            Sought("304 cycle: x the latency floor", r"^304 cycle: ([\d.]+) x the latency", 1.5, at_least=False),
            Sought("304 cycle: x", r"^304 cycle: (?=[\d.]+ x (aiohttp alone[^;]*);)([\d.]+)", at_least=False),
            Sought("304 cycle: x", r"^304 cycle: (?=[\d.]+ x +(reader[^(]*?) \()([\d.]+)", 0.2, at_least=False),
            Sought("cold cycle: x", r"^cold cycle: (?=[\d.]+ x +(reader[^(]*?) \()([\d.]+)", 0.5, at_least=False),
            Beside(SPEED, r"^\| (?P<case>cold|304) (?P<who>[^|]+) \| (?P<value>[\d.]+) \|", "wirewatch", costs=True),
        ),
    ),
    Benchmark(
        name="rules",
        full=["--data", f"{DATA}/stream/stream.jsonl.xz", "--rules", "100", "1000", "10000", "--rounds", "3"],
        small=["--data", f"{DATA}/stream/stream.jsonl.xz", "--rules=10", "--mixed=10", "--rounds=1", "--articles=8"],
        peers=["ahocorasick", "flashtext", "hyperscan", "spacy", "tantivy"],
        data=True,
        read=rules,
        most_runs=1,
    ),
    Benchmark(
        name="extract",
        full=[],
        small=["12"],
        peers=["newspaper", "readability"],
        data=True,
        most_runs=1,
        read=each(
            Sought("F1 of bodies (dev)", r"^wirewatch +([\d.]+)", 0.963),
            Sought("CPU a page: x trafilatura", r"^wirewatch .* ms +([\d.]+) ", 0.6, at_least=False),
            Sought("two workers: x the gain of a spin loop", r"^two workers:.* ratio ([\d.]+)", 0.9),
            Beside("F1 of bodies", r"^(?P<who>\w.*?)  +(?P<value>0\.\d{4})  "),
            Beside(SPEED, r"^(?P<who>\w.*?)  +0\.\d{4}  .* (?P<value>[\d.]+) ms  [\d.]+ ", "wirewatch", costs=True),
        ),
    ),
    Benchmark(
        name="stories",
        full=["--data", DATA, "--sizes", "4664"],
        most_runs=2,
        small=["--data", DATA, "--sizes", "300", "--only", "SQLite", "rensa"],
        peers=["rensa", "datasketch"],
        data=True,
        read=stories,
    ),
    Benchmark(
        name="archive_size",
        full=["--data", DATA],
        small=["--data", DATA, "--articles", "500"],
        data=True,
        read=each(Sought("megabytes of", r"^([\d,]+ articles): ([\d.]+) MB", 400, at_least=False)),
        most_runs=1,
    ),
    Benchmark(
        name="idle_run",
        full=[],
        small=["--articles", "50", "--rounds", "1"],
        read=each(Sought("seconds beyond seven empty assets", r"^Beyond Dagster: ([\d.]+) s")),
    ),
    Benchmark(
        name="latency",
        full=["--minutes", "3", "--every", "2"],
        small=["--feeds", "20", "--minutes", "1"],
        read=each(
            Sought("median seconds to the desk", r"^50 %: ([\d.]+) s", 45, at_least=False),
            Sought("95th percentile, seconds", r"^95 %: ([\d.]+) s", 90, at_least=False),
        ),
        most_runs=1,
    ),
)  # fmt: skip
