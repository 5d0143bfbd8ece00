"""The article's words on a page: parsed once, cut by `boilerplate`, read by trafilatura, guarded against loss."""

import logging
import re

import trafilatura
from lxml.html import HtmlElement

from pipelines.ingest.boilerplate import Sizes, paragraph_length, prune
from pipelines.ingest.dense_block import dense_block
from pipelines.ingest.furniture import without_furniture
from pipelines.ingest.page_metadata import PageMetadata
from pipelines.ingest.plain_text import MAX_TEXT, lines_of, one_line_of, paragraphs
from pipelines.ingest.walls import ARTICLE

SHORTEST_TEXT = 50  # characters; less is a menu's remains
# Below these the precise mode may have lost the article. 15 of 424 pages are read better as their densest block: that
# is right on short finds nearly always, and where more is found only if it is mostly another text (else it adds the
# readers' comments).
_LEAST_COVERAGE = 0.5
_LEAST_TEXT = ARTICLE
_FAR_LESS = 0.3
_HALF = 0.55
# A page's own account of its text counts where the extraction is far shorter, or of something else: of 76 pages
# with both one was so, and right; where they differ less the extraction is the better more often.
_LEAST_DECLARED = 600
_FAR_SHORTER = 0.4
_SAME_WORDS = 0.5
_OPENING = 4_000  # characters
_STANDS_IN = frozenset({"p", "h2", "h3", "div", "span", "strong"})

# What trafilatura and what it rests on have been seen to raise, or can, on a page it was not made for.
_ITS_ERRORS = (ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)


def page_text(tree: HtmlElement, sizes: Sizes, metadata: PageMetadata, url: str | None) -> str:
    """The article's paragraphs, one a line, without the headline and with the standfirst; prunes the measured tree."""
    standfirst = _standfirst(sizes, metadata.description)
    expected = max(_LEAST_COVERAGE * paragraph_length(sizes), _LEAST_TEXT)
    prune(sizes)
    found = _extracted(tree, url)
    if len(found) < expected:
        found = _or_denser(found, lines_of(dense_block(tree, sizes))[:MAX_TEXT])
    found = _or_declared(found, paragraphs(metadata.body))
    lines = [line for line in found.split("\n") if line and line.casefold() != metadata.title.casefold()]
    lines = without_furniture(lines)
    if standfirst and _key(metadata.description) not in _key(found[:_OPENING]):
        lines.insert(0, standfirst)
    return "\n".join(lines)


def _or_denser(found: str, block: str) -> str:
    if len(found) < _LEAST_TEXT:
        return block if len(found) < _HALF * len(block) else found
    return block if len(found) < _FAR_LESS * len(block) and _overlap(found, block) < _SAME_WORDS else found


def _or_declared(found: str, declared: str) -> str:
    if len(declared) < _LEAST_DECLARED:
        return found
    return declared if len(found) < _FAR_SHORTER * len(declared) or _overlap(found, declared) < _SAME_WORDS else found


def _overlap(one: str, other: str) -> float:
    """Share of the words of the text with fewer that the other has too."""
    ours, theirs = set(one.split()), set(other.split())
    return len(ours & theirs) / max(1, min(len(ours), len(theirs)))


def _standfirst(sizes: Sizes, description: str) -> str:
    """The paragraph under the headline that the page also uses as its description; empty where there is none."""
    key = _key(description)
    if len(key) < SHORTEST_TEXT:
        return ""
    for element, size in sizes.items():
        if element.tag not in _STANDS_IN or len(element) > 3 or not len(key) <= size.text < 2 * len(description) + 200:
            continue
        text = element.text_content()
        if _key(text).startswith(key):
            return one_line_of(text)
    return ""


def _key(text: str) -> str:
    """Letters and digits alone, to compare two printings of one sentence."""
    return "".join(re.findall(r"\w+", text.casefold().rstrip(" .…")))


def _extracted(tree: HtmlElement, url: str | None) -> str:
    try:
        # `fast` leaves out the fallbacks, one of which takes time by the square of the page.
        document = trafilatura.bare_extraction(
            tree, url=url, fast=True, favor_precision=True, include_comments=False, with_metadata=False
        )
    except _ITS_ERRORS:
        return ""
    text = getattr(document, "text", None)
    return lines_of(text)[:MAX_TEXT] if isinstance(text, str) else ""


logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it reports every page without text as an error
