"""The article's words on a page: parsed once, cut by `boilerplate`, read by trafilatura, guarded against loss."""

import copy
import logging
import re

import trafilatura
from lxml.html import HtmlElement

from pipelines.ingest.boilerplate import Sizes, paragraph_length, prune
from pipelines.ingest.dates import parse_date
from pipelines.ingest.furniture import without_furniture
from pipelines.ingest.page_metadata import PageMetadata
from pipelines.ingest.plain_text import MAX_TEXT, lines_of, one_line_of, paragraphs
from pipelines.model import Published

SHORTEST_TEXT = 50  # characters; less is a menu's remains
# Below these the precise mode may have lost the article: 11 of 424 pages came out nearly empty (dev F1 .942 to .954).
_LEAST_COVERAGE = 0.5
_LEAST_TEXT = 600
_LEAST_SHARE = 0.5
# A page's own account of its text counts where the extraction is far shorter, or of something else: of 76 pages
# with both one was so, and right; where they differ less the extraction is the better more often.
_FAR_SHORTER = 0.4
_SAME_WORDS = 0.5

# What trafilatura and what it rests on have been seen to raise, or can, on a page it was not made for.
_ITS_ERRORS = (ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)


def page_text(tree: HtmlElement, sizes: Sizes, metadata: PageMetadata, url: str | None) -> str:
    """The article's paragraphs, one a line, without the headline and with the standfirst; prunes the measured tree."""
    whole = copy.deepcopy(tree)
    expected = max(_LEAST_COVERAGE * paragraph_length(sizes), _LEAST_TEXT)
    prune(sizes)
    found = _extracted(tree, url, precise=True)
    if len(found) < expected:
        more = _extracted(whole, url, precise=False)
        found = more if len(found) < _LEAST_SHARE * len(more) else found
    found = _or_declared(found, paragraphs(metadata.body))
    lines = [line for line in found.split("\n") if line and line.casefold() != metadata.title.casefold()]
    lines = without_furniture(lines)
    standfirst = _standfirst(whole, metadata.description)
    if standfirst and not any(standfirst in line for line in lines):
        lines.insert(0, standfirst)
    return "\n".join(lines)


def _or_declared(found: str, declared: str) -> str:
    if len(declared) < _LEAST_TEXT:
        return found
    ours, theirs = set(found.split()), set(declared.split())
    same = len(ours & theirs) / max(1, min(len(ours), len(theirs)))
    return declared if len(found) < _FAR_SHORTER * len(declared) or same < _SAME_WORDS else found


def _standfirst(tree: HtmlElement, description: str) -> str:
    """The paragraph under the headline that the page also uses as its description; empty where there is none."""
    key = _key(description)
    if len(key) < SHORTEST_TEXT:
        return ""
    for element in tree.iter("p", "h2", "h3", "div", "span", "strong"):
        if len(element) > 3:
            continue
        text = element.text_content()
        if len(text) < 2 * len(description) + 200 and _key(text).startswith(key):
            return one_line_of(text)
    return ""


def _key(text: str) -> str:
    """Letters and digits alone, to compare two printings of one sentence."""
    return "".join(re.findall(r"\w+", text.casefold().rstrip(" .…")))


def _extracted(tree: HtmlElement, url: str | None, *, precise: bool) -> str:
    try:
        # `fast` leaves out the fallbacks, one of which takes time by the square of the page.
        document = trafilatura.bare_extraction(
            tree, url=url, fast=True, favor_precision=precise, include_comments=False, with_metadata=False
        )
    except _ITS_ERRORS:
        return ""
    text = getattr(document, "text", None)
    return lines_of(text)[:MAX_TEXT] if isinstance(text, str) else ""


def guessed_day(tree: HtmlElement, url: str | None) -> Published | None:
    """The day that stands somewhere in the page's text or markup: right on 44 of 53 pages that declare none."""
    try:
        options = {"original_date": True, "extensive_search": True}
        found = trafilatura.extract_metadata(tree, url, date_config=options, extensive=False).date
        return parse_date(found) if found else None
    except _ITS_ERRORS:
        return None


logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it reports every page without text as an error
