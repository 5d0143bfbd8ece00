"""The figures of the benchmarks are found in what their scripts print, shown beside what is aimed at, and quoted."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks.__main__ import CannotRun, Results, output
from benchmarks.figures import SPEED, Figure
from benchmarks.quoted import BEGIN, END, QUOTES, measured, quoted, rewrite
from benchmarks.results_page import aims_plot, page, peers_plot
from benchmarks.suite import BENCHMARKS, Benchmark

ROOT = Path(__file__).parents[2]
READ = {one.name: one.read for one in BENCHMARKS}
NOW = datetime(2026, 12, 1, tzinfo=UTC)
RULES = """
10 rules; 1.25 % of them match an article
cold start, kept rules to the first judged article: 20 ms

| contestant | articles/s | x naive | x raw scan | differences | does |
|---|---|---|---|---|---|
| raw scan | 9,000 | 90.00 | 1.000 |  | the automaton |
| Wirewatch | 5,000 | 41.20 | 0.219 | 0 | whole path |

100 rules; 1.37 % of them match an article
cold start, kept rules to the first judged article: 31 ms

| contestant | articles/s | x naive | x raw scan | differences | does |
|---|---|---|---|---|---|
| Wirewatch | 1,000 | 1,855.00 | 0.130 | 0 | whole path |
| one re a term | 10 | 1.00 | 0.000 | 0 | |

1,000 rules that are judged one by one; 0.68 % of them match an article
cold start, kept rules to the first judged article: 40 ms

| contestant | articles/s | x naive | x raw scan | differences | does |
|---|---|---|---|---|---|
| Wirewatch | 1,000 | 105.00 | 0.021 | 0 | whole path |
"""
FEEDS = """feedparser, whole    10.00 ms   1.000 x feedparser
ours, whole           5.00 ms   0.500 x feedparser
ours, one new         1.10 ms   0.110 x feedparser
ours, none new        0.50 ms   0.050 x feedparser
"""
DELIVER = """the whole step                    46.0 messages/s
Apprise, 16 threads               92.0 messages/s
ratio to threaded Apprise      0.50
"""
FETCH = """
| 304 wirewatch | 2.00 | 1.00 |
| 304 reader, 10 threads | 8.00 | 4.00 |
304 cycle: 1.62 x the latency floor (aim 1.5)
304 cycle: 1.33 x aiohttp alone, 100 connections; CPU 1.92 x
304 cycle: 0.15 x  reader, 10 threads (aim 0.2); CPU 0.40 x
304 cycle: 0.72 x  reader, 100 threads (aim 0.2); CPU 0.41 x
cold cycle: 0.35 x  reader, 10 threads (aim 0.5); CPU 0.50 x
"""
STORIES = """Wirewatch    F1 0.9979 of labelled pairs, precision 0.9987
rensa        F1 0.7959 of labelled pairs, precision 0.9950
    4,664 SQLite            422 docs/s   2,370 us each     120 MB peak
    4,664 rensa           5,400 docs/s     185 us each     200 MB peak
   10,000 alone             400 docs/s   2,500 us each     120 MB peak
"""
EXTRACT = """12 pages             F1    title  date  day±1  CPU/page  of trafilatura  median
wirewatch              0.9700  0.900  0.900  0.950   20.0 ms  0.500           15.0 ms
trafilatura            0.9500  0.900  0.900  0.950   40.0 ms  1.000           30.0 ms
trafilatura precision  0.9540  0.900  0.900  0.950   10.0 ms  0.250           30.0 ms
two workers: 1.80 x one; a spin loop: 1.90 x; ratio 0.95
"""
LATENCY = "10 of 10 articles were delivered\n\n50 %: 31.4 s (aim 45)\n95 %: 60.2 s (aim 90)\n"


@pytest.mark.parametrize(
    ("name", "output", "figures"),
    [
        (
            "rules",
            RULES,
            {
                "10 rules, many match: x one `re` a term": (41.2, None),
                "10 rules, many match: x the raw scan": (0.219, None),
                "10 rules, many match: ms to the first article": (20, None),
                "100 rules, many match: x one `re` a term": (1855, None),
                "100 rules, many match: x the raw scan": (0.13, None),
                "100 rules, many match: ms to the first article": (31, False),
                "1,000 rules that are judged one by one: x one `re` a term": (105, None),
                "1,000 rules that are judged one by one: x the raw scan": (0.021, None),
                "1,000 rules that are judged one by one: ms to the first article": (40, None),
            },
        ),
        ("feeds", FEEDS, {"one new of 30: x feedparser": (0.11, True), "none new: x feedparser": (0.05, True)}),
        ("deliver", DELIVER, {"x Apprise in 16 threads": (0.5, False)}),
        (
            "fetch",
            FETCH,
            {
                "304 cycle: x the latency floor": (1.62, False),
                "304 cycle: x aiohttp alone, 100 connections": (1.33, None),
                "304 cycle: x reader, 10 threads": (0.15, True),
                "304 cycle: x reader, 100 threads": (0.72, False),
                "cold cycle: x reader, 10 threads": (0.35, True),
            },
        ),
        (
            "stories",
            STORIES,
            {
                "4,664 texts, SQLite: x rensa": (pytest.approx(0.0781, abs=1e-3), False),
                "F1 of labelled reprints": (0.9979, True),
            },
        ),
        (
            "extract",
            EXTRACT,
            {
                "F1 of bodies (dev)": (0.97, True),
                "CPU a page: x trafilatura": (0.5, True),
                "two workers: x the gain of a spin loop": (0.95, True),
            },
        ),
        (
            "latency",
            LATENCY,
            {"median seconds to the desk": (31.4, True), "95th percentile, seconds": (60.2, True)},
        ),
    ],
)
def test_the_figures_of_a_script_are_found(
    name: str, output: str, figures: dict[str, tuple[float, bool | None]]
) -> None:
    assert {one.name: (one.value, one.met) for one in READ[name](output) if not one.peer} == figures


@pytest.mark.parametrize(
    ("name", "output", "speeds"),
    [
        ("rules", RULES, {"raw scan": 1.8, "one re a term": 0.01}),
        ("feeds", FEEDS, {"feedparser": 0.5}),
        ("deliver", DELIVER, {"Apprise, 16 threads": 2}),
        ("fetch", FETCH, {"reader, 10 threads": 0.25}),
        ("stories", STORIES, {"rensa": pytest.approx(12.8, abs=0.01)}),
        ("extract", EXTRACT, {"trafilatura": 0.5, "trafilatura precision": 2}),
    ],
)
def test_each_contestant_has_its_speed_beside_ours(name: str, output: str, speeds: dict[str, float]) -> None:
    assert {one.peer: one.value for one in READ[name](output) if one.peer and one.name.endswith(SPEED)} == speeds


@pytest.mark.parametrize("name", READ)
def test_a_script_that_says_nothing_is_a_fault_and_no_empty_row(name: str) -> None:
    with pytest.raises(ValueError, match="the output has no"):
        list(READ[name]("Killed\n"))


def test_rules_that_find_other_evidence_have_no_speed() -> None:
    with pytest.raises(ValueError, match="3 articles"):
        list(READ["rules"](RULES.replace("0.219 | 0 |", "0.219 | 3 |")))


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("raise SystemExit('the contestants read other entries')", "exit code 1: the contestants read other entries"),
        ("import time; time.sleep(60)", "not over after 0 s"),
    ],
)
def test_a_script_that_fails_or_does_not_end_says_why(code: str, why: str) -> None:
    with pytest.raises(CannotRun, match=why):
        output([sys.executable, "-c", code], patience=0.1 if "sleep" in code else 60)


def test_one_that_cannot_run_is_a_row_and_the_others_are_written(tmp_path: Path) -> None:
    results = Results(tmp_path, small=True)
    results.add(Benchmark(name="rules", full=[], small=[], read=READ["rules"], peers=["no_such_peer"]), tmp_path)
    assert "| rules | no figures: not installed: no_such_peer (`make peers`) |" in (tmp_path / "results.md").read_text()
    assert {file.name for file in tmp_path.iterdir()} == {"results.md", "results.svg", "peers.svg"}


RUNS = {
    "feeds": [
        [Figure(name="x feedparser", value=value, aim=0.2, at_least=False), Figure(name=SPEED, value=0.5, peer="fp")]
        for value in (0.1, 0.5, 0.15)
    ],
    "idle": [[Figure(name="s", value=1.0)]],
}


def test_the_page_has_medians_with_their_spread_and_says_what_failed() -> None:
    told = page(RUNS, {"rules": ["no peers"], "idle": ["load | 40"]}, NOW, small=False)
    assert "| feeds | x feedparser | at most 0.2 | 0.15 (3: 0.1 to 0.5) | yes |" in told
    assert "| idle | s |  | 1 (1) |  |" in told
    assert "| rules | no figures: no peers | | | no |" in told
    assert "| idle | 1 of its runs had none: load / 40 | | | |" in told
    assert f"| feeds | {SPEED} | fp | 0.5 (3: 0.5 to 0.5) |" in told
    assert "measures nothing" in page({}, {}, NOW, small=True)
    named = {("feeds", "x feedparser"): 0.15, ("idle", "s"): 1.0, ("feeds", SPEED, "fp"): 0.5}
    assert measured(told) == named


def test_the_plots_have_a_bar_for_each_aim_and_each_contestant() -> None:
    figures = [Figure(name="a < b", value=2, aim=1), Figure(name="c", value=0, aim=1, at_least=False)]
    for drawn, widths in (
        (aims_plot({"x": [[*figures, Figure(name="d", value=3)]]}), [340, 340]),
        (peers_plot(RUNS), [85]),
    ):
        bars = ElementTree.fromstring(drawn).findall(".//{*}rect")
        assert [float(bar.attrib["width"]) for bar in bars] == widths


def test_readme_quotes_the_results() -> None:
    """Whoever takes the benchmarks anew has README's table written with them."""
    told = (ROOT / "benchmarks" / "results.md").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert readme.partition(BEGIN)[2].partition(END)[0].strip() == quoted(told)


def test_what_is_quoted_stands_between_the_marks_and_lacks_what_was_not_measured(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"Before\n{BEGIN}\nold\n{END}\nAfter\n")
    rewrite(readme, "| feeds | one new of 30: x feedparser | at most 0.2 | 0.1134 (3: 0.1 to 0.2) | yes |")
    row = "| a document with one new entry of 30 | feedparser over the whole | 0.11 of its time |"
    assert readme.read_text().splitlines()[2:] == ["| what | beside | measured |", "|---|---|---|", row, END, "After"]
    with pytest.raises(ValueError, match="has no line"):
        rewrite(Path(__file__), "")


@pytest.mark.parametrize("quote", QUOTES, ids=lambda quote: quote.row[2:30])
def test_a_quote_has_as_many_braces_as_figures(quote: object) -> None:
    assert all(one.row.count("{") == len(one.figures) for one in QUOTES if one is quote)
