"""`wirewatch feeds`: the filter, the listing, and what asks real servers."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipelines.cli.app import app
from pipelines.ingest.feeds_file import load_feeds
from pipelines.ingest.urls import article_outlet
from pipelines.model import FeedEntry
from pipelines.polls import FeedState, Poll
from storage.store import open_store
from tests.web import Web, web_server

RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>
<item><title>Swan on the rails</title><link>/swan?utm_source=rss</link><guid>17</guid>
<pubDate>Tue, 07 Feb 2023 12:15:30 +0400</pubDate><author>a@news.example (A. Writer)</author>
<description>&lt;p&gt;A tram waits.&lt;/p&gt;</description></item>
<item><title>Dam</title><link>javascript:alert(1)</link><pubDate>Thu, 30 Feb 2023 10:00:00 GMT</pubDate></item>
</channel></rss>"""
FEEDS = """\
version: 1
# kept
feeds:
  - {id: good, url: "%s", every: 5m}
  - {id: login, url: "%s"}
  - {id: gone, url: "%s"}
"""


def run(*arguments: str, text: str | None = None) -> Result:
    """The command in this process."""
    return CliRunner().invoke(app, ["feeds", *arguments], input=text)


def rows(result: Result) -> list[dict[str, object]]:
    """The JSON lines of stdout."""
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture
def web() -> Iterator[Web]:
    with web_server() as server:
        server.serve("/feed", RSS, "application/rss+xml")
        server.serve("/login", "<html><body>Log in</body></html>")
        server.serve("/moved", status=301, Location="/feed")
        yield server


@pytest.fixture
def desk(web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The feeds.yaml of a desk that may contact the server."""
    path = tmp_path / "alert_rules" / "feeds.yaml"
    path.parent.mkdir()
    path.write_text(FEEDS % (web.url("/moved"), web.url("/login"), web.url("/gone")))
    monkeypatch.setenv("WIREWATCH_DESK", str(path.parent))
    monkeypatch.setenv("WIREWATCH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("WIREWATCH_ALLOW_HOSTS", "127.0.0.1")
    return path


def test_parse_gives_a_line_per_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # no desk here
    file = tmp_path / "rss.xml"
    file.write_text(RSS)
    result = run("parse", "--url", "https://news.example/rss", str(file))
    assert result.exit_code == 0
    assert result.stderr.splitlines() == [
        f"{file}: warning: link that is no web address: dropped",
        f"{file}: warning: impossible date: no such date: Thu, 30 Feb 2023 10:00:00 GMT",
    ]
    first, second = rows(result)
    assert first == {
        "file": str(file),
        "entry_id": "https://news.example/swan",
        "url": "https://news.example/swan",
        "title": "Swan on the rails",
        "summary": "A tram waits.",
        "published": "2023-02-07T12:15:30+04:00",
        "author": "A. Writer",
    }
    assert (second["title"], second["url"], second["published"], second["author"]) == ("Dam", None, None, None)


def test_parse_tells_what_it_cannot_read_and_goes_on(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<html><body>Log in</body></html>")
    result = run("parse", str(tmp_path / "none.xml"), str(page), "-", text=RSS)
    assert result.exit_code == 1
    assert [row["file"] for row in rows(result)] == ["-", "-"]
    assert [line for line in result.stderr.splitlines() if "warning" not in line] == [
        f"{tmp_path / 'none.xml'}: error: No such file or directory",
        f"{page}: error: an HTML page, not a feed",
    ]


def test_check_reports_each_feed_and_fails_where_one_does(desk: Path, web: Web) -> None:
    result = run("check", "--json")
    assert result.exit_code == 1
    good, login, gone = rows(result)
    assert good | {"seconds": 0} == {
        "feed": "good",
        "status": 200,
        "entries": 2,
        "newest": "2023-02-07T12:15:30+04:00",
        "bytes": len(RSS),
        "seconds": 0,
        "final URL": web.url("/feed"),
        "problem": None,
        "kind": "feed",
        "to do": f"moved: set `url` to {web.url('/feed')}",
        "remarks": [
            "link that is no web address: dropped",
            "impossible date: no such date: Thu, 30 Feb 2023 10:00:00 GMT",
        ],
    }
    assert str(login["to do"]).startswith(f"`wirewatch feeds add {web.url()[:-1]}` looks for feeds")
    assert str(gone["to do"]).startswith("not there any more")
    assert (login["status"], login["problem"]) == (200, "an HTML page, not a feed")
    assert (gone["status"], gone["problem"]) == (404, "HTTP 404")
    table = run("check").stdout.splitlines()
    assert table[0].split() == ["feed", "status", "entries", "newest", "seconds", "problem", "to", "do"]
    assert len(table) == 4


def test_check_of_some(desk: Path) -> None:
    result = run("check", "good", "good")
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 2
    assert "did you mean `login`?" in str(run("check", "logn").exception)


def test_loopback_is_refused_unless_listed(desk: Path, web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WIREWATCH_ALLOW_HOSTS")
    (row,) = rows(run("check", "good", "--json"))
    assert row["problem"] == "loopback, private or reserved address"
    assert web.requests == []


def test_add_fetches_first_and_keeps_the_file(desk: Path, web: Web) -> None:
    before = desk.read_text()
    result = run(
        "add", web.url("/feed"), "--id", "new", "--language", "en", "--every", "10m", "--tag", "news", "--tag", "rail"
    )
    assert result.exit_code == 0, result.output
    assert "added new (2 entries of News)" in result.stdout
    assert desk.read_text().startswith(before.rstrip("\n"))
    feed = load_feeds(desk)[-1]
    assert (feed.feed_id, feed.url, feed.language) == ("new", web.url("/feed"), "en")
    assert (feed.every, feed.tags) == (timedelta(minutes=10), {"news", "rail"})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("/login2", "--id", "good"), "id `good` is there already"),
        (("/moved",), "is there already: good"),
        (("/nothing",), "HTTP 404; nothing was added (--no-check adds it all the same)"),
        (("/feed", "--outlet", "times"), "outlet `times` is not under `outlets`"),
        (("/feed", "--every", "often"), "expected a duration"),
    ],
)
def test_add_refuses_with_a_reason(desk: Path, web: Web, arguments: tuple[str, ...], message: str) -> None:
    before = desk.read_text()
    result = run("add", web.url(arguments[0]), *arguments[1:])
    assert result.exit_code != 0
    assert message in str(result.exception)
    assert desk.read_text() == before


def test_add_without_a_check(desk: Path) -> None:
    result = run("add", "https://civil.example/rss", "--no-check")
    assert result.exit_code == 0
    assert "added civil (not checked)" in result.stdout


def test_list_shows_the_store(desk: Path, tmp_path: Path) -> None:
    assert run("list").stdout.startswith("no feeds yet")
    now = datetime(2023, 2, 7, 8, 0, tzinfo=UTC)
    feeds = [replace(feed, url=f"https://news.example/{feed.feed_id}", language="en") for feed in load_feeds(desk)]
    with closing(open_store(f"sqlite:///{tmp_path / 'home' / 'wirewatch.db'}")) as store:
        store.feeds.sync_feeds(feeds, now)
        state = FeedState(due_at=now + timedelta(minutes=5), polled_at=now, succeeded_at=now, first_polled_at=now)
        entry = FeedEntry(title="Swan", url="https://news.example/swan", link="https://news.example/swan")
        outlets = {entry.entry_id: article_outlet(feeds[0], entry.url)}
        store.feeds.record_polls([Poll(feed=feeds[0], state=state, entries=[entry], outlets=outlets)], now)
        store.feeds.record_polls(
            [Poll(feed=feeds[1], state=replace(state, failures=2, error="HTTP 404"), entries=[])], now
        )
    table = run("list").stdout
    assert "HTTP 404" in table
    listed = {row["id"]: row for row in rows(run("list", "--json"))}
    assert set(listed) == {"good", "login", "gone"}
    assert (listed["good"]["articles"], listed["good"]["every_seconds"]) == (1, 300.0)
    assert (listed["login"]["failures"], listed["login"]["error"]) == (2, "HTTP 404")
