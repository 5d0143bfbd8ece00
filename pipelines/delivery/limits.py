"""How many alerts of a rule are enough for a while, and when what was past that is summed up; pure."""

from collections.abc import Collection
from datetime import datetime, timedelta

from pipelines.policy import Limit


def reached(limit: Limit, recent: Collection[datetime], now: datetime) -> bool:
    """Whether as many of the rule's alerts as may be were made in the `limit.per` up to `now`."""
    return sum(made > now - limit.per for made in recent) >= limit.alerts


def past(limit: Limit) -> str:
    """The limit as messages and the ledger name it."""
    return f"past the limit of {limit.alerts} alert{'' if limit.alerts == 1 else 's'} in {in_words(limit.per)}"


def in_words(duration: timedelta) -> str:
    """`14 d`, `48 h`, `90 min` or `30 s`: the largest unit that says it whole."""
    seconds = round(duration.total_seconds())
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds and seconds % size == 0 and (unit != "d" or seconds > 2 * size):
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
