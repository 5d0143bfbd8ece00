"""Plain items are read as feedparser would read them; what is not plain is left to it."""

import json
from dataclasses import replace
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import NotAFeed
from pipelines.ingest.charset import decode
from pipelines.ingest.feed_parser import _parsed, _plain
from pipelines.ingest.known_items import take_apart
from pipelines.ingest.parsed_feed import ParsedFeed, Problems
from pipelines.ingest.xml_text import readable
from tests.unit.ingest.test_known_items import DATA

URL = "https://news.example/rss"
SPACES = " ".join(
    f"xmlns:{prefix}={quoteattr(space)}"
    for prefix, space in {
        "content": "http://purl.org/rss/1.0/modules/content/",
        "dc": "http://purl.org/dc/elements/1.1/",
        "media": "http://search.yahoo.com/mrss/",
        "atom": "http://www.w3.org/2005/Atom",
        "slash": "http://purl.org/rss/1.0/modules/slash/",
        "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
        "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
        "ours": "https://news.example/ns",
    }.items()
)


def both(text: str) -> tuple[ParsedFeed | None, ParsedFeed]:
    """The feed as plain items, None where it is not plain, and as feedparser reads it."""
    plain = readable(text)
    parts = take_apart(plain, URL, {})
    return parts and _plain(parts, URL, Problems()), _parsed(text, plain, URL, Problems())


def rss(*items: str) -> str:
    inside = "".join(f"<item>{item}</item>" for item in items)
    return (
        f'<rss version="2.0" {SPACES}><channel><title>N &amp; O</title><language>ru</language>{inside}</channel></rss>'
    )


def atom(*entries: str, kind: str = "http://www.w3.org/2005/Atom") -> str:
    inside = "".join(f"<entry>{entry}</entry>" for entry in entries)
    return f'<feed xmlns="{kind}" {SPACES} xml:lang="hy"><title>News</title>{inside}</feed>'


RSS_PARTS = [
    "<title>Dam &amp;amp; bridge</title>", "<title><![CDATA[<b>Bold</b> news]]></title>", "<title>  </title>",
    "<link>https://a.example/1?x=1&amp;y=2</link>", "<link> /relative/2 </link>", "<link/>",
    "<link>javascript:alert(1)</link>", "<guid>https://a.example/guid</guid>", "<guid isPermaLink='false'>g-1</guid>",
    "<guid isPermaLink='true'>not an address</guid>", "<pubDate>Tue, 07 Feb 2023 08:09:30 +0400</pubDate>",
    "<pubDate>30 Feb 2023</pubDate>", "<pubDate/>", "<dc:date>2023-02-07T08:09:30Z</dc:date>",
    "<author>desk@a.example (Ani Petrosyan)</author>", "<dc:creator>Davit</dc:creator>", "<author/>",
    "<description>Short &lt;p&gt;words&lt;/p&gt; here</description>", "<description/>",
    "<content:encoded><![CDATA[<p>Whole</p><p>text</p>]]></content:encoded>", "<category domain='x'>World</category>",
    "<enclosure url='https://a.example/p.jpg' type='image/jpeg' length='1'/>", "<comments>https://a.example/c</comments>",
    "<media:content url='https://a.example/p.jpg'/>", "<media:thumbnail url='https://a.example/t.jpg'/>",
    "<atom:link rel='self' href='https://a.example/self'/>", "<slash:comments>3</slash:comments>",
    "<source url='https://b.example/rss'>Other</source>", "<ours:word>whatever</ours:word>",
    "<feedburner:origLink>https://a.example/orig</feedburner:origLink>",
    "<title>\u0412\u0435\u0441\u0442\u0438 \x93quoted\x94</title>",
    "<title>caf\u00c3\u00a9</title>", "<dc:subject>War</dc:subject>",
]  # fmt: skip
ATOM_PARTS = [
    "<title>Plain &lt;b&gt; words</title>", "<title type='html'>&lt;b&gt;Bold&lt;/b&gt;</title>",
    "<id>tag:a.example,2023:1</id>", "<id>https://a.example/id</id>", "<link href='https://a.example/1'/>",
    "<link rel='alternate' type='text/html' href='/relative'/>", "<link rel='edit' href='https://a.example/e'/>",
    "<published>2023-02-07T08:09:30+04:00</published>", "<updated>2023-02-08T08:09:30Z</updated>",
    "<summary>Short</summary>", "<summary type='html'>&lt;p&gt;Short&lt;/p&gt;</summary>",
    "<content type='html'>&lt;p&gt;Whole text&lt;/p&gt;</content>", "<content>Plain &lt;i&gt; text</content>",
    "<author><name>Ani</name><email>ani@a.example</email></author>",
    "<category term='world'/>", "<rights>Ours</rights>",
]  # fmt: skip


@given(st.lists(st.lists(st.sampled_from(RSS_PARTS), max_size=7, unique=True), min_size=1, max_size=3))
def test_rss_is_read_as_feedparser_reads_it(items: list[list[str]]) -> None:
    plain, whole = both(rss(*map("".join, items)))
    assert plain is None or replace(plain, problems=()) == replace(whole, problems=())


@given(st.lists(st.lists(st.sampled_from(ATOM_PARTS), max_size=7, unique=True), min_size=1, max_size=3))
def test_atom_is_read_as_feedparser_reads_it(entries: list[list[str]]) -> None:
    plain, whole = both(atom(*map("".join, entries)))
    assert plain is None or replace(plain, problems=()) == replace(whole, problems=())


@pytest.mark.parametrize("part", [*RSS_PARTS[:11], *RSS_PARTS[13:]])
def test_what_feeds_are_made_of_is_plain(part: str) -> None:
    assert both(rss(f"{part}<ours:other/>"))[0] is not None


def test_whatever_stands_at_a_feeds_head_its_items_are_read() -> None:
    odd = rss("<title>a</title>").replace("<language>ru</language>", "<language><b>ru</b><!-- --></language><title/>")
    plain, whole = both(odd)
    assert plain is not None
    assert (plain.entries, plain.language) == (whole.entries, "ru")


@pytest.mark.parametrize(
    "text",
    [
        rss("<title>a</title><title>b</title>"),
        rss("<title>a<b>c</b></title>"),
        rss("<link>https://a.example/1</link><atom:link href='https://a.example/2'/>"),
        rss("<pubDate>the day before yesterday</pubDate>"),
        rss("<media:group><media:title>a</media:title></media:group>"),
        rss("<media:title>a</media:title>"),
        rss("<itunes:summary>a</itunes:summary>"),
        rss("<image><url>https://a.example/i</url></image>"),
        rss("<title>a</title>").replace("<channel>", "<channel xml:base='https://b.example/'>"),
        atom("<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>a</div></content>"),
        atom("<content src='https://a.example/1' type='text/html'/>"),
        atom("<source><title>b</title></source>"),
        atom("<title>a</title>", kind="http://purl.org/atom/ns#"),
    ],
)
def test_what_is_not_plain_is_left_to_feedparser(text: str) -> None:
    assert both(text)[0] is None


@pytest.mark.skipif(not DATA.is_dir(), reason=f"the feeds to measure with are not at {DATA}")
def test_real_feeds_are_read_as_feedparser_reads_them() -> None:
    compared = 0
    for line in (DATA / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        path = json.loads(line)["path"]
        try:
            plain, whole = both(decode((DATA / path).read_bytes())[0])
        except NotAFeed:
            continue
        if plain is not None:
            compared += 1
            assert plain.entries == whole.entries, path
    assert compared > 100
