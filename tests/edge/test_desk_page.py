"""The desk's page over a real server and database: who is let in, what the buttons do, what no page ever does."""

import re
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http.client import HTTPResponse
from pathlib import Path

import pytest
import uvicorn
from sqlalchemy import func, select

from pipelines.desk.app import desk_app
from pipelines.desk.pages import PAGES, Desk
from pipelines.desk.visitors import BY_LINK, Door
from pipelines.links import Signer, signer_of
from pipelines.states import AlertId
from storage.alert_tables import alerts as metadata_of
from storage.store import SqlStore, open_store
from tests.browser import CHROMIUM, browser
from tests.storage.samples import alert, entry, extract, group, match, poll

SIGNER = Signer(b"k" * 32)
HOSTILE = "<script>alert(1)</script> & <img src=x onerror=alert(2)>"
NOW = datetime.now(UTC)


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
    """Two alerts about two stories, one with a hostile headline, and one match that was held."""
    poll(store, entry("quake", title=HOSTILE), entry("flood"), now=NOW)
    extract(store, now=NOW)
    group(store, now=NOW)
    match(store, now=NOW)
    alert(store, now=NOW)


def serve(folder: Path, door: Door) -> Iterator[Page]:
    (folder / "desk").mkdir(exist_ok=True)
    with closing(open_store(f"sqlite:///{folder / 'store.db'}")) as store:
        fill(store)
        desk = Desk(
            store=store, folder=folder / "desk", zone=lambda: "Asia/Tbilisi", clock=lambda: datetime.now(UTC), door=door
        )
        config = uvicorn.Config(
            desk_app(desk, ["127.0.0.1"], lambda: "# EOF\n"), port=0, log_level="error", lifespan="off"
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive()
            thread.join(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield Page(f"http://127.0.0.1:{port}", store)
        server.should_exit = True
        thread.join(10)


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    """Served to this machine alone."""
    yield from serve(tmp_path, Door(signer=SIGNER, local_user="ani"))


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Page]:
    """Served to others, behind a proxy that names whom it has let in."""
    yield from serve(tmp_path, Door(signer=SIGNER, local_user=None, header="X-Desk-User"))


def test_every_page_answers_with_its_policy_and_a_crawl_changes_nothing(page: Page) -> None:
    before = page.counts()
    for path in PAGES:
        answer = page.get(path.replace("{alert_id:int}", "1").replace("{article_id:int}", "1") + "?q=flood")
        assert answer.status == 200, path
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"] == "no-referrer"
        for link in re.findall(r'href="(/[^"]*)"', answer.text):
            assert page.get(link).status == 200, link
    for action in ("claim", "useful", "noise", "silence"):
        assert page.get(f"/A1/{action}").status == 405
    assert page.counts() == before


def test_words_from_outside_are_words(page: Page) -> None:
    for path in ("/", "/A1", "/A2", "/held", "/search?q=script", "/articles/1", "/articles/2"):
        text = page.get(path).text
        assert "<script>alert" not in text, path
        assert "<img" not in text, path
    assert "&lt;script&gt;" in page.get("/search?q=script").text


def test_mine_useful_noise_and_silence(page: Page) -> None:
    assert page.press("/A1/claim").headers["location"] == "/A1"
    assert "ani has it" in page.get("/A1").text
    assert page.press("/A1/useful", to="events").headers["location"] == "/#A1"
    assert page.press("/A1/noise").status == 303
    told = page.store.desk.alert(AlertId(1))
    assert told is not None
    assert (told.claimed_by, told.marks) == ("ani", {"noise": ("ani",)})
    assert "wirewatch rules add-test quakes" in page.get("/A1").text
    assert page.press("/A2/useful").status == 303
    [numbers] = page.store.desk.rules(NOW - timedelta(days=1))
    assert (numbers.matches, numbers.alerts, numbers.precision) == (2, 2, 0.5)
    assert numbers.claimed_after is not None
    assert "50%" in page.get("/rules").text
    assert page.press("/A2/silence").status == 303
    [silence] = page.store.silences.all(datetime.now(UTC))
    assert set(silence.silence.selector) == {"rule", "story"}
    assert "End it now" in page.get("/silences").text
    form = page.form("/silences")
    assert page.post(f"/silences/{silence.silence.silence_id}/end", {"form": form}).headers["location"] == "/silences"
    assert page.store.silences.all(datetime.now(UTC)) == []


def test_a_form_is_ours_fresh_and_sent_once(page: Page) -> None:
    form = page.form("/")
    assert page.post("/A1/claim", {}).status == 403
    assert page.post("/A1/claim", {"form": f"{form}x"}).status == 403
    assert page.post("/A1/claim", {"form": SIGNER.form("somebody else")}).status == 403
    assert page.post("/A1/claim", {"form": form}, **{"Sec-Fetch-Site": "cross-site"}).status == 403
    assert page.counts()["acknowledgements"] == 0
    assert page.post("/A1/claim", {"form": form}).status == 303
    assert page.post("/A1/useful", {"form": form}).status == 409
    assert page.counts()["feedback"] == 0
    assert page.post("/A1/claim", {"form": "x" * 300_000}).status == 413


def test_two_editors_at_once_keep_what_the_other_did(shared: Page) -> None:
    forms = {}
    for who in ("ani", "davit"):
        text = shared.get("/", **{"X-Desk-User": who}).text
        forms[who] = re.findall(r'name="form" value="([^"]+)"', text)[0]
    assert shared.post("/A1/claim", {"form": forms["ani"]}, **{"X-Desk-User": "ani"}).status == 303
    assert shared.post("/A1/claim", {"form": forms["davit"]}, **{"X-Desk-User": "davit"}).status == 303
    told = shared.store.desk.alert(AlertId(1))
    assert told is not None
    assert told.claimed_by == "ani"
    assert shared.post("/A1/useful", {"form": forms["davit"]}, **{"X-Desk-User": "ani"}).status == 403


def test_a_link_opens_its_alert_alone_for_a_while(shared: Page) -> None:
    path = SIGNER.alert_link(shared.base, AlertId(1)).removeprefix(shared.base)
    key = path.partition("?key=")[2]
    answer = shared.get(path)
    assert answer.status == 200
    assert "its whole way" not in answer.text
    assert [
        shared.get(one).status for one in ("/", "/A1", f"/?key={key}", f"/A2?key={key}", f"/A1?key={key[:-2]}")
    ] == [403] * 5
    late = Signer(b"k" * 32, link_lasts=-1)
    assert not late.opens(key, AlertId(1))
    forged = Signer(b"x" * 32).alert_link("", AlertId(1)).partition("?key=")[2]
    assert shared.get(f"/A1?key={forged}").status == 403
    form = re.findall(r'name="form" value="([^"]+)"', answer.text)[0]
    assert shared.post("/A2/claim", {"form": form, "key": key}).status == 403
    done = shared.post("/A1/claim", {"form": form, "key": key})
    assert done.headers["location"] == f"/A1?key={key}"
    told = shared.store.desk.alert(AlertId(1))
    assert told is not None
    assert told.claimed_by == BY_LINK


def test_numbers_for_prometheus_are_for_whom_the_door_lets_in(page: Page, shared: Page) -> None:
    answer = page.get("/metrics")
    assert (answer.status, answer.text) == (200, "# EOF\n")
    assert answer.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert shared.get("/metrics").status == 403
    assert shared.get("/metrics", **{"X-Desk-User": "prometheus"}).status == 200


def test_a_name_that_points_here_gets_no_answer(page: Page) -> None:
    assert page.get("/", Host="evil.example").status == 400


def test_a_pasted_rule_is_tried_and_its_faults_are_told(page: Page) -> None:
    told = page.press("/try", rule="id: water\nany: [flood]").text
    assert "1 match, 0 alerts" in told  # published too long ago to be told
    assert "<mark>flood</mark>" in told
    assert "did you mean" in page.press("/try", rule="- {id: water, anny: [flood]}").text
    assert "version: 1" in page.press("/try", rule="version: 1\nrules:\n  - {id: water, any: [flood]}\n").text


def test_the_key_of_links_is_made_once_and_is_nobody_elses(tmp_path: Path) -> None:
    link = signer_of(tmp_path / "home").alert_link("https://desk.example/", AlertId(7))
    assert link.startswith("https://desk.example/A7?key=")
    assert signer_of(tmp_path / "home").opens(link.partition("=")[2], AlertId(7))
    assert (tmp_path / "home" / "desk.key").stat().st_mode & 0o077 == 0


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: the page is not looked at")
def test_in_a_browser_the_buttons_work_and_news_appears(page: Page, tmp_path: Path) -> None:
    with browser(tmp_path / "profile") as window:
        window.open(page.base)
        window.run("document.querySelector('#A2 form[action$=\"/claim\"] button').click()")
        window.wait("document.querySelector('#A2 .claimed')")
        assert window.run("location.hash") == "#A2"
        poll(page.store, entry("storm"), now=NOW)
        extract(page.store, now=NOW)
        group(page.store, now=NOW)
        match(page.store, now=NOW)
        alert(page.store, now=NOW)
        window.run("document.dispatchEvent(new Event('visibilitychange'))")
        window.wait("document.querySelector('#A3')")
        assert window.complaints == []


def test_a_door_knows_its_forms_by_itself() -> None:
    door = Door(signer=SIGNER, local_user="ani")
    assert replace(door).used is door.used
    assert Door(signer=SIGNER, local_user="ani").used is not door.used
