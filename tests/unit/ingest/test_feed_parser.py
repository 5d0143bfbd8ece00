"""Feeds to entries: formats, cleaning, and what hostile documents do."""

import time
from contextlib import suppress
from xml.sax.saxutils import escape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipelines.errors import NotAFeed
from pipelines.ingest.feed_parser import parse_feed
from pipelines.ingest.parsed_feed import MAX_ENTRIES, ParsedFeed
from pipelines.ingest.sources import parse
from pipelines.protocols import Response
from pipelines.states import Precision, SourceKind

URL = "https://news.example/feeds/all.xml"


def read(text: str | bytes, content_type: str | None = None) -> ParsedFeed:
    """The feed, as if fetched from URL."""
    return parse_feed(text.encode() if isinstance(text, str) else text, url=URL, content_type=content_type)


def rss(*items: str) -> str:
    """An RSS 2.0 document with these items."""
    inner = "".join(f"<item>{item}</item>" for item in items)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{inner}</channel></rss>'


ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="hy"><title type="html">The &lt;b&gt;News&lt;/b&gt;</title>
<entry><title>5 &lt; 6 &amp;amp; more</title><id>urn:1</id><link rel="alternate" href="/a"/>
<link rel="enclosure" href="/a.mp3"/><updated>2023-02-07T08:15:30+04:00</updated>
<author><name>Ani Petrosyan</name></author><author><name>B. Writer</name></author>
<summary>Short.</summary><content type="html">&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two&lt;/p&gt;</content></entry></feed>"""

RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://news.example/"><title>News</title></channel>
<item rdf:about="https://news.example/a"><title>Dam gives way</title><link>https://news.example/a</link>
<dc:date>2023-02-07</dc:date><dc:creator>A. Writer</dc:creator></item></rdf:RDF>"""


def test_rss() -> None:
    feed = read(
        rss(
            "<title>Dam gives &lt;b&gt;way&lt;/b&gt;</title><link>/a?utm_source=rss</link><guid>17</guid>"
            "<pubDate>Tue, 07 Feb 2023 08:15:30 +0400</pubDate><author>ani@news.example (Ani Petrosyan)</author>"
            "<description>&lt;p&gt;Nobody was hurt, AT&amp;amp;T said.&lt;/p&gt;</description>"
        )
    )
    (entry,) = feed.entries
    assert feed.title == "News"
    assert feed.problems == ()
    assert entry.title == "Dam gives way"
    assert entry.url == "https://news.example/a"
    assert entry.link == "https://news.example/a?utm_source=rss"
    assert entry.guid == "17"
    assert entry.summary == "Nobody was hurt, AT&T said."
    assert str(entry.published) == "2023-02-07T08:15:30+04:00"
    assert entry.authors == ("Ani Petrosyan",)


def test_atom() -> None:
    feed = read(ATOM)
    (entry,) = feed.entries
    assert (feed.title, feed.language) == ("The News", "hy")
    assert entry.title == "5 < 6 &amp; more"
    assert entry.url == "https://news.example/a"
    assert (entry.summary, entry.body) == ("Short.", "One\nTwo")
    assert entry.authors == ("Ani Petrosyan", "B. Writer")
    assert str(entry.published) == "2023-02-07T08:15:30+04:00"


def test_rdf_and_a_bare_day() -> None:
    (entry,) = read(RDF).entries
    assert (entry.title, entry.url, entry.authors) == ("Dam gives way", "https://news.example/a", ("A. Writer",))
    assert entry.published is not None
    assert entry.published.precision is Precision.DAY


def test_the_kinds_of_sources_have_their_parser() -> None:
    response = Response(url=URL, status=200, body=ATOM.encode())
    assert {len(parse(kind, response).entries) for kind in (SourceKind.AUTO, SourceKind.FEED)} == {1}


NO_FEED = (
    *(
        "",
        " \n",
        "<html><body>Log in</body></html>",
        "<!DOCTYPE html><html><head></head></html>",
        "plain words",
        "\0\0",
    ),
    "<svg xmlns='http://www.w3.org/2000/svg'/>",
    "<urlset><url><loc>https://a.example/</loc></url></urlset>",
)


@pytest.mark.parametrize("body", NO_FEED)
def test_what_is_no_feed_is_told(body: str) -> None:
    with pytest.raises(NotAFeed):
        read(body)


def test_a_feed_without_entries_is_a_feed() -> None:
    assert read(rss()).entries == ()


def test_the_charset_of_the_header_counts() -> None:
    body = rss("<title>Жители посёлка</title>").encode("cp1251")
    assert read(body, "text/xml; charset=windows-1251").entries[0].title == "Жители посёлка"


def test_links_that_are_no_web_address_are_dropped_and_the_entry_stays() -> None:
    feed = read(rss("<title>A</title><link>javascript:alert(1)</link>", "<title>B</title><link>mailto:a@b.c</link>"))
    assert [(entry.title, entry.url, entry.link) for entry in feed.entries] == [("A", None, None), ("B", None, None)]
    assert feed.problems == ("link that is no web address: dropped (2 times)",)


def test_a_guid_given_to_two_links_is_not_trusted() -> None:
    items = [f"<title>{name}</title><link>/{name}</link><guid>{guid}</guid>" for name, guid in ("a1", "b1", "c2", "c2")]
    feed = read(rss(*items))
    assert [entry.guid for entry in feed.entries] == [None, None, "2", "2"]
    assert feed.problems == ("guid given to more than one link: not used",)


def test_a_guid_serves_as_the_link_where_it_is_an_address() -> None:
    one, two = read(
        rss("<title>A</title><guid>https://news.example/a</guid>", "<title>B</title><guid>17</guid>")
    ).entries
    assert (one.url, two.url, two.guid) == ("https://news.example/a", None, "17")


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("a.writer@news.press (A. Writer)", "A. Writer"),
        ("A. Writer &lt;a@news.example&gt;", "A. Writer"),
        ("A. Writer", "A. Writer"),
        ("a@news.example", "a@news.example"),
    ],
)
def test_authors_are_names(written: str, name: str) -> None:
    assert read(rss(f"<title>A</title><author>{written}</author>")).entries[0].authors == (name,)


@pytest.mark.parametrize(
    "date", ["Thu, 30 Feb 2023 10:00:00 GMT", "0000-01-01", "10000-01-01", "Tue, 07 Feb 2023 08:15:30 +9999", "soonish"]
)
def test_an_impossible_date_is_none_with_a_problem(date: str) -> None:
    feed = read(rss(f"<title>A</title><pubDate>{date}</pubDate>"))
    assert feed.entries[0].published is None
    assert date in feed.problems[0]


def test_a_date_in_another_form_is_feedparsers() -> None:
    (entry,) = read(rss("<title>A</title><pubDate>Sun Jan  4 16:29:06 2004</pubDate>")).entries
    assert str(entry.published) == "2004-01-04T16:29:06+00:00"


@pytest.mark.parametrize("date", ["2023-02-07T08:15:30", "Tue, 07 Feb 2023 08:15:30 XYZ"])
def test_a_date_without_a_known_offset_is_told(date: str) -> None:
    feed = read(rss(f"<title>A</title><pubDate>{date}</pubDate>"))
    assert str(feed.entries[0].published) == "2023-02-07T08:15:30+00:00"
    assert feed.problems == ("date without a known offset: taken as UTC",)


def test_a_summary_as_long_as_an_article_is_the_body() -> None:
    (entry,) = read(rss(f"<title>A</title><description>{'word ' * 400}</description>")).entries
    assert entry.summary == ""
    assert entry.body.startswith("word word")


def test_titles_and_texts_are_cut_and_clean() -> None:
    title = escape("<b>x</b>" * 5_000) + "\x1b[31m"
    feed = read(rss(f"<title>{title}</title><description>a\x00b</description>"))
    assert feed.entries[0].title == "x" * 500
    assert feed.entries[0].summary == "ab"


def test_entries_are_capped() -> None:
    feed = read(rss(*(f"<title>{number}</title>" for number in range(MAX_ENTRIES + 5))))
    assert len(feed.entries) == MAX_ENTRIES
    assert feed.problems == ("more than 2000 entries: the rest is left out",)


def test_a_cut_document_keeps_its_whole_entries() -> None:
    feed = read(rss("<title>A</title><link>/a</link>", "<title>B</title>")[:-40])
    assert feed.entries[0].title == "A"
    assert feed.problems[0].startswith("not well formed")


def test_a_long_author_costs_no_more_than_a_short_one() -> None:
    began = time.process_time()
    read(rss(f"<title>A</title><author>a@{'a.' * 30_000}!</author>"))
    assert time.process_time() - began < 2  # 2.7 s for half of it without the cut


@pytest.mark.parametrize(
    "prolog",
    [
        "<?xml?>" + "\n" * 40_000,
        "<?" + 'encoding="' * 4_000 + "?>",
        "<!---->" * 40_000,
        "<!---->\n" * 40_000 + "text",
        "<!-- " * 40_000,
        "<?xml?>" + "\n<!ENTITY" * 40_000,
        "<?xml?>" + "\n<!DOCTYPE" * 40_000,
    ],
    ids=lambda prolog: prolog[:16].strip(),
)
def test_time_grows_with_the_prolog_alone(prolog: str) -> None:
    began = time.process_time()
    with suppress(NotAFeed):
        read(prolog + rss("<title>A</title>"))
    with pytest.raises(NotAFeed):
        read(prolog + "<p>A</p>")
    assert time.process_time() - began < 2


def test_a_prolog_may_hold_comments_instructions_and_entities() -> None:
    prolog = (
        '\n<?xml version="1.1" encoding="koi8-r"?>\n\n<?xml-stylesheet href="a.xsl"?><!-- <rss> -->\n\n'
        '<!DOCTYPE rss [\n\n  <!ENTITY  dam  "Dam">\n\n]>\n'
    )
    feed = read(prolog + rss("<title>&dam; gives way</title>").partition("?>")[2])
    assert [entry.title for entry in feed.entries] == ["Dam gives way"]
    assert feed.problems == ()


def test_an_html_page_is_told_as_one_behind_comments() -> None:
    with pytest.raises(NotAFeed, match="HTML page"):
        read("<!-- a -->\n<!-- b --> <!DOCTYPE html><p>Maintenance</p>")


def test_entities_of_entities_end() -> None:
    names = [f'<!ENTITY a{number} "{f"&a{number - 1};" * 10 if number else "ha"}">' for number in range(9)]
    bomb = rss("<title>&a8;</title>").replace("<rss", f"<!DOCTYPE rss [{''.join(names)}]><rss")
    outside = rss("<title>&x;</title>").replace("<rss", '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss')
    for document in (bomb, outside):
        assert all("root:" not in entry.title and len(entry.title) <= 500 for entry in read(document).entries)


PIECES = (
    *("<rss version='2.0'>", "<channel>", "<item>", "</item>", "<title>", "</title>", "<link>", "&#55296;", "<id/>"),
    *(
        "<feed xmlns='http://www.w3.org/2005/Atom'>",
        "<entry>",
        "<content type='xhtml'>",
        "<![CDATA[",
        "]]>",
        "<author>",
    ),
    *(
        "<pubDate>",
        "&amp;",
        "&",
        "<",
        "\0",
        "é",
        "{",
        '"items":[',
        "<dc:creator>",
        "<media:content url=''/>",
        "<!DOCTYPE",
    ),
    *("&#99999999;", "a@b.c"),
)


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
@example("<rss version='2.0'><channel><item><title>&#99999999;")
def test_any_document_is_a_feed_or_not(text: str) -> None:
    for body in (text.encode(), text.encode("utf-16"), b"<rss version='2.0'><channel>" + text.encode()):
        check(body)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_feed_or_not(body: bytes) -> None:
    check(body)


def check(body: bytes) -> None:
    """NotAFeed or clean entries, and nothing else."""
    try:
        feed = parse_feed(body, url=URL, content_type=None)
    except NotAFeed:
        return
    for entry in feed.entries:
        assert entry.entry_id
        assert "\0" not in entry.title + entry.summary + entry.body + (entry.guid or "")
