"""Items in the plain form that nearly all are in, read off lxml's tree as feedparser would read them.

A feed of such items costs 0.4 of feedparser's time, its cleaning included; through feedparser it cost 1.6. Plain is an
item whose every part is known here and holds text alone; of any other item None is said, and feedparser reads the
document. `tests/unit/ingest/test_plain_items.py` reads invented and real feeds both ways: the entries are the same.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from lxml import etree

from pipelines.ingest.dates import ImpossibleDate, parse_date
from pipelines.ingest.parsed_feed import RawItem
from pipelines.ingest.xml_text import local_name, tag_of

ATOM = "http://www.w3.org/2005/Atom"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_AROUND = frozenset({_LANGUAGE, "{http://www.w3.org/XML/1998/namespace}base"})
_RSS = ("", "http://purl.org/rss/1.0/")
_DC = "http://purl.org/dc/elements/1.1/"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_MEDIA = ("http://search.yahoo.com/mrss/", "http://search.yahoo.com/mrss")
_FEEDBURNER = "http://rssnamespace.org/feedburner/ext/1.0"
_SPOKEN = frozenset(
    "admin cc content creativecommons dc dcterms feedburner georss gml itunes media psc xhtml".split()  # noqa: SIM905
)
"""Prefixes that feedparser acts upon, whatever namespace they stand for; of parts with others nothing is read."""

_OF_RSS = {
    **dict.fromkeys(("title", "link", "guid", "author", "description"), ""),
    "pubdate": "published",
    **dict.fromkeys(("category", "comments", "enclosure", "source"), "aside"),
}
_OF_ATOM = {
    **dict.fromkeys(("title", "summary", "content", "id", "link", "author", "published", "updated"), ""),
    "issued": "published",
    "modified": "updated",
    **dict.fromkeys(("category", "rights"), "aside"),
}
_OF_DC = {"creator": "author", "date": "updated", **dict.fromkeys(("subject", "publisher", "rights"), "aside")}
_PARTS = {
    **{(space, name): meant or name for space in _RSS for name, meant in _OF_RSS.items()},
    **{(ATOM, name): meant or name for name, meant in _OF_ATOM.items()},
    **{(_DC, name): meant or name for name, meant in _OF_DC.items()},
    **{(space, name): "aside" for space in _MEDIA for name in ("content", "thumbnail", "credit", "keywords")},
    (_CONTENT, "encoded"): "content",
    (_FEEDBURNER, "origlink"): "origlink",
}
"""What a part of an item is, by namespace and lower-case name."""
_SPACES = frozenset(space for space, _ in _PARTS)
_TEXT_TYPES = {"": True, "text": True, "plain": True, "text/plain": True, "html": False, "text/html": False}
"""Of Atom's texts, whether they hold no markup."""
_LINK_PARTS = frozenset({"rel", "type", "href", "title", "hreflang"})
_HTML_TYPES = frozenset({"html", "xhtml", "text/html", "application/xhtml+xml"})
_OF_ANY = frozenset({"link", "aside"})
"""What an Atom part may be in RSS, and the other way round."""
_MAX_AUTHOR = 300
_MAIL_THEN_NAME = re.compile(r"\S+@\S+\s*\(([^()]+)\)")
_NAME_THEN_MAIL = re.compile(r"([^<>]+?)\s*<\S+@\S+>")
_MISREAD = {
    number: bytes([number]).decode("cp1252") for number in range(0x80, 0xA0) if number not in {129, 141, 143, 144, 157}
}
"""Control characters that stand for what Windows has in their place."""


@dataclass(slots=True)
class _Item:
    """What has been read of an item so far."""

    one: dict[str, str] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)
    contents: list[tuple[str, bool]] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    plain: set[str] = field(default_factory=set)
    named: bool = False
    """Whether its guid is an address too."""


class _NotPlain(Exception):
    """Something here is for feedparser to read."""


def plain_items(items: Sequence[etree._Element], root: etree._Element, url: str) -> list[RawItem] | None:
    """The items as they stand in a well-formed document; None where one of them is not plain."""
    kind = tag_of(root)
    above = {one for item in items[:1] for one in item.iterancestors()}
    # Another base for links, and what makes feedparser take RDF for Atom, are left to it.
    if any(str(name).endswith("base") for one in above for name in one.attrib):
        return None
    if kind == f"{{{_RDF}}}RDF" and ATOM in root.nsmap.values():
        return None
    try:
        return [_read(item, url, atom=kind == f"{{{ATOM}}}feed") for item in items]
    except _NotPlain:
        return None


def author_name(text: str) -> str:
    """The name in what stands for an author: alone, or beside a mail address."""
    text = text.strip()[:_MAX_AUTHOR]
    named = _MAIL_THEN_NAME.fullmatch(text) or _NAME_THEN_MAIL.fullmatch(text)
    return named[1] if named else text


def plain_head(root: etree._Element) -> tuple[str, str]:
    """Title and language of the feed."""
    head = next((one for one in root if local_name(one) == "channel"), root)
    title = next((text for one in head if local_name(one) == "title" and (text := _said(one, whole=True))), "")
    said = (_said(one, whole=True) for one in head if local_name(one) == "language")
    languages = [root.get(_LANGUAGE) or "", *said]
    return title, next(filter(None, reversed(languages)), "")


def _read(item: etree._Element, url: str, *, atom: bool) -> RawItem:
    found = _Item()
    for name, value in item.attrib.items():
        if name == f"{{{_RDF}}}about":
            found.one["about"] = str(value)
        elif name != _LANGUAGE:
            raise _NotPlain
    for part in item:
        space, _, name = tag_of(part)[1:].rpartition("}")
        meant = _PARTS.get((space, name.lower()) if space else ("", tag_of(part).lower()))
        if meant is not None and ((space == ATOM) is atom or meant in _OF_ANY):
            _READERS[meant](found, part, meant)
        elif not part.prefix or part.prefix.lower() in _SPOKEN or space in _SPACES or len(part):
            raise _NotPlain
    return _raw(found, url)


def _raw(found: _Item, url: str) -> RawItem:
    content, plain = max(found.contents, key=lambda one: len(one[0]), default=("", False))
    summary = found.one.get("summary", found.contents[0][0] if found.contents else "")
    guid = found.one.get("id", found.one.get("about", ""))
    if not found.links and found.named and guid.startswith(("http://", "https://")):
        found.links.append(guid)
    return RawItem(
        title=found.one.get("title", ""),
        links=tuple(filter(None, (found.one.get("origlink", ""), *found.links))),
        base=url,
        guid=guid,
        summary=summary,
        body=content,
        date=next((found.one[name] for name in ("published", "updated") if found.one.get(name)), ""),
        authors=tuple(found.authors),
        plain=frozenset(found.plain | ({"body"} if plain else set())),
    )


def _text(found: _Item, part: etree._Element, meant: str) -> None:
    """A title, a summary or a full text."""
    atom = tag_of(part).startswith(f"{{{ATOM}}}")
    if any(name not in _AROUND and not (atom and name == "type") for name in part.attrib):
        raise _NotPlain
    plain = _TEXT_TYPES.get((part.get("type") or "").lower()) if atom else False
    if plain is None:
        raise _NotPlain
    if meant == "content":
        if text := _said(part):
            found.contents.append((text, plain))
        return
    _once(found, part, "summary" if meant == "description" else meant)
    if plain:
        found.plain.add(meant)


def _date(found: _Item, part: etree._Element, meant: str) -> None:
    _once(found, part, meant)
    try:
        known = parse_date(found.one[meant]) is not None
    except ImpossibleDate:
        known = True
    if not known and found.one[meant]:
        raise _NotPlain  # feedparser knows more forms of dates


def _guid(found: _Item, part: etree._Element, _: str) -> None:
    if any(name.lower() != "ispermalink" for name in part.attrib):
        raise _NotPlain
    found.named = next(iter(part.attrib.values()), "true") == "true"
    _once(found, part, "id")


def _link(found: _Item, part: etree._Element, _: str) -> None:
    if not part.attrib:
        if found.links:
            raise _NotPlain
        found.links.append(_said(part))
    elif len(part) or (part.text or "").strip() or "href" not in part.attrib:
        raise _NotPlain
    elif (part.get("rel") or "alternate") == "alternate":
        html = (part.get("type") or "text/html").lower() in _HTML_TYPES
        if found.links or not html or not set(part.attrib) <= _LINK_PARTS:
            raise _NotPlain
        found.links.append(part.get("href") or "")


def _author(found: _Item, part: etree._Element, _: str) -> None:
    if not len(part):
        found.authors.append(author_name(_said(part)))
        return
    said = {local_name(one): _said(one) for one in part if tag_of(one).startswith(f"{{{ATOM}}}")}
    if len(said) != len(part) or not said.keys() <= {"name", "email", "uri"}:
        raise _NotPlain
    found.authors.append(author_name(said.get("name") or said.get("email", "")))


def _aside(_: _Item, part: etree._Element, __: str) -> None:
    if len(part):
        raise _NotPlain


def _once(found: _Item, part: etree._Element, name: str) -> None:
    if name in found.one:
        raise _NotPlain
    found.one[name] = _said(part)


_READERS = {
    **dict.fromkeys(("title", "description", "summary", "content"), _text),
    **dict.fromkeys(("published", "updated"), _date),
    **dict.fromkeys(("guid", "id"), _guid),
    "link": _link,
    "origlink": _once,
    "author": _author,
    "aside": _aside,
}


def _said(part: etree._Element, *, whole: bool = False) -> str:
    """A part's text, repaired as feedparser repairs it; of one that holds more than text, no plain item."""
    if len(part) and not whole:
        raise _NotPlain
    text = ("".join(map(str, part.itertext())) if whole else part.text or "").strip()
    if text.isascii():
        return text
    with suppress(UnicodeError):
        text = text.encode("iso-8859-1").decode("utf-8")  # UTF-8 that was taken for Latin and written anew
    return text.translate(_MISREAD)
