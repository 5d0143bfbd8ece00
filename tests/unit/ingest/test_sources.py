"""Sitemaps, plain pages and channel previews to entries, each by a sample of our own, and what hostile ones do."""

import gzip
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import NotAFeed
from pipelines.feed_options import FeedOptions
from pipelines.ingest.channels import channel
from pipelines.ingest.link_pattern import link_pattern
from pipelines.ingest.page_links import parse_page
from pipelines.ingest.parsed_feed import MAX_ENTRIES, ParsedFeed
from pipelines.ingest.sitemap import parse_sitemap
from pipelines.ingest.sources import parse, parse_any
from pipelines.ingest.telegram import parse_telegram
from pipelines.protocols import Response
from pipelines.states import SourceKind

SAMPLES = Path(__file__).parents[2] / "data" / "sources"
URL = "https://news.example/maps/map.xml"
ARTICLES = r"//news\.example/ru/news/\d+\.html"


def sample(name: str) -> bytes:
    """A sample's bytes."""
    return (SAMPLES / name).read_bytes()


def read(body: bytes) -> ParsedFeed:
    """A source of kind auto."""
    return parse_any(body, url=URL, content_type=None)


def test_a_sitemap_gives_its_newest_first_with_the_words_of_the_address_for_a_title() -> None:
    feed = read(sample("sitemap.xml"))
    assert [(entry.title, entry.url, str(entry.published or "")) for entry in feed.entries] == [
        ("dam gives way", "https://news.example/2023/02/08/dam-gives-way", "2023-02-08"),
        (
            "swan stops tram in harbour",
            "https://news.example/2023/02/07/swan-stops-tram-in-harbour.html?page=2",
            "2023-02-07T12:15:30+04:00",
        ),
        ("", "https://news.example/", ""),
    ]
    assert feed.problems == ()


def test_a_news_sitemap_gives_titles_and_the_dates_of_publication() -> None:
    feed = read(gzip.compress(sample("news-sitemap.xml")))
    assert (feed.title, feed.language) == ("Հարավային լուրեր", "hy")
    assert [(entry.title, str(entry.published)) for entry in feed.entries] == [
        ("Ամբարտակը <չի> դիմացել", "2023-02-07T08:15:30+04:00"),
        ("Կարապը ռելսերի վրա", "2023-02-06T08:15:30+04:00"),
    ]


def test_an_index_says_that_its_children_are_read_when_it_is_polled() -> None:
    feed = read(sample("sitemap-index.xml"))
    assert feed.entries == ()
    assert feed.problems == ("an index of 3 sitemaps: its own addresses are read when it is polled",)


def test_the_newest_of_a_long_sitemap_are_read() -> None:
    urls = "".join(
        f"<url><loc>https://a.example/{number}</loc><lastmod>2023-02-07T00:00:{number % 60:02}Z</lastmod></url>"
        for number in range(MAX_ENTRIES + 600)
    )
    feed = read(f"<urlset>{urls}</urlset>".encode())
    assert len(feed.entries) == MAX_ENTRIES
    assert str(feed.entries[0].published) == "2023-02-07T00:00:59+00:00"
    assert feed.problems == ("2,600 addresses: the 2,000 newest are read",)


def test_a_sitemap_cut_off_keeps_what_came() -> None:
    feed = read(sample("sitemap.xml")[:-60])
    assert len(feed.entries) == 2
    assert feed.problems == ("cut off before its end",)


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(gzip.compress(b"<urlset/>")),
        gzip.compress(b"<urlset/>" + b" " * (11 << 20)),
        gzip.compress(b"<urlset/>")[:-9],
        b"\x1f\x8bno gzip",
        b"<html></html>",
        b"",
    ],
    ids=range(6),
)
def test_what_is_no_sitemap_is_told(body: bytes) -> None:
    with pytest.raises(NotAFeed):
        parse_sitemap(body, url=URL, content_type=None)


@pytest.mark.parametrize("half", [b"&#xD800;", b"&#xdfff;", b"&#x0DbfF;", b"&#55296;", b"&#057343;"])
@pytest.mark.parametrize("place", [b'xmlns="http', b"/hy/dam<", b">dam, water"])
def test_half_a_surrogate_by_its_number_is_left_out(half: bytes, place: bytes) -> None:
    plain = sample("news-sitemap.xml")
    assert place in plain
    broken = plain.replace(place, place[:-1] + half + place[-1:])
    assert read(broken).entries == read(plain).entries


def test_entities_in_a_sitemap_are_not_resolved() -> None:
    bomb = '<!DOCTYPE urlset [<!ENTITY a "ha"><!ENTITY x SYSTEM "file:///etc/passwd">]><urlset><url><loc>/&a;&x;</loc></url></urlset>'
    assert all("root:" not in (entry.link or "") for entry in read(bomb.encode()).entries)


def test_a_page_gives_the_links_that_the_pattern_meets() -> None:
    body = sample("page.html")
    feed = parse_page(body, url="https://news.example/", content_type=None, links=ARTICLES)
    assert (feed.title, feed.language, feed.problems) == ("Новости порта", "ru", ())
    assert [(entry.title, entry.url) for entry in feed.entries] == [
        ("Плотина не выдержала, двое спасены", "https://news.example/ru/news/1841.html"),
        ("Лебедь остановил трамвай", "https://news.example/ru/news/1842.html"),
        ("Учения у моста", "https://news.example/ru/news/1843.html"),
    ]
    answer = Response(url="https://news.example/", status=200, body=body)
    assert parse(SourceKind.PAGE, answer, FeedOptions(links=ARTICLES)) == feed


def test_a_page_without_such_links_says_so() -> None:
    feed = parse_page(b"<p><a href='/a'>A</a></p>", url=URL, content_type=None, links="/news/")
    assert (feed.entries, feed.problems) == ((), ("no link of this page is met by `links`",))
    with pytest.raises(NotAFeed):
        parse_page(b" ", url=URL, content_type=None, links="/news/")


@pytest.mark.parametrize("written", ["(", "", " ", ".*", "a?", "(?=a)b", "x" * 501, "(a{1,1000}){1,1000}"])
def test_a_pattern_that_cannot_serve_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"pattern|RE2"):
        link_pattern(written)


def test_a_channel_gives_its_posts_newest_first() -> None:
    feed = read(sample("telegram.html"))
    assert feed.title == "Harbour Watch"
    assert feed.problems == ("post without words: left out",)
    forwarded, edited = feed.entries
    assert (edited.url, edited.guid) == ("https://t.me/harbour_watch/40", "t.me/harbour_watch/40")
    assert edited.title == "⚡️Дамба не выдержала. Двое спасены."
    assert edited.body.split("\n")[1:] == [
        "Подробности здесь (https://news.example/dam), карта map.example #dam",
        "[edited]",
    ]
    assert (str(edited.published), edited.authors) == ("2023-02-07T12:15:30+04:00", ("Harbour Watch",))
    assert forwarded.authors == ("Ministry of Bridges",)
    assert forwarded.body.split("\n") == [
        "The bridge is closed.",
        "Use the ferry.",
        "Night ferry runs again",
        "From ten in the evening.",
        "[forwarded from Ministry of Bridges]",
    ]


def test_a_long_post_has_its_first_sentence_for_a_title() -> None:
    first = "The dam above the town gave way at dawn, say two of the engineers."
    for rest, title in (
        (" Nobody was hurt" * 20, first),
        ("x" * 200, "The dam above the town gave way at dawn, say two of the …"),
    ):
        page = sample("telegram.html").replace(b"The bridge is closed.", (first + rest).encode())
        assert read(page).entries[0].title == title


def test_a_link_with_what_cannot_be_seen_is_written_without_it() -> None:
    page = sample("telegram.html")
    for seen, sent in (
        (b'href="https://news', b'href="https://\x08news'),
        ("</a>, карта".encode(), "</a>\x01, карта".encode()),
    ):
        assert seen in page
        assert read(page.replace(seen, sent)).entries == read(page).entries


def test_a_channel_without_a_preview_is_told() -> None:
    closed = b"<html><body><div class='tgme_page'><div class='tgme_page_title'>X</div></div></body></html>"
    with pytest.raises(NotAFeed, match="no preview of this channel"):
        parse_telegram(closed, url="https://t.me/s/xyzzy", content_type=None)
    with pytest.raises(NotAFeed, match="not a channel"):
        parse_telegram(b"<html><p>Hello</p></html>", url="https://t.me/s/xyzzy", content_type=None)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://t.me/s/harbour_watch", "harbour_watch"),
        ("https://t.me/harbour_watch/", "harbour_watch"),
        ("http://telegram.me/harbour_watch", "harbour_watch"),
        ("https://t.me/joinchat", None),
        ("https://t.me/harbour_watch/40", None),
        ("https://t.me.example/harbour_watch", None),
        ("https://[t.me/harbour_watch", None),
    ],
)
def test_addresses_of_channels(address: str, name: str | None) -> None:
    assert channel(address) == name


@pytest.mark.parametrize(
    "body",
    [
        b"<div>" * 100_000 + b"<div class='tgme_widget_message'>",
        b"<html>" + b"<div class='tgme_widget_message js-message_text'>" * 3_000,
        b"<a href='/news/1'>" * 60_000,
        b"<urlset>" + b"<url>" * 60_000,
        b"<urlset>" + b"<url><loc>https://a.example/</loc></url>" * 60_000,
        b"<sitemapindex>" + b"<sitemap><loc>/a</loc></sitemap>" * 60_000,
    ],
    ids=["deep", "posts in posts", "links in links", "addresses in addresses", "many", "many children"],
)
def test_hostile_documents_take_a_bounded_time(body: bytes) -> None:
    began = time.process_time()
    for kind in (SourceKind.AUTO, SourceKind.SITEMAP, SourceKind.TELEGRAM, SourceKind.PAGE):
        try:
            found = parse(kind, Response(url=URL, status=200, body=body), FeedOptions(links="/news/"))
        except NotAFeed:
            continue
        assert len(found.entries) <= MAX_ENTRIES
    assert time.process_time() - began < 10


PIECES = (
    *("<urlset>", "<url>", "</url>", "<loc>", "/a-b-c", "</loc>", "<lastmod>2023-13-45", "<sitemapindex>", "<sitemap>"),
    *("<html>", "<a href='/news/1'>", "<a href='http://[' class=x>", "<base href='//'>", "</a>", "<h3>", "&#55296;"),
    *("<div class='tgme_widget_message' data-post='ab_cd/1'>", "<div class='js-message_text'>", "<time datetime=''>"),
    *("<a class='tgme_widget_message_forwarded_from_name'>", "</div>", "words", "\0", "é", "<!--", "]]>"),
)


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join), st.sampled_from(["utf-8", "utf-16", "cp1251"]))
def test_any_document_gives_entries_or_is_told(text: str, encoding: str) -> None:
    answer = Response(url=URL, status=200, body=text.encode(encoding, "replace"))
    for kind in SourceKind:
        try:
            found = parse(kind, answer, FeedOptions(links="/news/"))
        except NotAFeed:
            continue
        assert all("\0" not in entry.title + entry.body for entry in found.entries)
