"""feeds.yaml to feeds, and every fault at its place."""

from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.errors import DeskFileError
from pipelines.feed_options import FeedOptions
from pipelines.ingest.feeds_file import add_feed, free_id, load_feeds
from pipelines.model import Feed, Outlet
from pipelines.states import FeedId, OutletId, SourceKind

GOOD = """\
version: 1
outlets:
  times: {title: The Times, country: ge, tags: [news]}
feeds:
  # the main one
  - {id: times-all, outlet: times, url: "https://times.example/rss", language: en-GB, every: 5m, backfill: 24h}
  - {id: local, url: "http://127.0.0.1:8000/feed", kind: feed, tags: [news], note: not checked}
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "feeds.yaml"


def faults(path: Path, text: str) -> list[str]:
    """What is wrong with a file that holds `text`, without the path."""
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DeskFileError) as caught:
        load_feeds(path)
    return [str(fault).removeprefix(f"{path}:") for fault in caught.value.faults]


def test_feeds_in_the_files_order(path: Path) -> None:
    path.write_text(GOOD)
    times = Outlet(outlet_id=OutletId("times"), title="The Times", country="ge", tags=frozenset({"news"}))
    assert load_feeds(path) == (
        Feed(
            feed_id=FeedId("times-all"),
            url="https://times.example/rss",
            outlet=times,
            language="en",
            every=timedelta(minutes=5),
            backfill=timedelta(hours=24),
        ),
        Feed(feed_id=FeedId("local"), url="http://127.0.0.1:8000/feed", kind=SourceKind.FEED, tags=frozenset({"news"})),
    )


def test_what_a_feed_says_beyond_its_address(path: Path) -> None:
    path.write_text("""\
version: 1
feeds:
  - id: a
    url: https://times.example/rss
    user_agent: Times Reader/1.0
    headers: {X-Edition: 7, Accept-Language: hy}
    headers_env: {Cookie: TIMES_COOKIE}
    keep: [article .text]
    drop: [".advert", aside]
    full_text: false
""")
    (feed,) = load_feeds(path)
    assert feed.options == FeedOptions(
        user_agent="Times Reader/1.0",
        headers=(("Accept-Language", "hy"), ("X-Edition", "7")),
        secret_headers=(("Cookie", "TIMES_COOKIE"),),
        keep=("article .text",),
        drop=(".advert", "aside"),
        full_text=False,
    )
    assert feed.options.sent == {"Accept-Language": "hy", "X-Edition": "7", "User-Agent": "Times Reader/1.0"}


@pytest.mark.parametrize(
    ("line", "url"),
    [
        ("url: https://t.me/harbour_watch", "https://t.me/s/harbour_watch"),
        ("kind: telegram, url: https://t.me/s/abcde/", "https://t.me/s/abcde"),
    ],
)
def test_a_channel_is_known_by_its_address_and_its_posts_are_whole(path: Path, line: str, url: str) -> None:
    path.write_text(f"version: 1\nfeeds: [{{id: a, {line}}}]\n")
    (feed,) = load_feeds(path)
    assert (feed.url, feed.kind, feed.options.full_text) == (url, SourceKind.TELEGRAM, False)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("full_text: on", "expected true or false, not the text `on`"),
        ("full_text: 1", "expected true or false"),
        ("full_txt: true", "unknown key `full_txt`; did you mean `full_text`?"),
        ('user_agent: "a\\nb"', "expected printable ASCII"),
        ("headers: {X-A: é}", "expected printable ASCII"),
        ("headers: {Authorization: Bearer 7f}", "put its value into the environment"),
        ("headers: {X-Api-Key: 7f}", "put its value into the environment"),
        ("headers: {Host: a.example}", "set by the fetcher alone"),
        ("headers: {User-Agent: a}", "`user_agent`"),
        ("headers: {a b: c}", "the name of a header"),
        ("headers_env: {Cookie: sid=7f}", "the NAME of an environment variable"),
        ("headers: {X-A: b}, headers_env: {x-a: B}", "under `headers` and under `headers_env`"),
        ("keep: article", "expected a list"),
        ("drop: [7, '']", "must not be empty"),
        ("kind: telegramm", "is not read: auto, feed, sitemap, page and telegram are; did you mean `telegram`?"),
        ("kind: telegram", "expected the address of a channel, such as https://t.me/s/NAME"),
        ("kind: page", "`kind: page` needs `links`"),
        ("links: /news/", "`links` is for `kind: page` alone"),
        ("kind: page, links: (a", "not a pattern in RE2's syntax: missing )"),
        ("kind: page, links: a*", "meets every address"),
    ],
)
def test_faults_of_what_a_feed_says(path: Path, line: str, message: str) -> None:
    (told,) = faults(path, f'version: 1\nfeeds:\n  - {{id: a, url: "https://a.example/", {line}}}\n')
    assert told.startswith("3:")
    assert message in told


def test_no_feeds_yet_is_no_fault(path: Path) -> None:
    path.write_text("version: 1\nfeeds: []\n")
    assert load_feeds(path) == ()


def test_a_file_that_is_not_there(path: Path) -> None:
    with pytest.raises(DeskFileError, match="cannot read"):
        load_feeds(path)


def test_every_fault_is_told_with_its_place(path: Path) -> None:
    text = """\
version: 1
outlets:
  times: {titel: The Times}
feeds:
  - {id: a, url: "ftp://times.example/rss"}
  - {id: a, url: "https://times.example/a", outlet: tmes, evry: 5m}
  - {id: b c, url: "https://Times.example:443/a", language: "?", every: often, kind: sitemapp}
  - {url: "https://u:p@times.example/", every: 1s, every: 2s}
"""
    assert faults(path, text) == [
        "3:11: error: unknown key `titel`; did you mean `title`?",
        "5:18: error: expected an http or https address, not `ftp://times.example/rss`",
        "6:10: error: id `a` is there twice; first on line 5",
        "6:53: error: outlet `tmes` is not under `outlets`; did you mean `times`?",
        "6:59: error: unknown key `evry`; did you mean `every`?",
        "7:10: error: expected an id of letters, digits, `-`, `_` and `.`, not `b c`",
        "7:20: error: url `https://Times.example:443/a` is there twice; first on line 6",
        "7:61: error: expected a language such as en, ru or hy, not `?`",
        "7:73: error: expected a duration such as 30s, 5m, 48h or 14d, not `often`",
        "7:86: error: kind `sitemapp` is not read: auto, feed, sitemap, page and telegram are; did you mean `sitemap`?",
        "8:5: error: `id` is missing",
        "8:11: error: an address with a user name or password does not belong here",
        "8:48: error: expected an interval from 30s to 30d",
        "8:52: error: `every` is there twice; first on line 8",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "version: 1",
        "version: 1\nfeeds:",
        "version: 2",
        "feeds: []",
        "version: 1\nfeeds: {}",
        "version: 1\nfeeds: [1]",
        "[]",
    ],
)
def test_other_shapes_are_faults(path: Path, text: str) -> None:
    assert faults(path, text)


def test_a_feed_is_added_and_the_rest_kept(path: Path) -> None:
    path.write_text(GOOD)
    add_feed(path, {"id": "new", "url": "https://new.example/rss", "language": "hy"})
    assert path.read_text().startswith(GOOD.rstrip("\n"))
    assert load_feeds(path)[-1] == Feed(feed_id=FeedId("new"), url="https://new.example/rss", language="hy")


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ({"id": "times-all", "url": "https://new.example/"}, "6:10: error: id `times-all` is there already"),
        (
            {"id": "x", "url": "https://TIMES.example/rss#a"},
            "`https://TIMES.example/rss#a` is there already: times-all",
        ),
        ({"id": "x", "url": "javascript:alert(1)"}, "expected an http or https address"),
        ({"id": "x", "url": "https://new.example/", "outlet": "tims"}, "did you mean `times`?"),
        ({"id": "x", "url": "https://new.example/", "every": "soon"}, "expected a duration"),
    ],
)
def test_a_feed_that_does_not_belong_is_refused(path: Path, item: dict[str, str], message: str) -> None:
    path.write_text(GOOD)
    with pytest.raises(DeskFileError) as caught:
        add_feed(path, dict(item))
    assert message in str(caught.value)
    assert path.read_text() == GOOD


def test_a_free_id_comes_from_the_address(path: Path) -> None:
    path.write_text(GOOD.replace("times-all", "times"))
    assert free_id(path, "https://www.civil.example/rss") == "civil"
    assert free_id(path, "https://times.example/other") == "times-2"
    assert free_id(path, "http://127.0.0.1:1/") == "127-0-0"
