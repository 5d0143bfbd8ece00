"""Where a site's sources are: what its page links, what its robots.txt names, and where sites usually have them."""

import asyncio
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml import etree

from pipelines.errors import FetchError, NotAFeed
from pipelines.ingest.channels import channel, preview
from pipelines.ingest.page_links import page_tree
from pipelines.ingest.plain_text import element_text, one_line_of
from pipelines.ingest.probe import Probe, probe_each
from pipelines.ingest.sitemap_index import WholeSources
from pipelines.ingest.urls import canonical_url, resolved
from pipelines.model import Feed
from pipelines.protocols import Fetcher, Request
from pipelines.states import FeedId, SourceKind

MOST = 12
"""Addresses tried of each way to find them."""
_TYPES = re.compile(r"application/(?:rss|atom|rdf|feed)\+(?:xml|json)|application/json|text/xml", re.IGNORECASE)
_PATHS = ("/feed/", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/api/", "/en/rss", "/feeds")
_LINKED = re.compile(r"(?:^|[/.?=_-])(?:rss|feeds?|atom|rdf)(?:$|[/.?=&_-])", re.IGNORECASE)
_COMMENTS = re.compile(r"comment|коммент|yorum", re.IGNORECASE)
_SITEMAP = re.compile(r"^[ \t]*sitemap[ \t]*:[ \t]*(\S{1,2048})", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A source that answered and was read; `how` says where its address came from."""

    probe: Probe
    how: str

    @property
    def plain(self) -> bool:
        """Whether it is what one would expect to watch: the articles' own feed."""
        return self.how in {"the address itself", "named by the page"} and not _COMMENTS.search(
            f"{self.probe.url} {self.probe.title or ''}"
        )


def as_address(written: str) -> str:
    """What a person means by a site's name, an address or a channel's @name."""
    if re.fullmatch(r"@[A-Za-z]\w{3,31}", written, re.ASCII):
        return preview(written[1:])
    named = channel(written if "//" in written else f"https://{written}")
    if named:
        return preview(named)
    return written if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", written) and "//" in written else f"https://{written}"


def discover(address: str, fetcher: Fetcher) -> tuple[Found, ...]:
    """The sources of a site, the likeliest first; raises FetchError where the address itself does not answer."""

    async def everything() -> tuple[Found, ...]:
        async with WholeSources(fetcher) as whole:
            return await _discover(address, whole)

    return asyncio.run(everything())


async def _discover(address: str, fetcher: Fetcher) -> tuple[Found, ...]:
    (own,) = await probe_each([_feed(address)], fetcher)
    if own.problem is None:
        return (Found(probe=own, how="the address itself"),)
    answer = await fetcher.fetch(Request(url=address))
    try:
        root, _, _ = page_tree(answer.body, answer.content_type)
    except NotAFeed:
        return ()
    tried = {
        "named by the page": list(_alternates(root, answer.url)),
        "linked on the page": list(_linked(root, answer.url)),
        "named by robots.txt": await _sitemaps(answer.url, fetcher),
    }
    found = await _probed(tried, fetcher)
    if not any(one.probe.kind is SourceKind.FEED for one in found):
        usual = {"a usual place": [one for path in _PATHS if (one := resolved(path, answer.url))]}
        found = [*await _probed(usual, fetcher), *found]
    return tuple(sorted(found, key=lambda one: (not one.plain, one.probe.kind is not SourceKind.FEED)))


async def _probed(tried: dict[str, list[str]], fetcher: Fetcher) -> list[Found]:
    """Those of the addresses that could be read, each answer once."""
    ways: dict[str, tuple[str, str]] = {}
    for how, addresses in tried.items():
        for one in list(dict.fromkeys(addresses))[:MOST]:
            ways.setdefault(canonical_url(one) or one, (one, how))
    probes = await probe_each([_feed(one) for one, _ in ways.values()], fetcher)
    found: dict[str, Found] = {}
    for probe, (_, how) in zip(probes, ways.values(), strict=True):
        if probe.problem is None and (probe.entries or how == "named by the page"):
            found.setdefault(canonical_url(probe.url) or probe.url, Found(probe=probe, how=how))
    return list(found.values())


def _alternates(root: etree._Element, url: str) -> Iterator[str]:
    for link in root.iter("link"):
        relations = (link.get("rel") or "").lower().split()
        if "alternate" in relations and _TYPES.fullmatch((link.get("type") or "").partition(";")[0].strip()):
            address = resolved(link.get("href") or "", url)
            if address:
                yield address


def _linked(root: etree._Element, url: str) -> Iterator[str]:
    """Links that look like a feed's, and the channels of the page's own outlet."""
    for anchor in root.iter("a"):
        address = resolved(anchor.get("href") or "", url)
        if not address:
            continue
        named = channel(address)
        if named:
            yield preview(named)
        elif _LINKED.search(urlsplit(address).path) or one_line_of(element_text(anchor))[:20].strip().upper() == "RSS":
            yield address


async def _sitemaps(url: str, fetcher: Fetcher) -> list[str]:
    """Of robots.txt, those of news first."""
    try:
        answer = await fetcher.fetch(Request(url=resolved("/robots.txt", url) or url))
    except FetchError:
        return []
    named = _SITEMAP.findall(answer.body[:500_000].decode("utf-8", "replace"))
    return _by_news(filter(None, (resolved(one, answer.url) for one in named)))


def _by_news(addresses: Iterable[str]) -> list[str]:
    return sorted(addresses, key=lambda one: "news" not in one.lower())


def _feed(url: str) -> Feed:
    return Feed(feed_id=FeedId("new"), url=url)
