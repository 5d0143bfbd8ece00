"""The page of the search over the archive."""

import time
from dataclasses import dataclass
from itertools import count
from urllib.parse import urlencode

from pipelines.delivery import excerpt
from pipelines.delivery.excerpt import Quote
from pipelines.delivery.languages import language_name
from pipelines.delivery.view import HTML
from pipelines.delivery.wording import moment, web_link
from pipelines.desk.desk import Asked, Desk, shown
from pipelines.errors import SearchRefused
from pipelines.search.archive import Answer, Found
from pipelines.search.archive import search as search_archive
from pipelines.search.narrowing import read_narrow
from pipelines.search.query import read_search

SHOWN = 30
LONGEST_LOOK = 0.04
"""Seconds for which texts are looked at before the page is shown: it goes on from there when asked."""
FEWEST_LOOKED = 60
"""Texts that are looked at however slow the machine is just now."""
ASKED = ("q", "from", "to", "feed", "language")
"""What the form sends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundView:
    """A text that was found."""

    article_id: int
    headline: Quote
    quotes: tuple[Quote, ...]
    outlet: str
    language: str
    link: str | None
    at: str
    latest: bool


def search(desk: Desk, asked: Asked) -> str:
    """What was found, newest first; what is wrong with the search, in its place."""
    fields = {name: asked.query.get(name, "").strip()[:2_000] for name in ASKED}
    feeds = desk.store.search.feeds()
    answer, wrong = None, ""
    if fields["q"]:
        try:
            answer = _answer(desk, fields, asked.query.get("before", ""))
        except SearchRefused as error:
            wrong = str(error)
    rows = [_view(one, desk) for one in answer.found] if answer else []
    more = answer and answer.looked_to and f"/search?{urlencode({**fields, 'before': answer.looked_to})}"
    narrowed = any(fields[name] for name in ASKED[1:])
    page = {"fields": fields, "feeds": feeds, "rows": rows, "more": more, "wrong": wrong, "narrowed": narrowed}
    return shown(desk, asked, "search.html", asked_before=asked.query.get("before"), **page)


def _answer(desk: Desk, fields: dict[str, str], before: str) -> Answer:
    narrow = read_narrow(
        since=fields["from"],
        until=fields["to"],
        feed=fields["feed"],
        language=fields["language"],
        before=before,
        feeds=desk.store.search.feeds(),
    )
    sought, began, looked = read_search(fields["q"]), time.monotonic(), count(1)
    return search_archive(
        desk.store.search,
        sought,
        narrow,
        SHOWN,
        lambda: next(looked) >= FEWEST_LOOKED and time.monotonic() - began > LONGEST_LOOK,
    )


def _view(found: Found, desk: Desk) -> FoundView:
    text, content = found.text, found.text.content
    return FoundView(
        article_id=text.article_id,
        headline=HTML.quote(excerpt.headline(content, found.hits)),
        quotes=tuple(HTML.quote(quote) for quote in excerpt.quotes(content, found.hits)),
        outlet=HTML.line(text.outlet, 80),
        language=language_name(content.language) if content.language else "",
        link=web_link(text.link),
        at=moment(text.at, desk.zone(), desk.clock()),
        latest=text.latest,
    )
