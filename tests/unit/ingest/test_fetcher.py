"""The fetcher against a real server on loopback: what it brings, and what it refuses."""

import asyncio
import gzip
import itertools
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from pipelines.errors import BadStatus, FetchError, RefusedAddress, SettingsError, TooLarge, Unreachable
from pipelines.ingest.fetcher import HttpFetcher, Limits
from pipelines.protocols import Request, Response
from tests.web import Asked, Page, Web, web_server

HERE = frozenset({"127.0.0.1"})
USUAL = Limits()
QUICK = Limits(connect=1.0, total=0.4, body=200_000)


@pytest.fixture
def web() -> Iterator[Web]:
    with web_server() as server:
        yield server


def fetch(
    url: str,
    *,
    etag: str | None = None,
    last_modified: str | None = None,
    allow: frozenset[str] = HERE,
    limits: Limits = USUAL,
) -> Response:
    """One fetch, with a fetcher of its own."""

    async def once() -> Response:
        async with HttpFetcher(allow, limits=limits) as fetcher:
            return await fetcher.fetch(Request(url=url, etag=etag, last_modified=last_modified))

    return asyncio.run(once())


def refusal(url: str, *, allow: frozenset[str] = HERE, limits: Limits = QUICK) -> FetchError:
    """The error that a fetch ends with."""
    with pytest.raises(FetchError) as caught:
        fetch(url, allow=allow, limits=limits)
    return caught.value


def test_an_answer_comes_whole_with_its_facts(web: Web) -> None:
    url = web.serve("/feed", "<rss/>", "text/xml; charset=windows-1251", ETag='"a"', Last_Modified="yesterday")
    assert fetch(url) == Response(
        url=url,
        status=200,
        body=b"<rss/>",
        content_type="text/xml; charset=windows-1251",
        etag='"a"',
        last_modified="yesterday",
    )
    headers = web.requests[0].headers
    assert "Wirewatch" in headers["user-agent"]
    assert headers["accept-encoding"] == "gzip, deflate"


def test_the_user_agent_says_whom_to_ask(web: Web) -> None:
    web.serve("/", "ok")

    async def once() -> None:
        async with HttpFetcher(HERE, contact="desk@news.example") as fetcher:
            await fetcher.fetch(Request(url=web.url()))

    asyncio.run(once())
    assert "; +desk@news.example)" in web.requests[0].headers["user-agent"]


def test_permanent_redirects_all_the_way_are_told(web: Web) -> None:
    web.serve("/end", "ok")
    for path, status, to in (("/a", 301, "/b"), ("/b", 308, "/end"), ("/c", 302, "/end"), ("/d", 301, "/c")):
        web.serve(path, status=status, Location=to)
    assert fetch(web.url("/a")).moved_to == web.url("/end")
    assert [fetch(web.url(path)).moved_to for path in ("/c", "/d", "/end")] == [None] * 3


@pytest.mark.parametrize(
    ("control", "age", "left"),
    [
        ("public, max-age=600", "", 600),
        ("max-age=600", "200", 400),
        ("max-age=600", "9999", 0),
        ("max-age=600, no-cache", "", None),
        ("s-maxage=600", "", None),
        ("max-age=soon", "", None),
        ("", "", None),
    ],
)
def test_how_long_an_answer_is_fresh(web: Web, control: str, age: str, left: int | None) -> None:
    answer = fetch(web.serve("/", "ok", Cache_Control=control, Age=age))
    assert answer.fresh_for == (None if left is None else timedelta(seconds=left))


def test_headers_of_a_feed_go_to_its_own_site_alone(web: Web) -> None:
    secret = {"Authorization": "Bearer x", "User-Agent": "Desk/1"}
    with web_server() as other:
        other.serve("/end", "ok")
        web.serve("/here", status=302, Location="/away")
        web.serve("/away", status=302, Location=other.url("/end"))

        async def once() -> None:
            async with HttpFetcher(HERE) as fetcher:
                await fetcher.fetch(Request(url=web.url("/here"), headers=secret))

        asyncio.run(once())
        assert [asked.headers.get("authorization") for asked in web.requests] == ["Bearer x"] * 2
        assert "authorization" not in other.requests[0].headers
        assert other.requests[0].headers["user-agent"] == "Desk/1"


def test_secret_headers_come_from_the_environment_and_stay_out_of_errors(web: Web) -> None:
    request = Request(url=web.serve("/", "no", status=403), secret_headers={"Authorization": "FEED_TOKEN"})

    async def once(secrets: dict[str, str]) -> None:
        async with HttpFetcher(HERE, secrets=secrets) as fetcher:
            await fetcher.fetch(request)

    with pytest.raises(BadStatus) as refused:
        asyncio.run(once({"FEED_TOKEN": "hush"}))
    assert web.requests[0].headers["authorization"] == "hush"
    assert "hush" not in str(refused.value)
    with pytest.raises(RefusedAddress, match="FEED_TOKEN is not set"):
        asyncio.run(once({}))


def test_validators_are_sent_and_304_says_nothing_changed(web: Web) -> None:
    def conditional(asked: Asked) -> Page:
        known = asked.headers.get("if-none-match") == '"a"' and asked.headers.get("if-modified-since") == "then"
        return Page(status=304, headers={"ETag": '"b"'}) if known else Page(body=b"new")

    web.routes["/"] = conditional
    answer = fetch(web.url(), etag='"a"', last_modified="then")
    assert (answer.not_modified, answer.body, answer.etag) == (True, b"", '"b"')
    assert fetch(web.url()).body == b"new"


def test_304_without_a_condition_is_no_answer(web: Web) -> None:
    web.routes["/"] = Page(status=304)
    assert isinstance(refusal(web.url()), BadStatus)


@pytest.mark.parametrize("broken", ['"a"\r\nX: y', '"\u2603"'])
def test_a_validator_that_no_header_can_hold_is_left_out(web: Web, broken: str) -> None:
    web.serve("/", "ok")
    assert fetch(web.url(), etag=broken).body == b"ok"
    assert "if-none-match" not in web.requests[0].headers


@pytest.mark.parametrize("status", [204, 206])
def test_every_2xx_is_an_answer(web: Web, status: int) -> None:
    assert fetch(web.serve("/", b"", status=status)).status == status


@pytest.mark.parametrize(("status", "again"), [(404, False), (410, False), (401, False), (500, True), (503, True)])
def test_other_statuses_are_errors(web: Web, status: int, again: bool) -> None:
    error = refusal(web.serve("/", "<html>", status=status))
    assert isinstance(error, BadStatus)
    assert error.status == status
    assert str(error) == f"{web.url()}: HTTP {status}"


def test_retry_after_in_seconds_and_as_a_date(web: Web) -> None:
    error = refusal(web.serve("/", status=429, Retry_After="120"))
    assert isinstance(error, BadStatus)
    assert error.retry_after == timedelta(seconds=120)
    at = datetime.now(UTC) + timedelta(hours=1)
    error = refusal(web.serve("/", status=503, Retry_After=format_datetime(at, usegmt=True)))
    assert isinstance(error, BadStatus)
    assert error.retry_after is not None
    assert timedelta(minutes=59) < error.retry_after <= timedelta(hours=1)


@pytest.mark.parametrize("value", ["soon", "-5", "9" * 400, "Mon, 99 Foo 2023 00:00:00 GMT"])
def test_a_senseless_retry_after_is_none(web: Web, value: str) -> None:
    error = refusal(web.serve("/", status=429, Retry_After=value))
    assert isinstance(error, BadStatus)
    assert error.retry_after is None


@pytest.mark.parametrize(
    ("name", "packed"),
    [("gzip", gzip.compress(b"x" * 500, mtime=0)), ("deflate", zlib.compress(b"x" * 500))],
    ids=["gzip", "deflate"],
)
def test_one_layer_of_compression_is_undone(web: Web, name: str, packed: bytes) -> None:
    assert fetch(web.serve("/", packed, Content_Encoding=name)).body == b"x" * 500


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "zstd"])
def test_an_encoding_that_was_not_asked_for_is_refused(web: Web, encoding: str) -> None:
    assert isinstance(refusal(web.serve("/", gzip.compress(b"x"), Content_Encoding=encoding)), Unreachable)


def test_a_bomb_is_counted_while_it_unfolds(web: Web) -> None:
    bomb = gzip.compress(b"\0" * 20_000_000)
    assert len(bomb) < 50_000
    assert isinstance(refusal(web.serve("/", bomb, Content_Encoding="gzip")), TooLarge)


def test_an_endless_body_is_cut_by_size(web: Web) -> None:
    web.routes["/"] = Page(body=itertools.repeat(b"x" * 10_000))
    assert isinstance(refusal(web.url(), limits=Limits(body=200_000)), TooLarge)


def test_a_body_within_the_cap_is_whole(web: Web) -> None:
    assert len(fetch(web.serve("/", b"x" * QUICK.body), limits=Limits(body=QUICK.body)).body) == QUICK.body


@pytest.mark.parametrize("page", [Page(body=itertools.repeat(b"x"), pause=0.05), Page(body=b"late", delay=30)])
def test_a_slow_answer_is_cut_by_the_clock(web: Web, page: Page) -> None:
    web.routes["/"] = page
    error = refusal(web.url())
    assert isinstance(error, Unreachable)
    assert "within 0.4 s" in error.reason


def test_a_short_body_is_an_error(web: Web) -> None:
    web.routes["/"] = Page(body=b"half", length=1_000)
    assert isinstance(refusal(web.url()), Unreachable)


@pytest.mark.parametrize("headers", [{"X-Long": "x" * 20_000}, {f"X-{number}": "y" for number in range(200)}])
def test_headers_have_a_cap(web: Web, headers: dict[str, str]) -> None:
    web.routes["/"] = Page(headers=headers)
    assert isinstance(refusal(web.url()), TooLarge)


def test_redirects_are_followed_to_the_final_url(web: Web) -> None:
    web.serve("/a", status=301, Location="/b?x=1")
    web.serve("/b?x=1", status=307, Location=web.url("/c"))
    web.serve("/c", "here")
    answer = fetch(web.url("/a"))
    assert (answer.url, answer.body) == (web.url("/c"), b"here")


def test_a_redirect_loop_ends(web: Web) -> None:
    web.serve("/", status=302, Location="/")
    assert "more than 5 redirects" in refusal(web.url()).reason
    assert len(web.requests) == 6


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "data:text/html,x", "ftp://127.0.0.1/", "http://", "//[", "http://a b/"]
)
def test_a_redirect_to_anything_but_http_is_refused(web: Web, target: str) -> None:
    web.serve("/", status=302, Location=target)
    assert isinstance(refusal(web.url()), RefusedAddress | Unreachable)


def test_a_redirect_to_an_inner_address_is_refused(web: Web) -> None:
    web.serve("/", status=302, Location=f"http://127.0.0.2:{web.port}/inner")
    web.serve("/inner", "secret")
    assert isinstance(refusal(web.url()), RefusedAddress)
    assert [asked.path for asked in web.requests] == ["/"]


LOOPBACK = (
    *(
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0",
        "0.0.0.0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
    ),
    *("127。0。0。1", "①②⑦.0.0.1", "ｌocalhost", "localhost", "user@127.0.0.1", "[::127.0.0.1]", "[64:ff9b::7f00:1]"),
)


@pytest.mark.parametrize("host", LOOPBACK)
def test_loopback_is_refused_however_it_is_spelt(web: Web, host: str) -> None:
    web.serve("/", "secret")
    error = refusal(f"http://{host}:{web.port}/", allow=frozenset(), limits=Limits(connect=2, total=3))
    assert isinstance(error, RefusedAddress | Unreachable)
    assert web.requests == []


@pytest.mark.parametrize("allowed", ["127.0.0.1.", "127.0.0.1.:{port}", "127.0.0.1:{port}"])
def test_an_allowed_host_may_end_in_a_dot(web: Web, allowed: str) -> None:
    web.serve("/", "ok")
    allow = frozenset({allowed.format(port=web.port)})
    assert fetch(web.url(), allow=allow).body == b"ok"


@pytest.mark.parametrize(
    ("allowed", "refused"),
    [("[::1]:9", False), ("[::1]", False), ("::1", False), ("[0:0:0:0:0:0:0:1]:9", False), ("[::1]:10", True)],
)
def test_an_allowed_host_may_be_an_ipv6_address(allowed: str, refused: bool) -> None:
    error = refusal("http://[::1]:9/", allow=frozenset({allowed}))
    assert isinstance(error, RefusedAddress if refused else Unreachable)


@pytest.mark.parametrize("allowed", ["http://127.0.0.1", "a/b", "a:b", "a:99999", "[::1", "u@a"])
def test_what_is_no_host_cannot_be_allowed(allowed: str) -> None:
    with pytest.raises(SettingsError, match="WIREWATCH_ALLOW_HOSTS"):
        HttpFetcher(frozenset({allowed}))


def test_allowed_hosts_may_name_a_port(web: Web) -> None:
    web.serve("/", "ok")
    assert fetch(web.url(), allow=frozenset({f"127.0.0.1:{web.port}"})).body == b"ok"
    assert isinstance(refusal(web.url(), allow=frozenset({"127.0.0.1:1"})), RefusedAddress)


@pytest.mark.parametrize("url", ["", "nonsense", "file:///etc/passwd", "http://", "http://[::1", "javascript:alert(1)"])
def test_what_is_no_web_address_is_refused(url: str) -> None:
    assert isinstance(refusal(url), RefusedAddress)


def test_a_closed_port_is_unreachable(web: Web) -> None:
    port = web.port
    web.stop()
    web.stop = lambda: None  # type: ignore[method-assign]  # the fixture stops it again
    assert "cannot connect" in refusal(f"http://127.0.0.1:{port}/").reason


def test_two_at_once_for_a_host_and_all_are_served(web: Web) -> None:
    now, most = [0], [0]

    def counted(asked: Asked) -> Page:
        now[0] += 1
        most[0] = max(most[0], now[0])

        def pieces() -> Iterator[bytes]:
            yield b"x"
            now[0] -= 1
            yield b"y"

        return Page(body=pieces(), pause=0.2)

    web.routes["/"] = counted

    async def many() -> list[Response]:
        async with HttpFetcher(HERE, limits=Limits(total=1.5)) as fetcher:  # all take longer: waiting does not count
            return await asyncio.gather(*(fetcher.fetch(Request(url=web.url())) for _ in range(10)))

    assert [answer.body for answer in asyncio.run(many())] == [b"xy"] * 10
    assert most[0] <= 2


def test_a_fetcher_may_be_opened_again(web: Web) -> None:
    web.serve("/", "ok")

    async def twice() -> list[bytes]:
        fetcher, bodies = HttpFetcher(HERE), []
        for _ in range(2):
            async with fetcher:
                bodies.append((await fetcher.fetch(Request(url=web.url()))).body)
        return bodies

    assert asyncio.run(twice()) == [b"ok", b"ok"]
