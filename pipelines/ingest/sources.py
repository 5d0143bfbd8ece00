"""Kinds of sources and their parsers: a new kind is a parser and a line here."""

from typing import Protocol

from pipelines.ingest.feed_parser import parse_feed
from pipelines.ingest.parsed_feed import ParsedFeed
from pipelines.protocols import Response
from pipelines.states import SourceKind


class Parser(Protocol):
    """Reads an answer's body; raises NotAFeed, and nothing else."""

    def __call__(self, body: bytes, *, url: str, content_type: str | None) -> ParsedFeed: ...


PARSERS: dict[SourceKind, Parser] = {SourceKind.AUTO: parse_feed, SourceKind.FEED: parse_feed}


def parse(kind: SourceKind, response: Response) -> ParsedFeed:
    """The entries in an answer of a source of that kind; raises NotAFeed."""
    return PARSERS[kind](response.body, url=response.url, content_type=response.content_type)
