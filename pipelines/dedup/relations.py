"""Which event a new story reports: separate texts about one happening are linked, never merged; pure.

An event is known by its profile: the names, numbers and title words of all its stories, each by how much it told when
it came. A new story belongs to the event whose profile it is most like, within hours, unless one of them names in its
title who or what the other never speaks of. An event is held together by its first story: what comes later than the
window after it is another event, so that a war is not one event however its reports overlap.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from math import exp, log, sqrt
from typing import Protocol

from pipelines.dedup.subject import Aliases, Subject, Term, no_aliases, subject_of
from pipelines.model import Content
from pipelines.states import StoryId
from pipelines.stories import Link, Profile, Told, second_of

WINDOW = timedelta(hours=36)
"""From an event's first story to its last."""
FAMILIAR = timedelta(days=7)
"""How far back it is remembered that a term was met: who is in the news every day tells little of today."""
FADES = timedelta(hours=24)
"""Since an event's last story, in which likeness falls to a third: calls of a day and the next name the same two."""
FEW = 4
"""Shared terms below which, where no number is among them, two texts name but who and where: so do all of a visit's."""
FEW_FADE = timedelta(hours=4)
"""What they have in common then fades besides: of a visit's two days, told in five languages, all links are right from
2 to 6 hours; of the demo's call from 3 on."""
CARRIERS = 8
"""Events kept of one term; on 3,743 headlines in 48 clusters five and sixteen do as well."""
PRIOR = 3
"""Events that carry any term besides those that are known: in a small archive nothing is rare."""
TOPIC = 0.5
"""Times a place or force weighs that the desk's lists name: however seldom it was met here, it is not rare."""
NEWS = 300
"""Events among which those are counted; ten times less or more changes nothing on the headlines."""
IN_TITLE = 1.5
"""Times a name weighs that a title and its text share: it is what the report is about."""
OF_ONE_LANGUAGE = 0.6
"""Times a title's plain words weigh where there are names of a text to go by: another language has others for them."""
ALIKE = 0.36
"""Cosine from which a text is of the event. From .30 to .36 all links are right in a war's, a visit's and a strike's 79
reports in five languages, in the demo and on the desk's pages; notices of one template are linked least at .36."""
HEADLINES_ALIKE = 0.15
"""The same of a headline alone, which has but few words: F1 on the headlines is flat from .13 to .18."""
FIRM = 2
"""Stories of an event that carry a word which alone may link one more headline to it."""
FIRMLY = 0.3
"""Of the event's stories, at least."""
WORDS_ALONE = 3
"""Shared words that link texts which have no name in common."""
CONSIDERED = 6
"""Events whose profiles are compared."""
_WINDOW, _FADES, _FEW_FADE = (one.total_seconds() for one in (WINDOW, FADES, FEW_FADE))
EARLIEST = datetime.min.replace(tzinfo=UTC)
LATEST = datetime.max.replace(tzinfo=UTC)


class EventIndex(Protocol):
    """Events by what they are about; a store's `Grouping` is one."""

    def carriers(self, terms: Collection[int], since: datetime, until: datetime) -> Mapping[int, Sequence[Told]]:
        """For each term, the events that carry it and when they last did, oldest first."""
        ...

    def profiles(self, event_ids: Collection[StoryId]) -> Mapping[StoryId, Profile]:
        """What each event is about, by its first story."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """The answer for a new story: its link, and what its event is about with it."""

    link: Link | None
    profile: Profile
    terms: tuple[int, ...]
    """What the event is to be found by from now on."""
    gone: Mapping[int, StoryId]
    """By term, the event that is no longer to be found by it: newer ones carry it."""


def relate(content: Content, moment: datetime | None, index: EventIndex, aliases: Aliases = no_aliases) -> Related:
    """The event that a story which began at `moment` is part of, if there is one already."""
    subject = subject_of(content, aliases)
    second = second_of(moment) if moment else None
    carriers = index.carriers(subject.keys, *familiar(moment))
    worth = _worth(subject, carriers)
    found: tuple[float, StoryId, Profile] | None = None
    for event_id, profile in index.profiles(_likeliest(worth, carriers, second)).items():
        alike = _alike(subject, worth, profile, second)
        if alike >= (ALIKE if subject.has_text else HEADLINES_ALIKE) and (found is None or alike > found[0]):
            found = alike, event_id, profile
    own = profile_of(subject, worth, second)
    gone = {key: some[0].story_id for key, some in carriers.items() if len(some) >= CARRIERS}
    if found is None:
        return Related(link=None, profile=own, terms=tuple(worth), gone=gone)
    alike, event_id, profile = found
    shown = ", ".join(term.shown for term in subject.terms if term.key in profile.weights)
    link = Link(event_id=event_id, other_id=event_id, strength=min(1.0, alike), reason=f"both tell of {shown}")
    gone = {key: one for key, one in gone.items() if event_id not in {each.story_id for each in carriers[key]}}
    return Related(link=link, profile=profile.with_story(own), terms=tuple(worth), gone=gone)


def likeliest(subject: Subject, moment: datetime | None, carriers: Mapping[int, Sequence[Told]]) -> Sequence[StoryId]:
    """The events with which a story is compared, the likeliest first; `carriers` may go beyond its window."""
    second = second_of(moment) if moment else None
    first, last = map(second_of, familiar(moment))
    known = {
        key: [one for one in carriers[key] if one.second is None or first <= one.second <= last]
        for key in subject.keys
        if key in carriers
    }
    return _likeliest(_worth(subject, known), known, second)


def familiar(moment: datetime | None) -> tuple[datetime, datetime]:
    """The window in which it counts who carries a term."""
    if moment is None:
        return EARLIEST, LATEST
    since = moment - FAMILIAR if moment - EARLIEST > FAMILIAR else EARLIEST
    return since, moment + WINDOW if LATEST - moment > WINDOW else LATEST


def described(content: Content, moment: datetime | None, aliases: Aliases = no_aliases) -> Profile:
    """What a story alone is about, as if nothing else had been met."""
    subject = subject_of(content, aliases)
    return profile_of(subject, _worth(subject, {}), second_of(moment) if moment else None)


def profile_of(subject: Subject, worth: Mapping[int, float], second: int | None) -> Profile:
    """The profile of an event of one story."""
    return Profile(
        began=second,
        last=second,
        stories=1,
        weights=worth,
        carried=dict.fromkeys(worth, 1),
        titled=dict.fromkeys(subject.titled.intersection(worth), 1),
        names=subject.names,
        numbers=subject.numbers,
        days=subject.days,
    )


def _worth(subject: Subject, carriers: Mapping[int, Sequence[Told]]) -> dict[int, float]:
    """What each term tells, as parts of a vector of length one."""
    worth = {term.key: _weight(term, subject) * _rarity(len(carriers.get(term.key, ()))) for term in subject.terms}
    length = sqrt(sum(part * part for part in worth.values())) or 1.0
    return {key: part / length for key, part in worth.items()}


def _weight(term: Term, subject: Subject) -> float:
    """What a term tells of this story, before it is known how rare it is."""
    weight = term.weight
    if term.key in subject.titled:
        weight *= IN_TITLE
    if term.topic:
        weight *= TOPIC
    if subject.has_text and term.plain:
        weight *= OF_ONE_LANGUAGE
    return weight


@lru_cache(maxsize=1_024)
def _rarity(carriers: int) -> float:
    return log(1 + NEWS / (carriers + PRIOR))


def _likeliest(
    worth: Mapping[int, float], carriers: Mapping[int, Sequence[Told]], second: int | None
) -> Sequence[StoryId]:
    """The events of the window that share most, best first."""
    shared: defaultdict[StoryId, float] = defaultdict(float)
    for key, some in carriers.items():
        part = worth[key] ** 2
        for when, event in some:
            if when is None or second is None or abs(when - second) <= _WINDOW:
                shared[event] += part
    return sorted(shared, key=lambda event: (-shared[event], event))[:CONSIDERED]


def _alike(subject: Subject, worth: Mapping[int, float], profile: Profile, second: int | None) -> float:
    """Cosine of story and event, less what speaks against it; below nothing where they cannot be one."""
    cosine = sum(part * profile.weights.get(key, 0.0) for key, part in worth.items()) / profile.length
    if cosine < (ALIKE if subject.has_text else HEADLINES_ALIKE):  # what follows takes away
        return -1.0
    if _apart(profile.began, second) > _WINDOW or any(_objections(subject, worth, profile)):
        return -1.0
    cosine -= min(_unshared(subject, worth, profile))
    shared = profile.weights.keys() & worth.keys()
    vague = subject.has_text and len(shared) < FEW and not shared & subject.numbers
    seconds = _apart(profile.last, second)
    return cosine * exp(-seconds / _FADES - (seconds / _FEW_FADE if vague else 0))


def _objections(subject: Subject, worth: Mapping[int, float], profile: Profile) -> Iterator[bool]:
    """Why they cannot be one event.

    The days they name, nothing in common but the desk's topics, or a template's words: the magnitude was, the exchange
    rose. A headline alone may be linked by one word, where that is what the event's own headlines have in common.
    """
    shared = [key for key in worth if key in profile.weights]
    yield subject.topics.issuperset(shared)
    yield bool(subject.days and profile.days and not subject.days & profile.days)
    firm = [key for key in shared if profile.carried[key] >= max(FIRM, FIRMLY * profile.stories)]
    yield len(shared) < (2 if subject.has_text or not firm else 1)
    if subject.has_text and not subject.names.intersection(shared):
        yield bool(subject.names and profile.names) or len(set(shared) - subject.topics) < WORDS_ALONE
        yield bool(subject.numbers and profile.numbers and not subject.numbers & profile.numbers)
    mine, its = _missing(subject, profile)
    leading = profile.leading
    yield bool(subject.titled and leading) and (mine == subject.titled or its == leading)


def _missing(subject: Subject, profile: Profile) -> tuple[frozenset[int], frozenset[int]]:
    """Names of the story's title that the event's stories do not speak of, and the other way round."""
    if not (subject.titled and profile.leading):
        return frozenset(), frozenset()
    return subject.titled - profile.weights.keys(), profile.leading - subject.said


def _unshared(subject: Subject, worth: Mapping[int, float], profile: Profile) -> tuple[float, float]:
    """What those names weigh: where each has its own, two calls to two leaders are two events."""
    mine, its = _missing(subject, profile)
    usual = max(worth.values(), default=0.0)
    return sum(worth.get(key, usual) for key in mine), usual * len(its)


def _apart(one: int | None, other: int | None) -> int:
    """Seconds; what has no time is at any time."""
    return 0 if one is None or other is None else abs(one - other)
