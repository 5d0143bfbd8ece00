"""When a delivery that failed is tried again; pure."""

from datetime import datetime, timedelta

from pipelines.errors import DeliveryError, MessageRefused, ReceiverMisconfigured, ReceiverUnavailable
from pipelines.states import digest

LADDER = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 60, 180, 360))
"""Waits after the first, second, ... failure; the last one repeats."""
GIVE_UP_AFTER = timedelta(hours=24)
"""From the first failure: an alert of yesterday's news helps nobody; it is shown as dead instead."""
JITTER = 0.2
"""At most this share of the wait is added, so that what failed together does not come back together."""
MISCONFIGURED_WAIT = timedelta(minutes=15)


def next_attempt(
    attempts: int, since: datetime, now: datetime, retry_after: timedelta | None, jitter_key: str
) -> datetime | None:
    """When to try again after `attempts` tries, the first at `since`, the last just now; None when it is dead.

    `retry_after` is a lower bound. The last try comes no later than GIVE_UP_AFTER, and at that moment if a rung
    of the ladder would reach past it.
    """
    deadline = since + GIVE_UP_AFTER
    asked = now + (retry_after or timedelta(0))
    if now >= deadline or asked > deadline:
        return None
    wait = LADDER[min(max(attempts, 1), len(LADDER)) - 1]
    due = now + wait * (1 + JITTER * _fraction(jitter_key))
    return min(max(due, asked), deadline)


def asked_wait(error: DeliveryError) -> timedelta | None:
    """The `retry_after` for `next_attempt` that an error stands for.

    What only a person can mend is tried again too, as a variable may be set meanwhile, but not every minute.
    """
    if isinstance(error, ReceiverMisconfigured | MessageRefused):
        return MISCONFIGURED_WAIT
    return error.retry_after if isinstance(error, ReceiverUnavailable) else None


def _fraction(key: str) -> float:
    """A number in [0, 1] that is always the same for a key."""
    return int(digest(key)[:8], 16) / 0xFFFFFFFF
