"""The demo's little world: a news site on loopback, a chat, a mailbox, and a desk's folder that watches them."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Self

from pipelines.demo.edition import DemoArticle, first_edition, second_edition
from pipelines.demo.feeds import render_feed
from pipelines.demo.mailbox import Mailbox
from pipelines.demo.outlets import OUTLETS, DemoFeed, DemoOutlet
from pipelines.demo.pages import render_article, render_front, render_index
from pipelines.demo.server import CHAT_PATH, ChatPost, NewsServer, Reply

DESK = Path(__file__).with_name("desk")


class DemoSite:
    """Plays all outlets inside `with`, on a free port of 127.0.0.1; dates count back from `opened`, default now.

    Its slow outlet is `haste` times as quick as it would be.
    """

    def __init__(self, opened: datetime | None = None, *, haste: float = 1.0) -> None:
        self._haste = haste
        self.opened = (opened or datetime.now(UTC)).replace(microsecond=0)
        self.mailbox = Mailbox()
        self._server = NewsServer()
        self._stack = ExitStack()
        self._publish(first_edition())

    @property
    def url(self) -> str:
        """Base URL; a browser finds every outlet there."""
        return self._server.url

    @property
    def chat_posts(self) -> tuple[ChatPost, ...]:
        """What the chat got, oldest first."""
        return tuple(self._server.posts)

    def advance(self) -> None:
        """Go on to the second cycle: one article changes its words, a fourth outlet prints the wire's text."""
        self._publish(second_edition())

    @contextmanager
    def out_of_order(self, path: str, status: HTTPStatus = HTTPStatus.SERVICE_UNAVAILABLE) -> Iterator[None]:
        """Answer 503, or another `status`, for one page, for a while."""
        reply = self._server.replies[path]
        self._server.replies = {**self._server.replies, path: Reply(status=status)}
        try:
            yield
        finally:
            self._server.replies = {**self._server.replies, path: reply}

    def forget(self) -> None:
        """Empty the chat and the mailbox."""
        self._server.posts.clear()
        self.mailbox.messages.clear()

    def environment(self) -> dict[str, str]:
        """The variables under which a Wirewatch watches this site and writes to its chat and mailbox."""
        return {
            "DEMO_CHAT_URL": f"{self.url.replace('http:', 'json:')}{CHAT_PATH}",
            "DEMO_MAIL_URL": self.mailbox.url,
            "WIREWATCH_ALLOW_HOSTS": "127.0.0.1",
            "WIREWATCH_CONTACT": "desk@demo.example",
            "WIREWATCH_PAGE_PAUSE": "0",
        }

    def write_desk(self, folder: Path) -> None:
        """Write the demo's desk folder: its rules, lists and routes, and feeds.yaml with this site's addresses."""
        folder.mkdir(parents=True, exist_ok=True)
        for file in sorted(DESK.glob("*.yaml")):
            (folder / file.name).write_bytes(file.read_bytes())
        (folder / "feeds.yaml").write_text(_feeds_yaml(self.url), encoding="utf-8")

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(self._server)
            stack.enter_context(self.mailbox)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _publish(self, edition: tuple[DemoArticle, ...]) -> None:
        replies = {"/": Reply(body=render_index(self.url))}
        for outlet in OUTLETS:
            articles = [article for article in edition if article.outlet == outlet.outlet_id]
            html = f"text/html; charset={outlet.charset}"
            front = render_front(outlet, articles, self.url)
            replies[f"/{outlet.outlet_id}/"] = Reply(body=front, content_type=html)
            for article in articles:
                page = render_article(outlet, article, _related(article, articles), self.url, self.opened)
                replies[article.path] = Reply(body=page, content_type=html)
            for feed in outlet.feeds:
                replies.update(self._feed(outlet, feed, articles))
        self._server.replies = replies

    def _feed(self, outlet: DemoOutlet, feed: DemoFeed, articles: list[DemoArticle]) -> dict[str, Reply]:
        if feed.broken:
            return {feed.path: Reply(status=HTTPStatus.SERVICE_UNAVAILABLE, body=b"<h1>Maintenance</h1>")}
        document = render_feed(outlet, feed, articles, self.url, self.opened)
        reply = Reply(body=document, content_type=feed.content_type, delay=feed.delay / self._haste)
        if feed.moved_to is None:
            return {feed.path: reply}
        moved = Reply(status=HTTPStatus.MOVED_PERMANENTLY, location=self.url + feed.moved_to)
        return {feed.path: moved, feed.moved_to: reply}


def _related(article: DemoArticle, articles: list[DemoArticle]) -> list[DemoArticle]:
    """Three links to what the outlet had printed before."""
    return [other for other in articles if other.language == article.language and other.age > article.age][:3]


def _feeds_yaml(site: str) -> str:
    lines = ["version: 1", "outlets:"]
    for outlet in OUTLETS:
        tags = ", ".join(outlet.tags)
        lines.append(f"  {outlet.outlet_id}: {{title: {outlet.title}, country: {outlet.country}, tags: [{tags}]}}")
    lines.append("feeds:")
    for outlet in OUTLETS:
        lines += [
            f"  - {{id: {feed.feed_id}, outlet: {outlet.outlet_id}, url: '{site}{feed.path}', "
            f"language: {feed.language}, every: 1m, backfill: 72h}}"
            for feed in outlet.feeds
        ]
    return "\n".join(lines) + "\n"
