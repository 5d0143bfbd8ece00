"""Serves prepared replies on a free loopback port, and keeps what is posted to its chat.

Nothing is logged, and closing waits for nobody: slow replies are cut short.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler

from pipelines.loopback import Loopback

CHAT_PATH = "/chat"
MAX_POST = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What one path answers."""

    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    status: HTTPStatus = HTTPStatus.OK
    location: str | None = None
    delay: float = 0.0

    @property
    def etag(self) -> str:
        """Changes with the body."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:20]}"'


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatPost:
    """A JSON document that was posted to the chat, with its headers in lower case."""

    document: Mapping[str, object]
    headers: Mapping[str, str]

    @property
    def title(self) -> str:
        """The message's title, as Apprise's json:// service names it."""
        return str(self.document.get("title", ""))

    @property
    def message(self) -> str:
        """The message's text, as Apprise's json:// service names it."""
        return str(self.document.get("message", ""))


class NewsServer(Loopback):
    """An HTTP server on 127.0.0.1, running inside `with`; `replies` may be replaced at any time."""

    def __init__(self) -> None:
        self.replies: Mapping[str, Reply] = {}
        self.posts: list[ChatPost] = []
        super().__init__(_answering(self))

    @property
    def url(self) -> str:
        """Base URL, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"


def _answering(server: NewsServer) -> type[BaseHTTPRequestHandler]:
    class Answering(_Handler):
        news = server

    return Answering


class _Handler(BaseHTTPRequestHandler):
    news: NewsServer
    timeout = 5

    def do_GET(self) -> None:
        """Answer with the prepared reply, or 304 where the client has it already."""
        reply = self.news.replies.get(self.path.partition("?")[0], _NOT_FOUND)
        if reply.delay:
            self.news.stopped.wait(reply.delay)
        if reply.status is HTTPStatus.OK and self.headers.get("If-None-Match") == reply.etag:
            self._answer(Reply(status=HTTPStatus.NOT_MODIFIED), etag=reply.etag)
        else:
            self._answer(reply, etag=reply.etag)

    def do_HEAD(self) -> None:
        """As GET; the body stays away."""
        self.do_GET()

    def do_POST(self) -> None:
        """Keep what is posted to the chat."""
        post = self._posted() if self.path.partition("?")[0] == CHAT_PATH else None
        if post is None:
            self._answer(Reply(status=HTTPStatus.BAD_REQUEST))
            return
        self.news.posts.append(post)
        self._answer(Reply(content_type="text/plain; charset=utf-8", body=b"ok"))

    def log_message(self, format: str, *args: object) -> None:
        """The demo's own output is the only one."""

    def _posted(self) -> ChatPost | None:
        try:
            length = int(self.headers.get("Content-Length", ""))
            document = json.loads(self.rfile.read(length)) if 0 <= length <= MAX_POST else None
        except (ValueError, RecursionError):
            return None
        headers = {name.lower(): value for name, value in self.headers.items()}
        return ChatPost(document=document, headers=headers) if isinstance(document, dict) else None

    def _answer(self, reply: Reply, etag: str | None = None) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        if etag and reply.status in {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED}:
            self.send_header("ETag", etag)
        if reply.location:
            self.send_header("Location", reply.location)
        if reply.status is not HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)


_NOT_FOUND = Reply(status=HTTPStatus.NOT_FOUND, body=b"<h1>Not found</h1>")
