"""The desk's page served for tests: a real server over a real database with two alerts."""

import re
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPResponse
from pathlib import Path

import uvicorn
from sqlalchemy import func, select
from starlette.types import ASGIApp, Receive, Scope, Send

from pipelines.desk.app import desk_app
from pipelines.desk.desk import Desk
from pipelines.desk.visitors import Door
from pipelines.links import Signer
from pipelines.model import FeedEntry
from storage.alert_tables import alerts as metadata_of
from storage.store import SqlStore, open_store
from tests.storage.samples import alert, entry, extract, group, match, poll, rule

SIGNER = Signer(b"k" * 32)
HOSTILE = "<script>alert(1)</script> & <img src=x onerror=alert(2)>"
NOW = datetime.now(UTC)
RULE = "  - id: quakes\n    title: Earthquakes\n    any: [shook, flood*]  # in a desk's words\n"


class NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


OPENER = urllib.request.build_opener(NoRedirects)


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Page:
    """A served page."""

    base: str
    store: SqlStore
    desk: Path
    """The desk's folder."""
    asked: list[str] = field(default_factory=list)
    """Every address that was asked for."""

    def get(self, path: str, **headers: str) -> Answer:
        return self._ask(urllib.request.Request(f"{self.base}{path}", headers=headers))

    def post(self, path: str, fields: Mapping[str, str], **headers: str) -> Answer:
        body = urllib.parse.urlencode(fields).encode()
        return self._ask(urllib.request.Request(f"{self.base}{path}", data=body, headers=headers))

    def press(self, path: str, **more: str) -> Answer:
        """Post with a form's token as the events' page gives it."""
        return self.post(path, {"form": self.form("/"), **more})

    def form(self, path: str) -> str:
        found = re.search(r'name="form" value="([^"]+)"', self.get(path).text)
        assert found
        return found[1]

    def counts(self) -> dict[str, int]:
        """Rows of every table."""
        with self.store._database.reading() as connection:
            tables = metadata_of.metadata.sorted_tables
            return {one.name: connection.execute(select(func.count()).select_from(one)).scalar_one() for one in tables}

    @staticmethod
    def _ask(request: urllib.request.Request) -> Answer:
        try:
            response: HTTPResponse
            with OPENER.open(request, timeout=20) as response:
                return Answer(response.status, response.read().decode(), dict(response.headers))
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read().decode(), dict(error.headers))


def fill(store: SqlStore) -> None:
    """Two alerts about two stories, one with a hostile headline."""
    tell(store, entry("quake", title=HOSTILE), entry("flood"))


def tell(store: SqlStore, *entries: FeedEntry) -> None:
    """These entries, as far as an alert."""
    poll(store, *entries, now=NOW)
    extract(store, now=NOW)
    group(store, now=NOW)
    match(store, rule(source=RULE), now=NOW)
    alert(store, now=NOW)


def serve(folder: Path, door: Door, url: str | None = None, zone: str = "Asia/Tbilisi") -> Iterator[Page]:
    """The page over a database with two alerts, and a desk's folder with their rule."""
    desk = folder / "desk"
    desk.mkdir(exist_ok=True)
    (desk / "quakes.yaml").write_text(f"version: 1\nrules:\n{RULE}")
    with closing(open_store(url or f"sqlite:///{folder / 'store.db'}")) as store:
        fill(store)
        ground = Desk(store=store, folder=desk, zone=lambda: zone, clock=lambda: datetime.now(UTC), door=door)
        asked: list[str] = []
        config = uvicorn.Config(
            noted(desk_app(ground, ["127.0.0.1"], lambda: "# EOF\n"), asked), port=0, log_level="error", lifespan="off"
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive()
            thread.join(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield Page(f"http://127.0.0.1:{port}", store, desk, asked)
        server.should_exit = True
        thread.join(10)


def noted(app: ASGIApp, asked: list[str]) -> ASGIApp:
    """The application, with the addresses that are asked for written down."""

    async def noting(scope: Scope, receive: Receive, send: Send) -> None:
        asked.append(str(scope.get("path")))
        await app(scope, receive, send)

    return noting
