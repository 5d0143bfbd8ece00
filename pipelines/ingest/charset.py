"""Bytes to text: by mark, by validity, by what header and document declare; never fails."""

import codecs
import re
from contextlib import suppress

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SHAPES = (
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
    (b"\x4c\x6f\xa7\x94", "cp037"),
)
_IN_HEADER = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_IN_DOCUMENT = re.compile(rb"(?:encoding|charset)\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_NOT_TEXT = (b"%PDF-", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"PK\x03\x04", b"\x1f\x8b")
_TEXT_TYPES = frozenset({"text/html", "text/plain", "text/xml", "application/xml", "application/xhtml+xml"})
# Browsers read the left names as the right ones, which hold them.
_WIDER = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "iso8859-9": "cp1254"}


def is_text(body: bytes, content_type: str | None = None) -> bool:
    """Whether a body may be a text to read: by its type, where the header gives one, and by how it begins."""
    kind = (content_type or "").partition(";")[0].strip().lower()
    if "/" in kind and kind not in _TEXT_TYPES and (not kind.endswith("+xml") or kind.startswith("image/")):
        return False
    if body.startswith(tuple(start for start, _ in _MARKS + _SHAPES)):
        return True
    head = body[:4_096]
    wide = any(name.startswith(("utf-16", "utf-32")) for name in _declared(body, content_type))
    # A stray NUL is a page's slip; every tenth is no text, and UTF-16 has more only where it is declared.
    return not head.lstrip().startswith(_NOT_TEXT) and (wide or head.count(0) * 10 <= len(head))


def decode(body: bytes, content_type: str | None = None) -> tuple[str, str | None]:
    """The text, and a problem where characters were lost or guessed."""
    for mark, name in _MARKS:
        if body.startswith(mark):
            return _decoded(body[len(mark) :], name)
    for shape, name in _SHAPES:
        if body.startswith(shape):
            return _decoded(body, name)
    declared = _declared(body, content_type)
    if body.isascii():
        return _by_name(body, declared)
    # Text of another encoding is hardly ever valid UTF-8, while servers often declare what is not so.
    with suppress(UnicodeDecodeError):
        return body.decode("utf-8"), None
    others = [name for name in declared if name != "utf-8"]
    if not others and _mostly_utf8(body):
        return _decoded(body, "utf-8")
    text, problem = _by_name(body, others)
    guessed = "not utf-8 as declared: read as cp1252" if declared and not others else None
    return text, problem or guessed


def _by_name(body: bytes, names: list[str]) -> tuple[str, str | None]:
    """The text in the first of these encodings that fits, else what Windows would make of it."""
    for name in names:
        with suppress(UnicodeError):
            return body.decode(name), None
    return _decoded(body, names[0] if names else "cp1252")


def _decoded(body: bytes, name: str) -> tuple[str, str | None]:
    text = body.decode(name, "replace")
    return text, f"some characters are not {name}" if "\ufffd" in text else None


def _declared(body: bytes, content_type: str | None) -> list[str]:
    """Known encodings by name: the header's first, as HTTP has it."""
    header = _IN_HEADER.search(content_type or "")
    inside = _IN_DOCUMENT.search(body, 0, 4_096)
    names = [header[1] if header else "", inside[1].decode("ascii") if inside else ""]
    return [known for name in names if (known := _known(name))]


def _known(name: str) -> str | None:
    try:
        found = codecs.lookup(name)
        "".encode(found.name)  # zlib, hex and their like are no text encodings
    except (LookupError, ValueError, TypeError):
        return None
    return None if found.name in {"utf-7", "idna", "punycode", "undefined"} else _WIDER.get(found.name, found.name)


def _mostly_utf8(body: bytes) -> bool:
    """Whether the damage is small: a page cut inside a character, or a line pasted in another encoding."""
    text = body.decode("utf-8", "replace")
    lost = text.count("\ufffd")
    return lost * 10 <= sum(not character.isascii() for character in text) - lost
