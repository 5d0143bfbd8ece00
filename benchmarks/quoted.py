"""What README says of the measurements, filled in from benchmarks/results.md between two marks."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

BEGIN, END = "<!-- measured: `make bench` writes what follows -->", "<!-- /measured -->"
HEAD = "| what | beside | measured |\n|---|---|---|"


@dataclass(frozen=True, slots=True)
class Quote:
    """A row of README: its braces are filled in with figures of results.md, in their order.

    A figure is named by the cells of its row before the number: benchmark and figure, with the contestant's name where
    it is one of several side by side.
    """

    row: str
    figures: Sequence[tuple[str, ...]]


_RULES = "1,000 rules, many match"
QUOTES = (
    Quote(
        "| a page's text: F1 on pages with a truth | trafilatura favouring precision, {:.3f} "
        "| {:.3f}, in {:.2f} of the time that trafilatura takes by default |",
        (
            ("extract", "F1 of bodies", "trafilatura precision"),
            ("extract", "F1 of bodies (dev)"),
            ("extract", "CPU a page: x trafilatura"),
        ),
    ),
    Quote(
        "| 1,000 rules of nine terms over an article, with the places of all hits; 10,000 "
        "| one regular expression a term | {:,.0f} times as fast; {:,.0f} times |",
        (("rules", f"{_RULES}: x one `re` a term"), ("rules", f"10,{_RULES[2:]}: x one `re` a term")),
    ),
    Quote(
        "| a fresh process, to its first judged article | | {:.0f} ms with 100 rules, {:.0f} ms with 10,000 |",
        (
            ("rules", "100 rules, many match: ms to the first article"),
            ("rules", "10,000 rules, many match: ms to the first article"),
        ),
    ),
    Quote(
        "| a cycle over 1,000 feeds of 30 entries: nothing new; all new | lemon24/reader with ten threads "
        "| {:.2f} of its time; {:.2f} |",
        (("fetch", "304 cycle: x reader, 10 threads"), ("fetch", "cold cycle: x reader, 10 threads")),
    ),
    Quote(
        "| a document with one new entry of 30 | feedparser over the whole | {:.2f} of its time |",
        (("feeds", "one new of 30: x feedparser"),),
    ),
    Quote(
        "| grouping an article, verified and stored in SQLite; without events | rensa's MinHash index in memory "
        "| {:.2f} of its speed; {:.2f} |",
        (("stories", "4,664 texts, SQLite: x rensa"), ("stories", "4,664 texts, SQLite without events: x rensa")),
    ),
    Quote(
        "| reprints found among labelled pairs: F1 | rensa's MinHash at a resemblance of .5, {:.2f} | {:.4f} |",
        (("stories", "F1 of labelled reprints", "rensa"), ("stories", "F1 of labelled reprints")),
    ),
    Quote(
        "| storing what polls bring, known entries and changes looked up | the same rows by sqlite3 alone "
        "| {:.2f} of its speed |",
        (("storing", "new feeds: x sqlite3 alone"),),
    ),
    Quote(
        "| 100 messages to 20 receivers that answer after 50 ms | Apprise in 16 threads "
        "| {:.2f} of its speed, claimed, in order and marked one by one |",
        (("deliver", "x Apprise in 16 threads"),),
    ),
    Quote(
        "| publication to delivery, 1,000 feeds at one minute | | half within {:.0f} s, 95 % within {:.0f} s, "
        "Dagster's start of each run included |",
        (("latency", "median seconds to the desk"), ("latency", "95th percentile, seconds")),
    ),
    Quote(
        "| 100,000 articles with texts, fingerprints and an index of all words | | {:.0f} MB |",
        (("archive_size", "megabytes of 100,000 articles"),),
    ),
)


def measured(results: str) -> dict[tuple[str, ...], float]:
    """The figures of a page of results, by the cells that name them."""
    found = {}
    for line in results.splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        number = re.match(r"([\d.e+-]+) \(\d", cells[3]) if len(cells) in {4, 5} else None
        if number:  # five cells where there is an aim, four where contestants stand side by side
            found[tuple(cells[: 2 if len(cells) == 5 else 3])] = float(number[1])
    return found


def quoted(results: str) -> str:
    """README's table; a row without a figure is left out."""
    figures = measured(results)
    rows = [
        one.row.format(*(figures[name] for name in one.figures))
        for one in QUOTES
        if all(name in figures for name in one.figures)
    ]
    return "\n".join((HEAD, *rows))


def rewrite(readme: Path, results: str) -> None:
    """Put the table of these results between README's marks."""
    before, _, rest = readme.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    if not after:
        raise ValueError(f"{readme} has no line {BEGIN!r} with {END!r} after it")
    readme.write_text(f"{before}{BEGIN}\n{quoted(results)}\n{END}{after}", encoding="utf-8")
