"""The records of polling: what is remembered of a feed, what a poll brought, and what the step needs of the store.

Times are aware UTC. Imports the records and protocols alone.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from pipelines.model import Feed, FeedEntry, Outlet
from pipelines.sites import SiteTexts
from pipelines.states import FeedId, OutletId

STREAK_KEPT = 10


class FailureKind(StrEnum):
    """Who must mend it: see `ingest.polling`."""

    SOFT = "soft"
    TEMPORARY = "temporary"
    HARD = "hard"
    NO_FEED = "no feed"
    """An answer came, and no parser can read it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One failed poll."""

    at: datetime
    reason: str
    kind: FailureKind = FailureKind.HARD


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """How often a feed's document asks to be read."""

    ttl: timedelta | None = None
    """Of RSS `ttl`, or of `sy:updatePeriod` and `sy:updateFrequency`."""
    skip_hours: frozenset[int] = frozenset()
    """Hours of the day, UTC, in which nothing is to be expected."""
    skip_days: frozenset[int] = frozenset()
    """Days of the week, Monday 0, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A permanent redirect that a feed's address has answered with, and how often in a row."""

    to: str
    times: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownItem:
    """An item of the last document that was read: met again unchanged, it need not be read again."""

    digest: str
    """Of the item as it stood in the document."""
    name: str
    """Of its entry: see `hints.entry_name`."""
    moment: int | None = None
    """Its publication in seconds since 1970, where the document gives a time of day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What polling must remember of a feed between polls."""

    due_at: datetime
    due_because: str = ""
    """The reason of `due_at`, for people."""
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    """Of the last body that was read."""
    read_by: str | None = None
    """The version of the parser that read it."""
    entries_hash: str | None = None
    """Of the entries that were read out of it."""
    whole_at: datetime | None = None
    """When the whole document last came."""
    doubted_until: datetime | None = None
    """Until when the server's validators count for nothing: it gave one to two different documents."""
    hints: Hints = Hints()
    rhythm: timedelta | None = None
    """Median time between two entries, as the document dates them."""
    move: Move | None = None
    failures: int = 0
    """Consecutive failed polls."""
    error: str | None = None
    """Why the last poll failed; None after a good one."""
    streak: tuple[Failure, ...] = ()
    """The first failure of the row and its latest, STREAK_KEPT in all."""
    polled_at: datetime | None = None
    succeeded_at: datetime | None = None
    first_polled_at: datetime | None = None
    """First successful poll: what is older starts silent (see Feed.backfill)."""
    new_at: datetime | None = None
    """When a poll last brought an entry never seen before; the store's to set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolledFeed:
    """A feed with what is remembered of it."""

    feed: Feed
    state: FeedState


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """One poll as it is to be stored."""

    feed: Feed
    state: FeedState
    """After the poll."""
    entries: Sequence[FeedEntry] = ()
    """None where nothing was read, or nothing had changed."""
    items: tuple[KnownItem, ...] | None = None
    """Of the document, for the next reading, empty where it could not be taken apart; None where nothing was read."""
    backlog_before: datetime | None = None
    late_before: datetime | None = None
    """Up to when entries were missed by a feed that was not read for long: what is older is found late."""
    outlets: Mapping[str, Outlet] = field(default_factory=lambda: MappingProxyType({}))
    """By `FeedEntry.entry_id`: whose text an entry is where `feed.outlet` is None; else it is the feed's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """What a poll brought: entries never seen in this feed, and known ones whose words changed."""

    new: tuple[FeedEntry, ...] = ()
    changed: tuple[FeedEntry, ...] = ()


class FeedStore(Protocol):
    """What `poll_feeds` needs."""

    def sync_feeds(self, feeds: Sequence[Feed], now: datetime) -> None:
        """Make the stored feeds those of feeds.yaml: new ones due at once, vanished ones retired, history kept."""
        ...

    def due_feeds(self, now: datetime, *, everything: bool = False) -> Sequence[PolledFeed]:
        """Active feeds due at `now` (all active ones with `everything`), longest overdue first."""
        ...

    def known_items(self, feed_ids: Collection[FeedId]) -> Mapping[FeedId, Sequence[KnownItem]]:
        """The items of the document that was last read of each feed: wanted only where another document came."""
        ...

    def site_texts(self, outlet_ids: Collection[OutletId], now: datetime) -> Sequence[SiteTexts]:
        """How the pages of these outlets fare: see ArticleStore."""
        ...

    def record_polls(self, polls: Sequence[Poll], now: datetime) -> Sequence[Arrivals]:
        """Store polls in one transaction: states, entries, and the articles now due; arrivals in the order of `polls`.

        Due are articles that are new, changed, or known so far by fewer feed's words. An entry is known by canonical
        URL or by guid (which counts for nothing where URL and title both differ), else by content hash. With
        `backlog_before` (the feed's first good poll), new entries published earlier than that, or undated, only make
        backlog articles; one that any feed brings as news rises, its matches decided anew. With `late_before`, new
        articles published earlier than that, or undated, are marked late.
        """
        ...
