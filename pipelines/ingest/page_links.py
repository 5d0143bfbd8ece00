"""A plain page to entries: those of its links that a pattern meets."""

import re
from collections.abc import Iterator

from lxml import etree
from lxml import html as lxml_html

from pipelines.errors import NotAFeed
from pipelines.ingest.charset import decode
from pipelines.ingest.link_pattern import link_pattern
from pipelines.ingest.parsed_feed import ParsedFeed, Problems, RawItem, parsed_feed
from pipelines.ingest.plain_text import MAX_TITLE, element_text, one_line_of
from pipelines.ingest.urls import canonical_url, resolved
from pipelines.ingest.xml_text import page_bytes
from pipelines.states import SourceKind

MAX_LINKS = 20_000
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5"})
_NEAR = 4  # steps up from a link to its heading
_WORD = re.compile(r"\w+")


def parse_page(body: bytes, *, url: str, content_type: str | None, links: str) -> ParsedFeed:
    """The page's links that the pattern `links` meets, in the page's order; a link's title is its anchor's text.

    Raises NotAFeed, and nothing else.
    """
    root, title, problems = page_tree(body, content_type)
    pattern = link_pattern(links)
    best: dict[str, tuple[tuple[bool, int], RawItem]] = {}
    for anchor, address in _addresses(root, url):
        known = canonical_url(address)
        if known is None or pattern.search(address) is None:
            continue
        said = _said(anchor)
        rank = (_is_heading(anchor), min(len(_WORD.findall(said)), 30))
        if known not in best or rank > best[known][0]:
            best[known] = (rank, RawItem(title=said, links=(address,), base=url, plain=frozenset({"title"})))
    if not best:
        problems.add("no link of this page is met by `links`")
    found = (item for _, item in best.values())
    return parsed_feed(found, problems, title=title, language=root.get("lang"), kind=SourceKind.PAGE)


def page_tree(body: bytes, content_type: str | None) -> tuple[etree._Element, str, Problems]:
    """A page as a tree, with its title; raises NotAFeed where it is none."""
    text, problem = decode(body, content_type)
    problems = Problems()
    if problem:
        problems.add(problem)
    # Without the limit on depth: beyond 256 levels the rest of the page would be lost in silence.
    parser = lxml_html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root = lxml_html.document_fromstring(page_bytes(text), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError) as error:
        raise NotAFeed("the page is empty" if not text.strip() else f"not a page: {error}") from error
    title = root.find(".//title")
    return root, one_line_of(element_text(title)) if title is not None else "", problems


def _addresses(root: etree._Element, url: str) -> Iterator[tuple[etree._Element, str]]:
    written = next((one.get("href") or "" for one in root.iter("base")), "")
    base = resolved(written, url) or url
    for number, anchor in enumerate(root.iter("a", "area")):
        if number >= MAX_LINKS:
            return
        address = resolved(anchor.get("href") or "", base)
        if address:
            yield anchor, address.partition("#")[0]


def _said(anchor: etree._Element) -> str:
    """What stands on a link: its heading's text where it holds one, else its own, else what its picture says."""
    heading = next((part for part in anchor.iterdescendants() if part.tag in _HEADINGS), anchor)
    said = one_line_of(element_text(heading)[: 8 * MAX_TITLE])
    if said:
        return said
    pictures = (image.get("alt") or "" for image in anchor.iter("img"))
    return next(
        filter(None, map(one_line_of, (anchor.get("aria-label") or "", anchor.get("title") or "", *pictures))), ""
    )


def _is_heading(anchor: etree._Element) -> bool:
    """Whether a link is a headline: it holds a heading, or stands in one."""
    above = anchor
    for _ in range(_NEAR):
        parent = above.getparent()
        if parent is None:
            break
        above = parent
        if above.tag in _HEADINGS:
            return True
    return any(part.tag in _HEADINGS for part in anchor.iterdescendants())
