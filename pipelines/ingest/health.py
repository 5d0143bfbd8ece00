"""Whether a feed or a site is well, and if not what the operator should know and do. Pure.

A trouble is found from what is stored, not from what has just happened: killed between a poll and its notice, the next
poll finds it again; told once, it is not told again before it is over (see `notices`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipelines.model import Feed, Outlet
from pipelines.polls import FailureKind, FeedState, PolledFeed
from pipelines.sites import SiteTexts

FAILURES = 3
SILENCE = timedelta(hours=24)
GAPS = 6
"""A feed is stale after so many of its median gaps, never before SILENCE."""

NETWORK = "network"
FEWEST_SILENT = 5
FEWEST = 8
"""Articles of a site that make a share of full texts."""
USUAL, FALLEN = 0.7, 0.3
"""Shares: a site that gave full texts for most articles, and now for few."""
REFUSED = frozenset({"HTTP 401", "HTTP 402", "HTTP 403", "HTTP 429", "HTTP 451"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What is wrong; `kind` is `failing`, `stale`, `refused` or `texts`."""

    kind: str
    title: str
    lines: tuple[str, ...]


def feed_subject(feed: Feed) -> str:
    """The notice's subject of a feed."""
    return f"feed:{feed.feed_id}"


def site_subject(outlet: Outlet) -> str:
    """The notice's subject of an outlet's pages."""
    return f"site:{outlet.outlet_id}"


def feed_trouble(feed: Feed, state: FeedState, now: datetime) -> Trouble | None:
    """What is wrong with a feed; None where all is well, or it is too soon to say."""
    no_feed = bool(state.streak and state.streak[-1].kind is FailureKind.NO_FEED)
    if state.failures >= FAILURES or (state.failures and no_feed):
        return _failing(feed, state, no_feed=no_feed)
    latest = state.new_at or state.first_polled_at
    if state.failures or latest is None or now - latest <= silence(state):
        return None
    usual = f"; usually one comes every {long(state.rhythm)}" if state.rhythm else ""
    return Trouble(
        kind="stale",
        title=f"Feed {feed.feed_id} brings nothing new",
        lines=(
            f"{feed.feed_id} has brought no new entry since {latest:%d %b %H:%M} UTC{usual}. It is read without error.",
            f"Look whether the outlet still publishes there: {feed.url}. Feeds left behind by a new site look "
            f"like this. `wirewatch feeds check {feed.feed_id}` shows what is in it.",
        ),
    )


def feed_troubles(feeds: Sequence[PolledFeed], now: datetime) -> dict[str, Trouble]:
    """What is wrong, by subject of its notice; where half of the feeds do not answer, that is one trouble, our own."""
    found = {feed_subject(one.feed): trouble for one in feeds if (trouble := feed_trouble(one.feed, one.state, now))}
    silent = [one for one in feeds if feed_subject(one.feed) in found and _unanswered(one.state)]
    if len(silent) < FEWEST_SILENT or 2 * len(silent) < len(feeds):
        return found
    since = min(one.state.streak[0].at for one in silent)
    ours = Trouble(
        kind="failing",
        title="Most feeds do not answer",
        lines=(
            f"{len(silent)} of {len(feeds)} feeds have not answered since {since:%d %b %H:%M} UTC.",
            "That looks like this machine's own network: see its connection, name server and firewall. Each feed is "
            "tried again within the hour, and what it still lists then is not lost.",
        ),
    )
    return {NETWORK: ours} | {subject: one for subject, one in found.items() if subject not in _subjects(silent)}


def _unanswered(state: FeedState) -> bool:
    return bool(state.streak) and state.streak[-1].kind is FailureKind.SOFT


def _subjects(feeds: Sequence[PolledFeed]) -> set[str]:
    return {feed_subject(one.feed) for one in feeds}


def silence(state: FeedState) -> timedelta:
    """How long a feed may bring nothing before it is stale."""
    return max(GAPS * state.rhythm, SILENCE) if state.rhythm else SILENCE


def feed_recovery(feed: Feed, state: FeedState) -> tuple[str, ...]:
    """What to tell when a feed is well again."""
    return (f"{feed.feed_id} is read again, next at {state.due_at:%H:%M} UTC. What it still lists is not lost.",)


def site_trouble(texts: SiteTexts) -> Trouble | None:
    """What is wrong with a site's pages; None where all is well, or there are too few to say."""
    if texts.recent < FEWEST or texts.recent_share > FALLEN:
        return None
    name, since = texts.outlet.title, f"{texts.since:%H:%M}" if texts.since else "the last hours"
    if texts.reason in REFUSED:
        return Trouble(
            kind="refused",
            title=f"{name} refuses us",
            lines=(
                f"{name} refuses us ({texts.reason.removeprefix('HTTP ')}) since {since} UTC; feed still read, alerts "
                "are headline only.",
                "Try `user_agent` in feeds.yaml, set WIREWATCH_CONTACT, or ask the outlet.",
            ),
        )
    if texts.before < FEWEST or texts.before_share < USUAL:
        return None  # it never gave full texts: no news
    why = f" ({texts.reason})" if texts.reason else ""
    outlet = texts.outlet.outlet_id
    after = f" --since {texts.since:%Y-%m-%dT%H:%M}" if texts.since else ""
    return Trouble(
        kind="texts",
        title=f"Full texts at {name} fell",
        lines=(
            f"Full texts at {name} fell from {texts.before_share * 100:.0f} % to {texts.recent_share * 100:.0f} % at "
            f"{since} UTC{why}: layout changed?",
            f"Set `keep` for its feeds in feeds.yaml, then `wirewatch extract --again {outlet}{after}`.",
        ),
    )


def site_is_well(texts: SiteTexts) -> bool:
    """Whether full texts are back: more than a shade above the line at which they were missed."""
    return texts.recent_share >= (USUAL + FALLEN) / 2


def _failing(feed: Feed, state: FeedState, *, no_feed: bool) -> Trouble:
    first = state.streak[0].at if state.streak else state.polled_at
    since = f"{first:%d %b %H:%M} UTC" if first else "its first poll"
    times = "once" if state.failures == 1 else f"{state.failures} times in a row"
    advice = _advice(feed, state.error or "", no_feed=no_feed)
    return Trouble(
        kind="failing",
        title=f"Feed {feed.feed_id} cannot be read",
        lines=(
            f"{feed.feed_id} could not be read since {since} ({times}): {state.error}",
            f"It is tried again at {state.due_at:%d %b %H:%M} UTC, ever more seldom, and never given up. {advice}",
        ),
    )


def _advice(feed: Feed, error: str, *, no_feed: bool) -> str:
    check = f"`wirewatch feeds check {feed.feed_id}` tries it at once."
    if no_feed:
        return f"A page is where the feed was: look for its new address on the site. {check}"
    if any(error.endswith(status) for status in ("HTTP 404", "HTTP 410")):
        return f"It is gone from there: put its new address into feeds.yaml, or take the feed out. {check}"
    if any(error.endswith(status) for status in REFUSED):
        return f"We are refused: try `user_agent`, set WIREWATCH_CONTACT, or ask the outlet. {check}"
    return f"If the site opens in a browser, the trouble may be our network's or a block. {check}"


def long(gap: timedelta) -> str:
    """A length of time in words."""
    minutes = round(gap / timedelta(minutes=1))
    return f"{minutes} min" if minutes < 120 else f"{round(minutes / 60)} h"
