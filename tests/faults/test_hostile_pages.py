"""Pages that mean harm or are broken, fetched from a real server and read by workers: their text is found, or why not.

Numbers are those of the design's fault list.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import astuple
from datetime import UTC, datetime

import pytest

from pipelines.ingest.fetcher import HttpFetcher
from pipelines.ingest.reading import Reading, read_page
from pipelines.ingest.workers import Limits
from pipelines.model import Article, FeedEntry, Outlet, Page
from pipelines.protocols import Request, Response
from pipelines.states import ArticleId, OutletId
from tests.faults.measured import Cost, MeasuringWorkers
from tests.web import Web, web_server

SENTENCE = "The dam above the town of Sarn gave way at dawn, the governor said, and MARKER waters reached it. "
STORY = "<h1>Dam gives way above Sarn</h1>" + "".join(f"<p>{SENTENCE}{number}</p>" for number in range(6))


def page(body: str, head: str = "") -> str:
    """A page with an article."""
    title = "<title>Dam gives way above Sarn</title>"
    return f"<!doctype html><html><head>{title}{head}</head><body><article>{body}</article></body></html>"


def json_ld(text: str) -> str:
    """A page's account of itself."""
    return f"<script type='application/ld+json'>{text}</script>"


FOUND = ""
CASES: dict[str, tuple[Callable[[], str | bytes], str]] = {
    "35 many short paragraphs": (lambda: page(STORY + "<p>a 1</p>" * 20_000 + "<button>x</button>"), FOUND),
    "36 two hundred and sixty levels": (lambda: page("<div>" * 260 + STORY + "</div>" * 260), FOUND),
    "36 a hundred thousand levels": (lambda: page("<div>" * 100_000 + STORY), "nested too deeply"),
    "37 a paragraph of 10.1 MB": (lambda: page(f"{STORY}<p>{'word ' * 2_020_000}</p>"), "longer than 1,048,576"),
    "37 nothing else": (lambda: page(f"<p>{SENTENCE}{'word ' * 2_020_000}</p>"), "longer than 1,048,576"),
    "41 a hundred thousand breaks": (lambda: page(STORY + "<br>" * 100_000), FOUND),
    "41 forty thousand blocks": (lambda: page(STORY + "<div>x</div>" * 40_000), FOUND),
    "41 twenty thousand cells": (lambda: page(f"{STORY}<table>{'<tr><td>1</td><td>2</td></tr>' * 10_000}"), FOUND),
    "40 two hundred thousand open tags": (lambda: page(STORY + "<a " * 200_000), FOUND),
    "42 a megabyte of digits": (lambda: page(STORY + "1" * 1_000_000), FOUND),
    "42 fifty thousand times": (lambda: page(STORY + "<time datetime='2023-02-07'>7</time>" * 50_000), FOUND),
    "42 two megabytes of blanks": (lambda: page(STORY + " " * 2_000_000 + "x"), FOUND),
    "33 an outer entity": (
        lambda: f'<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]>{page(STORY + "<p>&x;</p>")}',
        FOUND,
    ),
    "json-ld without end": (lambda: page(STORY, json_ld('{"a":' * 100_000)), FOUND),
    "json-ld with a long number": (lambda: page(STORY, json_ld(f'{{"datePublished":{"9" * 1_000_000}}}')), FOUND),
    "50 more NUL than text": (lambda: page(STORY).replace(" ", "\0\0"), "no text"),
    "51 cp1251 without a word of it": (lambda: page(STORY.replace("Sarn", "Сарн")).encode("cp1251"), FOUND),
    "51 utf-16 named as utf-8": (lambda: page(STORY, "<meta charset=utf-8>").encode("utf-16"), FOUND),
}


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with web_server() as server:
        yield server


@pytest.fixture(scope="module")
def readings(web: Web) -> Mapping[str, tuple[Reading, Cost]]:
    """Every case, fetched and read side by side by the same few workers, within the limits of a run."""
    urls = {name: web.serve(f"/{number}", CASES[name][0](), "text/html") for number, name in enumerate(CASES)}

    async def fetched() -> list[Response]:
        async with HttpFetcher(frozenset({"127.0.0.1"})) as fetcher:
            return await asyncio.gather(*(fetcher.fetch(Request(url=url)) for url in urls.values()))

    answers = dict(zip(urls, asyncio.run(fetched()), strict=True))
    # The clock of a busy machine is no fault of a page's; what it may compute, and take of memory, is as in a run.
    with MeasuringWorkers(Limits(wall=300.0)) as workers:
        begun = {name: workers.submit(read_page, asked(urls[name]), answer) for name, answer in answers.items()}
        return {name: (reading.result(), workers.costs[urls[name]]) for name, reading in begun.items()}


def asked(url: str) -> Page:
    """The page of an entry."""
    outlet = Outlet(outlet_id=OutletId("a"), title="A")
    article = Article(
        article_id=ArticleId(1), url=url, link=url, outlet=outlet, first_seen_at=datetime(2023, 2, 7, tzinfo=UTC)
    )
    return Page(article=article, entry=FeedEntry(title="Dam gives way", summary="In short."), language="en", attempts=0)


@pytest.mark.parametrize("name", CASES)
def test_the_text_is_found_or_it_is_said_why_not(
    readings: Mapping[str, tuple[Reading, Cost]], name: str, record_property: Callable[[str, object], None]
) -> None:
    (reading, cost), reason = readings[name], CASES[name][1]
    record_property("cost", astuple(cost))
    record_property("seen", reading.reason or f"{len(reading.content.body):,} characters of text")
    assert reason in reading.reason
    assert "MARKER" in reading.content.body or reading.reason
    assert reason or not reading.reason
    assert reading.content.title
    assert "root:" not in reading.content.body
    assert len(reading.content.body) <= 1 << 20
