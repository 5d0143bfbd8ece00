"""Reads what strangers wrote in processes of its own, each item within limits that are kept from outside.

A page of 200 kB can keep an extractor busy for 20 s, a feed of 32 kB a feed parser for 3 s, both by the square of
their length. A worker that passes a limit is killed and another started; its item has failed, the others go on. None
is started before there is something to read, so that an idle cycle costs nothing.
"""

import os
import pickle
import select
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from signal import SIGKILL, SIGXCPU, Signals
from types import TracebackType
from typing import ParamSpec, Self, TypeVar, cast

from pipelines.errors import ParsingFailed, WirewatchError

P = ParamSpec("P")
T = TypeVar("T")

BEGINS = b"!"
"""A worker's word that it has loaded what an item's function needs: from now on the item's time runs."""
CONTINUES, ENDS = b"+", b"-"
"""What stands before an answer: whether the worker takes another item."""

_ROOT = Path(__file__).parents[2]
_START = 60.0  # seconds for Python and its imports on a machine that is busy
_LARGEST_ANSWER = 64 << 20  # bytes; a text is cut at 1 MiB, a feed at 10 MiB


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one item may take; enforced by the kernel and by the parent, whatever the item does."""

    cpu: int = 10
    """Seconds."""
    wall: float = 15.0
    """Seconds."""
    memory: int = 1 << 30
    """Bytes of address space, the worker's own libraries included."""


class BoundedWorkers:
    """A bounded pool of worker processes; safe for threads. Close it, or use it in a `with`."""

    def __init__(self, limits: Limits | None = None, *, at_once: int | None = None) -> None:
        self._limits = limits or Limits()
        self._threads = ThreadPoolExecutor(at_once or min(4, len(os.sched_getaffinity(0))), "worker")
        self._idle: SimpleQueue[_Worker] = SimpleQueue()
        self._all: set[_Worker] = set()

    def submit(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        """The answer of a module's function, to come; raises ParsingFailed where the item passed a limit.

        A WirewatchError that the function raises comes through as it is. Arguments and answer must be picklable.
        """
        return self._threads.submit(self._done, pickle.dumps((function, args, kwargs)))  # type: ignore[arg-type]

    def close(self) -> None:
        """End every worker at once, whatever it does; what waits is dropped."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for worker in list(self._all):
            worker.kill()
        self._threads.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _done(self, job: bytes) -> object:
        worker = self._ready()
        try:
            answer = worker.ask(job, self._limits.wall)
        finally:
            if worker.fit:
                self._idle.put(worker)
            else:
                self._end(worker)
        if isinstance(answer, WirewatchError):
            raise answer
        return answer

    def _ready(self) -> "_Worker":
        """One that waits for work, else a new one: what died while it waited is no fault of the next item."""
        while True:
            try:
                worker = self._idle.get_nowait()
            except Empty:
                worker = _Worker(self._limits)
                self._all.add(worker)
                return worker
            if worker.alive:
                return worker
            self._end(worker)

    def _end(self, worker: "_Worker") -> None:
        self._all.discard(worker)
        worker.kill()


class _Worker:
    """One process; what it is asked and what it answers are pickles with their length before them."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._process = subprocess.Popen(
            [sys.executable, "-m", "pipelines.ingest.worker_process", str(limits.cpu), str(limits.memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            cwd=_ROOT,
            # A numeric library reserves address space for a thread a core otherwise.
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        )
        self.fit = False
        """Whether it can take another item: not before it has answered, and not where it said that it ends."""

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    def ask(self, job: bytes, wall: float) -> object:
        """The answer; raises ParsingFailed, after which it is not fit."""
        self.fit = False
        try:
            self._write(len(job).to_bytes(8, "big") + job)
            self._read(len(BEGINS), time.monotonic() + _START)
            deadline = time.monotonic() + wall
            last, size = self._read(1, deadline), int.from_bytes(self._read(8, deadline), "big")
            if size > _LARGEST_ANSWER:
                raise ParsingFailed(f"more than {_LARGEST_ANSWER >> 20} MiB came of it")
            answer: object = pickle.loads(self._read(size, deadline))  # noqa: S301 - our own process wrote it
            self.fit = last == CONTINUES
            return answer
        except TimeoutError:
            raise ParsingFailed(f"not read within {wall:.0f} s") from None
        except (EOFError, BrokenPipeError, ConnectionResetError):
            raise ParsingFailed(self._ended()) from None

    def kill(self) -> None:
        """End it and wait until it is gone."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _write(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            left = left[os.write(cast(int, self._process.stdin.fileno()), left) :]  # type: ignore[union-attr]

    def _read(self, size: int, deadline: float) -> bytes:
        pipe = self._process.stdout.fileno()  # type: ignore[union-attr]
        waiting = select.poll()
        waiting.register(pipe, select.POLLIN)
        found = bytearray()
        while len(found) < size:
            left = deadline - time.monotonic()
            if left <= 0 or not waiting.poll(left * 1_000):
                raise TimeoutError
            chunk = os.read(pipe, min(size - len(found), 1 << 20))
            if not chunk:
                raise EOFError
            found += chunk
        return bytes(found)

    def _ended(self) -> str:
        code = self._process.wait()
        if code == -SIGXCPU:
            return f"not read within {self._limits.cpu} s of computing"
        if code == -SIGKILL:
            return "stopped by the system, perhaps for want of memory"
        return f"its worker ended with {Signals(-code).name if code < 0 else f'exit code {code}'}: see the log"
