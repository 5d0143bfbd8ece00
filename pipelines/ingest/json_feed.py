"""JSON Feed 1.0 and 1.1 (jsonfeed.org) to entries."""

import json
from collections.abc import Iterator

from pipelines.errors import NotAFeed
from pipelines.ingest.parsed_feed import ParsedFeed, Problems, RawItem, parsed_feed


def looks_like_json(text: str) -> bool:
    """Whether a body starts the way a JSON object does, and no XML can."""
    return text.lstrip("\ufeff \t\r\n").startswith("{")


def parse_json_feed(text: str, *, url: str, problems: Problems) -> ParsedFeed:
    """The entries of a JSON Feed; malformed items are left out and told. Raises NotAFeed, and nothing else."""
    try:
        document = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise NotAFeed(f"not JSON: {error}") from error
    items = document.get("items") if isinstance(document, dict) else None
    if not isinstance(items, list) or not ("jsonfeed.org" in _text(document, "version") or _shaped(items)):
        raise NotAFeed("JSON, but no JSON Feed")
    return parsed_feed(
        _items(document, items, url or _text(document, "home_page_url"), problems),
        problems,
        title=_text(document, "title"),
        language=_text(document, "language"),
    )


def _shaped(items: list[object]) -> bool:
    """Whether a document without a version is one all the same."""
    named = {"url", "content_html", "content_text", "external_url"}
    return any(isinstance(item, dict) and "id" in item and named & item.keys() for item in items)


def _items(document: dict[str, object], items: list[object], url: str, problems: Problems) -> Iterator[RawItem]:
    for item in items:
        if not isinstance(item, dict):
            problems.add("item that is no object: left out")
            continue
        found = _item(item, url, _authors(item) or _authors(document))
        if not (found.title or found.links or found.guid or found.body or found.summary):
            problems.add("item without id, link, title and text: left out")
            continue
        yield found


def _item(item: dict[str, object], url: str, authors: tuple[str, ...]) -> RawItem:
    html, text, guid = _text(item, "content_html"), _text(item, "content_text"), _text(item, "id")
    links = (_text(item, "url"), _text(item, "external_url"), guid if guid.startswith(("http://", "https://")) else "")
    return RawItem(
        title=_text(item, "title"),
        links=tuple(filter(None, links)),
        base=url,
        guid=guid,
        summary=_text(item, "summary"),
        body=html or text,
        date=_text(item, "date_published") or _text(item, "date_modified"),
        authors=authors,
        plain=frozenset({"title", "summary"} if html else {"title", "summary", "body"}),
    )


def _authors(holder: dict[str, object]) -> tuple[str, ...]:
    several, single = holder.get("authors"), holder.get("author")
    named = several if isinstance(several, list) else [single]
    return tuple(filter(None, (_text(author, "name") for author in named if isinstance(author, dict))))


def _text(holder: dict[str, object], name: str) -> str:
    value = holder.get(name)
    if isinstance(value, int | float) and not isinstance(value, bool) and name == "id":
        return str(value)  # 1.0 asks readers to take numbers as ids
    return value if isinstance(value, str) else ""
