"""`wirewatch feeds add`, `import` and `export`: discovery on a real server, and lists of other readers."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipelines.cli.app import app
from pipelines.ingest.feeds_file import load_feeds
from pipelines.model import Feed
from pipelines.states import SourceKind
from tests.web import Web, web_server

SAMPLES = Path(__file__).parents[1] / "data" / "sources"
RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>%s</title><language>hy</language>
<item><title>Swan on the rails</title><link>/swan</link><guid>17</guid></item></channel></rss>"""
FRONT = """<html><head>%s</head><body><a href="/swan">Swan</a></body></html>"""
ALTERNATE = '<link rel="alternate" type="application/rss+xml" title="News" href="%s">'


def run(*arguments: str) -> Result:
    """The command in this process."""
    return CliRunner().invoke(app, ["feeds", *arguments])


@pytest.fixture
def web() -> Iterator[Web]:
    with web_server() as server:
        yield server


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The feeds.yaml of a desk that may contact the server."""
    path = tmp_path / "alert_rules" / "feeds.yaml"
    path.parent.mkdir()
    path.write_text("version: 1\n# kept\nfeeds:\n  - {id: old, url: https://old.example/rss}  # kept too\n")
    monkeypatch.setenv("WIREWATCH_DESK", str(path.parent))
    monkeypatch.setenv("WIREWATCH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("WIREWATCH_ALLOW_HOSTS", "127.0.0.1")
    return path


def added(desk: Path) -> list[Feed]:
    """The feeds that were not there before."""
    assert "# kept too" in desk.read_text()
    return list(load_feeds(desk)[1:])


def test_a_site_with_one_feed_is_plain(desk: Path, web: Web) -> None:
    web.serve("/", FRONT % ALTERNATE % "/feed.xml" + FRONT % ALTERNATE % "/comments/feed")
    web.serve("/feed.xml", RSS % "Harbour", "application/rss+xml")
    web.serve("/comments/feed", RSS % "Comments on Harbour", "application/rss+xml")
    result = run("add", web.url("/"), "--every", "5m")
    assert result.exit_code == 0, result.output
    assert "1 entry of Harbour" in result.stdout
    (feed,) = added(desk)
    assert (feed.url, feed.language, feed.every) == (web.url("/feed.xml"), "hy", timedelta(minutes=5))


def test_of_several_feeds_one_is_picked(desk: Path, web: Web) -> None:
    web.serve("/", FRONT % (ALTERNATE % "/en.xml" + ALTERNATE % "/hy.xml"))
    web.serve("/en.xml", RSS % "In English")
    web.serve("/hy.xml", RSS % "In Armenian")
    result = run("add", web.url("/"))
    assert result.exit_code == 1
    assert "2 sources found, nothing was added: choose with --pick NUMBER" in str(result.exception)
    assert "In English" in result.stdout
    assert added(desk) == []
    assert run("add", web.url("/"), "--pick", "2").exit_code == 0
    assert [feed.url for feed in added(desk)] == [web.url("/hy.xml")]
    assert "--pick 3: 2 found" in str(run("add", web.url("/"), "--pick", "3").exception)
    again = run("add", web.url("/"))
    assert again.exit_code == 0
    assert "watched already" in again.stdout
    assert "all of them are watched already" in str(run("add", web.url("/")).exception)


def test_a_site_that_names_no_feed_is_searched_where_sites_have_them(desk: Path, web: Web) -> None:
    web.serve("/", FRONT % "")
    web.serve("/rss.xml", RSS % "Harbour")
    assert run("add", web.url("/")).exit_code == 0
    assert [feed.url for feed in added(desk)] == [web.url("/rss.xml")]


def test_a_site_without_a_feed_has_its_sitemap(desk: Path, web: Web) -> None:
    web.serve("/", FRONT % "")
    web.serve("/robots.txt", f"User-agent: *\nSitemap: /old.xml\nSITEMAP: {web.url('/index.xml.gz')}\n", "text/plain")
    web.serve("/index.xml.gz", (SAMPLES / "sitemap-index.xml").read_bytes(), "application/xml")
    web.serve("/sitemap.xml", (SAMPLES / "sitemap.xml").read_bytes(), "application/xml")
    web.serve("/news.xml.gz", (SAMPLES / "news-sitemap.xml").read_bytes(), "application/xml")
    result = run("add", web.url("/"))
    assert result.exit_code == 0, result.output
    assert "5 entries" in result.stdout  # two of news, three of the other; the third child does not answer
    assert [(feed.url, feed.kind) for feed in added(desk)] == [(web.url("/index.xml.gz"), SourceKind.SITEMAP)]


def test_a_page_is_watched_by_a_pattern(desk: Path, web: Web) -> None:
    web.serve("/", FRONT % "")
    result = run("add", web.url("/"))
    assert "no feed, sitemap or channel was found" in str(result.exception)
    assert "no link is met" in str(run("add", web.url("/"), "--links", "/news/").exception)
    result = run("add", web.url("/"), "--links", "/swan$")
    assert result.exit_code == 0, result.output
    (feed,) = added(desk)
    assert (feed.kind, feed.options.links) == (SourceKind.PAGE, "/swan$")
    assert run("check", feed.feed_id).exit_code == 0


@pytest.mark.parametrize("written", ["@harbour_watch", "t.me/harbour_watch", "https://t.me/s/harbour_watch"])
def test_a_channel_by_any_of_its_names(desk: Path, written: str) -> None:
    assert run("add", written, "--no-check").exit_code == 0
    (feed,) = added(desk)
    assert (feed.feed_id, feed.url, feed.kind) == (
        "harbour-watch",
        "https://t.me/s/harbour_watch",
        SourceKind.TELEGRAM,
    )


OPML = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE opml [<!ENTITY a "x">]>
<opml version="1.0"><head><title>Mine</title></head><body>
<outline text="South Caucasus" title="South Caucasus"><outline text="Հայաստան">
<outline type="rss" text="One" xmlUrl="https://one.example/rss" category="/news/wire,daily" language="hy-AM"/></outline>
<outline type="rss" text="Again" xmlUrl="https://ONE.example:443/rss"/>
<outline type="rss" text="Old" xmlUrl="https://old.example/rss"/>
<outline type="rss" text="Bad" xmlUrl="javascript:alert(1)"/></outline>
<outline type="rss" text="Two" xmlUrl="https://www.one.example/two"/>
</body></opml>"""


def test_an_opml_file_is_imported_and_exported(desk: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.opml"
    file.write_text(OPML)
    assert run("import", str(file), "--dry-run").stdout.endswith("2 of 5 feeds would be added\n")
    assert added(desk) == []
    result = run("import", str(file))
    assert result.exit_code == 0, result.output
    assert [line.partition(": ")[2] for line in result.stderr.splitlines()] == [
        "https://ONE.example:443/rss: twice in this file",
        "https://old.example/rss: `https://old.example/rss` is there already: old",
        "javascript:alert(1): expected an http or https address, not `javascript:alert(1)`",
    ]
    one, two = added(desk)
    assert (one.feed_id, one.language, one.tags) == ("one", "hy", {"south-caucasus", "հայաստան", "news-wire", "daily"})
    assert (two.feed_id, two.tags) == ("one-2", frozenset())
    exported = run("export").stdout
    desk.write_text("version: 1\nfeeds: []\n")
    file.write_text(exported)
    assert run("import", str(file)).exit_code == 0
    assert {feed.url: (feed.language, feed.tags) for feed in load_feeds(desk)} == {
        "https://old.example/rss": (None, frozenset()),
        one.url: (one.language, one.tags),
        two.url: (None, frozenset()),
    }


@pytest.mark.parametrize("text", ["", "<html></html>", "{}", "<opml", "<opml>" + "<outline>" * 50_000])
def test_what_is_no_opml_adds_nothing(desk: Path, tmp_path: Path, text: str) -> None:
    file = tmp_path / "mine.opml"
    file.write_text(text)
    result = run("import", str(file))
    assert result.exit_code == (0 if text.startswith("<opml") else 1)
    assert added(desk) == []


def test_parse_reads_every_kind(tmp_path: Path) -> None:
    result = run("parse", *(str(SAMPLES / name) for name in ("news-sitemap.xml", "telegram.html", "sitemap.xml")))
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 7
    page = run("parse", "--url", "https://news.example/", "--links", r"/ru/news/\d+", str(SAMPLES / "page.html"))
    assert [json.loads(line)["title"] for line in page.stdout.splitlines()][1:3] == [
        "Лебедь остановил трамвай",
        "Учения у моста",
    ]
    assert run("parse", "--links", "(", str(SAMPLES / "page.html")).exit_code == 2
