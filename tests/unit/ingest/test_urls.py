"""Canonical addresses and whose they are."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.urls import MAX_LENGTH, article_outlet, canonical_url, registrable_domain, resolved
from pipelines.model import Feed, Outlet
from pipelines.states import FeedId, OutletId


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("HTTP://News.Example.COM:80/a?x=1#top", "http://news.example.com/a?x=1"),
        ("https://news.example:443", "https://news.example/"),
        ("https://news.example:8443/", "https://news.example:8443/"),
        ("https://news.example./a", "https://news.example/a"),
        ("https://reader:word@news.example/a", "https://news.example/a"),
        ("https://news.example/a/../b/./c", "https://news.example/b/c"),
        ("https://news.example/../../a/..", "https://news.example/"),
        ("https://news.example/%7ea/%e2%82%ac/%2F", "https://news.example/~a/%E2%82%AC/%2F"),
        ("https://news.example/100%", "https://news.example/100%25"),
        ("https://news.example/два слова?q=три", "https://news.example/%D0%B4%D0%B2%D0%B0%20%D1%81%D0%BB%D0%BE%D0%B2%D0%B0?q=%D1%82%D1%80%D0%B8"),
        ("https://вести.example/", "https://xn--b1agj9af.example/"),
        ("https://news.example/a?utm_source=x&id=7&fbclid=y&gclid=z&yclid=w", "https://news.example/a?id=7"),
        ("https://news.example/a?UTM_Medium=x&%75tm_campaign=y", "https://news.example/a"),
        ("https://news.example/a?", "https://news.example/a"),
        ("https://news.example/a?b=&a=1&b=2", "https://news.example/a?b=&a=1&b=2"),
        ("  https://news.example/a\n\u200b>", "https://news.example/a"),
        ("http:\\\\news.example\\a", "http://news.example/a"),
        ("http://[2001:DB8::1]:80/", "http://[2001:db8::1]/"),
    ],
)  # fmt: skip
def test_spellings_of_one_address_meet(written: str, canonical: str) -> None:
    assert canonical_url(written) == canonical


NO_ADDRESS = (
    *(
        "",
        "javascript:alert(1)",
        "data:text/html,x",
        "mailto:a@b.example",
        "ftp://a.example/",
        "/only/a/path",
        "http://",
    ),
    *("http://[::1", "http://a..b/", "http://-/", "http://a.example:99999/", "http://a b/", "//a.example/x", "http:a"),
)


@pytest.mark.parametrize("written", NO_ADDRESS)
def test_what_is_no_web_address_is_none(written: str) -> None:
    assert canonical_url(written) is None


def test_relative_links_are_resolved() -> None:
    base = "https://news.example/today/feed.xml"
    assert canonical_url("story.html", base) == "https://news.example/today/story.html"
    assert canonical_url("/a", base) == "https://news.example/a"
    assert canonical_url("//other.example/a", base) == "https://other.example/a"
    assert canonical_url("javascript:alert(1)", base) is None


def test_an_address_over_the_cap_is_none() -> None:
    room = MAX_LENGTH - len("https://a.example/")
    assert canonical_url("https://a.example/" + "x" * room) is not None
    assert canonical_url("https://a.example/" + "x" * (room + 1)) is None
    assert canonical_url("https://a.example/" + "x" * 10**6) is None


hosts = st.sampled_from(["news.example", "вести.example", "NEWS.example", "[::1]", "a.co.uk", "127.0.0.1", "faß.de"])
addresses = st.builds("{}://{}{}".format, st.sampled_from(["http", "https", "HTTP"]), hosts, st.text(max_size=30))


@given(st.one_of(st.text(max_size=60), addresses))
def test_canonical_is_canonical_already(written: str) -> None:
    once = canonical_url(written)
    if once is not None:
        assert canonical_url(once) == once
        assert len(once) <= MAX_LENGTH
        assert once.isascii()
        assert once.startswith(("http://", "https://"))


@given(st.text(max_size=60), st.text(max_size=30))
def test_resolving_never_raises(written: str, base: str) -> None:
    resolved(written, base)
    registrable_domain(written)


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://www.news.example.co.uk/a", "example.co.uk"),
        ("https://news.example.com/", "example.com"),
        ("https://one.blogspot.com/a", "one.blogspot.com"),
        ("http://127.0.0.1:8000/", "127.0.0.1"),
        ("http://localhost/", "localhost"),
        ("http://www.amber.example/", "amber.example"),
        ("urn:wirewatch:1", ""),
        ("http://[::1", ""),
    ],
)
def test_registrable_domain(url: str, domain: str) -> None:
    assert registrable_domain(url) == domain


def test_the_suffix_list_is_the_one_that_came_along() -> None:
    code = """
import socket, sys
sys.addaudithook(lambda name, values: sys.exit(name) if name.startswith("socket.connect") else None)
sys.addaudithook(lambda name, values: sys.exit(str(values)) if name == "open" and "w" in str(values[1]) else None)
sys.dont_write_bytecode = True
from pipelines.ingest.urls import registrable_domain
assert registrable_domain("https://a.b.co.uk/") == "b.co.uk"
"""
    subprocess.run([sys.executable, "-B", "-c", code], check=True, timeout=30)


def test_an_article_is_its_feeds_outlets_else_its_domains() -> None:
    outlet = Outlet(outlet_id=OutletId("times"), title="The Times")
    feed = Feed(feed_id=FeedId("f"), url="https://feeds.wire.example/rss")
    named = Feed(feed_id=FeedId("f"), url="https://feeds.wire.example/rss", outlet=outlet)
    assert article_outlet(named, "https://other.example/a") is outlet
    assert article_outlet(feed, "https://www.other.example.org/a").outlet_id == "example.org"
    assert article_outlet(feed, None).outlet_id == "wire.example"
