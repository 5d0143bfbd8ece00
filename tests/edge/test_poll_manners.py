"""What a server says is heeded from poll to poll, on a real server and store: validators, moves, refusals, endings."""

from datetime import timedelta

import pytest

from pipelines.polls import FeedState
from storage.store import SqlStore
from tests.edge.test_feed_health import RSS, START, poll
from tests.web import Asked, Page, Web

TYPE = {"Content-Type": "application/rss+xml"}


def state(store: SqlStore) -> FeedState:
    """What is remembered of the one feed."""
    (one,) = store.feeds.due_feeds(START, everything=True)
    return one.state


def conditions(web: Web) -> list[str | None]:
    """The validator that each request gave."""
    return [asked.headers.get("if-none-match") for asked in web.requests]


def test_a_server_that_repeats_an_etag_on_another_document_is_asked_for_the_whole(store: SqlStore, web: Web) -> None:
    for number, title in enumerate(("one", "two", "three", "three")):
        web.serve("/rss", RSS.format(title), "application/rss+xml", ETag='"always"')
        report = poll(store, web, number / 4)
        assert report.counts["entries new"] == (number < 3)
    assert conditions(web) == [None, '"always"', None, None]


def test_a_document_that_is_known_is_not_read_again(store: SqlStore, web: Web) -> None:
    web.serve("/rss", RSS.format("one"), "application/rss+xml")
    assert [poll(store, web, hour).counts["feeds unchanged"] for hour in range(3)] == [0, 1, 1]


def test_a_move_for_good_is_believed_after_some_days_polls_and_forgotten_where_it_fails(
    store: SqlStore, web: Web
) -> None:
    web.routes["/rss"] = Page(status=301, headers={"Location": "/new"})
    web.serve("/new", RSS.format("one"), "application/rss+xml")
    for hour in (0, 6, 12, 18, 25):
        poll(store, web, hour)
    asked = len(web.requests)
    poll(store, web, 26)
    assert [one.path for one in web.requests[asked:]] == ["/new"]
    web.serve("/new", "gone", status=404)
    for hour in (27, 28, 29):
        poll(store, web, hour)
    asked = len(web.requests)
    web.serve("/rss", RSS.format("two"), "application/rss+xml")
    assert poll(store, web, 30).counts["entries new"] == 1
    assert [one.path for one in web.requests[asked:]] == ["/rss"]


@pytest.mark.parametrize(
    ("status", "headers", "least", "most"),
    [
        (429, {"Retry-After": "7200"}, timedelta(hours=2), timedelta(hours=2, minutes=1)),
        (503, {"Retry-After": "600"}, timedelta(minutes=15), timedelta(minutes=17)),
        (500, {}, timedelta(minutes=15), timedelta(minutes=17)),
        (410, {}, timedelta(hours=24), timedelta(hours=27)),
        (404, {}, timedelta(minutes=15), timedelta(minutes=17)),
    ],
)
def test_a_refusal_is_rested_from_as_it_asks(
    store: SqlStore, web: Web, status: int, headers: dict[str, str], least: timedelta, most: timedelta
) -> None:
    web.routes["/rss"] = Page(status=status, headers=headers)
    report = poll(store, web, 0)
    assert report.counts["feeds failed"] == 1
    found = state(store)
    assert found.polled_at is not None
    assert least <= found.due_at - found.polled_at <= most
    web.serve("/rss", RSS.format("one"), "application/rss+xml")
    assert poll(store, web, 48).counts["entries new"] == 1
    assert state(store).failures == 0


def test_a_304_to_a_question_without_a_condition_is_no_success(store: SqlStore, web: Web) -> None:
    web.routes["/rss"] = Page(status=304)
    assert poll(store, web, 0).counts["feeds failed"] == 1
    assert "HTTP 304" in (state(store).error or "")


def test_who_asks_is_told_and_only_gzip_and_deflate_are_wanted(store: SqlStore, web: Web) -> None:
    seen: list[Asked] = []

    def answer(asked: Asked) -> Page:
        seen.append(asked)
        return Page(body=RSS.format("one").encode(), headers=TYPE)

    web.routes["/rss"] = answer
    poll(store, web, 0)
    assert seen[0].headers["accept-encoding"] == "gzip, deflate"
    assert "Wirewatch/" in seen[0].headers["user-agent"]
