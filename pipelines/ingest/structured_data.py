"""Schema.org's account of an article, from the page's JSON-LD."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml.html import HtmlElement

_LONGEST = 1 << 20
_WRAPPING = re.compile(r"^\s*(?:/[/*]\s*)?<!(?:\[CDATA\[(?:\s*\*/)?|--)|(?:/[/*]\s*)?(?:\]\]|--)>(?:\s*\*/)?\s*$")
_KIND = re.compile(r'"@type"\s*:\s*"(\w*(?:Article|Posting|Report))"')
_STRINGS = re.compile(r'"(datePublished|dateModified|inLanguage)"\s*:\s*"([^"\\\n]{2,60})"')


@dataclass(frozen=True, slots=True, kw_only=True)
class StructuredArticle:
    """What the page's JSON-LD says of its article; empty where it says nothing."""

    headline: str = ""
    published: str = ""
    changed: str = ""
    language: str = ""
    authors: tuple[str, ...] = ()
    body: str = ""
    page_published: str = ""
    """When its page was, where that is told apart from the article."""


def structured_article(tree: HtmlElement) -> StructuredArticle:
    """The first article that the page's JSON-LD describes, and what it says of the page itself."""
    page = ""
    for node in _nodes(tree):
        kinds = _texts(node.get("@type"))
        if any(kind.endswith(("Article", "Posting", "Report")) for kind in kinds):
            return StructuredArticle(
                headline=_text(node.get("headline")) or _text(node.get("name")),
                published=_text(node.get("datePublished")),
                changed=_text(node.get("dateModified")),
                language=_text(node.get("inLanguage")),
                body=_text(node.get("articleBody")),
                authors=tuple(_authors(node.get("author"))),
                page_published=page,
            )
        page = page or (_text(node.get("datePublished")) if any("Page" in kind for kind in kinds) else "")
    return StructuredArticle(page_published=page)


def _nodes(tree: HtmlElement) -> Iterator[dict[str, object]]:
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower() or not script.text or len(script.text) > _LONGEST:
            continue
        text = _WRAPPING.sub("", script.text).strip().rstrip(";")
        try:
            yield from _flattened(json.loads(text, strict=False))
        except (ValueError, RecursionError):
            yield from _in_pieces(text)


def _in_pieces(text: str) -> Iterator[dict[str, object]]:
    """What can be had of an article's account that is no JSON: a quotation mark in a headline is enough to break it."""
    kind = _KIND.search(text)
    if kind:
        yield {"@type": kind[1], **dict(_STRINGS.findall(text)[::-1])}


def _flattened(value: object) -> Iterator[dict[str, object]]:
    waiting, seen = [value], 0
    while waiting and seen < 500:
        found, seen = waiting.pop(0), seen + 1
        if isinstance(found, list):
            waiting.extend(found[:100])
        elif isinstance(found, dict):
            yield found
            waiting.extend(found[key] for key in ("@graph", "mainEntity", "mainEntityOfPage") if key in found)


def _authors(value: object) -> Iterator[str]:
    for author in value if isinstance(value, list) else [value]:
        name = _text(author.get("name")) if isinstance(author, dict) else _text(author)
        if name:
            yield name


def _texts(value: object) -> list[str]:
    return [text for text in (value if isinstance(value, list) else [value]) if isinstance(text, str)]


def _text(value: object) -> str:
    found = _texts(value)
    return found[0].strip() if found else ""
