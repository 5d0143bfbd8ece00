"""Runs one step of an installation, and kills itself with SIGKILL at the chosen event.

usage: python crash_child.py STEP EVENT; prints each event as it comes. Events are what changes the world, or could:
a statement before it is executed, a commit before and after it is made, a message before and after it is sent.
EVENT is the number of the one to die at, counted from 1; 0 lives to the end.
"""

import os
import signal
import sys
import threading
from pathlib import Path

from sqlalchemy import Engine, event

from pipelines.alerts import Message, Receiver
from pipelines.cycle import Cycle, open_cycle
from pipelines.protocols import Notifier


class Fuse:
    """Counts events, and ends the process at the fatal one."""

    def __init__(self, fatal: int) -> None:
        self.armed = False
        self._fatal = fatal
        self._count = 0
        self._lock = threading.Lock()

    def burn(self, name: str) -> None:
        """One event."""
        with self._lock:
            if not self.armed:
                return
            self._count += 1
            print(name, flush=True)
            if self._count == self._fatal:
                os.kill(os.getpid(), signal.SIGKILL)


class FusedNotifier:
    """A notifier with an event before and after each message."""

    def __init__(self, inner: Notifier, fuse: Fuse) -> None:
        self._inner = inner
        self._fuse = fuse

    def service(self, receiver: Receiver) -> str:
        """As it is."""
        return self._inner.service(receiver)

    def send(self, receiver: Receiver, message: Message, *, key: str) -> None:
        """Send, burning the fuse on both sides."""
        self._fuse.burn("before send")
        self._inner.send(receiver, message, key=key)
        self._fuse.burn("after send")


def watch_database(fuse: Fuse) -> None:
    """Make events of the writes and commits of every engine."""

    @event.listens_for(Engine, "before_cursor_execute")
    def _statement(connection: object, cursor: object, statement: str, *rest: object) -> None:
        verb = statement.split(None, 1)[0].upper()
        if verb in {"INSERT", "UPDATE", "DELETE"}:
            fuse.burn(f"before {verb.lower()}")

    @event.listens_for(Engine, "commit")
    def _commit(connection: object) -> None:
        fuse.burn("before commit")

    @event.listens_for(Engine, "checkin")
    def _given_back(connection: object, record: object) -> None:
        fuse.burn("after transaction")


def main() -> None:
    """Run the step."""
    step, fatal = sys.argv[1], int(sys.argv[2])
    fuse = Fuse(fatal)
    watch_database(fuse)
    with open_cycle(os.environ, Path.cwd()) as opened:
        cycle = Cycle(
            settings=opened.settings,
            store=opened.store,
            fetcher=opened.fetcher,
            workers=opened.workers,
            notifier=FusedNotifier(opened.notifier, fuse),
        )
        fuse.armed = True
        getattr(cycle, step)()
        fuse.armed = False


if __name__ == "__main__":
    main()
