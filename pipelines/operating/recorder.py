"""Notes what each step of a cycle did and how long it took, while it is done."""

import functools
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Concatenate, ParamSpec, Protocol, TypeVar
from uuid import uuid4

from pipelines.cycles import CycleBook, CycleDone, StepDone
from pipelines.errors import WirewatchError, shown
from pipelines.operating.logs import tell_step
from pipelines.reports import Report

log = logging.getLogger(__name__)


class Recorder:
    """The notes of one cycle."""

    def __init__(self, began_at: datetime, cycle_id: str | None = None, *, aloud: bool = True) -> None:
        """`cycle_id` is Dagster's run id where there is one; each step is logged if `aloud`."""
        self._aloud = aloud
        self.cycle_id = cycle_id or str(uuid4())
        self._began_at = began_at
        self._steps: list[StepDone] = []

    def note(self, step: StepDone) -> None:
        """Add a step."""
        self._steps.append(step)
        if self._aloud:
            tell_step(step)

    def done(self, now: datetime) -> CycleDone | None:
        """The cycle as it was, ended `now`; None where no step was done."""
        if not self._steps:
            return None
        return CycleDone(cycle_id=self.cycle_id, began_at=self._began_at, ended_at=now, steps=tuple(self._steps))


class Recorded(Protocol):
    """Whoever has steps that are noted."""

    @property
    def recorder(self) -> Recorder: ...


S = TypeVar("S", bound=Recorded)
P = ParamSpec("P")
R = TypeVar("R", bound=Report | tuple[Report, ...])


def noted(step: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """The step, a method, with a note of what it did, or of why it failed."""

    @functools.wraps(step)
    def perform(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        began = time.monotonic()
        try:
            answer = step(self, *args, **kwargs)
        except Exception as error:
            seconds = time.monotonic() - began
            self.recorder.note(StepDone(step=step.__name__, seconds=seconds, failed=shown(error)))
            raise
        reports = answer if isinstance(answer, tuple) else (answer,)
        self.recorder.note(_summed(step.__name__, time.monotonic() - began, reports))
        return answer

    return perform


def _summed(step: str, seconds: float, reports: tuple[Report, ...]) -> StepDone:
    counts = Counter[str]()
    for report in reports:
        counts.update({name: count for name, count in report.counts.items() if count})
    return StepDone(
        step=step,
        seconds=seconds,
        counts=dict(counts),
        problems=sum(len(report.problems) for report in reports),
        unfinished=any(report.unfinished for report in reports),
    )


@contextmanager
def recording(
    book: CycleBook, cycle_id: str | None, clock: Callable[[], datetime], then: Callable[[], None] = lambda: None
) -> Iterator[Recorder]:
    """A recorder for one cycle, whose notes are kept at its end, however it ends; `then` is called after that.

    What cannot be kept is logged: a cycle that did its work has not failed for want of its numbers.
    """
    recorder = Recorder(clock(), cycle_id)
    try:
        yield recorder
    finally:
        done = recorder.done(clock())
        if done is not None:
            try:
                book.record(done)
                then()
            except WirewatchError as error:
                log.error("what the cycle did could not be kept: %s", error)
