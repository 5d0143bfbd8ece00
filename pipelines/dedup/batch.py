"""A whole batch of articles grouped at once, as a store's would be that came in their order; pure."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipelines.dedup.candidates import CandidateIndex, MemoryIndex, Until
from pipelines.dedup.grouping import Grouped, group
from pipelines.dedup.memory import MemoryEvents
from pipelines.dedup.relations import EARLIEST, LATEST, relate
from pipelines.dedup.subject import Aliases, no_aliases
from pipelines.model import Content
from pipelines.states import ArticleId, StoryId


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An article's story, by the place of the story's first article, and the other stories of the event."""

    story_id: StoryId
    similarity: float
    reason: str
    related: tuple[StoryId, ...]


class Batch:
    """Articles by their place in the batch; one without a time is within every window."""

    def __init__(self, width: timedelta, aliases: Aliases = no_aliases) -> None:
        self._width = width
        self._aliases = aliases
        self._index = MemoryIndex()
        self._events = MemoryEvents()
        self._members: defaultdict[StoryId, list[ArticleId]] = defaultdict(list)
        self._grouped: list[Grouped] = []

    def add(self, content: Content) -> None:
        """Put the next article into its story, and a new story into its event."""
        article_id = ArticleId(len(self._grouped))
        moment = content.published.utc if content.published else None
        grouped = group(content, *self._window(moment))
        story_id = StoryId(article_id) if grouped.story_id is None else grouped.story_id
        self._index.add(article_id, story_id, content, grouped.hashes, moment)
        self._members[story_id].append(article_id)
        self._grouped.append(grouped)
        if grouped.story_id is None:
            related = relate(content, moment, self._events, self._aliases)
            self._events.add(story_id, moment, related)
        for younger in grouped.bridges:
            self._index.merge(younger, story_id)
            self._events.merge(younger, story_id)
            self._members[story_id] += self._members.pop(younger)

    def answers(self) -> Iterator[Answer]:
        """One for each article, in order; a story is named by the first of its articles."""
        story_of = {article: story for story, articles in self._members.items() for article in articles}
        first = {story: StoryId(min(articles)) for story, articles in self._members.items()}
        events = self._events.events(list(self._members))
        together: defaultdict[StoryId, list[StoryId]] = defaultdict(list)
        for story in self._members:
            together[events[story]].append(story)
        for number, grouped in enumerate(self._grouped):
            story = story_of[ArticleId(number)]
            related = sorted(first[each] for each in together[events[story]] if each != story)
            yield Answer(
                story_id=first[story], similarity=grouped.similarity, reason=grouped.reason, related=tuple(related)
            )

    def _window(self, moment: datetime | None) -> tuple[CandidateIndex, datetime]:
        if moment is None or min(moment - EARLIEST, LATEST - moment) < self._width:
            return self._index, EARLIEST
        return Until(self._index, moment + self._width), moment - self._width


def answers(contents: Sequence[Content], width: timedelta, aliases: Aliases = no_aliases) -> Sequence[Answer]:
    """The answer for each article, in the order given."""
    batch = Batch(width, aliases)
    for content in contents:
        batch.add(content)
    return list(batch.answers())
