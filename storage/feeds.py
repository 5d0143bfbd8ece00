"""Feeds and their polls: what `poll_feeds` needs of the store."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from pipelines.model import Feed, Outlet
from pipelines.polls import Arrivals, KnownItem, Poll, PolledFeed
from pipelines.sites import SiteTexts
from pipelines.states import FeedId, OutletId
from storage.bulk import write_rows
from storage.database import Database
from storage.entries import add_outlets, store_entries
from storage.feed_records import items_of, items_to_json, polled_feed_of, state_columns
from storage.feed_tables import ACTIVE, feeds, outlets
from storage.lookups import batches, rows_in
from storage.records import named, options_to_json, outlet_of
from storage.sites import site_texts
from storage.types import clean_key

_FORGOTTEN = dict.fromkeys(("etag", "last_modified", "body_hash", "entries_hash", "whole_at", "doubted_until", "move"))
"""What was remembered of answers from the old address, or read in the old way."""
_SET_STATE = feeds.update().where(feeds.c.feed_id == bindparam("the_feed"))
"""Built once: a cycle of a thousand feeds that answer 304 is this statement, with a thousand rows."""
_SET_ITEMS = _SET_STATE.values(items=bindparam("the_items"))
_ITEMS = feeds.c["items"]
_STATES = [column for column in feeds.c if column is not _ITEMS]
"""Without the items of the last document: they are most of a row, and of use only where another document came."""
_SETTINGS = [feeds.c[name] for name in ("feed_id", "url", "outlet_id", "kind", "language", "every", "backfill", "tags")]
_SETTINGS += [feeds.c.options, feeds.c.active]
"""What feeds.yaml says."""
_DUE_AGAIN = {"url", "kind", "every", "options", "active"}
_READ_ANEW = {"url", "kind", "options"}


class SqlFeeds:
    """The FeedStore of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sync_feeds(self, feeds: Sequence[Feed], now: datetime) -> None:
        """See FeedStore. Takes no write lock where nothing changed: it is called in every cycle."""
        with self._database.reading() as connection:
            if not _differences(connection, feeds).any:
                return
        with self._database.writing(exclusive="feeds") as connection:
            _apply(connection, _differences(connection, feeds), now)

    def due_feeds(self, now: datetime, *, everything: bool = False) -> Sequence[PolledFeed]:
        """See FeedStore."""
        query = named(select(*_STATES, outlets).join_from(feeds, outlets, isouter=True).where(ACTIVE))
        if not everything:
            query = query.where(feeds.c.due_at <= now)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(feeds.c.due_at, feeds.c.feed_id))
            return [polled_feed_of(row) for row in rows]

    def known_items(self, feed_ids: Collection[FeedId]) -> Mapping[FeedId, Sequence[KnownItem]]:
        """See FeedStore."""
        with self._database.reading() as connection:
            rows = rows_in(connection, select(feeds.c.feed_id, _ITEMS), feeds.c.feed_id, feed_ids)
            return {row.feed_id: items_of(row._mapping[_ITEMS]) for row in rows}

    def site_texts(self, outlet_ids: Collection[OutletId], now: datetime) -> Sequence[SiteTexts]:
        """See FeedStore."""
        with self._database.reading() as connection:
            return site_texts(connection, outlet_ids, now)

    def record_polls(self, polls: Sequence[Poll], now: datetime) -> Sequence[Arrivals]:
        """See FeedStore."""
        with self._database.writing(exclusive="feeds") as connection:
            arrivals = store_entries(connection, polls, now)
            rows = [
                {"the_feed": poll.feed.feed_id, **state_columns(poll.state)} | ({"new_at": now} if arrived.new else {})
                for poll, arrived in zip(polls, arrivals, strict=True)
            ]
            items = [
                {"the_feed": poll.feed.feed_id, "the_items": items_to_json(poll.items)}
                for poll in polls
                if poll.items is not None
            ]
            write_rows(connection, _SET_STATE, rows)
            write_rows(connection, _SET_ITEMS, items)
            return arrivals


@dataclass(frozen=True, slots=True, kw_only=True)
class _Differences:
    """What stands in feeds.yaml but not in the store, as column values."""

    outlets: Sequence[Outlet]
    new: Sequence[dict[str, Any]]
    changed: Mapping[FeedId, dict[str, Any]]
    retired: Sequence[FeedId]

    @property
    def any(self) -> bool:
        return bool(self.outlets or self.new or self.changed or self.retired)


def _differences(connection: Connection, wanted: Sequence[Feed]) -> _Differences:
    stored = {row.feed_id: row._mapping for row in connection.execute(select(*_SETTINGS))}
    configs = {feed.feed_id: _config(feed) for feed in wanted}
    changed = {
        feed_id: {name: value for name, value in config.items() if stored[feed_id][name] != value}
        for feed_id, config in configs.items()
        if feed_id in stored
    }
    return _Differences(
        outlets=_changed_outlets(connection, {feed.outlet for feed in wanted if feed.outlet is not None}),
        new=[config for feed_id, config in configs.items() if feed_id not in stored],
        changed={feed_id: values for feed_id, values in changed.items() if values},
        retired=[feed_id for feed_id, row in stored.items() if row["active"] and feed_id not in configs],
    )


def _changed_outlets(connection: Connection, wanted: set[Outlet]) -> list[Outlet]:
    stored = {outlet_of(row) for row in connection.execute(named(select(outlets)))}
    return sorted(wanted - stored, key=lambda outlet: outlet.outlet_id)


def _config(feed: Feed) -> dict[str, Any]:
    return {
        "feed_id": feed.feed_id,
        "url": clean_key(feed.url),
        "outlet_id": feed.outlet.outlet_id if feed.outlet else None,
        "kind": feed.kind,
        "language": feed.language,
        "every": feed.every,
        "backfill": feed.backfill,
        "tags": sorted(feed.tags),
        "options": options_to_json(feed.options),
        "active": True,
    }


def _apply(connection: Connection, differences: _Differences, now: datetime) -> None:
    add_outlets(connection, differences.outlets, replace=True)
    # Retired first, changed ones for a moment too: two feeds may have swapped their URLs, each unique at any time.
    for some in batches([*differences.retired, *differences.changed]):
        connection.execute(feeds.update().where(feeds.c.feed_id.in_(some)).values(active=False))
    for feed_id, values in differences.changed.items():
        again = {"due_at": now} if values.keys() & _DUE_AGAIN else {}
        forgotten = _FORGOTTEN if values.keys() & _READ_ANEW else {}
        connection.execute(
            feeds.update().where(feeds.c.feed_id == feed_id).values({"active": True, **values, **again, **forgotten})
        )
    if differences.new:
        connection.execute(feeds.insert(), [{**config, "due_at": now, "failures": 0} for config in differences.new])
