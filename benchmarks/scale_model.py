"""What 100,000 feeds and 10 million articles a day would take, part by part, from what the benchmarks measured.

usage: python -m benchmarks.scale_model [--feeds 100000] [--articles 10000000] [--peak 3]

Each cost is that of one core of two that were busy otherwise, so rather too high, with the benchmark that measured it.
The model multiplies; it was not run at that size. A machine is busy for seven tenths of its cores at the peak.
"""

import argparse
from dataclasses import dataclass

DAY = 86_400
BUSY = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One step: what it costs, and on how many cores it can be shared out."""

    name: str
    times: float
    """A day."""
    seconds: float
    """Of a core, each time."""
    measured: str
    shared: bool = True
    """Whether several workers can do it side by side."""


def parts(feeds: int, articles: int, every: float) -> list[Part]:
    """The parts of a day."""
    polls = feeds * DAY / every
    return [
        Part(name="poll, nothing new (304)", times=polls * 0.7, seconds=0.00104, measured="fetch.py, 500 feeds"),
        Part(name="poll, something new", times=polls * 0.3, seconds=0.0024, measured="fetch.py, feeds.py"),
        Part(name="store an entry", times=articles, seconds=0.00006, measured="storing.py", shared=False),
        Part(name="fetch a page", times=articles, seconds=0.00104, measured="as a feed that answers"),
        Part(name="extract a page", times=articles, seconds=0.0258, measured="120 real pages in one process"),
        Part(name="store a text, index its words", times=articles, seconds=0.0049, measured="1,000 real texts, SQLite"),
        Part(name="group, link, store", times=articles, seconds=0.0024, measured="stories.py", shared=False),
        Part(name="match 1,000 rules", times=articles, seconds=0.00021, measured="rules.py, at most", shared=False),
    ]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--feeds", type=int, default=100_000)
    parser.add_argument("--articles", type=int, default=10_000_000)
    parser.add_argument("--every", type=float, default=900, help="Seconds between two polls of a feed.")
    parser.add_argument("--peak", type=float, default=3, help="The busiest hour, as a multiple of the mean.")
    arguments = parser.parse_args()
    print("| part | a day | ms each | cores, mean | cores, peak | measured by |\n|---|---|---|---|---|---|")
    shared = alone = 0.0
    for part in parts(arguments.feeds, arguments.articles, arguments.every):
        mean = part.times * part.seconds / DAY
        peak = mean * arguments.peak
        shared, alone = (shared + peak, alone) if part.shared else (shared, alone + peak)
        where = part.measured if part.shared else f"{part.measured}; one at a time"
        print(f"| {part.name} | {part.times:,.0f} | {part.seconds * 1000:.2f} | {mean:.2f} | {peak:.2f} | {where} |")
    print(f"\nShared out over workers: {shared:.1f} cores at the peak, {shared / BUSY / 4:.1f} machines of 4 cores.")
    print(f"One after another: {alone:.2f} cores at the peak; more than 1 would fall behind until the peak is over.")
    _disk(arguments.articles)


def _disk(articles: int) -> None:
    """Kilobytes as archive_size.py measured them on SQLite, texts of 1.3 kB; pages of 46 kB as they were stored."""
    print("\n| kept | for days | kB an article | GB |\n|---|---|---|---|")
    kinds = (("pages, packed", 3, 46.0), ("texts", 30, 0.95), ("the rest of an article", 90, 1.65))
    for name, days, size in (*kinds, ("fingerprints and terms", 28, 1.0)):
        print(f"| {name} | {days} | {size} | {articles * days * size / 1e6:,.0f} |")


if __name__ == "__main__":
    main()
