"""An article's title, time, authors, language and standfirst, from its page alone."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from pipelines.ingest.dates import ImpossibleDate, parse_date
from pipelines.ingest.language import language_code
from pipelines.ingest.plain_text import one_line
from pipelines.ingest.structured_data import StructuredArticle, structured_article
from pipelines.model import Published

_SEPARATOR = re.compile(r"\s+[|\u2013\u2014\u00b7\u2022\u00bb>-]+\s+|\s*\|\s*|\s+::\s+")
_IN_URL = re.compile(r"/((?:19|20)\d\d)[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?:\D|$)")
_PUBLISHED = re.findall(
    r"\S+",
    "article:published_time article:published datepublished publish_date published_date publication_date"
    " pubdate publishdate publish-date publication-date cxenseparse:recs:publishtime parsely-pub-date sailthru.date"
    " dc.date.issued og:published_time og:article:published_time article.published originalpublicationdate"
    " rnews:datepublished citation_publication_date",
)
# As often the day the page was made, or made anew.
_DATED = (
    "dc.date",
    "dcterms.created",
    "dc.date.created",
    "dcterms.date",
    "date",
    "last-modified",
    "article:modified_time",
)
_WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageMetadata:
    """What a page says of its article outside the text."""

    title: str = ""
    published: Published | None = None
    """What the page declares as its article's time."""
    hinted: Published | None = None
    """Else a date that may be the article's, or a side bar's, or the page's last change."""
    authors: tuple[str, ...] = ()
    language: str | None = None
    description: str = ""


def page_metadata(tree: HtmlElement, url: str | None) -> PageMetadata:
    """Everything at once, so that the head is read once."""
    metas, structured = _metas(tree), structured_article(tree)
    declared, hinted = list(_declared(metas, structured)), list(_hinted(tree, metas, url))
    return PageMetadata(
        title=_title(tree, metas, structured),
        published=_first(declared, [*declared, *hinted]),
        hinted=_first(hinted, hinted),
        authors=tuple(dict.fromkeys(_authors(tree, metas, structured)))[:20],
        language=_language(tree, metas, structured),
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


def _title(tree: HtmlElement, metas: dict[str, str], structured: StructuredArticle) -> str:
    """The headline nearest to what the page calls itself elsewhere, else that name without the site's."""
    site = metas.get("og:site_name", "")
    own = next(tree.iter("title"), None)
    named = [metas.get("og:title", ""), structured.headline, metas.get("twitter:title", "")]
    named.append(own.text_content() if own is not None else "")
    candidates = [clean for name in named if (clean := _without_site(one_line(name), site))]
    headlines = [text for h1 in tree.iter("h1") if (text := one_line(h1.text_content()))]
    if not candidates:
        return headlines[0] if len(headlines) == 1 else ""
    nearest = max(headlines, key=lambda text: max(_likeness(text, name) for name in candidates), default="")
    if nearest and max(_likeness(nearest, name) for name in candidates) >= 0.5:
        return nearest
    return candidates[0]


def _without_site(title: str, site: str) -> str:
    parts = _SEPARATOR.split(title)
    if len(parts) == 1:
        return title
    last = parts[-1]
    # A site's name stands at the end, and is short.
    if not ((site and _likeness(last, site) >= 0.5) or len(last.split()) <= 3):
        return title
    return title[: title.rindex(last)].rstrip(" |\u2013\u2014\u00b7\u2022\u00bb>:-")


def _likeness(left: str, right: str) -> float:
    """Share of common words: 1 for the same words."""
    a, b = set(_WORDS.findall(left.casefold())), set(_WORDS.findall(right.casefold()))
    return len(a & b) / len(a | b) if a and b else 0.0


def _first(stamps: list[Published], others: list[Published]) -> Published | None:
    """The first; where one of the others gives the same instant in local time, that one."""
    if not stamps:
        return None
    chosen = stamps[0]
    return next((stamp for stamp in others if stamp.utc == chosen.utc and stamp.moment.utcoffset()), chosen)


def _declared(metas: dict[str, str], structured: StructuredArticle) -> Iterator[Published]:
    return _readable([structured.published, *(metas[name] for name in _PUBLISHED if name in metas)])


def _hinted(tree: HtmlElement, metas: dict[str, str], url: str | None) -> Iterator[Published]:
    texts = [metas[name] for name in _DATED if name in metas]
    times = [element for element in tree.iter("time", "abbr", "span") if element.get("datetime")][:20]
    times.sort(key=lambda element: not _says_published(element))
    texts += [element.get("datetime") or "" for element in times]
    in_url = _IN_URL.search(urlsplit(url).path) if url else None
    return _readable([*texts, "-".join(in_url.groups()) if in_url else ""])


def _readable(texts: list[str]) -> Iterator[Published]:
    for text in texts:
        with suppress(ImpossibleDate):
            found = parse_date(text)
            if found:
                yield found


def _says_published(element: HtmlElement) -> bool:
    said = " ".join(element.get(name) or "" for name in ("itemprop", "class", "pubdate", "data-testid")).lower()
    return "publ" in said or element.get("pubdate") is not None


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
        text = one_line(name, limit=200)
        if text and not text.startswith(("http://", "https://")):
            yield text


def _language(tree: HtmlElement, metas: dict[str, str], structured: StructuredArticle) -> str | None:
    root = tree.getroottree().getroot()
    said = (
        root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or root.get("xml:lang"),
        metas.get("og:locale"),
        metas.get("content-language"),
        structured.language,
    )
    return next((code for tag in said if (code := language_code(tag))), None)
