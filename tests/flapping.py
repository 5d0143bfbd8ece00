"""A collector of webhooks that fails as real ones do, and writes down what it took: a whole 200 alone is taken."""

import re
import socket
import struct
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler

from pipelines.loopback import Loopback

FLAPS = ("ok", "500", "ok", "429", "ok", "silent", "reset", "ok", "drip", "302", "ok", "short")
"""What a flapping receiver does, request after request."""
LINK = re.compile(r"https://tufa\.example/([a-z0-9-]+)")


class Collector(Loopback):
    """`manners` says for each path what it does with a request: `flapping`, one of FLAPS, or a status; others are ok.

    `article` finds the articles that a message tells of: its first group is the name of one.
    """

    def __init__(self, article: re.Pattern[str] = LINK) -> None:
        self.manners: dict[str, str] = {}
        self.taken: dict[str, Counter[str]] = {}
        """Per path: how often a message with each article was taken, in the order in which they came first."""
        self.messages = Counter[str]()
        """Per path: messages that were taken."""
        self.repeats = Counter[str]()
        """Per path: messages with an article in them that had been taken before."""
        self.seen = Counter[str]()
        """Requests by what was done with them; a visit to the login page is `login`."""
        self._article = article
        self._flaps = 0
        self._lock = threading.Lock()
        super().__init__(type("Collecting", (_Collecting,), {"collector": self}))

    def address(self, path: str) -> str:
        """As a receiver's variable holds it."""
        return f"json://127.0.0.1:{self.port}{path}"

    def manner(self, path: str) -> str:
        """What is done with the next request to `path`."""
        with self._lock:
            chosen = "login" if path == "/login" else self.manners.get(path, "ok")
            if chosen == "flapping":
                chosen = FLAPS[self._flaps % len(FLAPS)]
                self._flaps += 1
            self.seen[chosen] += 1
            return chosen

    def take(self, path: str, body: str) -> None:
        """Write down a message that is about to be answered with 200."""
        with self._lock:
            known, named = self.taken.setdefault(path, Counter()), list(dict.fromkeys(self._article.findall(body)))
            self.messages[path] += 1
            self.repeats[path] += any(known[name] for name in named)
            known.update(named)


class _Collecting(BaseHTTPRequestHandler):
    """Answers as its collector says."""

    collector: Collector

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        manner = self.collector.manner(self.path)
        if manner == "ok":
            self.collector.take(self.path, body)
            self._answer(200, b"ok")
        elif manner == "429":
            self._answer(429, b'{"retry_after": 90}')
        elif manner == "302":
            self._answer(302, b"", Location="/login")
        elif manner.isdigit() or manner == "login":
            self._answer(int(manner) if manner.isdigit() else 200, b"ok")
        else:
            self._break_off(manner)

    def do_POST(self) -> None:
        self.do_GET()

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _break_off(self, manner: str) -> None:
        """No whole answer: none at all, a reset, a byte now and then, or fewer bytes than promised."""
        self.close_connection = True
        if manner == "silent":
            self.collector.stopped.wait(5)
        elif manner == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        elif manner == "short":
            self.wfile.write(b"HTTP/1.1 500 Oops\r\nContent-Length: 100\r\n\r\nhalf")
        else:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            for _ in range(50):
                if self.collector.stopped.wait(0.1):
                    return
                self.wfile.write(b".")

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except OSError:  # the other side was killed, or has waited long enough
            self.close_connection = True

    def finish(self) -> None:
        try:
            super().finish()
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on stderr."""


@contextmanager
def collector() -> Iterator[Collector]:
    """A running collector."""
    running = Collector()
    running.start()
    try:
        yield running
    finally:
        running.stop()
