"""Documents to break: a feed of each format, and ways to cut, double, insert and encode that meet parsers' edges."""

from pathlib import Path

from hypothesis import strategies as st

SOURCES = Path(__file__).parents[1] / "data" / "sources"
RSS = (
    '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>News</title><link>https://a.example/'
    "</link><language>hy</language><item><title>Road &amp; bridge</title><link>https://a.example/1?utm_source=x</link>"
    '<guid isPermaLink="false">1</guid><pubDate>Sun, 22 Nov 2026 10:00:00 +0400</pubDate><dc:creator>Ani</dc:creator>'
    "<description><![CDATA[<p>The <b>road</b> is shut.</p>]]></description><content:encoded>&lt;p&gt;Whole&lt;/p&gt;"
    "</content:encoded></item><item><title>Ճանապարհ</title><link>/2</link></item></channel></rss>"
)
ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ru" xml:base="https://a.example/"><title type="html">N</title>'
    '<entry><id>urn:1</id><title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Дорога</div></title>'
    '<link rel="alternate" href="one"/><link rel="enclosure" href="x.mp3"/><updated>2026-11-22T10:00:00Z</updated>'
    '<author><name>A</name></author><content type="html">&lt;p&gt;x&lt;/p&gt;</content></entry></feed>'
)
RDF = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel>'
    "<title>N</title></channel><item rdf:about='https://a.example/1'><title>T</title><link>https://a.example/1</link>"
    "</item></rdf:RDF>"
)
JSON = (
    '{"version":"https://jsonfeed.org/version/1.1","title":"N","language":"az","items":[{"id":"1","url":"https://'
    'a.example/1","title":"T","content_html":"<p>x</p>","date_published":"2026-11-22T10:00:00+04:00","authors":'
    '[{"name":"A"}]},{"id":2,"url":null,"title":["?"],"tags":{}}]}'
)
WHOLE = (
    RSS,
    ATOM,
    RDF,
    JSON,
    *(path.read_text(encoding="utf-8", errors="replace") for path in sorted(SOURCES.glob("*.*ml"))),
)
PIECES = st.sampled_from(
    [
        "<",
        ">",
        "&",
        '"',
        "'",
        "]]>",
        "<![CDATA[",
        "<!--",
        "-->",
        "<?xml",
        "?>",
        "</item>",
        "<item>",
        "</channel>",
        "</rss>",
        "&#0;",
        "&#xD800;",
        "&#99999999;",
        "&lt;",
        "&nope;",
        "&amp;" * 50,
        "\0",
        "\ufeff",
        "\u202e",
        "\U0001f6a7",
        "\r",
        "é",
        "<!DOCTYPE a [<!ENTITY b 'c'>]>",
        "http://[",
        "http://a.example:99999/",
        "//b.example",
        "javascript:a",
        "data:,x",
        "https://ա.example/ա b",
        "Sun, 99 Nov 2026",
        "0000-00-00",
        "9999-12-31T23:59:60+99:99",
        "-1",
        "1e999",
        "null",
        "[",
        "{",
        "}",
        "]",
        "xml:base='http://[::1'",
        "<link href=''/>",
        "<div " * 60,
        "<html><body>",
        "x" * 3_000,
        " " * 2_000,
    ]
) | st.text(max_size=6)
ENCODINGS = ("utf-8", "utf-16", "utf-16-be", "utf-32", "koi8-r", "windows-1251", "latin-1", "utf-7")
TYPES = (
    None,
    "text/xml",
    "application/json",
    "text/html; charset=utf-16",
    "text/xml; charset=none",
    "x; charset=utf-7",
)


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """A document with up to six wounds, in some encoding, some bytes of it other than they were."""
    text = draw(st.sampled_from(WHOLE))
    for _ in range(draw(st.integers(0, 6))):
        at, length = draw(st.integers(0, len(text))), draw(st.integers(0, 120))
        part = text[at : at + length]
        put = draw(st.sampled_from(["", part * 2, part[::-1]]) | PIECES)
        text = text[:at] + put + text[at + length :]
    body = text.encode(draw(st.sampled_from(ENCODINGS)), "replace")
    if draw(st.booleans()) and body:
        at = draw(st.integers(0, len(body) - 1))
        body = body[:at] + draw(st.binary(min_size=1, max_size=4)) + body[at + draw(st.integers(0, 3)) :]
    return body
