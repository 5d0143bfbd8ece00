"""What to do about a feed that was tried."""

from datetime import UTC, datetime, timedelta

import pytest

from pipelines.feed_options import FeedOptions
from pipelines.ingest.advice import advice
from pipelines.ingest.probe import Probe
from pipelines.model import Feed, FeedEntry, Published
from pipelines.states import FeedId, SourceKind

NOW = datetime(2023, 2, 7, tzinfo=UTC)
URL = "https://news.example/rss"
FEED = Feed(feed_id=FeedId("a"), url=URL)
ENTRY = FeedEntry(title="A")


@pytest.mark.parametrize(
    ("status", "problem", "said"),
    [
        (403, "HTTP 403", "`user_agent`"),
        (404, "HTTP 404", "`wirewatch feeds add https://news.example`"),
        (410, "HTTP 410", "not there any more"),
        (429, "HTTP 429", "longer `every`"),
        (503, "HTTP 503", "try again later"),
        (200, "an HTML page, not a feed", "`kind: page`"),
        (200, "the answer is empty", "what does it show?"),
        (None, "cannot connect: no route", "no answer"),
    ],
)
def test_a_failure_says_what_to_do(status: int | None, problem: str, said: str) -> None:
    told = advice(Probe(feed=FEED, url=URL, status=status, problem=problem), NOW)
    assert told is not None
    assert said in told


def test_a_feed_that_is_read_may_still_need_something() -> None:
    fresh = FeedEntry(title="A", published=Published(moment=NOW))
    old = FeedEntry(title="A", published=Published(moment=NOW - timedelta(days=90)))
    page = Feed(feed_id=FeedId("a"), url=URL, kind=SourceKind.PAGE, options=FeedOptions(links="/news/"))
    cases = [
        (Probe(feed=FEED, url=URL, entries=(fresh, old)), None),
        (Probe(feed=FEED, url=URL, entries=(ENTRY,)), None),
        (Probe(feed=FEED, url="https://news.example/rss#a", entries=(fresh,)), None),
        (Probe(feed=FEED, url="https://b.example/", entries=(fresh,)), "moved: set `url` to https://b.example/"),
        (Probe(feed=FEED, url=URL), "read, but without entries: is it the right address?"),
        (
            Probe(feed=page, url=URL, kind=SourceKind.PAGE),
            "no link of the page is met by `links`: mend the pattern",
        ),
        (
            Probe(feed=FEED, url=URL, entries=(old,)),
            "nothing new since 2022-11-09: abandoned, or the wrong address?",
        ),
    ]
    for probe, told in cases:
        assert advice(probe, NOW) == told
