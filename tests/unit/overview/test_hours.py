"""The picture of the last day by the hour."""

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from pipelines.overview.hours import HOURS, Hour, hours_plot

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
COUNTS = st.integers(0, 100_000)


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


@given(st.lists(st.tuples(COUNTS, COUNTS, COUNTS), max_size=HOURS))
def test_every_count_and_sum_is_in_it_and_no_bar_leaves_its_row(counts: list[tuple[int, int, int]]) -> None:
    hours = [
        Hour(since=NOW + timedelta(hours=place), articles=articles, matches=matches, alerts=alerts)
        for place, (articles, matches, alerts) in enumerate(counts)
    ]
    svg = hours_plot(hours)
    shown = texts(svg)
    for kind in range(3):
        assert f"{sum(row[kind] for row in counts)} in all" in shown
    for number in {number for row in counts for number in row} - {0}:
        assert shown.count(str(number)) >= sum(row.count(number) for row in counts)
    for bar in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}rect"):
        if bar.get("width") != "100%":
            assert 2 <= float(bar.get("height", "0")) <= 70


def test_an_idle_day_is_a_picture_too() -> None:
    assert texts(hours_plot([])) == ["articles", "0 in all", "matches", "0 in all", "alerts", "0 in all"]
