"""OPML 1.0 to 2.0, the feed lists of other readers, in and out. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml import etree

from pipelines.errors import NotAFeed
from pipelines.ingest.charset import decode
from pipelines.ingest.language import language_code
from pipelines.ingest.plain_text import one_line_of
from pipelines.ingest.xml_text import local_name, readable, root_name
from pipelines.model import Feed

MAX_OUTLINES = 20_000
_DEEPEST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A feed of an OPML file; its tags are its categories and the folders that it lies in."""

    url: str
    title: str | None = None
    language: str | None = None
    tags: tuple[str, ...] = ()


def read_opml(body: bytes) -> tuple[Outline, ...]:
    """The feeds of an OPML file, in its order; raises NotAFeed where it is none."""
    text, _ = decode(body)
    if root_name(text) != "opml":
        raise NotAFeed("no OPML")
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(readable(text).encode(), parser)
    except etree.XMLSyntaxError as error:
        raise NotAFeed(f"no OPML: {error}") from error
    if root is None:
        raise NotAFeed("no OPML")
    return tuple(_outlines(root))


def write_opml(feeds: Sequence[Feed], title: str) -> str:
    """The feeds as OPML 2.0: tags as categories, the outlet's name before the id."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = title
    body = etree.SubElement(root, "body")
    for feed in feeds:
        name = f"{feed.outlet.title} ({feed.feed_id})" if feed.outlet else str(feed.feed_id)
        said = {"type": "rss", "text": name, "title": name, "xmlUrl": feed.url}
        said |= {"language": feed.language} if feed.language else {}
        said |= {"category": ",".join(sorted(feed.tags))} if feed.tags else {}
        etree.SubElement(body, "outline", said)
    etree.indent(root)
    return etree.tostring(root, encoding="unicode") + "\n"


def _outlines(root: etree._Element) -> Iterator[Outline]:
    """Iterative: files nest as deep as somebody likes."""
    left = MAX_OUTLINES
    for part in root.iter():
        said = {name.lower(): one_line_of(str(value)) for name, value in part.attrib.items()}
        url = said.get("xmlurl") or (said.get("url", "") if said.get("type", "").lower() in {"rss", "atom"} else "")
        if local_name(part) != "outline" or not url:
            continue
        left -= 1
        if left < 0:
            return
        tags = [*_folders(part), *(one.strip(" /") for one in said.get("category", "").split(","))]
        yield Outline(
            url=url,
            title=said.get("title") or said.get("text") or None,
            language=language_code(said.get("language")),
            tags=tuple(dict.fromkeys(filter(None, map(_tag, tags)))),
        )


def _folders(part: etree._Element) -> Iterator[str]:
    """From the outermost in."""
    above = [one for one, _ in zip(part.iterancestors(), range(_DEEPEST), strict=False) if local_name(one) == "outline"]
    yield from (str(one.get("title") or one.get("text") or "") for one in reversed(above))


def _tag(written: str) -> str:
    return re.sub(r"[^\w]+", "-", one_line_of(written).lower()).strip("-")[:60]
