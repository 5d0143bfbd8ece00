"""What `latency.py` watches and is told by: a news site of many feeds that publish by the clock, and a chat."""

import asyncio
import random
import re
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import Synchronized
from operator import attrgetter

LISTED = 30  # articles of a feed, at most
OLD = 2  # articles that a feed lists when the watch begins
WORDS = 250
LETTERS = ("bdfgklmnprstvz", "aeiou")
NUMBER = re.compile(r"WW-(\d{6})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An invented article of one feed, shown from `at` seconds after the measuring begins."""

    number: int
    feed: int
    at: float
    wanted: bool


def schedule(feeds: int, seconds: float, every: float, noise: int) -> list[Article]:
    """What is published when: at even steps moved by chance, in feeds drawn by chance, the same each time."""
    chance = random.Random(20261130)
    plan: list[Article] = []
    for step in range(int(seconds / every)):
        for place in range(noise + 1):
            at = (step + chance.random()) * every
            plan.append(Article(number=100_000 + len(plan), feed=chance.randrange(feeds), at=at, wanted=place == 0))
    return sorted(plan, key=attrgetter("at"))


def address(feed: int, port: int) -> str:
    """A feed's server: an address of its own in 127/8, so that limits for each host count as they do outside."""
    return f"http://127.2.{feed // 250}.{feed % 250 + 1}:{port}"


def words(number: int, count: int) -> str:
    """Words that no other article has, so that it is like none and related to none."""
    chance = random.Random(number)
    made = ("".join(chance.choice(LETTERS[place % 2]) for place in range(chance.randint(3, 9))) for _ in range(count))
    return " ".join(made)


def title(number: int, *, wanted: bool) -> str:
    """A headline with the article's number in it."""
    return f"{'Earthquake' if wanted else 'Council'} {words(number, 6)} WW-{number:06d}"


class Site:
    """Documents and pages by path, as they are at a moment."""

    def __init__(self, feeds: int, plan: Sequence[Article], clock: Callable[[], float]) -> None:
        self.clock = clock
        self.began: float | None = None
        self.opened = clock()
        self._plan: dict[int, list[Article]] = defaultdict(list)
        for one in plan:
            self._plan[one.feed].append(one)
        self._wanted = {one.number for one in plan if one.wanted}
        self._old = {feed: [feed * OLD + place for place in range(OLD)] for feed in range(feeds)}

    def shown(self, feed: int) -> list[tuple[int, float]]:
        """Numbers and times of what a feed lists now, newest first."""
        new = []
        if self.began is not None:
            past = self.clock() - self.began
            new = [(one.number, self.began + one.at) for one in self._plan[feed] if one.at <= past]
        return [*reversed(new), *((number, self.opened - 86_400) for number in self._old[feed])][:LISTED]

    def document(self, feed: int, origin: str) -> bytes:
        """The feed as RSS."""
        items = []
        for number, moment in self.shown(feed):
            headline, link = title(number, wanted=number in self._wanted), f"{origin}/{number}"
            published = datetime.fromtimestamp(moment, UTC)
            items.append(
                f"<item><title>{headline}</title><link>{link}</link><guid>{link}</guid>"
                f"<pubDate>{published:%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"
            )
        head = f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Feed {feed}</title>'
        return f"{head}<link>{origin}/</link>{''.join(items)}</channel></rss>".encode()

    def page(self, number: int) -> bytes:
        """An article's page."""
        headline = title(number, wanted=number in self._wanted)
        text = words(number + 10_000_000, WORDS).split()
        paragraphs = "".join(
            f"<p>{' '.join(text[start : start + 50]).capitalize()}.</p>" for start in range(0, WORDS, 50)
        )
        head = f"<html><head><title>{headline}</title></head><body><article><h1>{headline}</h1>"
        return f"{head}{paragraphs}</article></body></html>".encode()


def news_site(
    ready: Connection, feeds: int, plan: Sequence[Article], hour: "Synchronized[float] | None" = None
) -> None:
    """The news site's process: tells its port, and hears when the measuring begins; `hour` is its clock, if given."""
    site = Site(feeds, plan, partial(getattr, hour, "value") if hour else time.time)

    def answer(path: str, origin: str, feed: int, known: bytes) -> bytes:
        if path == "/feed":
            body, kind = site.document(feed, origin), "application/rss+xml"
        elif path.strip("/").isdigit():
            body, kind = site.page(int(path.strip("/"))), "text/html; charset=utf-8"
        else:
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        tag = sha256(body).hexdigest()[:16]
        if tag.encode() in known:
            return f'HTTP/1.1 304 Not Modified\r\nETag: "{tag}"\r\n\r\n'.encode()
        head = f'HTTP/1.1 200 OK\r\nETag: "{tag}"\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n'
        return head.encode() + body

    async def serve(reading: asyncio.StreamReader, writing: asyncio.StreamWriter) -> None:
        host, port = writing.get_extra_info("sockname")[:2]
        third, fourth = (int(part) for part in host.split(".")[2:])
        feed = third * 250 + fourth - 1
        try:
            while head := await reading.readuntil(b"\r\n\r\n"):
                await asyncio.sleep(0.02 + 0.18 * (feed % 97) / 96)  # 20 to 200 ms, always the same for a feed
                writing.write(answer(head.split(b" ", 2)[1].decode(), f"http://{host}:{port}", feed, head))
                await writing.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writing.close()

    async def forever() -> None:
        server = await asyncio.start_server(serve, "0.0.0.0", 0, backlog=1024)
        ready.send(server.sockets[0].getsockname()[1])
        site.began = await asyncio.to_thread(ready.recv)
        await server.serve_forever()

    asyncio.run(forever())


def chat(ready: Connection) -> None:
    """The chat's process: tells its port, then when it was told of which articles."""

    class Chat(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard, body = time.time(), self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()
            ready.send((heard, {int(number) for number in NUMBER.findall(body)}))

        def log_message(self, format: str, *args: object) -> None:
            """Nothing on stderr."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Chat)
    ready.send(server.server_address[1])
    server.serve_forever()
