"""A small web server on loopback that answers as it is told and writes down what it was asked."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

from pipelines.loopback import Loopback


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request as it came; header names in lower case."""

    path: str
    headers: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An answer. A body in pieces is sent piece by piece, `pause` seconds apart, until the server stops."""

    body: bytes | Iterable[bytes] = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    """Content-Length, where it is to differ from the truth; without one the connection's end is the body's."""
    delay: float = 0.0
    """Seconds before the first byte."""
    pause: float = 0.0


Route = Page | Callable[[Asked], Page]


class Web(Loopback):
    """The server; `routes` maps a path (query and all) to a page, or to what makes one of a request."""

    def __init__(self) -> None:
        self.routes: dict[str, Route] = {}
        self.requests: list[Asked] = []
        super().__init__(_answering(self))

    def url(self, path: str = "/") -> str:
        """The address of a path."""
        return f"http://127.0.0.1:{self.port}{path}"

    def serve(
        self,
        path: str,
        body: bytes | str = b"",
        content_type: str = "text/html; charset=utf-8",
        *,
        status: int = 200,
        **headers: str,
    ) -> str:
        """Answer `path` so from now on, and return its address; in header names `_` stands for `-`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        raw = body.encode() if isinstance(body, str) else body
        self.routes[path] = Page(body=raw, status=status, headers={"Content-Type": content_type, **named})
        return self.url(path)

    def page(self, asked: Asked) -> Page:
        """The answer to a request; 404 for a path without a route."""
        route = self.routes.get(asked.path, Page(status=404))
        return route if isinstance(route, Page) else route(asked)


@contextmanager
def web_server() -> Iterator[Web]:
    """A server for the length of a block."""
    web = Web()
    web.start()
    try:
        yield web
    finally:
        web.stop()


def _answering(web: Web) -> type[BaseHTTPRequestHandler]:
    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0"

        def do_GET(self) -> None:
            asked = Asked(path=self.path, headers={name.lower(): value for name, value in self.headers.items()})
            web.requests.append(asked)
            page = web.page(asked)
            web.stopped.wait(page.delay)
            with suppress(OSError):
                self._send(page)

        def _send(self, page: Page) -> None:
            self.send_response(page.status)
            length = len(page.body) if page.length is None and isinstance(page.body, bytes) else page.length
            headers = {} if length is None else {"Content-Length": str(length)}
            for name, value in (headers | page.headers).items():
                self.send_header(name, value)
            self.end_headers()
            for piece in [page.body] if isinstance(page.body, bytes) else page.body:
                self.wfile.write(piece)
                if web.stopped.wait(page.pause) or web.stopped.is_set():
                    return

        def log_message(self, format: str, *args: object) -> None:
            """Nothing on stderr."""

    return Answering
