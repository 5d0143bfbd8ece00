"""How each feed fares, as a table for the operator: the worst first. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from pipelines.ingest import health
from pipelines.model import Feed
from pipelines.polls import FeedState, PolledFeed
from pipelines.sites import SiteTexts
from pipelines.states import OutletId

SHOWN = 50
"""Feeds in the table: those that fare worst."""


def worst_feeds(feeds: Sequence[PolledFeed], now: datetime) -> Sequence[PolledFeed]:
    """Those to show: failing ones by the length of their row, then by how long they have been silent for their kind."""
    return sorted(feeds, key=lambda one: (-one.state.failures, -_silence(one.state, now), one.feed.feed_id))[:SHOWN]


def site_of(feed: Feed) -> OutletId:
    """The outlet whose pages tell of the feed's full texts: its own, else that of its address's domain."""
    if feed.outlet is not None:
        return feed.outlet.outlet_id
    from pipelines.ingest.urls import article_outlet  # the list of public suffixes is loaded where it is needed

    return article_outlet(feed, feed.url).outlet_id


def health_rows(
    feeds: Sequence[PolledFeed], texts: Mapping[OutletId, SiteTexts], now: datetime
) -> tuple[Mapping[str, str], ...]:
    """A row for each of `feeds`; `texts` tells of their outlets' pages."""
    return tuple(_row(one.feed, one.state, texts, now) for one in feeds)


def _row(feed: Feed, state: FeedState, texts: Mapping[OutletId, SiteTexts], now: datetime) -> Mapping[str, str]:
    site = texts.get(site_of(feed))
    trouble = health.feed_trouble(feed, state, now)
    return {
        "feed": feed.feed_id,
        "state": trouble.kind if trouble else _untroubled(state),
        "errors": str(state.failures or ""),
        "read": _when(state.succeeded_at),
        "new entry": _when(state.new_at),
        "usually every": health.long(state.rhythm) if state.rhythm else "",
        "silence": f"{_silence(state, now):.2f}",
        "full texts": f"{site.recent_full} of {site.recent}" if site and site.recent else "",
        "next poll": _when(state.due_at),
        "because": state.due_because,
        "errors in a row": "; ".join(f"{_when(one.at)} {one.kind}: {_short(one.reason, feed)}" for one in state.streak),
    }


def _silence(state: FeedState, now: datetime) -> float:
    """The time without anything new, as a share of what makes a feed stale."""
    latest = state.new_at or state.first_polled_at
    return max(now - latest, timedelta(0)) / health.silence(state) if latest else 0.0


def _untroubled(state: FeedState) -> str:
    """Not enough for the operator to be told of, and still in another state than what is read."""
    if state.failures:
        return "failed"
    return "new" if state.first_polled_at is None else "well"


def _short(reason: str, feed: Feed) -> str:
    """Why, without the address, which is the feed's own."""
    return reason.removeprefix(f"{feed.url}: ")[:100]


def _when(moment: datetime | None) -> str:
    """Short, and in one line: ten columns share a page's width."""
    return f"{moment.day}\u00a0{moment:%b\u00a0%H:%M}" if moment else ""
