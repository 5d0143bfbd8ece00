"""How long a feed rests between two polls. Pure.

The rule, in this order:
1. `every` is the desk's word, from poll to poll: no feed rests longer because of what its document says, and what
   passes between due and polled is counted in.
2. A feed that brings entries faster than that is asked at its own rhythm, down to a third of `every` or two minutes,
   but not sooner than its `ttl` or `sy:` lines say. (WordPress writes "hourly" into every feed: as an upper bound it
   would make a desk late; as a lower bound it only keeps us from asking more often than the desk wanted.)
3. The server may slow it: by `Cache-Control: max-age` to twice `every`, in `skipHours` and `skipDays` to one hour.
4. What a refusal asks for (`Retry-After`) is a lower bound, up to a day: see `polling`.
Each rest is up to a tenth shorter (after a failure: longer), by the feed's id: feeds added together drift apart.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipelines.model import Feed
from pipelines.polls import Hints

SOONEST = timedelta(minutes=2)
FASTER = 3
SLOWER = 2
SKIPPED = timedelta(hours=1)
JITTER = 0.1
LATENESS = timedelta(seconds=20)
"""Between due and polled: the next look of the sensor (each 30 s) and the start of its run (5-12 s). Not counted in, a
minute's feeds were polled every 90 s: each was just not due at the look a minute later (`benchmarks/latency.py`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """A rest, and why it is that long."""

    rest: timedelta
    reason: str


def pace(feed: Feed, rhythm: timedelta | None, hints: Hints, fresh_for: timedelta | None, now: datetime) -> Pace:
    """The rest after a good poll."""
    chosen = _own(feed, rhythm, hints)
    rest = chosen.rest * (1 - JITTER * share(feed))
    fresh = min(fresh_for or timedelta(0), feed.every * SLOWER)
    if fresh > rest:
        return Pace(rest=fresh, reason="its server says that nothing new is to be had sooner (max-age)")
    quiet = min(_quiet_until(hints, now + rest) - now, max(SKIPPED, feed.every))
    if quiet > rest:
        return Pace(rest=quiet, reason="its document asks to be left alone at this time (skipHours, skipDays)")
    return Pace(rest=rest, reason=chosen.reason)


def share(feed: Feed) -> float:
    """A number from 0 to 1, always the same for a feed."""
    return int.from_bytes(hashlib.sha256(feed.feed_id.encode()).digest()[:4]) / 2**32


def _own(feed: Feed, rhythm: timedelta | None, hints: Hints) -> Pace:
    every = Pace(rest=max(feed.every - LATENESS, feed.every / 2), reason="every")
    if rhythm is None or rhythm >= feed.every:
        return every
    soonest = max(SOONEST, feed.every / FASTER, hints.ttl or timedelta(0))
    rest = min(max(rhythm, soonest), feed.every)
    return Pace(rest=rest, reason="its own rhythm") if rest < feed.every else every


def _quiet_until(hints: Hints, moment: datetime) -> datetime:
    """The first full hour after `moment` that is not skipped; `moment` itself where it is not."""
    ends = moment
    for _ in range(24 * 7):
        if ends.hour not in hints.skip_hours and ends.weekday() not in hints.skip_days:
            break
        ends = ends.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return ends
