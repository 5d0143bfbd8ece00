"""Writes the demo's pages, with the furniture that real ones have around their text."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from html import escape
from pathlib import Path
from string import Template

from pipelines.demo.edition import DemoArticle
from pipelines.demo.outlets import OUTLETS, DemoOutlet

LAYOUTS = Path(__file__).with_name("layouts")


def render_article(
    outlet: DemoOutlet, article: DemoArticle, related: Sequence[DemoArticle], site: str, opened: datetime
) -> bytes:
    """The article's page, in the outlet's layout and charset."""
    published = (opened - article.age).astimezone(outlet.zone)
    changed = (opened - (article.age if article.updated is None else article.updated)).astimezone(outlet.zone)
    fields = {
        **_furniture(article.language),
        **_names(outlet, site),
        "language": article.language,
        "url": site + article.path,
        "title": escape(article.title),
        "summary": escape(article.summary),
        "byline": escape(article.byline),
        "published": published.isoformat(timespec="seconds"),
        "modified": changed.isoformat(timespec="seconds"),
        "shown": f"{published:%d.%m.%Y %H:%M}",
        "json_ld": _json_ld(outlet, article, site, published, changed),
        "photo": _photo(article),
        "paragraphs": "\n".join(f"<p>{escape(text, quote=False)}</p>" for text in article.paragraphs),
        "appeal": f'<p class="appeal">{escape(outlet.appeal, quote=False)}</p>' if outlet.appeal else "",
        "related": _links(related),
    }
    return _layout(outlet.layout).substitute(fields).encode(outlet.charset, "xmlcharrefreplace")


def render_front(outlet: DemoOutlet, articles: Sequence[DemoArticle], site: str) -> bytes:
    """The outlet's front page."""
    language = outlet.feeds[0].language
    fields = {**_furniture(language), **_names(outlet, site), "language": language, "stories": _links(articles)}
    return _layout("front").substitute(fields).encode(outlet.charset, "xmlcharrefreplace")


def render_index(site: str) -> bytes:
    """The page at the root: every outlet with its feeds."""
    rows = "\n".join(
        f'<li><a href="/{outlet.outlet_id}/">{escape(outlet.title)}</a>: '
        + ", ".join(f'<a href="{feed.path}">{feed.feed_id} ({feed.format})</a>' for feed in outlet.feeds)
        + "</li>"
        for outlet in OUTLETS
    )
    return _layout("index").substitute(site=site, outlets=rows).encode()


def _names(outlet: DemoOutlet, site: str) -> dict[str, str]:
    return {"site": site, "outlet": escape(outlet.title), "home": f"/{outlet.outlet_id}/", "charset": outlet.charset}


def _links(articles: Iterable[DemoArticle]) -> str:
    return "\n".join(f'<li><a href="{article.path}">{escape(article.title)}</a></li>' for article in articles)


def _photo(article: DemoArticle) -> str:
    if article.photo is None:
        return ""
    return f'<figure><div class="photo"></div><figcaption>{escape(article.photo)}</figcaption></figure>'


def _json_ld(outlet: DemoOutlet, article: DemoArticle, site: str, published: datetime, changed: datetime) -> str:
    described = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": site + article.path,
        "headline": article.title,
        "description": article.summary,
        "datePublished": published.isoformat(timespec="seconds"),
        "dateModified": changed.isoformat(timespec="seconds"),
        "inLanguage": article.language,
        "author": {"@type": "Person", "name": article.byline},
        "publisher": {"@type": "Organization", "name": outlet.title},
    }
    # "</" would end the script element.
    return json.dumps(described, ensure_ascii=False).replace("</", "<\\/")


def _furniture(language: str) -> dict[str, str]:
    return {name: escape(words) for name, words in _all_furniture()[language].items()}


@cache
def _all_furniture() -> dict[str, dict[str, str]]:
    words: dict[str, dict[str, str]] = json.loads((LAYOUTS / "furniture.json").read_text(encoding="utf-8"))
    return words


@cache
def _layout(name: str) -> Template:
    return Template((LAYOUTS / f"{name}.html").read_text(encoding="utf-8"))
