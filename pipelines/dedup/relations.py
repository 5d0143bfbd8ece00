"""Which event a new story reports: separate texts about one happening are linked, never merged; pure.

Two texts are one event where they share names, numbers and title words that few other events share, within hours of
each other. An event is held together by its first story: what comes later than the window after it is another event,
so that a war is not one event however its reports overlap.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from pipelines.dedup.subject import NAME, Aliases, Subject, Term, no_aliases, subject_of
from pipelines.model import Content
from pipelines.states import StoryId
from pipelines.stories import Link

WINDOW = timedelta(hours=36)
"""From an event's first story to its last."""
RARITY = (1.0, 1.0, 0.75, 0.6, 0.5, 0.45)
"""What a term is worth by how many events have it: of 3,743 headlines in 48 clusters, steeper series lost recall."""
CARRIERS = len(RARITY) - 1
"""Stories kept of one term in a window."""
OF_ONE_EVENT = 2
"""Of them, of one event: a big event must not make its own name look common."""
EVIDENCE = 1.1
"""Worth of shared terms: more than any one name. On the headlines precision is .60 to .78 here, .36 to .66 at .9."""
SHARE = 0.25
"""Of all that the story is about."""
VERIFIED = 3
WORDS_ALONE = 3
EARLIEST = datetime.min.replace(tzinfo=UTC)
LATEST = datetime.max.replace(tzinfo=UTC)


class EventIndex(Protocol):
    """Stories by what they are about; a store's `Grouping` is one."""

    def carriers(self, terms: Collection[int], since: datetime, until: datetime) -> Mapping[int, Sequence[StoryId]]:
        """For each term, the stories of that time that carry it, oldest first."""
        ...

    def events(self, story_ids: Collection[StoryId]) -> Mapping[StoryId, StoryId]:
        """The first story of each story's event; a story alone is its own."""
        ...

    def leads(self, story_ids: Collection[StoryId]) -> Mapping[StoryId, tuple[Content, datetime | None]]:
        """Each story's first article: its latest content, and its moment; one without is within every window."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """The answer for a new story, the terms to index it by, and whose place it takes."""

    link: Link | None
    terms: tuple[int, ...]
    gone: Mapping[int, StoryId]
    """By term, the oldest story that carries it, where there are enough of them."""


UNRELATED = Related(link=None, terms=(), gone={})


def relate(content: Content, moment: datetime | None, index: EventIndex, aliases: Aliases = no_aliases) -> Related:
    """The event that a story which began at `moment` is part of, if there is one already."""
    subject = subject_of(content, aliases)
    carriers = index.carriers([term.key for term in subject.terms], *_window(moment))
    events = index.events({each for stories in carriers.values() for each in stories})
    worth = {
        term.key: term.weight * RARITY[min(CARRIERS, len({events[each] for each in carriers.get(term.key, ())}))]
        for term in subject.terms
    }
    link: Link | None = None
    for event, stories in _likeliest(worth, carriers, events):
        leads = {
            story_id: subject_of(text, aliases)
            for story_id, (text, began) in index.leads([event, *stories]).items()
            if began is None or moment is None or abs(began - moment) <= WINDOW
        }
        link = _borne_out(subject, event, leads, worth) if event in leads else None
    own = link.event_id if link else None
    terms = [key for key in worth if sum(events[each] == own for each in carriers.get(key, ())) < OF_ONE_EVENT]
    gone = {key: carriers[key][0] for key in terms if len(carriers.get(key, ())) >= CARRIERS}
    return Related(link=link, terms=tuple(terms), gone=gone)


def _likeliest(
    worth: Mapping[int, float], carriers: Mapping[int, Sequence[StoryId]], events: Mapping[StoryId, StoryId]
) -> Iterator[tuple[StoryId, Sequence[StoryId]]]:
    """The event whose stories together share most, if that is enough, and those of them that share most alone."""
    scores: defaultdict[StoryId, float] = defaultdict(float)
    near: defaultdict[StoryId, float] = defaultdict(float)
    for key, stories in carriers.items():
        for event in {events[each] for each in stories}:
            scores[event] += worth[key]
        for each in stories:
            near[each] += worth[key]
    best = max(scores, key=lambda event: (scores[event], -event), default=None)
    if best is not None and scores[best] >= max(EVIDENCE, SHARE * sum(worth.values())):
        ranked = sorted(near, key=lambda each: (-near[each], each))
        yield best, [each for each in ranked if events[each] == best and each != best][: VERIFIED - 1]


def _borne_out(
    subject: Subject, event: StoryId, leads: Mapping[StoryId, Subject], worth: Mapping[int, float]
) -> Link | None:
    """The link to the story that shares most, where one story alone shares enough."""
    best: tuple[float, StoryId, str] | None = None
    for story_id, other in sorted(leads.items()):
        keys = {term.key for term in other.terms}
        shared = [term for term in subject.terms if term.key in keys]
        evidence = sum((worth[term.key] for term in shared), 0.0)
        enough = len(shared) > 1 and evidence >= EVIDENCE and _may_be_one(subject, other, shared)
        if enough and (best is None or evidence > best[0]):
            best = evidence, story_id, ", ".join(term.shown for term in shared)
    if best is None:
        return None
    strength = min(1.0, best[0] / sum(worth.values()))
    return Link(event_id=event, other_id=best[1], strength=strength, reason=f"both tell of {best[2]}")


def _may_be_one(subject: Subject, other: Subject, shared: Sequence[Term]) -> bool:
    """Not where the leads name other days, nor where both name somebody and nobody is named in both.

    A template's words (the magnitude was, the exchange rose) are then all that is shared. Where nobody is named, words
    alone must be three.
    """
    if subject.days and other.days and not subject.days & other.days:
        return False
    if any(term.weight == NAME for term in shared):
        return True
    one, two = ({term.key for term in each.terms if term.weight == NAME} for each in (subject, other))
    numbers = [{term.key for term in each.terms if term.shown[0].isdigit()} for each in (subject, other)]
    other_numbers = all(numbers) and not numbers[0] & numbers[1]
    return not (one and two) and not other_numbers and len(shared) >= WORDS_ALONE


def _window(moment: datetime | None) -> tuple[datetime, datetime]:
    if moment is None:
        return EARLIEST, LATEST
    since = moment - WINDOW if moment - EARLIEST > WINDOW else EARLIEST
    return since, moment + WINDOW if LATEST - moment > WINDOW else LATEST
