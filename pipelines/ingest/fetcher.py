"""Fetching over HTTP within caps on size, time and address; the only file that knows aiohttp.

Addresses are taken apart by yarl, as aiohttp does it: a second reader might see another host in the same text.
"""

import re
import socket
import time
from asyncio import Semaphore
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

import aiohttp
from yarl import URL

from pipelines.errors import BadStatus, RefusedAddress, SettingsError, TooLarge, Unreachable
from pipelines.ingest.addresses import is_public
from pipelines.ingest.http_headers import ACCEPT, fresh_for, retry_after, sent_headers, user_agent, with_secrets
from pipelines.protocols import Request, Response

_ENCODINGS = {"", "identity", "gzip", "x-gzip", "deflate"}
_REDIRECTS = {301, 302, 303, 307, 308}
_PERMANENT = {301, 308}
_CHUNK = 1 << 16
_UNDECODABLE = re.compile(r"content-encoding: [^(]*\((\w+)\)")
_TOO_LONG = ("Got more than", "Too many headers")  # aiohttp has no class of its own for these


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Caps of one fetch, redirects included, and of all together."""

    connect: float = 5.0
    """Seconds."""
    total: float = 20.0
    """Seconds, without the wait for a free connection."""
    body: int = 10 << 20
    """Bytes after decoding."""
    header_line: int = 8_190
    headers: int = 128
    redirects: int = 5
    connections: int = 100
    per_host: int = 2


DEFAULT_LIMITS = Limits()


class HttpFetcher:
    """GETs public http(s) addresses, and those of `allow_hosts` (`host` or `host:port`) wherever they lie.

    `secrets` holds the values that requests name; `contact` goes along in the user agent. An entry of `allow_hosts`
    that is neither host nor host:port raises SettingsError. What a name resolves to is checked when the
    connection is made, so that odd spellings, redirects and names that change their address all meet the same guard.
    """

    def __init__(
        self,
        allow_hosts: frozenset[str] = frozenset(),
        *,
        contact: str | None = None,
        secrets: Mapping[str, str] | None = None,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self._allowed = frozenset(map(_host_and_port, allow_hosts))
        self._secrets = secrets or {}
        self._user_agent = user_agent(contact)
        self._limits = limits

    async def __aenter__(self) -> Self:
        self._free = Semaphore(self._limits.connections)
        self._free_of_host: defaultdict[str, Semaphore] = defaultdict(lambda: Semaphore(self._limits.per_host))
        self._stack = AsyncExitStack()
        self._guarded = await self._stack.enter_async_context(self._session(_public_socket))
        self._open = await self._stack.enter_async_context(self._session(_any_socket))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def fetch(self, request: Request) -> Response:
        """Answer of `request`, redirects followed; raises FetchError, and nothing else."""
        request = with_secrets(request, self._secrets)
        url, left, permanent, home = request.url, self._limits.total, True, _checked(request.url)
        for hop in range(self._limits.redirects + 1):
            async with self._slot(_checked(url)) as target:
                began = time.monotonic()
                answer = await self._hop(target, request, left, own=_same_site(home, target))
            if isinstance(answer, Response):
                return replace(answer, redirected=True, moved_to=answer.url if permanent else None) if hop else answer
            url, left = answer.to, left - (time.monotonic() - began)
            permanent = permanent and answer.permanent
        raise Unreachable(request.url, f"more than {self._limits.redirects} redirects")

    async def _hop(self, target: URL, request: Request, seconds: float, *, own: bool) -> "Response | _Redirect":
        """The answer, or where it redirects to; `own` is whether the target is the request's own site."""
        url = str(target)
        session = self._open if self._is_allowed(target) else self._guarded
        timeout = aiohttp.ClientTimeout(total=max(seconds, 0.001), sock_connect=self._limits.connect)
        try:
            async with session.get(
                target, headers=sent_headers(request, own=own), timeout=timeout, allow_redirects=False
            ) as answer:
                if answer.status in _REDIRECTS and "Location" in answer.headers:
                    to = str(target.join(URL(answer.headers["Location"])))
                    return _Redirect(to=to, permanent=answer.status in _PERMANENT)
                return await self._response(answer, url, conditional=bool(request.etag or request.last_modified))
        except TimeoutError as error:
            raise Unreachable(url, f"no whole answer within {self._limits.total:g} s") from error
        except aiohttp.ClientConnectorCertificateError as error:
            raise Unreachable(
                url, f"its certificate is not to be trusted: {str(error.certificate_error)[:200]}"
            ) from error
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.os_error, _NotPublic):
                raise RefusedAddress(url, str(error.os_error)) from error
            raise Unreachable(url, f"cannot connect: {error.os_error.strerror or error.os_error}") from error
        except aiohttp.ClientResponseError as error:
            if error.message.startswith(_TOO_LONG):
                raise TooLarge(url, "headers over the cap") from error
            if unknown := _UNDECODABLE.search(error.message):  # where no decoder for it is installed
                raise Unreachable(url, f"answer encoded as {unknown[1]!r}, which was not asked for") from error
            raise Unreachable(url, f"no HTTP answer: {error.message[:200]}") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise Unreachable(url, f"answer broken off: {str(error)[:200] or type(error).__name__}") from error

    async def _response(self, answer: aiohttp.ClientResponse, url: str, *, conditional: bool) -> Response:
        not_modified = answer.status == 304 and conditional
        if not (200 <= answer.status < 300 or not_modified):
            raise BadStatus(url, answer.status, retry_after(answer.headers.get("Retry-After")))
        return Response(
            url=url,
            status=answer.status,
            body=b"" if not_modified else await self._body(answer, url),
            content_type=answer.headers.get("Content-Type"),
            etag=answer.headers.get("ETag"),
            last_modified=answer.headers.get("Last-Modified"),
            fresh_for=fresh_for(answer.headers),
        )

    async def _body(self, answer: aiohttp.ClientResponse, url: str) -> bytes:
        """The body, decoded by one layer and counted while decoding, so that no bomb unfolds."""
        encoding = ", ".join(answer.headers.getall("Content-Encoding", [])).strip().lower()
        if encoding not in _ENCODINGS:
            raise Unreachable(url, f"answer encoded as {encoding[:40]!r}, which was not asked for")
        body = bytearray()
        async for chunk in answer.content.iter_chunked(_CHUNK):
            body += chunk
            if len(body) > self._limits.body:
                raise TooLarge(url, f"more than {self._limits.body:,} bytes")
        return bytes(body)

    def _is_allowed(self, target: URL) -> bool:
        return not self._allowed.isdisjoint({(_host(target), None), (_host(target), target.port)})

    @asynccontextmanager
    async def _slot(self, target: URL) -> AsyncIterator[URL]:
        """A free connection to the target's host: first come, first served, and no time counted."""
        async with self._free_of_host[_host(target)], self._free:
            yield target

    def _session(self, make_socket: aiohttp.SocketFactoryType) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, socket_factory=make_socket, keepalive_timeout=5),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": self._user_agent, "Accept": ACCEPT, "Accept-Encoding": "gzip, deflate"},
            max_line_size=self._limits.header_line,
            max_field_size=self._limits.header_line,
            max_headers=self._limits.headers,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Redirect:
    """Where an answer sends us, and whether it says for good."""

    to: str
    permanent: bool


class _NotPublic(OSError):
    """Raised while connecting; aiohttp hands it on as its own error's `os_error`."""


def _public_socket(info: aiohttp.AddrInfoType) -> socket.socket:
    if not is_public(str(info[4][0])):
        # The same words for every address of a name: only then does the connecting library hand this very error on.
        raise _NotPublic("loopback, private or reserved address")
    return _any_socket(info)


def _any_socket(info: aiohttp.AddrInfoType) -> socket.socket:
    family, kind, protocol, _, _ = info
    return socket.socket(family=family, type=kind, proto=protocol)


def _checked(url: str) -> URL:
    """The address as a URL, where its scheme and shape may be contacted at all."""
    try:
        target = URL(url)
        host, user, _ = target.host, target.user, target.port
    except ValueError as error:
        raise RefusedAddress(url, "no address") from error
    if target.scheme not in {"http", "https"}:
        raise RefusedAddress(url, f"scheme {target.scheme[:20]!r} is neither http nor https")
    if not host or user is not None:
        raise RefusedAddress(str(target.with_user(None)) if host else url, "no host, or a user name before it")
    return target.with_fragment(None)


def _host_and_port(allowed: str) -> tuple[str, int | None]:
    """An entry of `allow_hosts`, taken apart as the targets are; an IPv6 address alone needs no brackets."""
    bare = allowed.count(":") > 1 and "[" not in allowed
    try:
        url = URL(f"http://[{allowed}]" if bare else f"http://{allowed}")
        host, port = _host(url), url.explicit_port
    except ValueError as error:
        raise SettingsError(f"WIREWATCH_ALLOW_HOSTS: neither host nor host:port: {allowed!r}") from error
    if not host or url != url.origin():
        raise SettingsError(f"WIREWATCH_ALLOW_HOSTS: neither host nor host:port: {allowed!r}")
    return host, port


def _same_site(home: URL, target: URL) -> bool:
    """Whether what is secret may be told to the target as it was to be told to `home`; https never falls to http."""
    upgraded = (home.scheme, home.port, target.scheme, target.port) == ("http", 80, "https", 443)
    return _host(home) == _host(target) and (upgraded or (home.scheme, home.port) == (target.scheme, target.port))


def _host(url: URL) -> str:
    return (url.host or "").lower().rstrip(".")
