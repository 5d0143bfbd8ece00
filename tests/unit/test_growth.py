"""The simulated day's judge: flat is flat, and what grows faster than its articles is named."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.soak.growth import Sample, judged, table


def as_it_is(_: int, one: Sample) -> Sample:
    """Flat."""
    return one


def day(bent: Callable[[int, Sample], Sample] = as_it_is) -> list[Sample]:
    """A day of 400 articles an hour at 5 kB each, after a first hour that loads much."""
    flat = [
        Sample(
            hour=hour,
            memory_mb=200 if hour else 90,
            workers_mb=280,
            database_mb=10 + hour * 2,
            articles=hour * 400,
            alerts=hour * 20,
            cycles=hour * 12,
            wall=hour * 60.0,
            cpu=hour * 20.0,
            rows={"articles": hour * 400, "cycles": hour * 12},
        )
        for hour in range(25)
    ]
    return [bent(hour, one) for hour, one in enumerate(flat)]


def leaks(hour: int, one: Sample) -> Sample:
    """Five megabytes an hour."""
    return replace(one, memory_mb=one.memory_mb + 5 * hour)


def swells(hour: int, one: Sample) -> Sample:
    """Bytes that nothing new explains."""
    return replace(one, database_mb=one.database_mb + hour * hour / 20)


def hoards(hour: int, one: Sample) -> Sample:
    """A table that grows with what is in it."""
    return replace(one, rows={**one.rows, "hoard": hour * hour * 30})


@pytest.mark.parametrize(
    ("samples", "broken"),
    [
        (day(), set()),
        (day(leaks), {"memory is flat"}),
        (day(swells), {"the database grows as its articles do"}),
        (day(hoards), {"no table grows faster than before"}),
    ],
)
def test_what_grows_is_named(samples: list[Sample], broken: set[str]) -> None:
    found = list(judged(samples))
    assert {one.name for one in found if not one.holds} == broken
    assert len(found) == 3


def test_the_table_tells_of_each_hour_since_the_one_before() -> None:
    lines = list(table(day()))
    assert len(lines) == 2 + 24
    assert lines[-1] == "| 24.0 | 200 | 280 | 58.0 | 9,600 | 5.0 | 480 | 5.00 | 1.67 |"
