"""From a page to an article's words: parsed once, cut by `boilerplate`, read by trafilatura, guarded against loss."""

import copy
import logging
import re
from dataclasses import replace
from datetime import timedelta

import trafilatura
from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from pipelines.ingest.boilerplate import measure, paragraph_length, prune
from pipelines.ingest.charset import decode, is_text
from pipelines.ingest.dates import parse_date
from pipelines.ingest.page_dates import PageDates
from pipelines.ingest.page_metadata import PageMetadata, page_metadata
from pipelines.ingest.plain_text import MAX_TEXT, lines_of, one_line, one_line_of
from pipelines.ingest.reading import Reading, from_entry
from pipelines.model import Content, FeedEntry, Page, Published
from pipelines.protocols import Response
from pipelines.states import Precision

SHORTEST_TEXT = 50  # characters; less is a menu's remains
# Below these the precise mode may have lost the article: 11 of 424 pages came out nearly empty (dev F1 .942 to .954).
_LEAST_COVERAGE = 0.5
_LEAST_TEXT = 600
_LEAST_SHARE = 0.5

# A day begins at +14:00 and ends at -12:00.
_EARLIEST, _LATEST = timedelta(hours=-14), timedelta(hours=24 + 12)

# What trafilatura and what it rests on have been seen to raise, or can, on a page it was not made for.
_ITS_ERRORS = (ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def extract(
    html: bytes,
    *,
    url: str | None,
    content_type: str | None = None,
    entry: FeedEntry | None = None,
    language: str | None = None,
) -> Content:
    """The article on the page; what the page lacks comes from `entry`, what both lack is empty.

    What is no text, cannot be read whole (too deep for the parser) or has no article gives the feed's own body, else
    the headline alone: `text_source` tells. Then `entry` goes first in all: the page may ask for consent or a log-in.
    """
    given = entry or FeedEntry(title="")
    tree = _parsed(html, content_type) if is_text(html, content_type) else None
    if tree is None:
        return from_entry(given, language)
    metadata = page_metadata(tree, url)
    body = _text(tree, metadata, url)
    published = _published(metadata.dates, given.published)
    if published is None:
        dates = metadata.dates
        published = (None if entry else _guessed_day(tree, url) or dates.printed) or dates.changed
    if len(body) < SHORTEST_TEXT or len(body) * 2 < len(given.body):
        fed = from_entry(given, language)
        return replace(
            fed,
            title=fed.title or metadata.title,
            language=language or metadata.language,
            published=fed.published or published,
            authors=fed.authors or metadata.authors,
        )
    return Content(
        title=metadata.title or given.title or one_line(body[:120]),
        lead=given.summary,
        body=body,
        language=metadata.language or language,
        published=published,
        authors=metadata.authors or given.authors,
    )


def read(page: Page, answer: Response | None) -> Reading:
    """The words of an article that is due: from the answer for its page, or from its feed where it has no page."""
    if answer is None:
        return Reading(content=from_entry(page.entry, page.language))
    content = extract(
        answer.body, url=answer.url, content_type=answer.content_type, entry=page.entry, language=page.language
    )
    return Reading(content=content)


def _parsed(html: bytes, content_type: str | None) -> HtmlElement | None:
    """The page's tree; None where there is none, or where the parser gave up on its depth and dropped the rest."""
    text, _ = decode(html, content_type)
    parser = HTMLParser(huge_tree=True, encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        tree = document_fromstring(_NOT_XML.sub("", text).encode("utf-8"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None
    if any("depth" in entry.message for entry in parser.error_log.filter_from_fatals()):
        return None
    return tree


def _text(tree: HtmlElement, metadata: PageMetadata, url: str | None) -> str:
    """The article's paragraphs, one a line, without the headline and with the standfirst."""
    whole, sizes = copy.deepcopy(tree), measure(tree)
    expected = max(_LEAST_COVERAGE * paragraph_length(sizes), _LEAST_TEXT)
    prune(sizes)
    found = _extracted(tree, url, precise=True)
    if len(found) < expected:
        more = _extracted(whole, url, precise=False)
        found = more if len(found) < _LEAST_SHARE * len(more) else found
    lines = [line for line in found.split("\n") if line.casefold() != metadata.title.casefold()]
    standfirst = _standfirst(whole, metadata.description)
    if standfirst and not any(standfirst in line for line in lines):
        lines.insert(0, standfirst)
    return "\n".join(filter(None, lines))


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


def _guessed_day(tree: HtmlElement, url: str | None) -> Published | None:
    """The day that stands somewhere in the page's text or markup: right on 44 of 53 pages that declare none."""
    try:
        options = {"original_date": True, "extensive_search": True}
        found = trafilatura.extract_metadata(tree, url, date_config=options, extensive=False).date
        return parse_date(found) if found else None
    except _ITS_ERRORS:
        return None


def _published(page: PageDates, feed: Published | None) -> Published | None:
    """What the page declares, then the feed's, then what the page hints at: the age decides who is alerted.

    Of a day and a time on that day the time is kept, whichever zone the day was written in.
    """
    declared = page.declared
    if declared is None or feed is None:
        return declared or feed or page.hinted
    exact = declared.precision is Precision.DAY and feed.precision is not Precision.DAY
    return feed if exact and _EARLIEST <= feed.utc - declared.utc < _LATEST else declared


logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it reports every page without text as an error
