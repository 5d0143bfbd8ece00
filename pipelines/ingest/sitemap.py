"""Sitemaps (sitemaps.org 0.9), Google News' among them, to entries; `sitemap_index` gets an index's children."""

import gzip
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from urllib.parse import unquote, urlsplit

from pipelines.errors import NotAFeed
from pipelines.ingest.charset import decode
from pipelines.ingest.dates import ImpossibleDate, parse_date
from pipelines.ingest.language import language_code
from pipelines.ingest.parsed_feed import MAX_ENTRIES, ParsedFeed, Problems, RawItem, parsed_feed
from pipelines.ingest.urls import resolved
from pipelines.ingest.xml_text import elements, is_html, root_name, texts
from pipelines.states import SourceKind

MAX_BYTES = 10 << 20
MAX_URLS = 50_000  # the protocol's own cap
MAX_CHILDREN = 1_000
_GZIP = b"\x1f\x8b"
_EARLIEST = datetime.min.replace(tzinfo=UTC)
_END = re.compile(r"</(?:[\w.-]+:)?urlset\s*>|<(?:[\w.-]+:)?urlset[^<>]*/>", re.IGNORECASE)
_WORDS = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A sitemap that an index names."""

    url: str
    changed: datetime
    """The earliest moment there is where the index does not say."""


def looks_like_sitemap(text: str) -> bool:
    """Whether a document's root is a sitemap's or an index's."""
    return root_name(text) in {"urlset", "sitemapindex"}


def unpacked(body: bytes) -> bytes:
    """The body of a .gz file, one layer, counted while unpacking; any other body as it is. Raises NotAFeed."""
    if not body.startswith(_GZIP):
        return body
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(body)) as stream:
            plain = stream.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise NotAFeed(f"not gzip: {error}") from error
    if len(plain) > MAX_BYTES:
        raise NotAFeed(f"more than {MAX_BYTES:,} bytes when unpacked")
    if plain.startswith(_GZIP):
        raise NotAFeed("packed more than once")
    return plain


def parse_sitemap(body: bytes, *, url: str, content_type: str | None) -> ParsedFeed:
    """The newest entries of a sitemap, newest first; those of an index are its children's, told as a problem.

    Raises NotAFeed, and nothing else.
    """
    text, problem = decode(unpacked(body), content_type)
    problems = Problems()
    if problem:
        problems.add(problem)
    if not looks_like_sitemap(text):
        raise NotAFeed("an HTML page, not a sitemap" if is_html(text) else "no sitemap")
    if root_name(text) == "sitemapindex":
        problems.add(f"an index of {len(children(text, url))} sitemaps: its own addresses are read when it is polled")
        return parsed_feed((), problems, kind=SourceKind.SITEMAP)
    listed = [texts(one) for one in islice(elements(text, "url"), MAX_URLS)]
    if not _END.search(text, max(0, len(text) - 1_000)):
        problems.add("cut off before its end")
    listed.sort(key=_moment, reverse=True)  # stable: without dates, in the document's order
    if len(listed) > MAX_ENTRIES:
        problems.add(f"{len(listed):,} addresses: the {MAX_ENTRIES:,} newest are read")
    titles = {said["name"] for said in listed if "name" in said}
    languages = {said["language"] for said in listed if "language" in said}
    return parsed_feed(
        (_item(said, url) for said in listed[:MAX_ENTRIES]),
        problems,
        title=titles.pop() if len(titles) == 1 else None,
        language=language_code(languages.pop()) if len(languages) == 1 else None,
        kind=SourceKind.SITEMAP,
    )


def children(text: str, url: str) -> list[Child]:
    """The sitemaps of an index, those changed last first; of those without a date, the last named first.

    Indexes that number their parts append: the part with today's articles is at the end.
    """
    found = []
    for said in islice((texts(one) for one in elements(text, "sitemap")), MAX_CHILDREN):
        address = resolved(said.get("loc", ""), url)
        if address:
            found.append(Child(url=address, changed=_moment(said)))
    found.reverse()
    return sorted(found, key=lambda child: child.changed, reverse=True)


def merged(documents: Iterator[str]) -> bytes:
    """One sitemap of the newest addresses of several."""
    from lxml import etree

    found: list[tuple[datetime, str]] = []
    for document in documents:
        found += [
            (_moment(texts(one)), etree.tostring(one, encoding="unicode", with_tail=False))
            for one in islice(elements(document, "url"), MAX_URLS)
        ]
    found.sort(key=lambda pair: pair[0], reverse=True)
    return ("<urlset>" + "\n".join(written for _, written in found[:MAX_ENTRIES]) + "</urlset>").encode()


def _item(said: dict[str, str], url: str) -> RawItem:
    return RawItem(
        title=said.get("title", "") or _words_of(said.get("loc", "")),
        links=tuple(filter(None, [said.get("loc", "")])),
        base=url,
        date=said.get("publication_date", "") or said.get("lastmod", ""),
        plain=frozenset({"title"}),
    )


def _moment(said: dict[str, str]) -> datetime:
    try:
        found = parse_date(said.get("publication_date") or said.get("lastmod") or "")
    except ImpossibleDate:
        found = None
    return found.utc if found else _EARLIEST


def _words_of(address: str) -> str:
    """An address's last part as words, where it is words: a plain sitemap gives no other headline."""
    try:
        parts = [part for part in unquote(urlsplit(address).path).split("/") if part]
    except ValueError:
        return ""
    words = _WORDS.findall(parts[-1].rpartition(".")[0] or parts[-1]) if parts else []
    return " ".join(words) if len(words) >= 3 else ""
