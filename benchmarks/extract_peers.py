"""The contestants of the extraction benchmark: a new peer is one class with a `read`."""

import warnings
from collections.abc import Mapping
from typing import Any, Protocol

with warnings.catch_warnings(action="ignore"):
    import newspaper
import trafilatura
from lxml.html import fromstring
from readability import Document

from pipelines.ingest.extractor import extract

Found = tuple[str, str, str]
"""Text, title and day of an article."""


class Peer(Protocol):
    """Reads an article out of a page."""

    name: str

    def read(self, html: bytes, url: str | None) -> Found:
        """Its answer; what it raises is a page that it cannot read."""
        ...


class Ours:
    """Wirewatch."""

    name = "wirewatch"

    def read(self, html: bytes, url: str | None) -> Found:
        """See Peer."""
        content = extract(html, url=url)
        return content.body, content.title, str(content.published)[:10]


class Trafilatura:
    """As it comes, with metadata."""

    name = "trafilatura"
    options: Mapping[str, bool] = {}

    def read(self, html: bytes, url: str | None) -> Found:
        """See Peer."""
        found: Any = trafilatura.bare_extraction(
            html, url=url, include_comments=False, with_metadata=True, **self.options
        )
        return (found.text or "", found.title or "", found.date or "") if found else ("", "", "")


class TrafilaturaPrecision(Trafilatura):
    """Favouring precision."""

    name = "trafilatura precision"
    options: Mapping[str, bool] = {"favor_precision": True}


class TrafilaturaFast(Trafilatura):
    """Without its fallbacks."""

    name = "trafilatura fast"
    options: Mapping[str, bool] = {"fast": True}


class Newspaper4k:
    """newspaper4k."""

    name = "newspaper4k"

    def read(self, html: bytes, url: str | None) -> Found:
        """See Peer."""
        article = newspaper.Article(url or "https://a.example/", fetch_images=False, memorize_articles=False)
        article.download(input_html=html.decode("utf-8", "replace"))
        article.parse()
        return article.text, article.title, str(article.publish_date)[:10]


class Readability:
    """readability-lxml, which knows no dates."""

    name = "readability-lxml"

    def read(self, html: bytes, url: str | None) -> Found:
        """See Peer."""
        document = Document(html.decode("utf-8", "replace"), url=url)
        return fromstring(document.summary()).text_content(), document.short_title(), ""


PEERS: Mapping[str, Peer] = {
    one.name: one
    for one in (Ours(), Trafilatura(), TrafilaturaPrecision(), TrafilaturaFast(), Newspaper4k(), Readability())
}
