"""One worker: reads items from its parent until there are none, within the limits it was started with.

`python -m pipelines.ingest.worker_process CPU_SECONDS BYTES`. An error that nobody foresaw ends it, with its trace in
the log: the parent starts another.
"""

import importlib
import os
import pickle
import resource
import signal
import sys
from collections.abc import Callable
from functools import partial
from io import FileIO
from pathlib import Path
from typing import BinaryIO

from pipelines.errors import ParsingFailed, WirewatchError
from pipelines.ingest.workers import BEGINS, CONTINUES, ENDS

_GROWN = 400 << 20  # bytes; libraries keep what a large page made them take, so a worker that grew is replaced


def main(cpu: int, memory: int) -> None:
    """Serve until the parent closes the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent, who gets it too, decides
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # What a library prints must not stand among the answers.
    with FileIO(os.dup(1), "wb") as answers, os.fdopen(os.dup(0), "rb") as jobs:
        os.dup2(2, 1)
        while job := _next(jobs):
            work = _loaded(job)
            answers.write(BEGINS)
            answer, spoilt = _answer(work, cpu)
            mark = ENDS if spoilt or _resident() > _GROWN else CONTINUES
            _send(answers, mark, answer)
            if mark == ENDS:
                return


def _next(jobs: BinaryIO) -> bytes:
    return jobs.read(int.from_bytes(jobs.read(8), "big"))


def _loaded(job: bytes) -> Callable[[], object]:
    """What is to be done, once the modules are there that its own names under LOADED_FIRST."""
    function, args, kwargs = pickle.loads(job)  # noqa: S301 - our own parent wrote it
    wanted = getattr(sys.modules.get(getattr(function, "__module__", "")), "LOADED_FIRST", {})
    for name in wanted.get(function.__name__, ()):
        importlib.import_module(name)
    return partial(function, *args, **kwargs)


def _answer(work: Callable[[], object], cpu: int) -> tuple[object, bool]:
    """The answer or the error to pass on, and whether this process is fit for no other."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + cpu + 1, hard))
    try:
        return work(), False
    except WirewatchError as error:
        return error, False
    except MemoryError:
        return ParsingFailed("too large to be read within the memory it may take"), True
    except RecursionError:
        return ParsingFailed("nested too deeply to be read"), False


def _resident() -> int:
    """Bytes of memory in use; 0 where the system does not say. The peak would include the parent's."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    except OSError:
        return 0
    return int(pages) * resource.getpagesize()


def _send(answers: FileIO, mark: bytes, answer: object) -> None:
    data = pickle.dumps(answer)
    left = memoryview(mark + len(data).to_bytes(8, "big") + data)
    while left:
        left = left[answers.write(left) :]


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
