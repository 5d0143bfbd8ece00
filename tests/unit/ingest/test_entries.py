"""What becomes of an item's parts: identity, dates, encodings, links and caps, and documents made to hurt."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipelines.errors import NotAFeed
from pipelines.ingest.feed_parser import parse_feed
from pipelines.ingest.parsed_feed import ParsedFeed, not_ahead
from pipelines.model import FeedEntry, Published
from pipelines.states import Precision
from tests.unit.ingest.test_carried_links import article

URL = "https://news.example/feeds/all.xml"
NOW = datetime(2023, 2, 7, 12, 0, tzinfo=UTC)
RUSSIAN, TURKISH, ARMENIAN = "Жители посёлка вернулись", "Şişli'de ışık ağı", "Ամբարտակը չի դիմացել"


def read(text: str | bytes, content_type: str | None = None, url: str = URL) -> ParsedFeed:
    """The feed, as if fetched from URL."""
    return parse_feed(text.encode() if isinstance(text, str) else text, url=url, content_type=content_type)


def rss(*items: str, prolog: str = '<?xml version="1.0"?>') -> str:
    """An RSS 2.0 document with these items."""
    inner = "".join(f"<item>{item}</item>" for item in items)
    return f'{prolog}<rss version="2.0"><channel><title>News</title>{inner}</channel></rss>'


@pytest.mark.parametrize(
    ("title", "encoding", "declared", "header"),
    [
        (RUSSIAN, "cp1251", "windows-1251", None),
        (RUSSIAN, "cp1251", "", "text/xml; charset=windows-1251"),
        (RUSSIAN, "koi8-r", "koi8-r", "application/xml"),
        (RUSSIAN, "koi8-r", "", 'text/xml; charset="KOI8-R"'),
        (RUSSIAN, "utf-8", "windows-1251", "text/xml; charset=iso-8859-1"),
        (RUSSIAN, "utf-16", "utf-16", None),
        (RUSSIAN, "utf-16-le", "", None),
        (RUSSIAN, "utf-16-be", "utf-8", "text/xml; charset=utf-8"),
        (TURKISH, "iso-8859-9", "iso-8859-9", None),
        (TURKISH, "cp1254", "ISO-8859-9", None),
        (ARMENIAN, "utf-8", "no-such-encoding", None),
        (ARMENIAN, "utf-8-sig", "us-ascii", "text/xml; charset=us-ascii"),
    ],
)
def test_encodings_by_mark_header_prolog_and_what_the_bytes_allow(
    title: str, encoding: str, declared: str, header: str | None
) -> None:
    prolog = f'<?xml version="1.0" encoding="{declared}"?>' if declared else "<?xml version='1.0'?>"
    body = rss(f"<title>{title}</title>", prolog=prolog).encode(encoding)
    assert [entry.title for entry in read(body, header).entries] == [title]


def test_utf_7_is_refused() -> None:
    prolog = '<?xml version="1.0" encoding="utf-7"?>'
    (entry,) = read(rss("<title>+ADw-script+AD4-</title>", prolog=prolog), "text/xml; charset=utf-7").entries
    assert entry.title == "+ADw-script+AD4-"


ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="/2023/"><title>N</title>
<entry xml:base="feb/"><title>A</title><id>1</id><link href="dam"/></entry>
<entry><title>B</title><id>2</id><link href="../swan"/></entry></feed>"""


def test_links_are_relative_to_xml_base_and_to_the_final_address() -> None:
    assert [entry.url for entry in read(ATOM).entries] == [
        "https://news.example/2023/feb/dam",
        "https://news.example/swan",
    ]
    (entry,) = read(rss("<title>A</title><link>../a?utm_medium=rss&amp;id=7</link>"), url=URL + "/x/").entries
    assert entry.url == "https://news.example/feeds/all.xml/a?id=7"


def test_a_redirect_that_carries_its_address_is_read_out() -> None:
    link = f"https://news.google.com/rss/articles/{article('https://a.example/dam')}?oc=5"
    (entry,) = read(rss(f"<title>A</title><link>{link}</link><guid>{link}</guid>")).entries
    assert (entry.url, entry.link) == ("https://a.example/dam", "https://a.example/dam")


def test_what_is_cut_is_told() -> None:
    feed = read(rss(f"<title>{'word ' * 200}</title><link>https://a.example/{'a' * 3_000}</link>"))
    assert len(feed.entries[0].title) <= 500
    assert feed.entries[0].url is None
    assert set(feed.problems) == {"title over 500 characters: cut", "link over 2,048 characters: dropped"}


def test_a_date_ahead_is_the_time_of_the_poll() -> None:
    def dated(moment: datetime, precision: Precision = Precision.TIME) -> FeedEntry:
        return FeedEntry(title="A", published=Published(moment=moment, precision=precision))

    near, far, none = dated(NOW + timedelta(minutes=59)), dated(NOW + timedelta(hours=2)), FeedEntry(title="B")
    feed = ParsedFeed(entries=(near, far, none), problems=("x",))
    assert not_ahead(feed, NOW) == ParsedFeed(
        entries=(near, replace(far, published=Published(moment=NOW)), none),
        problems=("x", "date in the future: taken as the time of the poll (1 times)"),
    )
    assert not_ahead(replace(feed, entries=(near, none)), NOW).problems == ("x",)


HOSTILE = {
    "billion laughs": '<!DOCTYPE rss [<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    + "]><rss version='2.0'><channel><item><title>&a9;</title></item></channel></rss>",
    "quadratic entity": f'<!DOCTYPE rss [<!ENTITY a "{"a" * 100_000}">]><rss version="2.0"><channel><item><title>'
    + "&a;" * 5_000
    + "</title></item></channel></rss>",
    "a title of a megabyte": rss(f"<title>{'x' * (1 << 20)}</title>"),
    "bold in bold": rss(f"<title>{'&lt;b&gt;' * 100_000}</title>"),
    "elements in elements": rss("<a>" * 50_000),
    "open tags": rss("<description>" + "&lt;a " * 200_000 + "</description>"),
    "a date of digits": rss(f"<pubDate>{'1' * 500_000}</pubDate>"),
    "a date of words": rss(f"<pubDate>{'Mon, ' * 100_000}</pubDate>"),
    "a date of blanks": rss(f"<pubDate>1{' ' * 500_000}x</pubDate>"),
    "a date of colons": rss(f"<dc:date>{'2003-12-31T' + '10:' * 100_000}</dc:date>"),
    "an author": rss(f"<author>a@{'a.' * 100_000}!</author>"),
    "a guid": rss(f"<guid>{'https://' * 100_000}</guid>"),
    "amps": rss(f"<title>{'&' * 300_000}</title>"),
    "attributes": f"<rss {' '.join(f'a{n}=1' for n in range(50_000))}><channel><item/></channel></rss>",
    "comments": rss("<!-- " * 50_000),
    "cdata": rss("<title>" + "<![CDATA[" * 50_000 + "</title>"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_documents_made_to_hurt_take_a_bounded_time(name: str) -> None:
    began = time.process_time()
    try:
        feed = read(HOSTILE[name])
    except NotAFeed:
        feed = ParsedFeed(entries=())
    assert all(len(entry.title) <= 500 for entry in feed.entries)
    assert time.process_time() - began < 10
