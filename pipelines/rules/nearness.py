"""How far apart two groups' hits stand."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # hits are the clauses'
    from pipelines.rules.clauses import Found


@lru_cache(maxsize=1 << 10)
def apart(gap: int) -> str:
    """How many words lie between two hits, in words."""
    return {0: "next to each other", 1: "1 word apart"}.get(gap, f"{gap} words apart")


def gaps(left: Sequence["Found"], right: Sequence["Found"]) -> Iterator[int]:
    """For each hit on the right, the words between it and the nearest on the left that begins no later than it ends."""
    firsts = [(found.field, found.first) for found in left]
    for found in right:
        before = bisect_right(firsts, (found.field, found.last)) - 1
        if before >= 0 and left[before].field == found.field:
            yield max(found.first - left[before].last - 1, 0)


def gaps_before(left: Sequence["Found"], right: Sequence["Found"]) -> Iterator[int]:
    """For each hit on the right, the words between it and the nearest on the left that ends before it begins."""
    lasts = [(found.field, found.last) for found in left]
    for found in right:
        before = bisect_left(lasts, (found.field, found.first)) - 1
        if before >= 0 and left[before].field == found.field:
            yield found.first - left[before].last - 1
