"""Fetching sources whole: where the answer is an index of sitemaps, its newest children are fetched with it."""

import asyncio
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Self

from pipelines.errors import FetchError, NotAFeed
from pipelines.ingest.charset import decode
from pipelines.protocols import Fetcher, Request, Response

if TYPE_CHECKING:  # an idle cycle, and one without sitemaps, loads no parser
    from pipelines.ingest.sitemap import Child

CHILDREN_READ = 5
"""Newest first; an outlet's articles of two days are in one or two."""
_SNIFFED = 4_096
_MARK, _GZIP = b"sitemapindex", b"\x1f\x8b"


class WholeSources:
    """A fetcher whose answer for an index of sitemaps is one sitemap of the newest addresses in its children."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher

    async def __aenter__(self) -> Self:
        await self._fetcher.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._fetcher.__aexit__(kind, error, trace)

    async def fetch(self, request: Request) -> Response:
        """Answer of `request`; raises FetchError, and nothing else. One of an index's children must answer."""
        answer = await self._fetcher.fetch(request)
        found = _children(answer)
        if not found:
            return answer
        from pipelines.ingest.sitemap import merged

        asked = [replace(request, url=child.url, etag=None, last_modified=None) for child in found[:CHILDREN_READ]]
        answers = await asyncio.gather(*map(self._child, asked))
        documents = [document for document in answers if isinstance(document, str)]
        failures = [failure for failure in answers if isinstance(failure, FetchError)]
        if failures and not documents:
            raise failures[0]
        # Without its validators: a child that failed must be asked again, also where the index stays the same.
        kept = answer if not failures else replace(answer, etag=None, last_modified=None)
        return replace(kept, body=merged(iter(documents)), content_type="application/xml; charset=utf-8")

    async def _child(self, request: Request) -> str | FetchError:
        from pipelines.ingest.sitemap import unpacked

        try:
            answer = await self._fetcher.fetch(request)
            return decode(unpacked(answer.body), answer.content_type)[0]
        except NotAFeed:
            return ""
        except FetchError as error:
            return error


def _children(answer: Response) -> "list[Child]":
    """What an index names; nothing where the answer is none. An index of indexes is followed no further."""
    packed = answer.body.startswith(_GZIP)
    if not packed and _MARK not in answer.body[:_SNIFFED].replace(b"\0", b""):
        return []
    from pipelines.ingest.sitemap import children, unpacked
    from pipelines.ingest.xml_text import root_name

    try:
        body = unpacked(answer.body)
    except NotAFeed:
        return []
    text, _ = decode(body, answer.content_type)
    return children(text, answer.url) if root_name(text) == "sitemapindex" else []
