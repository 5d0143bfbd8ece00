"""How the steps that fetch share what is due with other workers: by host, each host one worker's at a time."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import TypeVar

from pipelines.claims import HostClaims
from pipelines.sites import host_of
from pipelines.steps.progress import Budget

T = TypeVar("T")
GRACE = timedelta(seconds=30)
"""Past the step's time, for what is in the air and being stored: twice the longest patience with an answer."""
DEEPER, DEEPEST = 4, 3_200
"""Where others hold the hosts of all that is due first, so much more is looked at, and at most so many items."""


@contextmanager
def claimed(
    claims: HostClaims,
    due: Sequence[T],
    address: Callable[[T], str],
    read_again: Callable[[], Sequence[T]],
    budget: Budget,
) -> Iterator[tuple[Collection[str], Sequence[T]]]:
    """The hosts of `due` that are this worker's while the context lasts, and what is due of them.

    Between reading what is due and holding its host another worker may have done it: it is read again.
    """
    hosts = list(dict.fromkeys(host_of(address(one)) for one in due))
    with claims.held(hosts, timedelta(seconds=budget.left()) + GRACE) as held:
        if claims.shared:
            due = [one for one in read_again() if host_of(address(one)) in held] if held else []
        yield held, due


def share_out(
    claims: HostClaims,
    due: Sequence[T],
    address: Callable[[T], str],
    read_again: Callable[[], Sequence[T]],
    ask: Callable[[Sequence[T]], int],
    *,
    budget: Budget,
) -> int:
    """Call `ask` with this worker's shares of `due`, each host once, until others hold the rest.

    It answers how many it reached; returns how many were this worker's and were not.
    """
    missed = 0
    while due:
        with claimed(claims, due, address, read_again, budget) as (held, mine):
            missed += len(mine) - ask(mine)
        due = [one for one in due if host_of(address(one)) not in held]
        if not held:
            return missed
        if budget.spent:
            return missed + len(due)
    return missed


def work_off(
    claims: HostClaims,
    look: Callable[[int], Sequence[T]],
    size: int,
    address: Callable[[T], str],
    work: Callable[[Sequence[T]], bool],
    *,
    budget: Budget,
) -> bool:
    """Call `work` with at most `size` of what `look` finds due and is this worker's, until there is none.

    `look` is told how many it may find; `work` answers whether it was done with all. True where something is left.
    """
    limit = size
    while not budget.spent:
        due = look(limit)
        with claimed(claims, due, address, partial(look, limit), budget) as (held, mine):
            done = work(mine[:size])
        if held and (claims.shared or not done or len(due) == limit):
            continue
        if held or len(due) < limit or limit >= DEEPEST:
            return False
        limit *= DEEPER
    return True
