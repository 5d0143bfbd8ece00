"""What a grouping transaction has to write: rows wait until one statement a table writes those of many articles."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from pipelines.states import ArticleId, StoryId
from pipelines.stories import Link
from storage.bulk import insert_numbers, write_rows
from storage.events import standing
from storage.lookups import rows_in
from storage.tables import articles, fingerprints, stories, story_links, story_members
from storage.weeks import week_and_second

Values = dict[str, Any]
_ADD_STORY, _ADD_MEMBER, _ADD_LINK = stories.insert(), story_members.insert(), story_links.insert()


class StoryRows:
    """Rows of one transaction until they are written."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now
        self.first_seen: dict[ArticleId, datetime] = {}
        """Of articles met; of others it is asked."""
        self.links: list[tuple[StoryId, Link]] = []
        self.fresh: set[StoryId] = set()
        """Ids that become stories with their first article."""
        self._stories: list[Values] = []
        self._members: list[Values] = []
        self._hashes: list[tuple[ArticleId, Collection[int]]] = []

    def join(self, article_id: ArticleId, story_id: StoryId, hashes: Collection[int], member: Values) -> None:
        """A member, with what is told of it, and the postings of its fingerprint."""
        self._members.append({"article_id": article_id, "story_id": story_id, **member, "joined_at": self._now})
        if story_id in self.fresh:
            self.fresh.remove(story_id)
            self._stories.append({"story_id": story_id, "created_at": self._now})
        self.index(article_id, hashes)

    def index(self, article_id: ArticleId, hashes: Collection[int]) -> None:
        """The postings of an article's fingerprint."""
        if hashes:
            self._hashes.append((article_id, hashes))

    def write(self) -> None:
        """All that waits, a statement a table."""
        write_rows(self._connection, _ADD_STORY, self._stories)
        write_rows(self._connection, _ADD_MEMBER, self._members)
        if self._hashes:
            insert_numbers(self._connection, fingerprints, self._postings())
        if self.links:
            write_rows(self._connection, _ADD_LINK, self._link_rows())
        for rows in (self._stories, self._members, self._hashes, self.links):
            rows.clear()

    def _postings(self) -> list[tuple[int, ...]]:
        """In the order of their key: neighbours are written together."""
        unknown = [article_id for article_id, _ in self._hashes if article_id not in self.first_seen]
        query = select(articles.c.article_id, articles.c.first_seen_at)
        for row in rows_in(self._connection, query, articles.c.article_id, unknown):
            self.first_seen[row.article_id] = row.first_seen_at
        keys = []
        for article_id, hashes in self._hashes:
            week, second = week_and_second(self.first_seen[article_id])
            keys += [(week, one, second, article_id) for one in dict.fromkeys(hashes)]
        return sorted(keys)

    def _link_rows(self) -> list[Values]:
        linked = [one for story, link in self.links for one in (story, link.event_id, link.other_id)]
        roots = standing(self._connection, linked)
        return [
            {
                "story_id": story,
                "event_id": roots[link.event_id],
                "other_id": roots[link.other_id],
                "strength": link.strength,
                "reason": link.reason,
                "linked_at": self._now,
            }
            for story, link in self.links
        ]
