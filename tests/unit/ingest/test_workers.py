"""The pool that reads what strangers wrote: limits are kept from outside, and one item's fault is its own."""

import os
import re
import signal
import sys
import time
from collections.abc import Iterator

import pytest

from pipelines.errors import NotAFeed, ParsingFailed
from pipelines.ingest import sources
from pipelines.ingest.workers import BoundedWorkers, Limits
from pipelines.protocols import Response
from pipelines.states import SourceKind


@pytest.fixture(scope="module")
def strict() -> Iterator[BoundedWorkers]:
    """Two workers with a second of computing each, and time to get it on a busy machine."""
    with BoundedWorkers(Limits(cpu=1, wall=60.0), at_once=2) as workers:
        yield workers


def test_an_answer_comes_back(strict: BoundedWorkers) -> None:
    assert strict.submit(str.upper, "dam").result() == "DAM"
    assert len(strict.submit(bytes, 20 << 20).result()) == 20 << 20
    assert strict.submit(len, bytes(20 << 20)).result() == 20 << 20


def test_what_computes_for_ever_is_cut_and_the_others_go_on(strict: BoundedWorkers) -> None:
    hostile = strict.submit(re.match, "(a+)+$", "a" * 40 + "b")
    good = [strict.submit(str.upper, name) for name in ("a", "b", "c")]
    assert [future.result() for future in good] == ["A", "B", "C"]
    with pytest.raises(ParsingFailed, match="within 1 s of computing"):
        hostile.result()
    assert strict.submit(str.upper, "d").result() == "D"


def test_what_waits_for_ever_is_cut() -> None:
    with BoundedWorkers(Limits(wall=1.0)) as workers, pytest.raises(ParsingFailed, match="within 1 s"):
        workers.submit(time.sleep, 3_600).result()


def test_what_takes_all_memory_is_cut(strict: BoundedWorkers) -> None:
    with pytest.raises(ParsingFailed, match="memory"):
        strict.submit(bytearray, 2 << 30).result()
    assert strict.submit(str.upper, "d").result() == "D"


def test_a_worker_that_dies_fails_its_item_alone(strict: BoundedWorkers) -> None:
    with pytest.raises(ParsingFailed, match="exit code 3"):
        strict.submit(os._exit, 3).result()
    with pytest.raises(ParsingFailed, match="SIGSEGV"):
        strict.submit(signal.raise_signal, signal.SIGSEGV).result()


def test_an_error_nobody_foresaw_ends_its_worker_alone(
    strict: BoundedWorkers, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ParsingFailed, match="see the log"):
        strict.submit(int, "dam").result()
    assert "invalid literal for int" in capfd.readouterr().err


def test_an_error_of_ours_comes_through(strict: BoundedWorkers) -> None:
    with pytest.raises(NotAFeed):
        strict.submit(sources.parse, SourceKind.FEED, Response(url="https://a.example/", status=200, body=b"")).result()


def test_what_an_item_prints_is_no_answer(strict: BoundedWorkers) -> None:
    assert strict.submit(os.system, "echo noise").result() == 0
    assert strict.submit(str.upper, "d").result() == "D"


def test_a_worker_that_died_in_its_sleep_fails_nothing() -> None:
    with BoundedWorkers(at_once=1) as workers:
        os.kill(workers.submit(os.getpid).result(), signal.SIGKILL)
        time.sleep(0.2)
        assert workers.submit(str.upper, "d").result() == "D"


def test_closing_waits_for_nothing() -> None:
    workers = BoundedWorkers(at_once=1)
    process = workers.submit(os.getpid).result()
    hanging = workers.submit(time.sleep, 3_600)
    time.sleep(0.1)
    workers.close()
    assert hanging.cancelled() or hanging.exception()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_nothing_is_started_before_there_is_work() -> None:
    with BoundedWorkers() as workers:
        assert not workers._all


def test_the_pool_itself_loads_nothing_heavy() -> None:
    code = "import sys, pipelines.ingest.workers; sys.exit(any(x in sys.modules for x in ('trafilatura', 'lxml')))"
    assert os.waitstatus_to_exitcode(os.system(f'{sys.executable} -c "{code}"')) == 0
