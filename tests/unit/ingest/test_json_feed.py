"""JSON Feed to entries."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import NotAFeed
from pipelines.ingest.feed_parser import parse_feed
from pipelines.ingest.parsed_feed import ParsedFeed

VERSION = "https://jsonfeed.org/version/1.1"


def read(document: object, url: str = "https://news.example/feed.json") -> ParsedFeed:
    """The document read as an answer's body."""
    return parse_feed(json.dumps(document).encode(), url=url, content_type="application/feed+json")


def test_an_item_with_everything() -> None:
    item = {
        "id": "17",
        "url": "/a",
        "title": "Dam <b>gives</b> way",
        "summary": "Nobody was hurt.",
        "content_html": "<p>One</p><p>Two &amp; three</p>",
        "date_published": "2023-02-07T08:15:30+04:00",
        "authors": [{"name": "Ani Petrosyan"}, {"url": "https://a.example"}],
    }
    feed = read({"version": VERSION, "title": "News", "language": "en-GB", "items": [item]})
    (entry,) = feed.entries
    assert (feed.title, feed.language, feed.problems) == ("News", "en", ())
    assert (entry.url, entry.guid, entry.title) == ("https://news.example/a", "17", "Dam gives way")
    assert (entry.summary, entry.body) == ("Nobody was hurt.", "One\nTwo & three")
    assert str(entry.published) == "2023-02-07T08:15:30+04:00"
    assert entry.authors == ("Ani Petrosyan",)


def test_version_1_0_and_plain_text() -> None:
    item = {"id": 17, "external_url": "https://other.example/a", "content_text": "One &amp; two\nthree"}
    feed = read({"version": "https://jsonfeed.org/version/1", "author": {"name": "Desk"}, "items": [item]})
    (entry,) = feed.entries
    assert (entry.guid, entry.url) == ("17", "https://other.example/a")
    assert entry.body == "One &amp; two\nthree"
    assert entry.authors == ("Desk",)


def test_malformed_items_are_left_out_and_told() -> None:
    feed = read(
        {"version": VERSION, "items": ["x", None, {}, {"title": 7}, {"id": "1", "title": "A", "url": "javascript:x"}]}
    )
    assert [(entry.title, entry.url) for entry in feed.entries] == [("A", None)]
    assert set(feed.problems) == {
        "item that is no object: left out (2 times)",
        "item without id, link, title and text: left out (2 times)",
        "link that is no web address: dropped",
    }


def test_a_file_of_unknown_origin_is_resolved_against_its_home_page() -> None:
    document = {"version": VERSION, "home_page_url": "https://news.example/", "items": [{"id": "1", "url": "a"}]}
    assert read(document, url="").entries[0].url == "https://news.example/a"


@pytest.mark.parametrize("text", ["{", "{}", '{"items": []}', '{"version": "2"}', '{"items": [1]}', '{"a":' * 100_000])
def test_other_json_is_no_feed(text: str) -> None:
    with pytest.raises(NotAFeed):
        parse_feed(text.encode(), url="", content_type=None)


keys = st.sampled_from(["id", "url", "title", "authors", "name", "content_html", "date_published"])
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "url", "title", "authors", "name", "content_html", "date_published"]), inner
        )
    ),
    max_leaves=10,
)


@given(st.lists(values, max_size=4), values)
def test_any_items_are_read_or_left_out(items: list[object], author: object) -> None:
    feed = read({"version": VERSION, "author": author, "title": author, "items": items})
    assert len(feed.entries) <= len(items)
