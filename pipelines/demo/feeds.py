"""Writes the demo's feeds: RSS 2.0, Atom and JSON Feed 1.1, in the outlet's charset."""

import json
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from html import escape

from pipelines.demo.edition import DemoArticle
from pipelines.demo.outlets import DemoFeed, DemoOutlet, Format


def render_feed(
    outlet: DemoOutlet, feed: DemoFeed, articles: Sequence[DemoArticle], site: str, opened: datetime
) -> bytes:
    """The feed's document at `site` (its base URL), with dates counted back from `opened` on the outlet's clock."""
    writer = {Format.RSS: _rss, Format.ATOM: _atom, Format.JSON: _json}[feed.format]
    served = [article for article in articles if outlet.serves(feed, article)]
    return writer(outlet, feed, served, site, opened.astimezone(outlet.zone)).encode(
        outlet.charset, "xmlcharrefreplace"
    )


def _rss(outlet: DemoOutlet, feed: DemoFeed, articles: Sequence[DemoArticle], site: str, opened: datetime) -> str:
    items = "".join(_rss_item(feed, article, site, opened) for article in articles)
    return (
        f'<?xml version="1.0" encoding="{outlet.charset}"?>\n'
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom">\n<channel>\n'
        f"<title>{escape(outlet.title)}</title>\n<link>{site}/{outlet.outlet_id}/</link>\n"
        f"<description>{escape(outlet.title)}</description>\n<language>{feed.language}</language>\n"
        f'<atom:link href="{site}{feed.moved_to or feed.path}" rel="self" type="application/rss+xml"/>\n'
        f"<ttl>15</ttl>\n{items}</channel>\n</rss>\n"
    )


def _rss_item(feed: DemoFeed, article: DemoArticle, site: str, opened: datetime) -> str:
    full = f"<content:encoded>{escape(_html(article))}</content:encoded>\n" if feed.full_text else ""
    return (
        f"<item>\n<title>{escape(article.title)}</title>\n"
        f"<link>{site}{article.path}{escape(feed.tracking)}</link>\n"
        f'<guid isPermaLink="false">{article.outlet}:{article.slug}</guid>\n'
        f"<pubDate>{format_datetime(opened - article.age)}</pubDate>\n"
        f"<dc:creator>{escape(article.byline)}</dc:creator>\n<category>{escape(article.section)}</category>\n"
        f"<description>{escape(article.summary)}</description>\n{full}</item>\n"
    )


def _atom(outlet: DemoOutlet, feed: DemoFeed, articles: Sequence[DemoArticle], site: str, opened: datetime) -> str:
    entries = "".join(_atom_entry(feed, article, site, opened) for article in articles)
    return (
        f'<?xml version="1.0" encoding="{outlet.charset}"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{feed.language}">\n'
        f"<title>{escape(outlet.title)}</title>\n<id>{site}/{outlet.outlet_id}/</id>\n"
        f'<link href="{site}{feed.path}" rel="self"/>\n<link href="{site}/{outlet.outlet_id}/"/>\n'
        f"<updated>{max(_changed(article, opened) for article in articles).isoformat()}</updated>\n{entries}</feed>\n"
    )


def _atom_entry(feed: DemoFeed, article: DemoArticle, site: str, opened: datetime) -> str:
    full = f'<content type="html">{escape(_html(article))}</content>\n' if feed.full_text else ""
    return (
        f"<entry>\n<title>{escape(article.title)}</title>\n<id>urn:{article.outlet}:{article.slug}</id>\n"
        f'<link href="{site}{article.path}"/>\n<published>{(opened - article.age).isoformat()}</published>\n'
        f"<updated>{_changed(article, opened).isoformat()}</updated>\n"
        f"<author><name>{escape(article.byline)}</name></author>\n"
        f"<summary>{escape(article.summary)}</summary>\n{full}</entry>\n"
    )


def _json(outlet: DemoOutlet, feed: DemoFeed, articles: Sequence[DemoArticle], site: str, opened: datetime) -> str:
    items = [
        {
            "id": f"{article.outlet}:{article.slug}",
            "url": site + article.path,
            "title": article.title,
            "summary": article.summary,
            "content_html": _html(article),
            "date_published": (opened - article.age).isoformat(),
            "authors": [{"name": article.byline}],
            "language": article.language,
        }
        for article in articles
    ]
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": outlet.title,
        "home_page_url": f"{site}/{outlet.outlet_id}/",
        "feed_url": site + feed.path,
        "language": feed.language,
        "items": items,
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def _changed(article: DemoArticle, opened: datetime) -> datetime:
    return opened - (article.age if article.updated is None else article.updated)


def _html(article: DemoArticle) -> str:
    return "".join(f"<p>{escape(paragraph, quote=False)}</p>" for paragraph in article.paragraphs)
