"""Whether there is too much, or too little, of what other rules match; pure."""

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median

from pipelines.alerts import Finding
from pipelines.model import Rule
from pipelines.policy import Counted, FeedScope, Volume
from pipelines.volumes import FeedHealth, Sighting

DAY = timedelta(days=1)
MAY_FAIL = 0.2
"""Share of the feeds in scope above whose failing silence says nothing: the design's figure."""
LATE = timedelta(hours=1)
"""A feed that brought nothing for so long, or for two of its turns, counts as failing: runs may have stood still."""
SOONEST, LATEST = timedelta(minutes=1), timedelta(minutes=15)


class Answer(StrEnum):
    """What a volume rule says of a window."""

    FOUND = "found"
    NOTHING = "nothing"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """The answer about the window that ends now, with its numbers and its reason."""

    answer: Answer
    number: int
    usual: float | None
    why: str


def judge(
    volume: Volume,
    sightings: Iterable[Sighting],
    feeds: Iterable[FeedHealth],
    *,
    watched_since: datetime | None,
    now: datetime,
) -> Count:
    """What `volume` says of the window that ends at `now`; `sightings` reach back to `looks_back_to`."""
    seen = tuple(sightings)
    number = counted(volume.count, seen, now - volume.window, now)
    if volume.at_most is not None:
        return _too_little(volume, number, feeds, watched_since, now)
    if volume.times_usual is None:
        least = volume.at_least or 0
        why = f"{_amount(volume, number)}, {least} or more is much"
        return Count(answer=_found(number >= least), number=number, usual=None, why=why)
    slots = _slots(volume, watched_since, now)
    if len(slots) * 2 < (most := _most_slots(volume)):
        why = f"{_amount(volume, number)}; what is usual is not known: {len(slots)} of {most} slots are watched"
        return Count(answer=Answer.CANNOT_TELL, number=number, usual=None, why=why)
    usual = float(median(counted(volume.count, seen, end - volume.window, end) for end in slots))
    enough = number >= (volume.at_least or 0) and number >= volume.times_usual * max(usual, 1.0)
    return Count(
        answer=_found(enough), number=number, usual=usual, why=f"{_amount(volume, number)}, usual is {usual:g}"
    )


def counted(what: Counted, sightings: Iterable[Sighting], after: datetime, until: datetime) -> int:
    """How many different stories, articles or sources were seen later than `after` and not later than `until`."""
    seen = (one for one in sightings if after < one.at <= until)
    match what:
        case Counted.STORIES:
            return len({one.story_id for one in seen})
        case Counted.ARTICLES:
            return len({one.article_id for one in seen})
        case Counted.SOURCES:
            return len({one.outlet_id for one in seen})


def finding(rule: Rule, volume: Volume, count: Count, last_end: datetime | None, now: datetime) -> Finding | None:
    """What the rule found; None for nothing, and while the window reaches into one in which it found something."""
    if count.answer is not Answer.FOUND or (last_end is not None and now - volume.window < last_end):
        return None
    return Finding(
        rule=rule,
        subject=f"volume:{now:%Y-%m-%dT%H:%M:%SZ}/{round(volume.window.total_seconds())}s",
        starts_at=now - volume.window,
        ends_at=now,
        number=count.number,
        usual=count.usual,
        why=count.why,
    )


def looks_back_to(volume: Volume, now: datetime) -> datetime:
    """From when on sightings are needed."""
    return now - volume.window - (volume.baseline if volume.times_usual is not None else timedelta(0))


def due_again(volume: Volume, now: datetime) -> datetime:
    """When the rule is to be judged though nothing new came: sixty times a window, once a minute at most."""
    return now + min(max(volume.window / 60, SOONEST), LATEST)


def _too_little(
    volume: Volume, number: int, feeds: Iterable[FeedHealth], watched_since: datetime | None, now: datetime
) -> Count:
    most = volume.at_most or 0
    why = _amount(volume, number) if number == 0 else f"{_amount(volume, number)}, {most} or fewer is little"
    answer = _found(number <= most)
    in_scope = [feed for feed in feeds if _in_scope(feed, volume.scopes)]
    failing = sum(_fails(feed, now) for feed in in_scope)
    if watched_since is None or watched_since > now - volume.window:
        answer, why = Answer.CANNOT_TELL, "the rules that it counts do not run for a whole window yet"
    elif not in_scope or failing > MAY_FAIL * len(in_scope):
        answer, why = Answer.CANNOT_TELL, f"{failing} of {len(in_scope)} feeds in scope are failing"
    return Count(answer=answer, number=number, usual=None, why=why)


def _slots(volume: Volume, watched_since: datetime | None, now: datetime) -> Sequence[datetime]:
    """The ends of the same slot on earlier days, as far as the rules were running; no two of them overlap."""
    if watched_since is None:
        return ()
    ends = (now - (number + 1) * _apart(volume) for number in range(_most_slots(volume)))
    return tuple(end for end in ends if end - volume.window >= watched_since)


def _most_slots(volume: Volume) -> int:
    return volume.baseline // _apart(volume)


def _apart(volume: Volume) -> timedelta:
    return math.ceil(volume.window / DAY) * DAY


def _in_scope(feed: FeedHealth, scopes: Collection[FeedScope]) -> bool:
    return any(_within(feed, scope) for scope in scopes) if scopes else True


def _within(feed: FeedHealth, scope: FeedScope) -> bool:
    language = (feed.language or "").lower().partition("-")[0]
    if scope.languages and language and language not in scope.languages:
        return False
    return not (scope.tags and scope.tags.isdisjoint(feed.tags)) and scope.not_tags.isdisjoint(feed.tags)


def _fails(feed: FeedHealth, now: datetime) -> bool:
    late = max(LATE, 2 * feed.every)
    return feed.failures > 0 or feed.succeeded_at is None or feed.succeeded_at < now - late


def _found(enough: bool) -> Answer:
    return Answer.FOUND if enough else Answer.NOTHING


def _amount(volume: Volume, number: int) -> str:
    """`7 stories in 2 h`."""
    minutes = round(volume.window.total_seconds() / 60)
    whole = (f"{minutes // size} {unit}" for size, unit in ((1440, "d"), (60, "h")) if minutes and minutes % size == 0)
    length = next(whole, f"{minutes} min")
    one = {Counted.STORIES: "story", Counted.ARTICLES: "article", Counted.SOURCES: "source"}[volume.count]
    return f"{number or 'no'} {one if number == 1 else volume.count} in {length}"
