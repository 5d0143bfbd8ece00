"""What each benchmark says of itself: how it is run at full and at small size, and which figures its output holds."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

DATA = "{data}"
"""Stands for the folder of the measuring data in a command."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number of one run, and what is aimed at; without an aim it is told alone."""

    name: str
    value: float
    aim: float | None = None
    at_least: bool = True
    """Whether more is better."""

    @property
    def met(self) -> bool | None:
        """Whether the aim is reached."""
        if self.aim is None:
            return None
        return self.value >= self.aim if self.at_least else self.value <= self.aim


@dataclass(frozen=True, slots=True)
class Sought:
    """A figure in a script's words: the last group is its number, a first one before it completes its name."""

    name: str
    pattern: str
    aim: float | None = None
    at_least: bool = True

    def figures(self, output: str) -> Iterator[Figure]:
        """Each place where the output has it."""
        for found in re.finditer(self.pattern, output, re.MULTILINE):
            *words, number = found.groups()
            name = " ".join((self.name, *words))
            yield Figure(name=name, value=float(number.replace(",", "")), aim=self.aim, at_least=self.at_least)


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """A script of this folder with its sizes; `read` takes its figures out of what it prints."""

    name: str
    full: Sequence[str]
    small: Sequence[str]
    read: Callable[[str], Iterator[Figure]]
    peers: Sequence[str] = ()
    """Modules of benchmarks/peers.in that it cannot run without."""
    data: bool = False
    """Whether it needs the measuring data."""

    def command(self, data: Path, *, small: bool) -> list[str]:
        """Arguments after the interpreter."""
        asked = [one.replace(DATA, str(data)) for one in (self.small if small else self.full)]
        return ["-m", f"benchmarks.{self.name}", *asked]


def _each(*sought: Sought) -> Callable[[str], Iterator[Figure]]:
    """The figures of a script that names each of them; one that is missing is a fault of the run."""

    def read(output: str) -> Iterator[Figure]:
        for one in sought:
            found = list(one.figures(output))
            if not found:
                raise ValueError(f"the output has no {one.name!r}")
            yield from found

    return read


_RULES = r"^([\d,]+ rules[^;]*); [\d.]+ % of them match.*\n(?:(?!\| Wirewatch \|).*\n)*?\| Wirewatch \| [\d,]+ \| "
_RATES = (", many match", ", few match")
"""The tables of one number of rules, in the order of RATES in rules.py."""
_AIMS_OF_RULES = {
    "1,000 rules, many match": (300, 0.2),
    "10,000 rules, many match": (800, 0.12),
    "1,000 rules, few match": (300, 0.28),
    "10,000 rules, few match": (800, 0.22),
}


def _rules(output: str) -> Iterator[Figure]:
    """Times the naive way and the raw scan, for each number of rules; differing evidence is a fault of the run."""
    found = list(re.finditer(_RULES + r"([\d,.]+) \| ([\d.]+) \| (\d*) \|", output, re.MULTILINE))
    if not found:
        raise ValueError("the output has no row of Wirewatch")
    met = Counter[str]()
    for rules, naive, scan, wrong in (one.groups() for one in found):
        met[rules] += 1
        kind = rules + (_RATES[met[rules] - 1] if rules.endswith(" rules") else "")
        if wrong != "0":
            raise ValueError(f"{kind}: {wrong} articles where the evidence is not that of the naive way")
        aims = _AIMS_OF_RULES.get(kind, (None, None))
        yield Figure(name=f"{kind}: x one `re` a term", value=float(naive.replace(",", "")), aim=aims[0])
        yield Figure(name=f"{kind}: x the raw scan", value=float(scan), aim=aims[1])


def _stories(output: str) -> Iterator[Figure]:
    """Ours in SQLite as a share of rensa's speed, at each size where both ran."""
    lines = re.findall(r"^ *([\d,]+) (SQLite|PostgreSQL|rensa|datasketch) +([\d,]+) docs/s", output, re.MULTILINE)
    speed = {(size, name): float(number.replace(",", "")) for size, name, number in lines}
    if not speed:
        raise ValueError("the output has no docs/s")
    for (size, name), number in speed.items():
        if rensa := speed.get((size, "rensa")) if name in {"SQLite", "PostgreSQL"} else None:
            yield Figure(name=f"{size} texts, {name}: x rensa", value=number / rensa, aim=0.35)


BENCHMARKS = (
    Benchmark(
        name="feeds",
        full=["60"],
        small=["6"],
        read=_each(
            Sought("one new of 30: x feedparser", r"^ours, one new .*? ([\d.]+) x feedparser", 0.2, at_least=False),
            Sought("none new: x feedparser", r"^ours, none new .*? ([\d.]+) x feedparser", 0.2, at_least=False),
        ),
    ),
    Benchmark(
        name="storing",
        full=[],
        small=["--feeds", "30", "--rounds", "2"],
        read=_each(Sought("new feeds: x sqlite3 alone", r"([\d.]+) x \(aim 0\.6\)", 0.6)),
    ),
    Benchmark(
        name="deliver",
        full=[],
        small=["1"],
        read=_each(Sought("x Apprise in 16 threads", r"ratio to threaded Apprise +([\d.]+)", 0.9)),
    ),
    Benchmark(
        name="fetch",
        full=[],
        small=["--feeds", "40", "--rounds", "1"],
        peers=["reader"],
        read=_each(
            Sought("304 cycle: x the latency floor", r"^304 cycle: ([\d.]+) x the latency", 1.5, at_least=False),
            Sought("304 cycle: x", r"^304 cycle: (?=[\d.]+ x +(reader[^(]*?) \()([\d.]+)", 0.2, at_least=False),
            Sought("cold cycle: x", r"^cold cycle: (?=[\d.]+ x +(reader[^(]*?) \()([\d.]+)", 0.5, at_least=False),
        ),
    ),
    Benchmark(
        name="rules",
        full=["--data", f"{DATA}/stream/stream.jsonl.xz"],
        small=["--data", f"{DATA}/stream/stream.jsonl.xz", "--rules=10", "--mixed=10", "--rounds=1", "--articles=8"],
        peers=["ahocorasick", "flashtext", "hyperscan", "spacy", "tantivy"],
        data=True,
        read=_rules,
    ),
    Benchmark(
        name="extract",
        full=[],
        small=["12"],
        peers=["newspaper", "readability"],
        data=True,
        read=_each(
            Sought("F1 of bodies (dev)", r"^wirewatch +([\d.]+)", 0.963),
            Sought("CPU a page: x trafilatura", r"^wirewatch .* ms +([\d.]+) ", 0.6, at_least=False),
            Sought("two workers: x the gain of a spin loop", r"^two workers:.* ratio ([\d.]+)", 0.9),
        ),
    ),
    Benchmark(
        name="stories",
        full=["--data", DATA, "--sizes", "4664", "10000"],
        small=["--data", DATA, "--sizes", "300", "--only", "SQLite", "rensa"],
        peers=["rensa", "datasketch"],
        data=True,
        read=_stories,
    ),
    Benchmark(
        name="archive_size",
        full=["--data", DATA],
        small=["--data", DATA, "--articles", "500"],
        data=True,
        read=_each(Sought("megabytes of", r"^([\d,]+ articles): ([\d.]+) MB", 400, at_least=False)),
    ),
    Benchmark(
        name="idle_run",
        full=[],
        small=["--articles", "50", "--rounds", "1"],
        read=_each(Sought("seconds beyond seven empty assets", r"^Beyond Dagster: ([\d.]+) s")),
    ),
    Benchmark(
        name="latency",
        full=[],
        small=["--feeds", "20", "--minutes", "1"],
        read=_each(
            Sought("median seconds to the desk", r"^50 %: ([\d.]+) s", 45, at_least=False),
            Sought("95th percentile, seconds", r"^95 %: ([\d.]+) s", 90, at_least=False),
        ),
    ),
)  # fmt: skip
