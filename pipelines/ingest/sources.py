"""Kinds of sources and their parsers: a new kind is a parser and a line here."""

from collections.abc import Mapping
from typing import Protocol

from pipelines.errors import NotAFeed
from pipelines.feed_options import PLAIN, FeedOptions
from pipelines.ingest.charset import decode
from pipelines.ingest.feed_parser import NOTHING, parse_feed
from pipelines.ingest.page_links import parse_page
from pipelines.ingest.parsed_feed import ParsedFeed
from pipelines.ingest.sitemap import looks_like_sitemap, parse_sitemap, unpacked
from pipelines.ingest.telegram import looks_like_channel, parse_telegram
from pipelines.ingest.xml_text import is_html
from pipelines.polls import KnownItem
from pipelines.protocols import Response
from pipelines.states import SourceKind


class Parser(Protocol):
    """Reads an answer's body; raises NotAFeed, and nothing else."""

    def __call__(self, body: bytes, *, url: str, content_type: str | None) -> ParsedFeed: ...


def parse_any(
    body: bytes, *, url: str, content_type: str | None, known: Mapping[str, KnownItem] = NOTHING
) -> ParsedFeed:
    """A feed, a sitemap or a channel's preview, by what the body itself shows."""
    body = unpacked(body)
    text, _ = decode(body[:_SNIFFED], content_type)
    if looks_like_sitemap(text):
        return parse_sitemap(body, url=url, content_type=content_type)
    if is_html(text) and looks_like_channel(decode(body, content_type)[0]):
        return parse_telegram(body, url=url, content_type=content_type)
    return parse_feed(body, url=url, content_type=content_type, known=known)


_SNIFFED = 65_536
READERS = {SourceKind.AUTO: parse_any, SourceKind.FEED: parse_feed}
PARSERS: dict[SourceKind, Parser] = {
    SourceKind.SITEMAP: parse_sitemap,
    SourceKind.TELEGRAM: parse_telegram,
}


def parse(
    kind: SourceKind, response: Response, options: FeedOptions = PLAIN, known: Mapping[str, KnownItem] = NOTHING
) -> ParsedFeed:
    """The entries in an answer of a source of that kind, of a feed those not `known`; raises NotAFeed."""
    if kind is SourceKind.PAGE:
        if options.links is None:
            raise NotAFeed("a page is read by the pattern under `links`, and there is none")
        return parse_page(response.body, url=response.url, content_type=response.content_type, links=options.links)
    if kind in READERS:
        return READERS[kind](response.body, url=response.url, content_type=response.content_type, known=known)
    return PARSERS[kind](response.body, url=response.url, content_type=response.content_type)
