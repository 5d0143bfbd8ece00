"""The entries of one poll: stored, with the articles that they make due."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from pipelines.alerts import BACKLOG_REASON
from pipelines.model import Feed, FeedEntry, Outlet
from pipelines.polls import Arrivals
from pipelines.states import ArticleId, FeedId, OutletId, TextSource, VerdictKind, digest
from storage.alert_tables import verdicts
from storage.database import hold
from storage.entry_names import Known, load_names, sort
from storage.feed_tables import feed_entries, outlets
from storage.lookups import batches, rows_in
from storage.tables import articles, matches, revisions
from storage.types import clean, clean_key


def store_entries(
    connection: Connection,
    feed: Feed,
    entries: Sequence[FeedEntry],
    outlets: Mapping[str, Outlet],
    now: datetime,
    backlog_before: datetime | None,
) -> Arrivals:
    """Store what a poll brought; see FeedStore.record_polls."""
    if not entries:
        return Arrivals()
    cleaned = [_cleaned(entry) for entry in entries]
    found = sort(cleaned, load_names(connection, feed.feed_id, cleaned))
    if found.moved:
        _store_moved(connection, found.moved)
    if found.changed:
        _store_changed(connection, found.changed, now)
    if found.new:
        arrivals = [
            _New(
                entry=entry,
                article_url=_article_url(feed.feed_id, entry),
                outlet=feed.outlet or outlets.get(entry.entry_id) or _own_outlet(feed),
                backlog=_is_backlog(entry, backlog_before),
            )
            for entry in _oldest_first(found.new, now)
        ]
        _store_new(connection, feed.feed_id, arrivals, now)
    return Arrivals(new=tuple(found.new), changed=tuple(entry for _, entry in found.changed))


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


def _store_moved(connection: Connection, moved: Sequence[tuple[Known, FeedEntry]]) -> None:
    """The address to fetch; the article keeps its canonical URL, by which other feeds know it."""
    rows = [{"the_entry": known.entry_key, "the_article": known.article_id, "to": entry.link} for known, entry in moved]
    for table, key in (
        (feed_entries, feed_entries.c.entry_key == bindparam("the_entry")),
        (articles, articles.c.article_id == bindparam("the_article")),
    ):
        connection.execute(table.update().where(key).values(link=bindparam("to")), rows)


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


def _store_new(connection: Connection, feed_id: FeedId, arrivals: Sequence[_New], now: datetime) -> None:
    found = _meet_articles(connection, {one.article_url: one for one in arrivals}, now)
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


def _meet_articles(connection: Connection, arrivals: Mapping[str, _New], now: datetime) -> dict[str, ArticleId]:
    """The articles that other feeds brought already, by URL: no backlog any more where they are news here.

    One whose text is a page's is not extracted again; one whose best text is a feed's is, where this one says more.
    """
    query = select(articles.c.url, articles.c.article_id, articles.c.backlog)
    rows = list(rows_in(connection, query, articles.c.url, arrivals))
    risen = [row.article_id for row in rows if row.backlog and not arrivals[row.url].backlog]
    if risen:
        _rise(connection, risen)
    brought = {row.article_id: arrivals[row.url].entry for row in rows}
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


def _outdone(connection: Connection, brought: Mapping[ArticleId, FeedEntry]) -> list[ArticleId]:
    """The articles whose best text is a feed's, of fewer words than the entry that is brought now."""
    lengths = (func.length(revisions.c.body).label("body"), func.length(revisions.c.lead).label("lead"))
    query = select(revisions.c.article_id, revisions.c.text_source, *lengths)
    best: dict[ArticleId, tuple[bool, int, int]] = {}
    for row in rows_in(connection, query, revisions.c.article_id, brought):
        rank = (row.text_source is TextSource.PAGE, row.body, row.lead)
        best[row.article_id] = max(rank, best.get(row.article_id, rank))
    return [one for one, rank in best.items() if rank < (False, len(brought[one].body), len(brought[one].summary))]


def _make_due(connection: Connection, article_ids: Iterable[object], now: datetime) -> None:
    for some in batches(article_ids):
        connection.execute(
            articles.update().where(articles.c.article_id.in_(some)).values(extract_due_at=now, extract_attempts=0)
        )


def _article(one: _New, now: datetime) -> dict[str, Any]:
    return {
        "url": one.article_url,
        "link": one.entry.link or "",
        "outlet_id": one.outlet.outlet_id,
        "first_seen_at": now,
        "backlog": one.backlog,
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
    """The entry with the words and the link as they will be read back, so that they compare as the same."""
    return replace(
        entry,
        title=clean(entry.title),
        link=clean(entry.link) if entry.link else None,
        summary=clean(entry.summary),
        body=clean(entry.body),
    )


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
