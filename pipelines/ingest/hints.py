"""What a feed's document says of its own pace: `ttl`, `sy:updatePeriod`, `skipHours`, `skipDays`. Pure."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import pairwise

from pipelines.model import FeedEntry
from pipelines.polls import Hints
from pipelines.states import Precision, digest

_AROUND_ITEMS = 65_536  # bytes before the first item and after the last: a channel's own lines fit in many times over
_ITEM = re.compile(rb"<(?:item|entry)\b")
_PERIODS = {
    b"hourly": timedelta(hours=1),
    b"daily": timedelta(days=1),
    b"weekly": timedelta(weeks=1),
    b"monthly": timedelta(days=30),
    b"yearly": timedelta(days=365),
}
_DAYS = (b"monday", b"tuesday", b"wednesday", b"thursday", b"friday", b"saturday", b"sunday")
_TTL = re.compile(rb"<ttl>\s*(\d{1,6})\s*</ttl>", re.IGNORECASE)
_PERIOD = re.compile(rb"<sy:updatePeriod>\s*(\w{1,10})\s*</", re.IGNORECASE)
_FREQUENCY = re.compile(rb"<sy:updateFrequency>\s*(\d{1,6})\s*</", re.IGNORECASE)
_HOUR = re.compile(rb"<hour>\s*(\d{1,2})\s*</hour>", re.IGNORECASE)
_DAY = re.compile(rb"<day>\s*(\w{6,9})\s*</day>", re.IGNORECASE)
_FEWEST_GAPS = 3


def hints_of(body: bytes) -> Hints:
    """The hints in an RSS or RDF document; none where it gives none, or in another encoding than ASCII's kin."""
    first = _ITEM.search(body)
    head = body[: min(first.start(), _AROUND_ITEMS)] if first else body[:_AROUND_ITEMS]
    channel = head + (body[-_AROUND_ITEMS:].rpartition(b"</item>")[2] if first else b"")
    ttl = _TTL.search(channel)
    hours = frozenset(int(hour) % 24 for hour in _HOUR.findall(channel) if int(hour) <= 24)
    days = frozenset(_DAYS.index(day.lower()) for day in _DAY.findall(channel) if day.lower() in _DAYS)
    return Hints(
        ttl=timedelta(minutes=int(ttl[1])) if ttl and int(ttl[1]) else _period(channel),
        # Who says "never" means something else.
        skip_hours=hours if len(hours) < 24 else frozenset(),
        skip_days=days if len(days) < 7 else frozenset(),
    )


def rhythm_of(entries: Sequence[FeedEntry]) -> timedelta | None:
    """Median time between two entries, by their dates; None where too few have a time of day."""
    dated = [one.published for one in entries if one.published and one.published.precision is Precision.TIME]
    return rhythm_of_moments([one.utc.timestamp() for one in dated])


def rhythm_of_moments(moments: Sequence[float]) -> timedelta | None:
    """The same, of seconds since 1970."""
    gaps = sorted(later - earlier for earlier, later in pairwise(sorted(moments)))
    return timedelta(seconds=gaps[len(gaps) // 2]) if len(gaps) >= _FEWEST_GAPS else None


def entries_hash(entries: Sequence[FeedEntry]) -> str:
    """Changes when an entry comes, goes or changes its words or address; not with their order."""
    return names_hash(map(entry_name, entries))


def names_hash(names: Iterable[str]) -> str:
    """The same, of the entries' names."""
    return hashlib.sha256("".join(sorted(names)).encode()).hexdigest()


def entry_name(entry: FeedEntry) -> str:
    """Changes with an entry's words and address."""
    return digest(entry.entry_id, entry.link or "", entry.content_hash)[:16]


def _period(channel: bytes) -> timedelta | None:
    found, often = _PERIOD.search(channel), _FREQUENCY.search(channel)
    period = _PERIODS.get(found[1].lower()) if found else None
    times = int(often[1]) if often else 1
    return period / times if period and times else None
