"""Sitemap indexes followed: newest children first, bounded, merged into one sitemap."""

import asyncio
import gzip
from types import TracebackType
from typing import Self

import pytest

from pipelines.errors import BadStatus, FetchError
from pipelines.ingest.parsed_feed import MAX_ENTRIES
from pipelines.ingest.sitemap_index import CHILDREN_READ, WholeSources
from pipelines.ingest.sources import parse
from pipelines.protocols import Request, Response
from pipelines.states import SourceKind

INDEX = "https://news.example/sitemap.xml"


class Site:
    """A fetcher that answers from a table, and writes down what it was asked."""

    def __init__(self, pages: dict[str, bytes]) -> None:
        self.pages = pages
        self.asked: list[Request] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to close."""

    async def fetch(self, request: Request) -> Response:
        self.asked.append(request)
        if request.url not in self.pages:
            raise BadStatus(request.url, 404, None)
        return Response(url=request.url, status=200, body=self.pages[request.url], etag='"1"')


def index(*children: tuple[str, str]) -> bytes:
    """An index of these children with their dates."""
    inner = "".join(
        f"<sitemap><loc>{url}</loc>{date and f'<lastmod>{date}</lastmod>'}</sitemap>" for url, date in children
    )
    return f"<?xml version='1.0'?><sitemapindex>{inner}</sitemapindex>".encode()


def urls(*paths: str, date: str = "2023-02-07") -> bytes:
    """A sitemap of these addresses."""
    inner = "".join(f"<url><loc>{path}</loc><lastmod>{date}</lastmod></url>" for path in paths)
    return f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{inner}</urlset>".encode()


def fetch(site: Site) -> Response:
    """The index, whole."""

    async def whole() -> Response:
        async with WholeSources(site) as fetcher:
            return await fetcher.fetch(Request(url=INDEX, etag='"0"', headers={"X-A": "b"}))

    return asyncio.run(whole())


def test_the_newest_children_are_read_and_no_more() -> None:
    names = [(f"https://news.example/{number}.xml", f"2023-02-{number:02}") for number in range(1, 9)]
    site = Site({INDEX: index(*names)} | {url: urls(f"/a-{date}", date=date) for url, date in names})
    found = parse(SourceKind.AUTO, fetch(site)).entries
    assert [entry.url for entry in found] == [
        f"https://news.example/a-2023-02-{number:02}" for number in range(8, 8 - CHILDREN_READ, -1)
    ]
    assert len(site.asked) == 1 + CHILDREN_READ
    assert {(request.etag, request.headers["X-A"]) for request in site.asked[1:]} == {(None, "b")}


def test_without_dates_the_last_named_are_the_newest() -> None:
    names = [(f"https://news.example/{number}.xml", "") for number in range(9)]
    site = Site({INDEX: index(*names)} | {url: urls(f"/{number}") for number, (url, _) in enumerate(names)})
    fetch(site)
    assert {request.url for request in site.asked[1:]} == {url for url, _ in names[-CHILDREN_READ:]}


def test_a_child_that_fails_takes_no_other_down_and_the_index_is_asked_again() -> None:
    site = Site({INDEX: gzip.compress(index(("/a.xml", ""), ("/b.xml.gz", ""), ("/c.xml", ""))[:])})
    site.pages |= {
        "https://news.example/a.xml": urls("/a"),
        "https://news.example/b.xml.gz": gzip.compress(urls("/b")),
    }
    answer = fetch(site)
    assert {entry.url for entry in parse(SourceKind.SITEMAP, answer).entries} == {
        "https://news.example/a",
        "https://news.example/b",
    }
    assert answer.etag is None
    del site.pages["https://news.example/a.xml"], site.pages["https://news.example/b.xml.gz"]
    with pytest.raises(FetchError):
        fetch(site)


def test_an_index_of_indexes_ends_and_many_addresses_are_capped() -> None:
    site = Site({INDEX: index((INDEX, "2023-02-08"), ("/big.xml", ""))})
    site.pages["https://news.example/big.xml"] = urls(*(f"/{number}" for number in range(MAX_ENTRIES + 9)))
    assert len(parse(SourceKind.AUTO, fetch(site)).entries) == MAX_ENTRIES
    assert len(site.asked) == 3


def test_other_answers_are_left_as_they_are() -> None:
    for body in (b"", b"<rss/>", b"\x1f\x8bsitemapindex", b"<p>sitemapindex</p>", urls("/a")):
        site = Site({INDEX: body})
        assert fetch(site).body == body
        assert len(site.asked) == 1
