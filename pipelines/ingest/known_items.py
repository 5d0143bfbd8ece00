"""A feed's document without the items that its last reading brought: what did not change never reaches the parser.

lxml takes a document apart in a fiftieth of the parser's time. Only a well-formed document without entities of its own
is taken apart; from any other the parser sees everything, as it does where an unknown item shares guid or link with a
known one: what they are is decided by seeing both.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree

from pipelines.ingest.hints import entry_name
from pipelines.ingest.xml_text import local_name
from pipelines.model import FeedEntry
from pipelines.polls import KnownItem
from pipelines.states import Precision

MOST = 500
"""Items of a document that are remembered: 20 kB a feed; a document of more is read whole each time."""
_HEAD = 20_000  # characters: more than a type may have before the parser is refused it
_ITEMS = frozenset({"item", "entry"})
_ROOTS = frozenset({"rss", "rdf", "feed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A document taken apart."""

    root: etree._Element
    elements: tuple[etree._Element, ...]
    """Every item."""
    digests: tuple[str, ...]
    """Of every item, in the document's order."""
    left: tuple[int, ...]
    """Which of them are to be read."""
    known: Mapping[str, KnownItem] = field(default_factory=dict)

    def remaining(self) -> list[etree._Element]:
        """The items that are to be read."""
        return [self.elements[number] for number in self.left]

    def text(self) -> str:
        """The document without the others; it is taken apart for good."""
        for number in set(range(len(self.elements))) - set(self.left):
            parent = self.elements[number].getparent()
            if parent is not None:
                parent.remove(self.elements[number])
        return etree.tostring(self.root, encoding="unicode")

    def items(self, entries: Sequence[FeedEntry]) -> tuple[KnownItem, ...] | None:
        """What to remember of each item; None where the parser's entries are not one for one those left."""
        if len(entries) != len(self.left):
            return None
        read = dict(zip(self.left, entries, strict=True))
        return tuple(
            KnownItem(digest=digest, name=entry_name(read[number]), moment=_moment(read[number]))
            if number in read
            else self.known[digest]
            for number, digest in enumerate(self.digests)
        )


def take_apart(text: str, url: str, known: Mapping[str, KnownItem]) -> Parts | None:
    """The document without its known items; None where it is to be read whole and not remembered."""
    parser = etree.XMLParser(strip_cdata=False, resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return None
    if "<!DOCTYPE" in text[:_HEAD] or local_name(root) not in _ROOTS:
        return None
    channels = [one for one in root if local_name(one) == "channel"]
    items = [one for holder in (*channels, root) for one in holder if local_name(one) in _ITEMS]
    if not 0 < len(items) <= MOST or len(items) != sum(1 for _ in root.iter("{*}item", "{*}entry")):
        return None
    # An item means what it says in its place: below this base, in this language, at this address.
    around = repr([url, *(sorted(one.attrib.items()) for one in (root, *channels))]).encode()
    digests = tuple(_digest(around, one) for one in items)
    return Parts(root=root, elements=tuple(items), digests=digests, left=_left(items, digests, known), known=known)


def _left(items: Sequence[etree._Element], digests: Sequence[str], known: Mapping[str, KnownItem]) -> tuple[int, ...]:
    """The unknown items, and those that share a name with them, or with one of those."""
    names = [_names(item) for item in items]
    left = {number for number, digest in enumerate(digests) if digest not in known}
    waiting, found = set(range(len(items))) - left, set().union(*(names[number] for number in left))
    while joined := {number for number in waiting if names[number] & found}:
        left |= joined
        waiting -= joined
        found = found.union(*(names[number] for number in joined))
    return tuple(sorted(left))


def _names(item: etree._Element) -> set[str]:
    """By what an item may be known: guids and links, as written."""
    found = {str(value).strip() for name, value in item.attrib.items() if str(name).endswith("about")}
    for part in item.iterchildren("{*}guid", "{*}id", "{*}link"):
        found |= {(part.text or "").strip(), (part.get("href") or "").strip()}
    return found - {""}


def _digest(around: bytes, item: etree._Element) -> str:
    return hashlib.blake2b(around + etree.tostring(item, with_tail=False), digest_size=8).hexdigest()


def _moment(entry: FeedEntry) -> int | None:
    published = entry.published
    return int(published.utc.timestamp()) if published and published.precision is Precision.TIME else None
