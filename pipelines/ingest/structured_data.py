"""Schema.org's account of an article, from the page's JSON-LD."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from lxml.html import HtmlElement

_LONGEST = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class StructuredArticle:
    """What the page's JSON-LD says of its article; empty where it says nothing."""

    headline: str = ""
    published: str = ""
    language: str = ""
    authors: tuple[str, ...] = ()
    body: str = ""


def structured_article(tree: HtmlElement) -> StructuredArticle:
    """The first article that the page's JSON-LD describes."""
    for node in _nodes(tree):
        if any(kind.endswith(("Article", "Posting", "Report")) for kind in _texts(node.get("@type"))):
            return StructuredArticle(
                headline=_text(node.get("headline")) or _text(node.get("name")),
                published=_text(node.get("datePublished")),
                language=_text(node.get("inLanguage")),
                body=_text(node.get("articleBody")),
                authors=tuple(_authors(node.get("author"))),
            )
    return StructuredArticle()


def _nodes(tree: HtmlElement) -> Iterator[dict[str, object]]:
    for script in tree.iter("script"):
        text = (script.text or "").strip()
        if "ld+json" not in (script.get("type") or "").lower() or not text or len(text) > _LONGEST:
            continue
        try:
            yield from _flattened(json.loads(text, strict=False))
        except (ValueError, RecursionError):
            continue


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
