"""The demo's site answers like real ones, its second edition changes what it should and nothing else."""

import json
import re
import smtplib
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import Message
from http.client import HTTPConnection
from pathlib import Path

import feedparser
import pytest

from pipelines.demo.edition import DemoArticle, first_edition, second_edition
from pipelines.demo.mailbox import Mailbox
from pipelines.demo.outlets import OUTLETS, DemoFeed, DemoOutlet, Format
from pipelines.demo.server import NewsServer, Reply
from pipelines.demo.site import DemoSite
from pipelines.ingest.feeds_file import load_feeds

OPENED = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
FEEDS = [(outlet, feed) for outlet in OUTLETS for feed in outlet.feeds]
READABLE = [(outlet, feed) for outlet, feed in FEEDS if not feed.broken]
WIRE = "northern-wire/medical-convoy"
CHANGED = "highland-monitor/hospital-insulin"
NEW_REPRINT = "harbour-daily/mountain-escort"


@pytest.fixture(scope="module")
def site() -> Iterator[DemoSite]:
    with DemoSite(OPENED) as site:
        yield site


def get(site: DemoSite, path: str, **headers: str) -> tuple[bytes, Message]:
    """Body and headers of a good answer."""
    request = urllib.request.Request(site.url + path, headers=headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read(), answer.headers


def by_name(edition: tuple[DemoArticle, ...]) -> dict[str, DemoArticle]:
    return {f"{article.outlet}/{article.slug}": article for article in edition}


def charset_of(article: DemoArticle) -> str:
    return next(outlet.charset for outlet in OUTLETS if outlet.outlet_id == article.outlet)


def snapshot(site: DemoSite) -> dict[str, bytes]:
    """Every page, and every feed that answers."""
    paths = [article.path for article in second_edition()] + [feed.path for _, feed in READABLE]
    found = {}
    for path in paths:
        try:
            found[path] = get(site, path)[0]
        except urllib.error.HTTPError as error:
            error.close()
    return found


@pytest.mark.parametrize("article", first_edition(), ids=lambda article: f"{article.outlet}/{article.slug}")
def test_a_page_holds_its_article(site: DemoSite, article: DemoArticle) -> None:
    body, headers = get(site, article.path)
    assert headers.get_content_type() == "text/html"
    assert headers.get_content_charset() == charset_of(article)
    page = body.decode(charset_of(article))
    assert f'lang="{article.language}"' in page
    assert page.count("<h1") == 1
    for text in (article.title, *article.paragraphs):
        assert text.replace("&", "&amp;") in page.replace("&quot;", '"').replace("&#x27;", "'")
    assert "$" not in page.replace("$type", "")


@pytest.mark.parametrize(("outlet", "feed"), READABLE, ids=lambda part: getattr(part, "feed_id", None))
def test_a_feed_parses_and_is_dated_near_now_on_its_own_clock(
    site: DemoSite, outlet: DemoOutlet, feed: DemoFeed
) -> None:
    body, headers = get(site, feed.path)
    served = [article for article in first_edition() if outlet.serves(feed, article)]
    assert headers["Content-Type"] == feed.content_type
    if feed.format is Format.JSON:
        items = json.loads(body)["items"]
        assert [item["title"] for item in items] == [article.title for article in served]
        assert [datetime.fromisoformat(item["date_published"]) for item in items] == [
            OPENED - article.age for article in served
        ]
        return
    parsed = feedparser.parse(body, response_headers={"content-type": feed.content_type})
    assert not parsed.bozo, parsed.get("bozo_exception")
    assert parsed.encoding == outlet.charset
    assert [entry.title for entry in parsed.entries] == [article.title for article in served]
    assert [entry.summary for entry in parsed.entries] == [article.summary for article in served]
    assert [entry.published_parsed[:5] for entry in parsed.entries] == [
        (OPENED - article.age).timetuple()[:5] for article in served
    ]
    assert all(_offset(entry.published) == outlet.offset for entry in parsed.entries)
    for entry, article in zip(parsed.entries, served, strict=True):
        assert entry.link == site.url + article.path + feed.tracking
        assert get(site, entry.link.removeprefix(site.url))


def _offset(date: str) -> timedelta:
    found = re.search(r"([+-])(\d\d):?(\d\d)$", date)
    assert found, date
    sign, hours, minutes = found.groups()
    return timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == "-" else 1)


def test_every_article_is_in_a_feed() -> None:
    for article in second_edition():
        assert any(outlet.serves(feed, article) for outlet, feed in READABLE), article.path
        assert timedelta(0) < article.age < timedelta(hours=40)


def test_front_pages_and_their_links_answer(site: DemoSite) -> None:
    for path in ["/", *(f"/{outlet.outlet_id}/" for outlet in OUTLETS)]:
        body, _ = get(site, path)
        for link in re.findall(rb'href="(/[^"#]*)', body):
            if not link.endswith((b"/rss", b"radio-tulip/rss.xml")):
                get(site, link.decode())


def test_a_feed_known_already_answers_304(site: DemoSite) -> None:
    _, headers = get(site, "/northern-wire/rss.xml")
    with pytest.raises(urllib.error.HTTPError) as caught:
        get(site, "/northern-wire/rss.xml", **{"If-None-Match": headers["ETag"]})
    assert (caught.value.code, caught.value.read()) == (304, b"")
    caught.value.close()


def test_one_feed_fails_and_nobody_knows_other_paths(site: DemoSite) -> None:
    for path, status in (("/radio-tulip/rss.xml", 503), ("/nowhere", 404)):
        with pytest.raises(urllib.error.HTTPError) as caught:
            get(site, path)
        assert caught.value.code == status
        caught.value.close()


def test_closing_waits_for_no_slow_feed() -> None:
    with NewsServer() as news:
        news.replies = {"/slow": Reply(delay=600.0)}  # far beyond any test's time: to come to the end is the proof
        connection = HTTPConnection(news.url.removeprefix("http://"))
        connection.request("GET", "/slow")
    connection.close()


def test_the_second_edition_changes_one_article_and_adds_one_reprint() -> None:
    before, after = by_name(first_edition()), by_name(second_edition())
    assert set(after) - set(before) == {NEW_REPRINT}
    assert {name for name in before if before[name] != after[name]} == {CHANGED}
    old, new = before[CHANGED], after[CHANGED]
    assert replace(new, summary=old.summary, paragraphs=old.paragraphs, updated=None) == old
    assert new.paragraphs[-1].startswith("Correction: ")
    assert re.findall(r"insulin, (\w+) days", new.paragraphs[0]) == ["two"]


def test_advance_changes_those_pages_and_feeds_alone() -> None:
    with DemoSite(OPENED) as site:
        before = snapshot(site)
        site.advance()
        after = snapshot(site)
    names = by_name(second_edition())
    touched = {names[CHANGED].path, names[NEW_REPRINT].path, "/highland-monitor/atom.xml", "/harbour-daily/rss.xml"}
    assert {path for path in after if before.get(path) != after[path]} == touched
    assert feedparser.parse(after["/highland-monitor/atom.xml"]).entries[0].title == names[CHANGED].title
    assert feedparser.parse(after["/harbour-daily/rss.xml"]).entries[0].title == names[NEW_REPRINT].title


def test_reprints_keep_the_wire_s_words_under_their_own_headlines() -> None:
    articles = by_name(second_edition())
    wire = articles[WIRE].paragraphs
    reprints = [name for name, article in articles.items() if article.paragraphs[0] == wire[0]]
    assert len(reprints) == 5
    assert len({articles[name].title for name in reprints}) == 5
    for name in reprints:
        assert wire[: len(articles[name].paragraphs)] == articles[name].paragraphs
        assert name == WIRE or 6 <= len(articles[name].paragraphs) < len(wire)


def test_no_other_article_repeats_a_paragraph_save_for_the_background() -> None:
    owners: dict[str, set[str]] = {}
    for name, article in by_name(first_edition()).items():
        for paragraph in article.paragraphs:
            owners.setdefault(paragraph, set()).add(name)
    wire = set(by_name(first_edition())[WIRE].paragraphs)
    shared = {text: names for text, names in owners.items() if len(names) > 1 and text not in wire}
    rates = {"northern-wire/rates-first-day", "northern-wire/rates-second-day"}
    background = {"highland-monitor/hospital-insulin", "highland-monitor/white-cars"}
    assert sorted(map(sorted, shared.values())) == sorted(map(sorted, [background, rates, rates]))


def test_the_appeal_is_the_same_on_every_page_of_its_outlet(site: DemoSite) -> None:
    outlet = next(outlet for outlet in OUTLETS if outlet.appeal)
    articles = [article for article in first_edition() if article.outlet == outlet.outlet_id]
    appeals = {tuple(re.findall(r'<p class="appeal">(.*?)</p>', get(site, a.path)[0].decode())) for a in articles}
    assert len(articles) >= 4
    assert appeals == {(outlet.appeal,)}
    assert 85 <= len(outlet.appeal.split()) <= 110
    others = [article for article in second_edition() if article.outlet != outlet.outlet_id]
    assert not any(b'class="appeal"' in get(site, a.path)[0] for a in others if a in first_edition())


def test_every_language_of_the_desk_is_spoken() -> None:
    assert {article.language for article in first_edition()} == {"en", "ru", "hy", "az", "tr"}


def test_the_desk_s_folder_has_this_site_s_feeds(site: DemoSite, tmp_path: Path) -> None:
    site.write_desk(tmp_path / "desk")
    names = {file.name for file in (tmp_path / "desk").iterdir()}
    assert names == {"feeds.yaml", "lists.yaml", "routes.yaml", "rules.yaml"}
    feeds = load_feeds(tmp_path / "desk" / "feeds.yaml")
    assert [feed.url for feed in feeds] == [site.url + feed.path for _, feed in FEEDS]
    assert {feed.backfill for feed in feeds} == {timedelta(hours=72)}
    assert [feed.outlet.title for feed in feeds if feed.outlet] == [outlet.title for outlet, _ in FEEDS]


def test_the_chat_keeps_json_posts_in_order() -> None:
    with DemoSite(OPENED) as site:
        for number in range(3):
            document = json.dumps({"title": f"Title {number}", "message": "Պատմություն"}).encode()
            urllib.request.urlopen(urllib.request.Request(f"{site.url}/chat", document), timeout=5).close()
        for path, body in (("/chat", b"not JSON"), ("/chat", b"[1]"), ("/elsewhere", b"{}")):
            with pytest.raises(urllib.error.HTTPError, match="400"):
                urllib.request.urlopen(urllib.request.Request(site.url + path, body), timeout=5)
        assert [(post.title, post.message) for post in site.chat_posts] == [
            (f"Title {number}", "Պատմություն") for number in range(3)
        ]


def test_the_mailbox_keeps_letters_as_sent() -> None:
    with Mailbox() as mailbox:
        with smtplib.SMTP("127.0.0.1", mailbox.port, timeout=5) as client:
            client.sendmail("a@demo.example", ["b@demo.example"], b"Subject: One\r\n\r\nWords\r\n")
        assert mailbox.messages == [b"Subject: One\r\n\r\nWords\r\n"]
        assert [letter["Subject"] for letter in mailbox.letters()] == ["One"]


def test_the_environment_leads_to_chat_and_mailbox(site: DemoSite) -> None:
    environment = site.environment()
    assert environment["DEMO_CHAT_URL"] == f"json://{site.url.removeprefix('http://')}/chat"
    assert f"127.0.0.1:{site.mailbox.port}" in environment["DEMO_MAIL_URL"]
    assert environment["WIREWATCH_ALLOW_HOSTS"] == "127.0.0.1"
