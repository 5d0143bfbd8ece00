"""The names by which a feed's entries are known: URL, guid, or the words alone."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from sqlalchemy import Connection, select

from pipelines.model import FeedEntry
from pipelines.states import ArticleId, FeedId
from storage.feed_tables import NAMELESS, feed_entries, feeds
from storage.lookups import rows_in
from storage.types import clean_key


class Known(NamedTuple):
    """An entry that the store has, or that stood earlier in the same document (`entry_key` None)."""

    content_hash: str
    url: str | None
    title: str
    link: str | None
    entry_key: int | None = None
    article_id: ArticleId | None = None

    def is_other_than(self, url: str | None, title: str) -> bool:
        """Whether one guid of both is only reused: neither URL nor title is the same."""
        return None not in (self.url, url) and self.url != url and self.title != title

    def moves_to(self, entry: FeedEntry, url: str | None) -> bool:
        """Whether `entry`, known by its guid, gives a new address."""
        return bool(entry.link) and self.url != url and self.link != entry.link


@dataclass(slots=True)
class Names:
    """The known entries of a feed by each of their names."""

    urls: dict[str, Known] = field(default_factory=dict)
    guids: dict[str, Known] = field(default_factory=dict)
    hashes: dict[str, Known] = field(default_factory=dict)
    """Of entries with neither URL nor guid."""

    def add(self, known: Known, url: str | None, guid: str | None) -> None:
        """Let `known` be found by these names too, but for those that another entry has."""
        if url is not None:
            self.urls.setdefault(url, known)
        if guid is not None:
            self.guids.setdefault(guid, known)
        if url is None and guid is None:
            self.hashes.setdefault(known.content_hash, known)

    def find(self, entry: FeedEntry, url: str | None, guid: str | None) -> Known | None:
        """The known entry that `entry` of these names is: a guid tells where URL or title do not speak against it."""
        if url is None and guid is None:
            return self.hashes.get(entry.content_hash)
        if url is not None and url in self.urls:
            return self.urls[url]
        known = self.guids.get(guid) if guid is not None else None
        return None if known is None or known.is_other_than(url, entry.title) else known


@dataclass(frozen=True, slots=True)
class Sorted:
    """The entries of a document by what is to be done with them, each in the document's order."""

    new: list[FeedEntry] = field(default_factory=list)
    changed: list[tuple[Known, FeedEntry]] = field(default_factory=list)
    """Known ones with other words."""
    moved: list[tuple[Known, FeedEntry]] = field(default_factory=list)
    """Known ones with another address, whether or not their words changed."""


def with_entries(connection: Connection, feed_ids: Iterable[FeedId]) -> frozenset[FeedId]:
    """Those of the feeds that have any entry: of a new one there is nothing to load."""
    has_one = select(feed_entries.c.entry_key).where(feed_entries.c.feed_id == feeds.c.feed_id).exists()
    query = select(feeds.c.feed_id).where(has_one)
    return frozenset(row.feed_id for row in rows_in(connection, query, feeds.c.feed_id, feed_ids))


def load_names(connection: Connection, feed_id: FeedId, entries: Collection[FeedEntry]) -> Names:
    """What the store has of a feed under the names of `entries`."""
    columns = feed_entries.c
    of_feed = select(
        columns.entry_key,
        columns.article_id,
        columns.content_hash,
        columns.url,
        columns.title,
        columns.link,
        columns.guid,
    ).where(columns.feed_id == feed_id)
    names = Names()
    for query, column, keys in (
        (of_feed, columns.url, [entry.url for entry in entries if entry.url]),
        (of_feed, columns.guid, [entry.guid for entry in entries if entry.guid]),
        (
            of_feed.where(NAMELESS),
            columns.content_hash,
            [entry.content_hash for entry in entries if not entry.url and not entry.guid],
        ),
    ):
        for row in rows_in(connection, query, column, keys):
            known = Known(
                entry_key=row.entry_key,
                article_id=row.article_id,
                content_hash=row.content_hash,
                url=row.url,
                title=row.title,
                link=row.link,
            )
            names.add(known, row.url, row.guid)
    return names


def sort(entries: Iterable[FeedEntry], names: Names) -> Sorted:
    """New, changed and moved entries; of one entry given twice, the first counts. A reused guid stays the old one's."""
    found = Sorted()
    met: set[int] = set()
    for given in entries:
        url, guid = _key(given.url), _key(given.guid)
        known = names.find(given, url, guid)
        # A guid that is in use is a key in the store, and stays with the entry that has it.
        used = known is None and guid in names.guids
        entry, guid = (replace(given, guid=None), None) if used else (given, guid)
        names.add(known or _first_met(entry, url, guid), url, guid)
        if known is None:
            found.new.append(entry)
        elif known.entry_key is not None and known.entry_key not in met:
            met.add(known.entry_key)
            if known.content_hash != entry.content_hash:
                found.changed.append((known, entry))
            if known.moves_to(entry, url):
                found.moved.append((known, entry))
    return found


def _first_met(entry: FeedEntry, url: str | None, guid: str | None) -> Known:
    nameless = url is None and guid is None  # the hash of others is asked of stored entries alone
    return Known(content_hash=entry.content_hash if nameless else "", url=url, title=entry.title, link=entry.link)


def _key(text: str | None) -> str | None:
    return clean_key(text) if text else None
