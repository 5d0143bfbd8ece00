"""The table and the plot of how feeds fare: the worst first, with what an operator asks."""

from base64 import b64decode
from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree

from pipelines.defs.plots import feed_health_plot
from pipelines.errors import BadStatus
from pipelines.ingest.health_table import SHOWN, health_rows, worst_feeds
from pipelines.model import Outlet
from pipelines.polls import FeedState, PolledFeed
from pipelines.sites import SiteTexts
from pipelines.states import FeedId, OutletId
from tests.unit.ingest.test_health import FEED, HOUR, NOW, WELL, failing

APA = Outlet(outlet_id=OutletId("apa"), title="APA")


def named(name: str, state: FeedState) -> PolledFeed:
    """A feed of APA's in a state."""
    return PolledFeed(feed=replace(FEED, feed_id=FeedId(name), outlet=APA), state=state)


FEEDS = [
    named("fresh", replace(WELL, new_at=NOW - HOUR, rhythm=timedelta(minutes=20))),
    named("refused", failing(BadStatus(FEED.url, 403), 4)),
    named("silent", replace(WELL, new_at=NOW - 30 * HOUR, rhythm=timedelta(minutes=20))),
    named("unread", FeedState(due_at=NOW)),
    named("unlucky", failing(BadStatus(FEED.url, 503), 1)),
]
TEXTS = {APA.outlet_id: SiteTexts(outlet=APA, recent=10, recent_full=7, before=0, before_full=0)}


def test_the_worst_feeds_come_first_with_what_is_known_of_them() -> None:
    rows = health_rows(worst_feeds(FEEDS, NOW), TEXTS, NOW)
    assert [(row["feed"], row["state"]) for row in rows] == [
        ("refused", "failing"),
        ("unlucky", "failed"),
        ("silent", "stale"),
        ("fresh", "well"),
        ("unread", "new"),
    ]
    refused, silent = rows[0], rows[2]
    assert refused["errors"] == "4"
    assert refused["errors in a row"].count("HTTP 403") == 4
    assert FEED.url not in refused["errors in a row"]
    assert (silent["silence"], silent["usually every"], silent["full texts"]) == ("1.25", "20 min", "7 of 10")
    assert all(row.keys() == refused.keys() for row in rows)


def test_the_table_is_short_whatever_the_number_of_feeds() -> None:
    many = [named(f"f{number}", WELL) for number in range(1_000)]
    assert len(worst_feeds([*many, *FEEDS], NOW)) == SHOWN
    assert worst_feeds([*many, *FEEDS], NOW)[0].feed.feed_id == "refused"


def test_the_plot_is_a_picture_with_a_bar_for_each_feed() -> None:
    feeds = [named("<script>", WELL), *FEEDS]
    said = feed_health_plot(health_rows(feeds, {}, NOW))
    picture = ElementTree.fromstring(b64decode(said.partition("base64,")[2].rstrip(")")))
    bars = [part for part in picture if part.tag.endswith("rect")]
    assert len(bars) == len(feeds)
    assert max(float(bar.get("width") or 0) for bar in bars) <= 420
