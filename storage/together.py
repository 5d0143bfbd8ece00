"""Small writes of several threads in one commit: each waits for the disk once, and not for every other's wait."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from sqlalchemy import Connection

from pipelines.errors import StoreError
from storage.database import Database

T = TypeVar("T")


class _Write(Generic[T]):
    """One thread's write, and what came of it."""

    def __init__(self, work: Callable[[Connection], T], *, lasting: bool) -> None:
        self.work = work
        self.lasting = lasting
        self.done = False
        self.answers: list[T] = []
        self.error: StoreError | None = None

    def answer(self) -> T:
        if self.error is not None:
            raise self.error
        return self.answers[-1]


class Together:
    """Commits what waits whenever the commit before is done; a write returns once it is committed.

    100 messages to 20 receivers make 200 writes of 2 ms, and a commit that outlives a power cut took 25 ms.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._turn = threading.Lock()
        self._adding = threading.Lock()
        self._waiting: list[_Write[object]] = []

    def write(self, work: Callable[[Connection], T], *, lasting: bool = True) -> T:
        """What `work` answers; raises StoreError. It may be done twice, of which one is rolled back.

        See Database.writing for `lasting`.
        """
        mine = _Write(work, lasting=lasting)
        with self._adding:
            self._waiting.append(mine)  # type: ignore[arg-type]  # answers are given back to their own thread alone
        with self._turn:
            if not mine.done:
                with self._adding:
                    batch, self._waiting = self._waiting, []
                self._commit(batch)
        return mine.answer()

    def _commit(self, batch: list[_Write[object]]) -> None:
        try:
            with self._database.writing(lasting=any(one.lasting for one in batch)) as connection:
                for one in batch:
                    one.answers.append(one.work(connection))
        except StoreError as error:
            if len(batch) == 1:
                batch[0].error = error
            else:  # whose it was shows when each is written by itself
                for one in batch:
                    self._commit([one])
        for one in batch:
            one.done = True
