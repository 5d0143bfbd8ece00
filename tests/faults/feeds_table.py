"""Feeds that mean harm or are broken, each with what must come of it; numbers are those of the design's fault list."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass, field

RSS_TYPE = "application/rss+xml; charset=utf-8"
GOOD = "<item><title>A good item</title><link>https://a.example/good</link></item>"
DATE = "Tue, 07 Feb 2023 08:09:30 +0400"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A feed as its server sends it, and what a poll of it must bring."""

    body: Callable[[], bytes | str]
    titles: tuple[str, ...] | None = ("A good item",)
    """Of its entries, in order; None where another check is enough."""
    failure: str = ""
    """Part of the reason of a poll that fails."""
    problem: str = ""
    """Part of what is told though the feed was read."""
    content_type: str = RSS_TYPE
    headers: dict[str, str] = field(default_factory=dict)


def rss(*items: str, head: str = '<?xml version="1.0" encoding="utf-8"?>', end: str = "</channel></rss>") -> str:
    """An RSS document; a part that feedparser must read keeps it from being read as plain items."""
    return f'{head}<rss version="2.0"><channel><title>News</title>{"".join(items)}{end}'


def item(title: str = "A good item", *parts: str, link: str = "https://a.example/good") -> str:
    """One item."""
    return f"<item><title>{title}</title><link>{link}</link>{''.join(parts)}</item>"


def dated(*dates: str) -> str:
    """A feed with an item for each date."""
    return rss(
        *(
            item(f"Item {n}", f"<pubDate>{date}</pubDate>", link=f"https://a.example/{n}")
            for n, date in enumerate(dates)
        )
    )


NOT_PLAIN = "<image><url>https://a.example/i.png</url></image>"
LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
XML = '<?xml version="1.0"?>'
PASSWD = '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
AUTHOR = "a@" + "a." * 500_000 + "!"

CASES: dict[str, Case] = {
    "12 an empty answer": Case(body=lambda: b"", titles=(), failure="the answer is empty"),
    "12 a login page": Case(body=lambda: "<!doctype html><html><body>Log in</body></html>", titles=(), failure="HTML"),
    "12 no feed at all": Case(body=lambda: "just words", titles=(), failure="neither RSS, Atom nor JSON Feed"),
    "17 gzip in gzip, unnamed": Case(
        body=lambda: gzip.compress(gzip.compress(rss(GOOD).encode())), titles=(), failure="packed more than once"
    ),
    "17 a bomb without a header": Case(body=lambda: gzip.compress(bytes(50 << 20)), titles=(), failure="10,485,760"),
    "18 an address in place of a feed": Case(
        body=lambda: b"http://127.0.0.1:9/feed.xml", titles=(), failure="neither RSS, Atom nor JSON Feed"
    ),
    "18 a path in place of a feed": Case(
        body=lambda: b"/etc/passwd", titles=(), failure="neither RSS, Atom nor JSON Feed"
    ),
    "31 billion laughs": Case(
        body=lambda: f'{XML}<!DOCTYPE rss [<!ENTITY a0 "ha">{LAUGHS}]>' + rss(item("&a9;"), GOOD, head=""), titles=None
    ),
    "32 quadratic entity": Case(
        body=lambda: f'{XML}<!DOCTYPE rss [<!ENTITY a "{"x" * 15_000}">]>' + rss(item("&a;" * 5_000), head=""),
        titles=None,
    ),
    "32 quadratic entity, type too long": Case(
        body=lambda: f'{XML}<!DOCTYPE rss [<!ENTITY a "{"x" * 100_000}">]>' + rss(item("&a;" * 5_000), head=""),
        titles=(),
        failure="characters before the first element",
    ),
    "33 an outer entity": Case(body=lambda: XML + PASSWD + rss(item("&x;"), GOOD, head=""), titles=None),
    "33 an outer type": Case(
        body=lambda: f'{XML}<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/x.dtd">' + rss(GOOD, head="")
    ),
    "34 an author of a megabyte": Case(body=lambda: rss(item("A good item", f"<author>{AUTHOR}</author>"))),
    "34 the same for feedparser": Case(
        body=lambda: rss(item("A good item", f"<author>{AUTHOR}</author>", NOT_PLAIN)),
    ),
    "37 a text of 9 MB": Case(
        body=lambda: rss(item("A good item", f"<description>{'word ' * 1_800_000}</description>")), problem="cut"
    ),
    "37 a text of 11 MB": Case(
        body=lambda: rss(item("A good item", f"<description>{'word ' * 2_200_000}</description>")),
        titles=(),
        failure="more than 10,485,760 bytes",
    ),
    "38 forty thousand entries": Case(
        body=lambda: rss(*(item(f"Item {n}", link=f"https://a.example/{n}") for n in range(40_000))),
        titles=tuple(f"Item {n}" for n in range(2_000)),
        problem="more than 2000 entries",
    ),
    "38 forty thousand entries, broken": Case(
        body=lambda: rss(*(item(f"Item {n} & more", link=f"https://a.example/{n}") for n in range(40_000))),
        titles=tuple(f"Item {n} & more" for n in range(2_000)),
        problem="more than 2000 entries",
    ),
    "38 a hundred thousand entries": Case(
        body=lambda: rss(
            *(item(f"Item {n}", "<description>and a few words more</description>") for n in range(100_000))
        ),
        titles=(),
        failure="more than 10,485,760 bytes",
    ),
    "39 a title of a megabyte": Case(
        body=lambda: rss(item("T" * 1_000_000)), titles=("T" * 500,), problem="title over"
    ),
    "39 seven hundred thousand tags": Case(
        body=lambda: rss(item("&lt;b&gt;" * 700_000 + "A good item")), problem="", titles=None
    ),
    "40 a hundred thousand levels": Case(
        body=lambda: rss(GOOD, item("deep", "<description>" + "<b>" * 100_000 + "</b>" * 100_000 + "</description>")),
        titles=None,
    ),
    "40 levels of escaped markup": Case(
        body=lambda: rss(item("A good item", f"<description>{'&lt;div&gt;' * 100_000}x</description>"))
    ),
    "40 two hundred thousand open tags": Case(body=lambda: rss(GOOD, "<a " * 200_000), titles=None),
    "43 dates that are none": Case(
        body=lambda: dated(
            "0000-00-00T00:00:00Z",
            "Fri, 31 Dec 9999 23:59:59 -1200",
            "Mon, 01 Nov 10000 00:00:00 GMT",
            "30 Feb 2023 10:00:00 GMT",
            "Tue, 07 Feb 2023 08:09:30 +9999",
            "99999999999999999999",
            "yesterday",
        ),
        titles=tuple(f"Item {n}" for n in range(7)),
        problem="impossible date",
    ),
    "44 a date without a zone": Case(
        body=lambda: dated("2023-02-07 08:09:30"), titles=("Item 0",), problem="date without a known offset"
    ),
    "45 a date in the future": Case(
        body=lambda: dated("Tue, 07 Feb 2090 08:09:30 GMT"), titles=("Item 0",), problem="date in the future"
    ),
    "46 one guid for two links": Case(
        body=lambda: rss(
            item("One", "<guid isPermaLink='false'>1</guid>", link="https://a.example/1"),
            item("Two", "<guid isPermaLink='false'>1</guid>", link="https://a.example/2"),
        ),
        titles=("One", "Two"),
        problem="guid given to more than one link",
    ),
    "47 relative links": Case(body=lambda: rss(item(link="/a/../b")), titles=("A good item",)),
    "48 a link that is code": Case(body=lambda: rss(item(link="javascript:alert(1)")), problem="no web address"),
    "49 markup in titles": Case(
        body=lambda: rss(item("&lt;script&gt;a()&lt;/script&gt;A good &lt;img src=x onerror=a()&gt;item"))
    ),
    "50 control characters": Case(
        body=lambda: rss(item("A \x00good\x1b[31m \x07it\u202eem")), titles=("A good[31m item",)
    ),
    "51 latin named as utf-8": Case(
        body=lambda: rss(item("Café ouvert")).encode("cp1252"),
        titles=("Café ouvert",),
        problem="not utf-8 as declared: read as cp1252",
    ),
    "51 windows-1251 by its prolog": Case(
        body=lambda: rss(item("Мост открыт"), head='<?xml version="1.0" encoding="windows-1251"?>').encode("cp1251"),
        titles=("Мост открыт",),
        content_type="text/xml",
    ),
    "51 utf-7": Case(
        body=lambda: rss(item("+ADw-script+AD4-"), head='<?xml version="1.0" encoding="utf-7"?>'),
        titles=("+ADw-script+AD4-",),
        content_type="text/xml; charset=utf-7",
    ),
    "51 a codec that unpacks": Case(
        body=lambda: rss(GOOD, head='<?xml version="1.0" encoding="zlib_codec"?>'),
        content_type="text/xml; charset=zlib_codec",
    ),
    "51 utf-16 named as utf-8": Case(body=lambda: rss(GOOD).encode("utf-16")),
    "52 cut in an item": Case(
        body=lambda: rss(GOOD, "<item><title>Cut off</title><link>https://a.ex", end=""),
        titles=None,
        problem="not well formed",
    ),
    "52 cut in the first tag": Case(body=lambda: "<rss version='2.0'><chan", titles=(), failure=""),
    "json nested without end": Case(
        body=lambda: '{"items":' + "[" * 200_000, titles=(), failure="not JSON", content_type="application/json"
    ),
    "json with a number of a megabyte": Case(
        body=lambda: '{"version":"https://jsonfeed.org/version/1.1","items":[{"id":' + "1" * 1_000_000 + "}]}",
        titles=(),
        failure="not JSON",
        content_type="application/feed+json",
    ),
}
