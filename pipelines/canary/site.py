"""Where the canary is published: a feed and a page, answered in place of the network.

That the network can be reached is shown by the desk's own feeds; `.invalid` is nobody's (RFC 2606).
"""

from datetime import datetime
from types import TracebackType
from typing import Self

from pipelines.errors import BadStatus
from pipelines.protocols import Request, Response

FEED = "https://canary.invalid/feed"


class CanarySite:
    """A Fetcher that knows one feed with one article, named by `token` and published at `now`."""

    def __init__(self, token: str, now: datetime) -> None:
        page = f"https://canary.invalid/{token}"
        title = f"Wirewatch test article {token}"
        item = f"<title>{title}</title><link>{page}</link><pubDate>{now:%a, %d %b %Y %H:%M:%S} GMT</pubDate>"
        self._answers = {
            FEED: (f"<rss version='2.0'><channel><title>Canary</title><item>{item}</item></channel></rss>", "text/xml"),
            page: (_PAGE.format(title=title), "text/html; charset=utf-8"),
        }

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is held."""

    async def fetch(self, request: Request) -> Response:
        """The feed or the page; 404 for all else, robots.txt among it."""
        if request.url not in self._answers:
            raise BadStatus(request.url, 404)
        body, kind = self._answers[request.url]
        return Response(url=request.url, status=200, body=body.encode(), content_type=kind)


_PAGE = """<!doctype html><html lang="en"><head><title>{title}</title></head><body><article><h1>{title}</h1>
<p>This article is published once an hour by Wirewatch itself, and nobody but a test receiver is told of it. It goes
through every step that an article of an outlet goes through: it is found in a feed, fetched, read and compared.</p>
<p>Down in the mine the canary sings. As long as it is heard at the other end, the way between the feeds and the desk
is free; when it falls silent, the heartbeat stops, and whoever waits for it outside rings the bell.</p>
</article></body></html>"""
