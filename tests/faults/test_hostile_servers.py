"""Servers that mean harm or are broken: each case against a real one, in a process with bounded memory and time."""

import gzip
import itertools
import json
import os
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from tests.faults.raw_server import RawServer, raw_server

ROOT = Path(__file__).parents[2]
HARD_LIMIT = 90  # seconds for a child that is allowed 2: what hangs fails the test
MEMORY_MB = 80  # over what the libraries take; the cap on a body is 10 MiB
OK = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture
def server() -> Iterator[RawServer]:
    with raw_server() as opened:
        yield opened


Outcome = Callable[..., str]


@pytest.fixture
def outcome(record_property: Callable[[str, object], None]) -> Outcome:
    """How the fetch of a child ends; it never takes more memory than MEMORY_MB."""

    def fetched(url: str, *, allow: str = "127.0.0.1", seconds: float = 2, **environment: str) -> str:
        answer = subprocess.run(
            [sys.executable, "-m", "tests.faults.fetch_child", url, allow, str(seconds)],
            cwd=ROOT,
            env=os.environ | environment,
            capture_output=True,
            timeout=HARD_LIMIT,
            check=True,
        )
        found = json.loads(answer.stdout)
        assert found["grown_mb"] < MEMORY_MB
        record_property("seen", found["outcome"])
        record_property("cost", (found["seconds"], found["grown_mb"]))
        return str(found["outcome"])

    return fetched


def gzipped_zeros(megabytes: int) -> bytes:
    """A bomb: a thousandth of what it unfolds to."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(megabytes)) + packer.flush()


def body(encoding: str, raw: bytes) -> list[bytes]:
    """An answer with a body in an encoding."""
    return [OK, f"Content-Encoding: {encoding}\r\nContent-Length: {len(raw)}\r\n\r\n".encode(), raw]


def test_a_brotli_bomb_is_refused_unopened(server: RawServer, outcome: Outcome) -> None:
    bomb = bytes.fromhex("5b ff ff 03 20") + bytes(804)
    server.routes["/br"] = lambda: body("br", bomb)
    assert "encoded as 'br', which was not asked for" in outcome(server.url("/br"))


def test_a_gzip_bomb_is_cut_while_it_unfolds(server: RawServer, outcome: Outcome) -> None:
    bomb = gzipped_zeros(300)
    assert len(bomb) < 400_000
    server.routes["/gz"] = lambda: body("gzip", bomb)
    assert outcome(server.url("/gz"), seconds=20) == "TooLarge: more than 10,485,760 bytes"


@pytest.mark.parametrize("fields", ["Content-Encoding: gzip, gzip", "Content-Encoding: gzip\r\nContent-Encoding: gzip"])
def test_two_layers_are_refused_however_they_are_written(server: RawServer, outcome: Outcome, fields: str) -> None:
    bomb = gzip.compress(gzipped_zeros(100))
    server.routes["/gzgz"] = lambda: [OK, f"{fields}\r\nContent-Length: {len(bomb)}\r\n\r\n".encode(), bomb]
    assert "which was not asked for" in outcome(server.url("/gzgz"))


def test_a_second_layer_that_no_header_names_stays_packed(server: RawServer, outcome: Outcome) -> None:
    inner = gzipped_zeros(100)
    server.routes["/"] = lambda: body("gzip", gzip.compress(inner))
    assert outcome(server.url()) == f"{len(inner)} bytes"


def endless(piece: bytes, head: bytes = OK + b"\r\n") -> Iterable[bytes]:
    """A head, then a piece for ever."""
    return itertools.chain([head], itertools.repeat(piece))


def test_an_endless_body_is_cut(server: RawServer, outcome: Outcome) -> None:
    server.routes["/"] = lambda: endless(b"x" * 65_536)
    assert outcome(server.url(), seconds=20).startswith("TooLarge")


def test_endless_chunks_with_a_lying_length_are_cut(server: RawServer, outcome: Outcome) -> None:
    chunk = b"8000\r\n" + b"y" * 0x8000 + b"\r\n"
    server.routes["/"] = lambda: endless(chunk, OK + b"Transfer-Encoding: chunked\r\n\r\n")
    assert outcome(server.url(), seconds=20).startswith("TooLarge")


@pytest.mark.parametrize(
    ("head", "piece"),
    [(OK + b"\r\n", b"x"), (OK, b"X-Slow: y\r\n"), (b"HTTP/1.1 200 ", b"O"), (OK + b"X-Never-Ends: ", b"z")],
    ids=["body", "headers", "status line", "one header"],
)
def test_what_drips_is_cut_by_the_clock(server: RawServer, outcome: Outcome, head: bytes, piece: bytes) -> None:
    server.pause = 0.1
    server.routes["/"] = lambda: endless(piece, head)
    assert "no whole answer within 2 s" in outcome(server.url())


def test_silence_is_cut_by_the_clock(server: RawServer, outcome: Outcome) -> None:
    server.pause = 60
    server.routes["/"] = lambda: [b""]
    assert "no whole answer within 2 s" in outcome(server.url())


@pytest.mark.parametrize(
    "head",
    [
        OK + b"X-Long: " + b"x" * 5_000_000 + b"\r\n\r\n",
        OK + b"Set-Cookie: " + b"c" * 100_000 + b"\r\n\r\n",
        OK + b"".join(b"X-%d: y\r\n" % number for number in range(50_000)) + b"\r\n",
    ],
    ids=["5 MB header", "100 kB cookie", "50,000 headers"],
)
def test_headers_are_capped(server: RawServer, outcome: Outcome, head: bytes) -> None:
    server.routes["/"] = lambda: [head, b"ok"]
    assert outcome(server.url()).startswith("TooLarge: headers over the cap")


def test_endless_headers_are_cut(server: RawServer, outcome: Outcome) -> None:
    server.routes["/"] = lambda: endless(b"X-A: b\r\n", OK)
    assert outcome(server.url()).startswith("TooLarge: headers over the cap")


def test_a_short_body_is_no_answer(server: RawServer, outcome: Outcome) -> None:
    server.routes["/"] = lambda: [OK + b"Content-Length: 1000\r\n\r\n", b"half"]
    assert outcome(server.url()).startswith("Unreachable: answer broken off")


def test_a_reset_is_no_answer(server: RawServer, outcome: Outcome) -> None:
    server.reset = True
    server.routes["/"] = lambda: [OK + b"Content-Length: 1000\r\n\r\n", b"half"]
    assert outcome(server.url()).startswith("Unreachable: answer broken off")


@pytest.mark.parametrize("start", [b"SSH-2.0-OpenSSH_9\r\n", b"\x16\x03\x01\x02", b"HTTP/9.9 two\r\n\r\n", b"\0" * 99])
def test_what_is_not_http_is_no_answer(server: RawServer, outcome: Outcome, start: bytes) -> None:
    server.routes["/"] = lambda: [start]
    assert outcome(server.url()).startswith("Unreachable")


def test_a_redirect_loop_ends(server: RawServer, outcome: Outcome) -> None:
    server.routes["/loop"] = lambda: [b"HTTP/1.1 302 Found\r\nLocation: /loop\r\nContent-Length: 0\r\n\r\n"]
    assert outcome(server.url("/loop")) == "Unreachable: more than 5 redirects"
    assert server.connections <= 6


@pytest.mark.parametrize(
    "to", ["file:///etc/passwd", "data:text/html,x", "javascript:alert(1)", "ftp://example.org/", "gopher://127.0.0.1/"]
)
def test_a_redirect_to_another_scheme_is_refused(server: RawServer, outcome: Outcome, to: str) -> None:
    server.routes["/"] = lambda: [f"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode()]
    assert outcome(server.url()).startswith("RefusedAddress: scheme")


@pytest.mark.parametrize(
    "to",
    [
        "http://127.0.0.2:{port}/secret",
        "http://localhost:{port}/secret",
        "http://0.0.0.0:{port}/secret",
        "//[::ffff:7f00:1]:{port}/secret",
        "http://169.254.169.254/latest/meta-data/",
    ],
)
def test_a_redirect_to_an_inner_address_is_refused_at_the_hop(server: RawServer, outcome: Outcome, to: str) -> None:
    address = to.format(port=server.listening.getsockname()[1])
    server.routes["/"] = lambda: [f"HTTP/1.1 302 Found\r\nLocation: {address}\r\nContent-Length: 0\r\n\r\n".encode()]
    server.routes["/secret"] = lambda: [OK + b"Content-Length: 6\r\n\r\nsecret"]
    assert outcome(server.url()).startswith("RefusedAddress")
    assert server.connections == 1


def test_proxies_of_the_environment_are_not_used(server: RawServer, outcome: Outcome) -> None:
    server.routes["/"] = lambda: [OK + b"Content-Length: 2\r\n\r\nok"]
    with raw_server() as proxy:
        named = {name: proxy.url() for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "https_proxy")}
        assert outcome(server.url(), **named) == "2 bytes"
        assert proxy.connections == 0
