"""Several workers share what is due by host: what the steps that fetch need of the store for it."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from typing import Protocol


class HostClaims(Protocol):
    """Which hosts this worker may ask now, and whose pages it reads: each host is one worker's at a time."""

    @property
    def shared(self) -> bool:
        """Whether others may work beside this one; else nothing that was read can have been done meanwhile."""
        ...

    def held(self, hosts: Sequence[str], lease: timedelta) -> AbstractContextManager[Collection[str]]:
        """Hold this worker's share of `hosts`, the first ones that nobody holds, while the context lasts.

        They are anybody's once the process ends, or has done nothing with them for `lease` on a machine that is gone.
        """
        ...


class Alone:
    """The HostClaims of a process that nobody works beside."""

    shared = False

    @contextmanager
    def held(self, hosts: Sequence[str], lease: timedelta) -> Iterator[Collection[str]]:
        """All of them."""
        yield frozenset(hosts)


ALONE = Alone()
