"""The entries of one poll: which are new, which changed, and the articles they make due."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from pipelines.model import Feed, FeedEntry, Outlet
from pipelines.protocols import Arrivals
from pipelines.states import ArticleId, FeedId, OutletId, digest
from storage.records import batches, rows_in
from storage.tables import NAMELESS, articles, feed_entries, outlets, revisions
from storage.types import clean, clean_key


def store_entries(
    connection: Connection,
    feed: Feed,
    entries: Sequence[FeedEntry],
    outlets: Mapping[str, Outlet],
    now: datetime,
    backlog_before: datetime | None,
) -> Arrivals:
    """Store what a poll brought; see FeedStore.record_poll."""
    if not entries:
        return Arrivals()
    cleaned = [_cleaned(entry) for entry in entries]
    new, changed = _sort(cleaned, _known(connection, feed.feed_id, cleaned))
    if changed:
        _store_changed(connection, changed, now)
    if new:
        arrivals = [
            _New(
                entry=entry,
                article_url=_article_url(feed.feed_id, entry),
                outlet=feed.outlet or outlets.get(entry.entry_id) or _own_outlet(feed),
                backlog=_is_backlog(entry, backlog_before),
            )
            for entry in _oldest_first(new, now)
        ]
        _store_new(connection, feed.feed_id, arrivals, now)
    return Arrivals(new=tuple(new), changed=tuple(entry for _, entry in changed))


def add_outlets(connection: Connection, wanted: Iterable[Outlet], *, replace: bool = False) -> None:
    """Store outlets not stored yet; with `replace`, give known ones their new title, country and tags."""
    rows = {
        outlet.outlet_id: {
            "outlet_id": outlet.outlet_id,
            "title": outlet.title,
            "country": outlet.country,
            "tags": sorted(outlet.tags),
        }
        for outlet in wanted
    }
    known = {row.outlet_id for row in rows_in(connection, select(outlets.c.outlet_id), outlets.c.outlet_id, rows)}
    missing = [row for outlet_id, row in rows.items() if outlet_id not in known]
    if missing:
        connection.execute(outlets.insert(), missing)
    for outlet_id in known if replace else ():
        connection.execute(outlets.update().where(outlets.c.outlet_id == outlet_id).values(rows[outlet_id]))


@dataclass(frozen=True, slots=True, kw_only=True)
class _New:
    """An entry to store, with what is to be known of its article."""

    entry: FeedEntry
    article_url: str
    outlet: Outlet
    backlog: bool


@dataclass(frozen=True, slots=True)
class _Known:
    """An entry that the store has, or that stood earlier in the same document (`entry_key` None)."""

    entry_key: int | None
    article_id: ArticleId | None
    content_hash: str


@dataclass(slots=True)
class _Names:
    """The known entries of a feed by each of their names."""

    urls: dict[str, _Known] = field(default_factory=dict)
    guids: dict[str, _Known] = field(default_factory=dict)
    hashes: dict[str, _Known] = field(default_factory=dict)
    """Of entries with neither URL nor guid."""

    def add(self, known: _Known, url: str | None, guid: str | None) -> None:
        if url is not None:
            self.urls.setdefault(url, known)
        if guid is not None:
            self.guids.setdefault(guid, known)
        if url is None and guid is None:
            self.hashes.setdefault(known.content_hash, known)

    def find(self, entry: FeedEntry) -> _Known | None:
        url, guid = _key(entry.url), _key(entry.guid)
        if url is None and guid is None:
            return self.hashes.get(entry.content_hash)
        return (self.urls.get(url) if url else None) or (self.guids.get(guid) if guid else None)


def _known(connection: Connection, feed_id: FeedId, entries: Collection[FeedEntry]) -> _Names:
    columns = feed_entries.c
    of_feed = select(columns.entry_key, columns.article_id, columns.content_hash, columns.url, columns.guid).where(
        columns.feed_id == feed_id
    )
    names = _Names()
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
            names.add(_Known(row.entry_key, row.article_id, row.content_hash), row.url, row.guid)
    return names


def _sort(entries: Iterable[FeedEntry], names: _Names) -> tuple[list[FeedEntry], list[tuple[_Known, FeedEntry]]]:
    """New entries and changed ones, in the document's order; of one entry given twice, the first counts."""
    new: list[FeedEntry] = []
    changed: list[tuple[_Known, FeedEntry]] = []
    met: set[int] = set()
    for entry in entries:
        known = names.find(entry)
        names.add(known or _Known(None, None, entry.content_hash), _key(entry.url), _key(entry.guid))
        if known is None:
            new.append(entry)
        elif known.entry_key is not None and known.entry_key not in met:
            met.add(known.entry_key)
            if known.content_hash != entry.content_hash:
                changed.append((known, entry))
    return new, changed


def _store_changed(connection: Connection, changed: Sequence[tuple[_Known, FeedEntry]], now: datetime) -> None:
    connection.execute(
        feed_entries.update()
        .where(feed_entries.c.entry_key == bindparam("the_entry"))
        .values({name: bindparam(f"new_{name}") for name in _words(changed[0][1])}),
        [
            {"the_entry": known.entry_key} | {f"new_{name}": value for name, value in _words(entry).items()}
            for known, entry in changed
        ],
    )
    _make_due(connection, {known.article_id for known, _ in changed}, now)


def _store_new(connection: Connection, feed_id: FeedId, arrivals: Sequence[_New], now: datetime) -> None:
    found = _meet_articles(connection, {one.article_url: not one.backlog for one in arrivals}, now)
    missing = [one for one in arrivals if one.article_url not in found]
    if missing:
        add_outlets(connection, [one.outlet for one in missing])
        made = connection.execute(
            articles.insert().returning(articles.c.url, articles.c.article_id),
            [_article(one, now) for one in missing],
        )
        found |= {row.url: row.article_id for row in made}
    connection.execute(
        feed_entries.insert(),
        [
            {
                "feed_id": feed_id,
                "url": one.entry.url or None,
                "guid": one.entry.guid or None,
                "article_id": found[one.article_url],
                "first_seen_at": now,
                "backlog": one.backlog,
                **_words(one.entry),
            }
            for one in arrivals
        ],
    )


def _meet_articles(connection: Connection, news: Mapping[str, bool], now: datetime) -> dict[str, ArticleId]:
    """The articles that other feeds brought already, by URL: no backlog any more where they are news here.

    One that has a text is not extracted again; one whose extraction was given up without any is due once more.
    """
    has_text = select(revisions.c.revision_id).where(revisions.c.article_id == articles.c.article_id).exists()
    query = select(
        articles.c.url, articles.c.article_id, articles.c.backlog, articles.c.extract_due_at, has_text.label("has_text")
    )
    rows = list(rows_in(connection, query, articles.c.url, news))
    risen = [row.article_id for row in rows if row.backlog and news[row.url]]
    for some in batches(risen):
        connection.execute(articles.update().where(articles.c.article_id.in_(some)).values(backlog=False))
    _make_due(connection, [row.article_id for row in rows if row.extract_due_at is None and not row.has_text], now)
    return {row.url: row.article_id for row in rows}


def _make_due(connection: Connection, article_ids: Iterable[object], now: datetime) -> None:
    for some in batches(article_ids):
        connection.execute(
            articles.update()
            .where(articles.c.article_id.in_(some))
            .values(words_at=now, extract_due_at=now, extract_attempts=0)
        )


def _article(one: _New, now: datetime) -> dict[str, Any]:
    return {
        "url": one.article_url,
        "link": one.entry.link or "",
        "outlet_id": one.outlet.outlet_id,
        "first_seen_at": now,
        "backlog": one.backlog,
        "words_at": now,
        "extract_due_at": now,
        "extract_attempts": 0,
    }


def _words(entry: FeedEntry) -> dict[str, Any]:
    return {
        "link": entry.link,
        "content_hash": entry.content_hash,
        "title": entry.title,
        "summary": entry.summary,
        "body": entry.body,
        "published": entry.published,
        "published_utc": entry.published.utc if entry.published else None,
        "authors": list(entry.authors),
    }


def _cleaned(entry: FeedEntry) -> FeedEntry:
    """The entry with the words as they will be read back, so that their hash stays the same."""
    return replace(entry, title=clean(entry.title), summary=clean(entry.summary), body=clean(entry.body))


def _oldest_first(entries: Sequence[FeedEntry], now: datetime) -> list[FeedEntry]:
    """By publication time, else in a feed's usual order, newest at the top: article ids then grow with time."""
    ordered = list(reversed(entries))
    ordered.sort(key=lambda entry: entry.published.utc if entry.published else now)
    return ordered


def _is_backlog(entry: FeedEntry, before: datetime | None) -> bool:
    return before is not None and (entry.published is None or entry.published.utc < before)


def _article_url(feed_id: FeedId, entry: FeedEntry) -> str:
    return clean_key(entry.url) if entry.url else f"urn:wirewatch:{feed_id}:{digest(entry.entry_id)}"


def _own_outlet(feed: Feed) -> Outlet:
    return Outlet(outlet_id=OutletId(feed.feed_id), title=feed.feed_id)


def _key(text: str | None) -> str | None:
    return clean_key(text) if text else None
