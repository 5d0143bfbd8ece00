"""Grouping a handful of articles in memory, one after the other."""

from datetime import UTC, datetime, timedelta

from pipelines.dedup.batch import answers
from pipelines.dedup.candidates import MemoryIndex
from pipelines.dedup.grouping import Grouped, group
from pipelines.model import Content
from pipelines.states import ArticleId, StoryId

EVER = datetime.min.replace(tzinfo=UTC)


class Desk:
    """Hears articles in turn; `index` holds what it heard."""

    def __init__(self) -> None:
        self.index = MemoryIndex()
        self._heard = 0

    def hear(self, content: Content) -> tuple[StoryId, Grouped]:
        """Group one article and remember it."""
        answer = group(content, self.index, EVER)
        story_id = StoryId(self._heard) if answer.story_id is None else answer.story_id
        self.index.add(ArticleId(self._heard), story_id, content, answer.hashes, None)
        for younger in answer.bridges:
            self.index.merge(younger, story_id)
        self._heard += 1
        return story_id, answer


def tell(*articles: Content) -> list[int]:
    """The story of each article: the place of the story's first."""
    return [answer.story_id for answer in answers(articles, timedelta(days=7))]
