"""Pages on their way through the workers."""

import subprocess
import sys
from concurrent.futures import Future
from datetime import UTC, datetime

import pytest

from pipelines.errors import ParsingFailed
from pipelines.ingest.reading import WAITING, Readings
from pipelines.progress import Budget

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def answered(value: int) -> Future[int]:
    """An answer that is there."""
    future: Future[int] = Future()
    future.set_result(value)
    return future


def test_what_is_done_is_handed_on_as_soon_as_the_next_comes() -> None:
    taken: list[tuple[str, int]] = []
    readings = Readings[str, int](lambda item, future: taken.append((item, future.result())))
    waiting: Future[int] = Future()
    readings.add("slow", waiting)
    readings.add("quick", answered(1))
    assert taken == [("quick", 1)]
    waiting.set_result(2)
    assert readings.finish(Budget(NOW, 5.0)) == 0
    assert taken == [("quick", 1), ("slow", 2)]


def test_without_time_what_has_begun_is_waited_for_and_the_rest_dropped() -> None:
    taken: list[str] = []
    readings = Readings[str, int](lambda item, _: taken.append(item))
    begun = answered(1)
    readings.add("never begun", Future())
    readings._items[begun] = "begun"
    assert readings.finish(Budget(NOW, 0.0)) == 1
    assert taken == ["begun"]


def test_an_item_that_failed_is_handed_on_with_its_error() -> None:
    errors: list[BaseException | None] = []
    readings = Readings[str, int](lambda _, future: errors.append(future.exception()))
    failed: Future[int] = Future()
    failed.set_exception(ParsingFailed("not read within 10 s"))
    readings.add("hostile", failed)
    assert [str(error) for error in errors] == ["not read within 10 s"]


@pytest.mark.parametrize("heavy", ["trafilatura", "lxml", "numpy", "py3langid"])
def test_the_steps_load_no_extractor(heavy: str) -> None:
    code = f"import sys, pipelines.gathering; sys.exit({heavy!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_what_waits_is_bounded() -> None:
    taken: list[int] = []
    readings = Readings[int, int](lambda item, _: taken.append(item))
    for number in range(WAITING):
        readings.add(number, Future())
    readings.add(WAITING, answered(0))
    assert taken == [WAITING]
