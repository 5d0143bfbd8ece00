"""RSS 0.9 to 2.0, RDF and Atom to entries, through feedparser; JSON Feed goes to `json_feed`."""

import io
import re
from calendar import timegm
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import struct_time
from xml.sax import SAXException

import feedparser  # type: ignore[import-untyped]  # ships no types
from feedparser.mixin import _FeedParserMixin  # type: ignore[import-untyped]

from pipelines.errors import NotAFeed
from pipelines.ingest.charset import decode
from pipelines.ingest.json_feed import looks_like_json, parse_json_feed
from pipelines.ingest.known_items import Parts, take_apart
from pipelines.ingest.parsed_feed import MAX_ENTRIES, TOO_MANY, ParsedFeed, Problems, RawItem, parsed_feed
from pipelines.ingest.plain_items import author_name, plain_head, plain_items
from pipelines.ingest.plain_text import one_line_of
from pipelines.ingest.xml_text import first_items, is_html, readable
from pipelines.polls import KnownItem

NOTHING: Mapping[str, KnownItem] = {}
# What feedparser has been seen to raise, or can, on bytes that are no feed: it means to raise nothing.
_ITS_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RuntimeError,
    SAXException,
    TypeError,
    ValueError,
)


def parse_feed(
    body: bytes, *, url: str, content_type: str | None, known: Mapping[str, KnownItem] = NOTHING
) -> ParsedFeed:
    """The feed in an answer's body, without the entries of `known` items; `url` is its final address, or empty.

    Raises NotAFeed, and nothing else.
    """
    if not body.strip():
        raise NotAFeed("the answer is empty")
    text, problem = decode(body, content_type)
    problems = Problems()
    if problem:
        problems.add(problem)
    if looks_like_json(text):
        return parse_json_feed(text, url=url, problems=problems)
    whole = readable(text)
    plain = first_items(whole, MAX_ENTRIES)
    if plain is not whole:
        problems.add(TOO_MANY)
    parts = take_apart(plain, url, known)
    if parts is None:
        return _parsed(text, plain, url, problems)
    found = _plain(parts, url, problems)
    if found is not None:
        return replace(found, items=parts.items(found.entries) or ())
    all_left = len(parts.left) == len(parts.elements)
    found = _parsed(text, plain if all_left else parts.text(), url, problems)
    items = parts.items(found.entries)
    if items is None:  # feedparser sees other items than we do: then it sees them all
        return found if all_left else _parsed(text, plain, url, problems)
    return replace(found, items=items)


def _plain(parts: Parts, url: str, problems: Problems) -> ParsedFeed | None:
    """The items that are left, where all of them are plain: feedparser would see the same."""
    items = plain_items(parts.remaining(), parts.root, url)
    if items is None:
        return None
    title, language = plain_head(parts.root)
    return parsed_feed(items, problems, title=title, language=language)


def _parsed(text: str, plain: str, url: str, problems: Problems) -> ParsedFeed:
    found = _read(plain, url)
    entries = _dicts(found, "entries")
    version = str(found.get("version") or "")
    html = is_html(text)
    if not version and (not entries or html):
        raise NotAFeed("an HTML page, not a feed" if html else "neither RSS, Atom nor JSON Feed")
    if found.get("bozo"):
        problems.add(f"not well formed: {one_line_of(str(found.get('bozo_exception')))[:160]}")
    feed = found.get("feed")
    atom = version.startswith("atom")
    return parsed_feed(
        (_item(entry, url or _text(feed, "link"), plain=atom) for entry in entries),
        problems,
        title=_text(feed, "title"),
        language=_text(feed, "language"),
    )


def _read(text: str, url: str) -> dict[str, object]:
    source = io.BytesIO(text.encode("utf-8"))
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": url}
    try:
        # Sanitising and resolving inside markup is for those who show markup; plain text needs neither.
        found: dict[str, object] = feedparser.parse(
            source, response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except _ITS_ERRORS as error:
        raise NotAFeed(f"no parser can read it: {type(error).__name__}: {str(error)[:160]}") from error
    return found


def _item(entry: dict[str, object], url: str, *, plain: bool) -> RawItem:
    contents = [part for part in _dicts(entry, "content") if _text(part, "value")]
    content = max(contents, key=lambda part: len(_text(part, "value")), default={})
    kinds = {"title": _detail(entry, "title"), "summary": _detail(entry, "summary"), "body": content}
    date, parsed = _date(entry)
    return RawItem(
        title=_text(entry, "title"),
        links=tuple(_links(entry)),
        base=url,
        guid=_text(entry, "id"),
        summary=_text(entry, "summary"),
        body=_text(content, "value"),
        date=date,
        guess=_guess(parsed, date),
        authors=tuple(_authors(entry)),
        plain=frozenset(name for name, detail in kinds.items() if plain and detail.get("type") == "text/plain"),
    )


def _links(entry: dict[str, object]) -> Iterator[str]:
    written = (_text(entry, "feedburner_origlink"), _text(entry, "link"))
    guid = _text(entry, "id")
    yield from (link for link in written if link and (link != guid or link.startswith(("http://", "https://"))))
    for link in _dicts(entry, "links"):
        if _text(link, "rel") in {"", "alternate"} and _text(link, "href"):
            yield _text(link, "href")


def _date(entry: dict[str, object]) -> tuple[str, object]:
    # In this order: feedparser warns when `updated` is asked for where only `published` is.
    for name in ("published", "updated", "created"):
        if name in entry and _text(entry, name):
            return _text(entry, name), entry.get(f"{name}_parsed")
    return "", None


def _guess(parsed: object, date: str) -> datetime | None:
    """feedparser's reading of a date in a form we do not know, where the text bears it out."""
    if not isinstance(parsed, struct_time) or len(re.findall(r"\d+", date)) < 3:
        return None
    try:
        moment = datetime.fromtimestamp(timegm(parsed), tz=UTC)
    except (ValueError, OverflowError, OSError):
        return None
    numbers = {int(number) for number in re.findall(r"\d{1,4}", date)}
    days = {(moment + timedelta(days=ahead)).day for ahead in (-1, 0, 1)}  # its own zone's may be the day before
    return moment if moment.year in numbers and days & numbers else None


def _authors(entry: dict[str, object]) -> Iterator[str]:
    for author in _dicts(entry, "authors"):
        yield author_name(_text(author, "name") or _text(author, "email"))


def _text(holder: object, name: str) -> str:
    value = holder.get(name) if isinstance(holder, dict) else None
    return value if isinstance(value, str) else ""


def _dicts(holder: dict[str, object], name: str) -> list[dict[str, object]]:
    value = holder.get(name)
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def _detail(entry: dict[str, object], name: str) -> dict[str, object]:
    value = entry.get(f"{name}_detail")
    return value if isinstance(value, dict) else {}


def _keep_author(self: _FeedParserMixin, key: str = "author") -> None:
    """Keep an author's text as the name: taken apart here, in time that does not grow with the square of its length.

    feedparser's own pattern took 0.18 s for 8 kB of `a@a.a.a.`, 2.7 s for 32 kB (6.0.14, its issue 562), and cuts
    addresses whose last part is longer than four letters.
    """
    context = self._get_context()
    authors, text = context.get(f"{key}s"), context.get(key)
    if isinstance(authors, list) and authors and not authors[-1] and isinstance(text, str):
        authors[-1]["name"] = text


_FeedParserMixin._sync_author_detail = _keep_author
# A guid is a name, not an address: resolved against the feed's, it would change with a redirect.
_FeedParserMixin.can_be_relative_uri = _FeedParserMixin.can_be_relative_uri - {"id"}
