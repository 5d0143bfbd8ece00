"""No spelling of an inner address is contacted, whatever resolves to it and however often it changes."""

import asyncio
import socket
from collections.abc import Iterator

import pytest

from pipelines.errors import FetchError, RefusedAddress
from pipelines.ingest.addresses import is_public
from pipelines.ingest.fetcher import HttpFetcher, Limits
from pipelines.protocols import Request
from tests.faults.raw_server import RawServer, raw_server

SPELLINGS = [
    "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0", "0.0.0.0", "127.0.0.1.",
    "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[0:0:0:0:0:ffff:7f00:1]",
    "localhost", "LOCALHOST", "ｌocalhost", "127。0。0。1", "①②⑦.0.0.1", "①27.0.0.1",
    "user@127.0.0.1", "example.org@127.0.0.1", "127.0.0.1%2f@example.org",
]  # fmt: skip
RESERVED = [
    "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001:0:7f00:1::", "::127.0.0.1", "fec0::1", "fe80::1",
    "fc00::1", "3fff::1", "2001:db8::1", "ff02::1", "5f00::1", "100.64.0.1", "169.254.169.254", "10.0.0.1",
    "172.16.0.1", "192.168.0.1", "192.0.0.192", "192.88.99.1", "198.18.0.1", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "0.0.0.0", "fe80::1%eth0", "no address", "",
]  # fmt: skip


@pytest.fixture
def server() -> Iterator[RawServer]:
    with raw_server() as opened:
        opened.routes["/"] = lambda: [b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret"]
        yield opened


def refused(url: str) -> FetchError:
    """The error that a fetch with nothing allowed ends with."""

    async def once() -> None:
        async with HttpFetcher(limits=Limits(connect=2, total=3)) as fetcher:
            await fetcher.fetch(Request(url=url))

    with pytest.raises(FetchError) as caught:
        asyncio.run(once())
    return caught.value


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_spelling_of_loopback_is_contacted(server: RawServer, spelling: str) -> None:
    port = server.listening.getsockname()[1]
    refused(f"http://{spelling}:{port}/")
    assert server.connections == 0


@pytest.mark.parametrize("address", RESERVED)
def test_no_reserved_address_is_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"])
def test_public_addresses_are(address: str) -> None:
    assert is_public(address)


def test_a_name_that_changes_its_address_is_judged_by_the_one_that_is_connected_to(
    server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rebinding: the first look-up says public, each later one loopback; the guard sees what the socket would."""
    port, asked = server.listening.getsockname()[1], []

    def lookup(host: str, *_: object, **__: object) -> list[tuple[object, ...]]:
        asked.append(host)
        address = "127.0.0.1" if len(asked) > 1 else "192.0.2.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    for _ in range(2):
        assert isinstance(refused(f"http://rebind.example:{port}/"), RefusedAddress)
    assert asked
    assert server.connections == 0
