"""The figures of the benchmarks are found in what their scripts print, and shown beside what is aimed at."""

from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest

from benchmarks.figures import BENCHMARKS, Figure
from benchmarks.results_page import page, plot

READ = {one.name: one.read for one in BENCHMARKS}
RULES = """
10 rules; 1.25 % of them match an article
cold start, kept rules to the first judged article: 20 ms

| contestant | articles/s | x naive | x raw scan | differences | does |
|---|---|---|---|---|---|
| raw scan | 9,000 | 90.00 | 1.000 |  | the automaton |
| Wirewatch | 5,000 | 41.20 | 0.219 | 0 | whole path |

1,000 rules; 1.37 % of them match an article

| Wirewatch | 1,000 | 1,855.00 | 0.130 | 0 | whole path |
| one re a term | 2 | 1.00 | 0.000 | 0 | |
"""
FETCH = """
304 cycle: 1.62 x the latency floor (aim 1.5)
304 cycle: 0.15 x  reader, 10 threads (aim 0.2); CPU 0.40 x
304 cycle: 0.72 x  reader, 100 threads (aim 0.2); CPU 0.41 x
cold cycle: 0.35 x  reader, 10 threads (aim 0.5); CPU 0.50 x
"""
STORIES = """
    4,664 SQLite            422 docs/s   2,370 us each     120 MB peak
    4,664 rensa           5,400 docs/s     185 us each     200 MB peak
   10,000 SQLite            400 docs/s   2,500 us each     120 MB peak
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
                "1,000 rules, many match: x one `re` a term": (1855, True),
                "1,000 rules, many match: x the raw scan": (0.13, False),
            },
        ),
        (
            "fetch",
            FETCH,
            {
                "304 cycle: x the latency floor": (1.62, False),
                "304 cycle: x reader, 10 threads": (0.15, True),
                "304 cycle: x reader, 100 threads": (0.72, False),
                "cold cycle: x reader, 10 threads": (0.35, True),
            },
        ),
        ("stories", STORIES, {"4,664 texts, SQLite: x rensa": (pytest.approx(0.0781, abs=1e-3), False)}),
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
    assert {one.name: (one.value, one.met) for one in READ[name](output)} == figures


@pytest.mark.parametrize("name", READ)
def test_a_script_that_says_nothing_is_a_fault_and_no_empty_row(name: str) -> None:
    with pytest.raises(ValueError, match="the output has no"):
        list(READ[name]("Killed\n"))


def test_rules_that_find_other_evidence_have_no_speed() -> None:
    with pytest.raises(ValueError, match="3 articles"):
        list(READ["rules"](RULES.replace("0.219 | 0 |", "0.219 | 3 |")))


def test_the_page_has_medians_with_their_spread_and_says_what_was_left_out() -> None:
    runs = [[Figure(name="x feedparser", value=value, aim=0.2, at_least=False)] for value in (0.1, 0.5, 0.15)]
    told = page({"feeds": runs, "idle": [[Figure(name="s", value=1.0)]]}, {"rules": "no peers"}, NOW, small=False)
    assert "| feeds | x feedparser | at most 0.2 | 0.15 (3: 0.1 to 0.5) | yes |" in told
    assert "| idle | s |  | 1 (1: 1 to 1) |  |" in told
    assert "- rules was left out: no peers" in told
    assert "measures nothing" in page({}, {}, NOW, small=True)


def test_the_plot_has_a_bar_for_each_aim() -> None:
    figures = [Figure(name="a < b", value=2, aim=1), Figure(name="c", value=0, aim=1, at_least=False)]
    bars = ElementTree.fromstring(plot({"x": [[*figures, Figure(name="d", value=3)]]})).findall(".//{*}rect")
    assert [float(bar.attrib["width"]) for bar in bars] == [340, 340]


NOW = datetime(2026, 12, 1, tzinfo=UTC)
