"""Redirect links that carry the address they lead to: read out of the link itself, nobody is asked. Pure."""

import base64
import binascii
import re
from urllib.parse import parse_qs, urlsplit

_GOOGLE = re.compile(r"(?:www\.|news\.)?google\.(?:[a-z]{2,3}|co\.[a-z]{2}|com\.[a-z]{2})")
_ARTICLE = re.compile(r"/(?:rss/|__i/rss/rd/)?(?:articles|read)/([A-Za-z0-9_-]{20,4096}=*)")
_ADDRESS = re.compile(rb"https?://[\x21-\x7e]+")
_BEGINS = b"\x08\x13\x22"  # the fields of the old form: a kind, then the address with its length before it


def carried_address(link: str) -> str | None:
    """The address inside a Google News or Google Alerts link; None for other links, and for ids that are opaque."""
    try:
        parts = urlsplit(link.strip())
        host = parts.hostname or ""
    except ValueError:
        return None
    if not _GOOGLE.fullmatch(host.lower()):
        return None
    if parts.path in {"/url", "/news/url"}:
        asked = parse_qs(parts.query)
        written = next((asked[name][0] for name in ("url", "q") if name in asked), "")
        return written if written.startswith(("http://", "https://")) else None
    article = _ARTICLE.fullmatch(parts.path)
    return _inside(article[1]) if article else None


def _inside(article_id: str) -> str | None:
    """What the old form of an article's id holds: a length in one or two bytes of seven bits, then the address."""
    try:
        raw = base64.urlsafe_b64decode(article_id.rstrip("=") + "=" * (-len(article_id.rstrip("=")) % 4))
    except (binascii.Error, ValueError):
        return None
    if not raw.startswith(_BEGINS):
        return None
    at = len(_BEGINS)
    length, shift = 0, 0
    for byte in raw[at : at + 2]:
        at += 1
        length |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    found = _ADDRESS.fullmatch(raw[at : at + length])
    return found[0].decode("ascii") if found and len(found[0]) == length else None
