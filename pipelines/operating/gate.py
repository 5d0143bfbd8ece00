"""The gate of an installation: work goes in while it is open, and an upgrade shuts it and waits until nobody is inside.

Two locks of the kernel on files in the home, so that nothing is left shut by who died: whoever works holds `inside`
together with others, having passed `gate`; who needs the house to himself holds `gate` alone, then `inside` alone.
One machine's processes see one another; those of other machines have a home, and a gate, of their own.
"""

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.errors import SettingsError, Shut

GATE, INSIDE = "gate.lock", "inside.lock"
LOOK_EVERY = 0.2


@contextmanager
def working(home: Path) -> Iterator[None]:
    """Be one of those at work; raises Shut at once while somebody needs the house alone."""
    with _opened(home, INSIDE) as inside:
        with _opened(home, GATE) as gate:
            if not _locked(gate, fcntl.LOCK_SH):
                raise Shut(f"{home}: an upgrade or a restore is going on; what waits is done after it")
            if not _locked(inside, fcntl.LOCK_SH):
                raise Shut(f"{home}: an upgrade or a restore is just ending; what waits is done after it")
        yield


@contextmanager
def alone(home: Path, patience: float, waits: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Take no new work in and wait until all that is going on is done; `waits` is called once if that takes time.

    Raises Shut, the gate open again, where it takes longer than `patience` seconds or another is alone already.
    """
    with _opened(home, GATE) as gate, _opened(home, INSIDE) as inside:
        if not _in_time(gate, 2.0):
            raise Shut(f"{home}: another upgrade or restore is going on")
        if not _locked(inside, fcntl.LOCK_EX):
            waits()
            if not _in_time(inside, patience):
                raise Shut(
                    f"{home}: the running cycle has not ended within {patience:.0f} s; nothing was changed. "
                    "Look at it in the Dagster UI, or stop the services, and try again"
                )
        yield


def is_shut(home: Path) -> bool:
    """Whether somebody needs the house alone, just now."""
    return _is_held(home / GATE, fcntl.LOCK_SH)


def is_working(home: Path) -> bool:
    """Whether a cycle is going on, just now."""
    return _is_held(home / INSIDE, fcntl.LOCK_EX)


def _is_held(path: Path, kind: int) -> bool:
    try:
        with path.open("rb") as lock:
            return not _locked(lock.fileno(), kind)
    except OSError:
        return False  # no such file: nobody ever worked here


def _in_time(lock: int, patience: float) -> bool:
    until = time.monotonic() + patience
    while not _locked(lock, fcntl.LOCK_EX):
        if time.monotonic() >= until:
            return False
        time.sleep(LOOK_EVERY)
    return True


def _locked(lock: int, kind: int) -> bool:
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _opened(home: Path, name: str) -> Iterator[int]:
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock = (home / name).open("ab")
    except OSError as error:
        raise SettingsError(f"cannot write to {home}: {error.strerror}; name another in WIREWATCH_HOME") from error
    with lock:
        yield lock.fileno()
