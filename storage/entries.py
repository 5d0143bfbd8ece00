"""The entries that polls bring: stored, with the articles that they make due."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Text, bindparam, func, select

from pipelines.alerts import BACKLOG_REASON
from pipelines.model import Feed, FeedEntry, Outlet
from pipelines.polls import Arrivals, Poll
from pipelines.shards import slot_of
from pipelines.states import ArticleId, FeedId, OutletId, TextSource, VerdictKind, digest
from storage.alert_tables import verdicts
from storage.bulk import write_columns
from storage.database import hold
from storage.entry_names import Known, Names, Sorted, load_names, sort, with_entries
from storage.feed_tables import feed_entries, outlets
from storage.lookups import batches, rows_in
from storage.tables import articles, matches, revisions
from storage.types import PackedText, clean, clean_key

_CLEAN = ("url", "guid", "link", "content_hash", "title", "summary", "body")
_ADD_ENTRY = feed_entries.insert().values(
    {name: bindparam(f"the_{name}", type_=PackedText() if name == "body" else Text()) for name in _CLEAN}
)
_ADD_ARTICLE = articles.insert().values(
    {name: bindparam(f"the_{name}", type_=Text()) for name in ("url", "link", "outlet_id")}
)
"""What `_cleaned` and `clean_key` have cleaned is not looked through again: a third of an entry's cost."""
_ARTICLE_IDS = select(articles.c.url, articles.c.article_id, articles.c.backlog)


def store_entries(connection: Connection, polls: Sequence[Poll], now: datetime) -> list[Arrivals]:
    """Store what polls brought, all of it together; see FeedStore.record_polls."""
    stored = with_entries(connection, [poll.feed.feed_id for poll in polls if poll.entries])
    found = [_sorted(connection, poll, known=poll.feed.feed_id in stored) for poll in polls]
    if moved := [pair for one in found for pair in one.moved]:
        _store_moved(connection, moved)
    if changed := [pair for one in found for pair in one.changed]:
        _store_changed(connection, changed, now)
    if arrivals := [new for poll, one in zip(polls, found, strict=True) for new in _arrivals(poll, one.new, now)]:
        _store_new(connection, arrivals, now)
    return [Arrivals(new=tuple(one.new), changed=tuple(entry for _, entry in one.changed)) for one in found]


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


class _New(NamedTuple):  # of half a dataclass's cost, and there is one for each entry
    """An entry to store, with what is to be known of its article."""

    feed_id: FeedId
    entry: FeedEntry
    article_url: str
    outlet: Outlet
    backlog: bool
    late: bool


def _sorted(connection: Connection, poll: Poll, *, known: bool) -> Sorted:
    entries = [_cleaned(entry) for entry in poll.entries]
    return sort(entries, load_names(connection, poll.feed.feed_id, entries) if known else Names())


def _arrivals(poll: Poll, entries: Sequence[FeedEntry], now: datetime) -> Iterator[_New]:
    for entry in _oldest_first(entries, now):
        yield _New(
            feed_id=poll.feed.feed_id,
            entry=entry,
            article_url=_article_url(poll.feed.feed_id, entry),
            outlet=poll.feed.outlet or poll.outlets.get(entry.entry_id) or _own_outlet(poll.feed),
            backlog=_is_before(entry, poll.backlog_before),
            late=_is_before(entry, poll.late_before),
        )


def _store_moved(connection: Connection, moved: Sequence[tuple[Known, FeedEntry]]) -> None:
    """The address to fetch; the article keeps its canonical URL, by which other feeds know it."""
    rows = [
        {
            "the_entry": known.entry_key,
            "the_article": known.article_id,
            "to": entry.link,
            "of": slot_of(entry.link or ""),
        }
        for known, entry in moved
    ]
    entries = feed_entries.update().where(feed_entries.c.entry_key == bindparam("the_entry"))
    connection.execute(entries.values(link=bindparam("to")), rows)
    pages = articles.update().where(articles.c.article_id == bindparam("the_article"))
    connection.execute(pages.values(link=bindparam("to"), slot=bindparam("of")), rows)


def _store_changed(connection: Connection, changed: Sequence[tuple[Known, FeedEntry]], now: datetime) -> None:
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


def _store_new(connection: Connection, arrivals: Sequence[_New], now: datetime) -> None:
    brought: dict[str, list[_New]] = {}
    for one in arrivals:
        brought.setdefault(one.article_url, []).append(one)
    found = _meet_articles(connection, brought, now)
    missing = [several for url, several in brought.items() if url not in found]
    if missing:
        add_outlets(connection, [several[0].outlet for several in missing])
        found |= _add_articles(connection, _article_columns(missing, now))
    write_columns(connection, _ADD_ENTRY, _entry_columns(arrivals, found, now))


def _add_articles(connection: Connection, columns: Mapping[str, Sequence[Any]]) -> dict[str, ArticleId]:
    """Store new articles; their ids by URL. Ids grow, so that what was made stands after what was there before."""
    before = connection.scalar(select(func.max(articles.c.article_id))) or 0
    write_columns(connection, _ADD_ARTICLE, columns)
    made = connection.execute(_ARTICLE_IDS.where(articles.c.article_id > before))
    return {row.url: row.article_id for row in made}


def _meet_articles(
    connection: Connection, arrivals: Mapping[str, Sequence[_New]], now: datetime
) -> dict[str, ArticleId]:
    """The articles that other feeds brought already, by URL: no backlog any more where they are news here.

    One whose text is a page's is not extracted again; one whose best text is a feed's is, where one says more here.
    """
    rows = list(rows_in(connection, _ARTICLE_IDS, articles.c.url, arrivals))
    risen = [row.article_id for row in rows if row.backlog and not all(one.backlog for one in arrivals[row.url])]
    if risen:
        _rise(connection, risen)
    brought = {row.article_id: [one.entry for one in arrivals[row.url]] for row in rows}
    _make_due(connection, _outdone(connection, brought), now)
    return {row.url: row.article_id for row in rows}


def _rise(connection: Connection, article_ids: Iterable[ArticleId]) -> None:
    """Make backlog news: what was held back for being backlog alone is undecided again."""
    hold(connection, "alerts")  # a dispatch that still read them as backlog must have written its verdicts by now
    for some in batches(article_ids):
        connection.execute(articles.update().where(articles.c.article_id.in_(some)).values(backlog=False))
        held = (
            select(matches.c.match_id)
            .join(verdicts, verdicts.c.match_id == matches.c.match_id)
            .where(
                matches.c.article_id.in_(some),
                verdicts.c.step == "dispatch",
                verdicts.c.kind == VerdictKind.HELD,
                verdicts.c.reason == BACKLOG_REASON,
            )
        )
        for again in batches(connection.scalars(held).all()):
            this = verdicts.c.match_id.in_(again) & (verdicts.c.step == "dispatch")
            connection.execute(verdicts.delete().where(this))
            connection.execute(matches.update().where(matches.c.match_id.in_(again)).values(decided_at=None))


def _outdone(connection: Connection, brought: Mapping[ArticleId, Sequence[FeedEntry]]) -> list[ArticleId]:
    """The articles whose best text is a feed's, of fewer words than an entry that is brought now."""
    query = select(revisions.c.article_id, revisions.c.text_source, revisions.c.body, revisions.c.lead)
    best: dict[ArticleId, tuple[bool, int, int]] = {}
    for row in rows_in(connection, query, revisions.c.article_id, brought):
        rank = (row.text_source is TextSource.PAGE, len(row.body), len(row.lead))
        best[row.article_id] = max(rank, best.get(row.article_id, rank))
    return [
        article_id
        for article_id, rank in best.items()
        if any(rank < (False, len(entry.body), len(entry.summary)) for entry in brought[article_id])
    ]


def _make_due(connection: Connection, article_ids: Iterable[object], now: datetime) -> None:
    for some in batches(article_ids):
        connection.execute(
            articles.update().where(articles.c.article_id.in_(some)).values(extract_due_at=now, extract_attempts=0)
        )


def _article_columns(missing: Sequence[Sequence[_New]], now: datetime) -> dict[str, Sequence[Any]]:
    """New articles, as the first feed that brings each names it; backlog where it is news in none of them."""
    first = [several[0] for several in missing]
    links = [one.entry.link or "" for one in first]
    return {
        "the_url": [one.article_url for one in first],
        "the_link": links,
        "slot": list(map(slot_of, links)),
        "the_outlet_id": [clean_key(one.outlet.outlet_id) for one in first],
        "first_seen_at": [now] * len(first),
        "backlog": [all(one.backlog for one in several) for several in missing],
        "late": [all(one.late for one in several) for several in missing],
        "extract_due_at": [now] * len(first),
        "extract_attempts": [0] * len(first),
    }


def _entry_columns(arrivals: Sequence[_New], ids: Mapping[str, ArticleId], now: datetime) -> dict[str, Sequence[Any]]:
    entries = [one.entry for one in arrivals]
    published = [entry.published for entry in entries]
    return {
        "feed_id": [one.feed_id for one in arrivals],
        "the_url": [clean_key(entry.url) if entry.url else None for entry in entries],
        "the_guid": [clean_key(entry.guid) if entry.guid else None for entry in entries],
        "the_link": [entry.link for entry in entries],
        "the_content_hash": [entry.content_hash for entry in entries],
        "the_title": [entry.title for entry in entries],
        "the_summary": [entry.summary for entry in entries],
        "the_body": [entry.body for entry in entries],
        "published": published,
        "published_utc": [one.utc if one else None for one in published],
        "authors": [_listed(entry.authors) for entry in entries],
        "article_id": [ids[one.article_url] for one in arrivals],
        "first_seen_at": [now] * len(arrivals),
        "backlog": [one.backlog for one in arrivals],
    }


@lru_cache(maxsize=256)  # one list a byline, so that it is made into JSON once a batch
def _listed(authors: tuple[str, ...]) -> list[str]:
    return list(authors)


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
    """The entry with the words and the link as they will be read back, so that they compare as the same."""
    words = (entry.title, entry.link or "", entry.summary, entry.body)
    together = "".join(words)
    if clean(together) is together:  # nearly always, and told for all four in the time of one
        return entry
    title, link, summary, body = map(clean, words)
    return replace(entry, title=title, link=link or None, summary=summary, body=body)


def _oldest_first(entries: Sequence[FeedEntry], now: datetime) -> list[FeedEntry]:
    """By publication time, else in a feed's usual order, newest at the top: article ids then grow with time."""
    ordered = list(reversed(entries))
    ordered.sort(key=lambda entry: entry.published.utc if entry.published else now)
    return ordered


def _is_before(entry: FeedEntry, before: datetime | None) -> bool:
    return before is not None and (entry.published is None or entry.published.utc < before)


def _article_url(feed_id: FeedId, entry: FeedEntry) -> str:
    return clean_key(entry.url) if entry.url else f"urn:wirewatch:{feed_id}:{digest(entry.entry_id)}"


def _own_outlet(feed: Feed) -> Outlet:
    return Outlet(outlet_id=OutletId(feed.feed_id), title=feed.feed_id)
