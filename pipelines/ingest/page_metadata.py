"""An article's title, dates, authors, language and standfirst, from its page alone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml.html import HtmlElement

from pipelines.ingest.headline import heading_of, headline
from pipelines.ingest.language import language_code
from pipelines.ingest.page_dates import PageDates, page_dates
from pipelines.ingest.plain_text import one_line
from pipelines.ingest.structured_data import StructuredArticle, structured_article

_BETWEEN = re.compile(r"\s*[,;]\s*(?:and\s+|und\s+)?|\s+(?:and|und|og|och|et|y|e|ja|и|та|ve|və|և|და|&)\s+")
_INITIALS = re.compile(r"\s*\([^()]{1,30}\)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageMetadata:
    """What a page says of its article outside the text."""

    dates: PageDates
    title: str = ""
    authors: tuple[str, ...] = ()
    language: str | None = None
    description: str = ""
    body: str = ""
    """The article's text as the page's JSON-LD has it."""


def page_metadata(tree: HtmlElement, url: str | None) -> PageMetadata:
    """Everything at once, so that the head is read once."""
    metas, structured = _metas(tree), structured_article(tree)
    title = headline(tree, _names(tree, metas, structured), site=metas.get("og:site_name", ""))
    dates = page_dates(tree, metas, structured, url, heading_of(tree, title))
    return PageMetadata(
        title=title,
        dates=dates,
        authors=tuple(dict.fromkeys(_authors(tree, metas, structured)))[:20],
        language=_language(tree, metas, structured),
        body=structured.body,
        description=one_line(metas.get("og:description") or metas.get("description") or "", limit=1_000),
    )


def _metas(tree: HtmlElement) -> dict[str, str]:
    """Content of each meta element by lower-case name; the first of a name counts."""
    found: dict[str, str] = {}
    for meta in tree.iter("meta"):
        content = (meta.get("content") or "").strip()
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            name = (meta.get(attribute) or "").strip().lower()
            if name and content:
                found.setdefault(name, content[:2_000])
    return found


def _names(tree: HtmlElement, metas: dict[str, str], structured: StructuredArticle) -> list[str]:
    """What the page calls itself outside its text, the most trusted first."""
    own = next(tree.iter("title"), None)
    named = [metas.get("og:title", ""), structured.headline, metas.get("twitter:title", "")]
    return [*named, own.text_content() if own is not None else ""]


def _authors(tree: HtmlElement, metas: dict[str, str], structured: StructuredArticle) -> Iterator[str]:
    named = structured.authors or tuple(
        metas[name] for name in ("author", "article:author", "dc.creator") if name in metas
    )
    if not named:
        named = tuple(
            element.text_content()
            for element in tree.iter("a", "span")
            if element.get("rel") == "author" or element.get("itemprop") == "author"
        )
    for name in named:
        text = one_line(name, limit=400)
        if not text.startswith(("http://", "https://")):
            yield from _people(text)


def _people(text: str) -> Iterator[str]:
    """Each name of a byline: "A. B. (ab), C. D. and E. F." are three; a name of one word is not taken apart."""
    parts = [_INITIALS.sub("", part).strip() for part in _BETWEEN.split(text)]
    if not all(len(part.split()) > 1 for part in parts):
        parts = [_INITIALS.sub("", text).strip()]
    yield from (part for part in parts if any(map(str.isalpha, part)))


def _language(tree: HtmlElement, metas: dict[str, str], structured: StructuredArticle) -> str | None:
    root = tree.getroottree().getroot()
    said = (
        root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or root.get("xml:lang"),
        metas.get("og:locale"),
        metas.get("content-language"),
        structured.language,
    )
    return next((code for tag in said if (code := language_code(tag))), None)
