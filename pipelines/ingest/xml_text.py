"""XML as strangers write it: what parsers read badly is taken away before one sees it."""

import re
from collections.abc import Iterator

from lxml import etree

from pipelines.errors import NotAFeed

# What may stand before a document's type; possessive, so that it takes time by its length alone.
_PROLOG = re.compile(r"(?:\s++|<!--.*?-->|<\?.*?\?>)*+", re.DOTALL)
_ELEMENT = re.compile(r"<\w", re.ASCII)
_ROOT = re.compile(r"<(?:[\w.-]+:)?([\w.-]+)", re.ASCII)
_END_OF_ITEM = re.compile(r"</(?:[\w.-]{1,30}:)?(?:item|entry)\s{0,9}>", re.IGNORECASE)
_HTML = re.compile(r"<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_LONGEST_TYPE = 16_384  # characters of document type: 145 are the most in 379 feeds, 16,384 cost 0.3 s at worst
_OF_MEDIA = re.compile(r"sitemap-(?:image|video)|^(?:image|video):")
_FORBIDDEN = bytes(byte for byte in range(32) if byte not in b"\t\n\r")
_NO_CHARACTERS = ("\ufffe".encode(), "\uffff".encode())
_COMMANDS = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")  # to a terminal
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")

_HALVES = re.compile(
    r"&#(?:[xX]0*[dD][89a-fA-F][0-9a-fA-F]{2}|0*(?:5529[6-9]|55[3-9]\d\d|56\d{3}|57[0-2]\d\d|573[0-3]\d|5734[0-3]));",
    re.ASCII,
)
"""Surrogates by number: lxml recovers from them, and leaves bytes that it cannot read as text itself."""


def page_bytes(text: str) -> bytes:
    """A page's text in UTF-8 without what no XML may have: else lxml refuses it where words are put in beside it.

    By bytes: a pattern over a page takes as long as its parser.
    """
    body = _COMMANDS.sub("", text).encode("utf-8", "ignore").translate(None, _FORBIDDEN)
    for one in _NO_CHARACTERS:
        body = body.replace(one, b"") if one in body else body
    return body


def is_html(text: str) -> bool:
    """Whether a document says of itself that it is a page."""
    return _HTML.match(text, _after_prolog(text)) is not None


def root_name(text: str) -> str:
    """The name of the first element, without its prefix, in lower case; empty where there is none."""
    root = _ELEMENT.search(text, _after_prolog(text))
    found = _ROOT.match(text, root.start()) if root else None
    return found[1].lower() if found else ""


def readable(text: str) -> str:
    """The document without characters that XML forbids, its prolog cut down to declaration and type.

    feedparser's patterns take time by the square of a prolog's empty lines (5.9 s for 40 kB) and of its open
    declarations, and by the cube of a first line's `encoding=` (6.0.14). Raises NotAFeed for a type over the cap.
    """
    text = _without_forbidden(text)
    text = text[_after_prolog(text) :]
    root = _ELEMENT.search(text)
    kind = "\n".join(text[: root.start()].split()) if root else ""
    if len(kind) > _LONGEST_TYPE:
        raise NotAFeed(f"more than {_LONGEST_TYPE:,} characters before the first element")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{kind}\n{text[root.start() :] if root else text}'


def first_items(text: str, most: int) -> str:
    """The document without what stands after its first `most` items: 40,000 took a parser 8 s, to be cut then."""
    ends = [found.end() for found in _END_OF_ITEM.finditer(text)]
    return text if len(ends) <= most else text[: ends[most - 1]] + text[ends[-1] :]


def elements(text: str, *names: str) -> Iterator[etree._Element]:
    """The elements of those local names, lower case, one after another, each emptied when the next is asked for.

    Nothing outside the document is read and no entity is resolved; from a broken document come those before the break.
    """
    root = _ELEMENT.search(text, _after_prolog(text))
    parser = etree.XMLPullParser(
        events=("end",), recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    body = _without_forbidden(text[root.start() :] if root else "").encode()
    for start in range(0, len(body), 1 << 16):
        try:
            parser.feed(body[start : start + (1 << 16)])
        except etree.XMLSyntaxError:
            body = body[:start]
        for _, element in parser.read_events():
            if isinstance(element, etree._Element) and local_name(element) in names:
                yield element
                element.clear()


def local_name(element: etree._Element) -> str:
    """An element's name without its namespace, in lower case; empty for comments and their like."""
    return tag_of(element).rpartition("}")[2].lower()


def tag_of(element: etree._Element) -> str:
    """An element's name as written; empty for comments and their like, whatever the stubs say of them."""
    tag: object = element.tag
    return tag if isinstance(tag, str) else ""


def texts(element: etree._Element) -> dict[str, str]:
    """What each descendant says, by local name: of several of one name the first; pictures and films left aside."""
    found: dict[str, str] = {}
    for part in element.iterdescendants():
        tag = tag_of(part)
        said = (part.text or "").strip() if tag and not _OF_MEDIA.search(tag) else ""
        if said:
            found.setdefault(local_name(part), said)
    return found


def _without_forbidden(text: str) -> str:
    """The text without what XML forbids; the pattern alone took a fourth of a known document's time."""
    if "&#" in text:
        text = _HALVES.sub("", text)
    try:
        raw = text.encode()
    except UnicodeEncodeError:
        return _NOT_XML.sub("", text)
    kept = len(raw) == len(raw.translate(None, _FORBIDDEN)) and not any(one in raw for one in _NO_CHARACTERS)
    return text if kept else _NOT_XML.sub("", text)


def _after_prolog(text: str) -> int:
    found = _PROLOG.match(text)
    return found.end() if found else 0
