"""Addresses: the one form under which an article is known, and whose it is. Pure; no network is ever asked."""

import ipaddress
import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

from pipelines.model import Feed, Outlet
from pipelines.states import OutletId

if TYPE_CHECKING:
    import tldextract

MAX_LENGTH = 2_048

_DEFAULT_PORTS = {"http": 80, "https": 443}
_ABSOLUTE = re.compile(r"https?://[^/?#]", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_JUNK = " \t\r\n\f\v\"'<>`\u00a0\u200b\u200e\u200f\u2060\ufeff"
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f\u200b\u2060\ufeff]")

# What campaigns, newsletters and social networks append; none of them chooses another text.
_TRACKING = re.compile(
    r"utm_.*|ga_.*|_ga|_gl|pk_.*|mtm_.*|piwik_.*|hsa_.*|at_(?:medium|campaign|custom\d|link_.*|format|ptr_.*|bbc_team)"
    r"|ns_(?:mchannel|source|campaign|linkname|fee)|fb_(?:action.*|ref|source)"
    r"|[a-z]{1,4}clid|msclkid|gclsrc|gbraid|wbraid|_openstat|igshid|igsh"
    r"|mc_[ce]id|_hs(?:enc|mi)|mkt_tok|vero_(?:id|conv)|oly_(?:enc|anon)_id|ref_src|ref_url|twsrc|__twitter_impression"
    r"|xtor|maca|ocid|cmpid|cmp|ncid|s_cid|smid|smtyp|ito|wt_mc|wtrid|sr_share|ftag|taid|guce_.*|__s|spm|_branch_.*",
    re.IGNORECASE,
)


def canonical_url(url: str, base: str | None = None) -> str | None:
    """The form that two spellings of one http(s) address share; None where it is no such address or too long."""
    try:
        parts = urlsplit(resolved(url, base) or "")
        host, port = _host(parts.hostname or ""), parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or host is None:
        return None
    netloc = host if port in {None, _DEFAULT_PORTS[parts.scheme]} else f"{host}:{port}"
    path = _without_dots(_escaped(parts.path, safe="/:@!$&'()*+,;=%")) or "/"
    query = _without_tracking(_escaped(parts.query, safe="/:@!$&'()*+,;=?%"))
    canonical = urlunsplit((parts.scheme, netloc, path, query, ""))
    return canonical if len(canonical) <= MAX_LENGTH else None


def is_address(name: str) -> bool:
    """Whether it is an http(s) address."""
    return name.lower().startswith(("http://", "https://"))


def spellings(name: str) -> tuple[str, ...]:
    """Under which an article may be stored that a person names: as written, and in the canonical form."""
    return tuple(dict.fromkeys((name, canonical_url(name) or name))) if is_address(name) else (name,)


def resolved(url: str, base: str | None = None) -> str | None:
    """The absolute http(s) address that `url` means on the page at `base`, as written otherwise; None for any other."""
    cleaned = _INVISIBLE.sub("", url.strip(_JUNK)).strip(_JUNK)
    if not cleaned or len(cleaned) > 4 * MAX_LENGTH:
        return None
    try:
        absolute = urljoin(base, cleaned) if base and not _ABSOLUTE.match(cleaned) else cleaned
        head, mark, tail = absolute.partition("?")
        parts = urlsplit(head.replace("\\", "/") + mark + tail)
    except ValueError:
        return None
    return parts.geturl() if parts.scheme in _DEFAULT_PORTS and parts.netloc else None


def registrable_domain(url: str) -> str:
    """The domain somebody registered (`bbc.co.uk`), else the host itself: an address or a local name."""
    try:
        host = _host(urlsplit(url).hostname or "") or ""
    except ValueError:
        host = ""
    return _registrable(host)


def article_outlet(feed: Feed, url: str | None) -> Outlet:
    """The feed's outlet, else one named after the article's domain, or the feed's where the article has no address."""
    if feed.outlet is not None:
        return feed.outlet
    domain = registrable_domain(url or "") or registrable_domain(feed.url) or feed.feed_id
    return Outlet(outlet_id=OutletId(domain), title=domain)


def _host(host: str) -> str | None:
    host = host.rstrip(".").lower()
    if ":" in host:
        return f"[{ipaddress.IPv6Address(host.partition('%')[0])}]"
    if not host.isascii():
        host = host.encode("idna").decode("ascii").lower().rstrip(".")
    return host if len(host) <= 253 and _HOST.fullmatch(host) and ".." not in host else None


def _escaped(text: str, *, safe: str) -> str:
    """Percent-encoding in one form: only where needed, in upper case."""

    def one(found: re.Match[str]) -> str:
        character = chr(int(found[1], 16))
        return character if character in _UNRESERVED else found[0].upper()

    return quote(_ESCAPE.sub(one, _BARE_PERCENT.sub("%25", text)), safe=safe, errors="replace")


def _without_dots(path: str) -> str:
    """RFC 3986, 5.2.4."""
    kept: list[str] = []
    segments = path.split("/")
    for number, segment in enumerate(segments):
        last = number == len(segments) - 1
        if segment not in {".", ".."}:
            kept.append(segment)
            continue
        if segment == ".." and len(kept) > 1:
            kept.pop()
        if last:
            kept.append("")
    return "/".join(kept)


def _without_tracking(query: str) -> str:
    return "&".join(
        pair for pair in query.split("&") if pair and not _TRACKING.fullmatch(unquote(pair.partition("=")[0]))
    )


@lru_cache(maxsize=10_000)
def _registrable(host: str) -> str:
    known = _suffixes()(host).top_domain_under_public_suffix
    if known or host.startswith("[") or host.replace(".", "").isdecimal():
        return known or host
    # The list's own rule for a name that ends in nothing it knows: the last label is the suffix.
    return ".".join(host.split(".")[-2:])


@cache
def _suffixes() -> "tldextract.TLDExtract":
    import tldextract

    # The list that came with the library, private suffixes too: two blogs of one host are two outlets.
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)
