"""From a page to an article: its text, title, time, authors and language, with the feed's words for what it lacks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from lxml import etree
from lxml.html import HtmlElement, document_fromstring

from pipelines.feed_options import PLAIN, FeedOptions
from pipelines.ingest.boilerplate import measure
from pipelines.ingest.captions import captions
from pipelines.ingest.charset import decode, is_text
from pipelines.ingest.headline import alike
from pipelines.ingest.language_detection import detect
from pipelines.ingest.page_dates import PageDates
from pipelines.ingest.page_metadata import PageMetadata, page_metadata
from pipelines.ingest.page_text import SHORTEST_TEXT, page_text
from pipelines.ingest.plain_text import MAX_TEXT, MAX_TITLE, one_line
from pipelines.ingest.reading import Reading, from_entry, without_captions
from pipelines.ingest.selection import select
from pipelines.ingest.walls import ARTICLE, BRIEF, wall
from pipelines.ingest.xml_text import page_bytes
from pipelines.model import Content, FeedEntry, Page, Published
from pipelines.passages import Passage
from pipelines.protocols import Response
from pipelines.states import PassageKind, Precision

# A day begins at +14:00 and ends at -12:00.
_EARLIEST, _LATEST = timedelta(hours=-14), timedelta(hours=24 + 12)

_OF_HEAD = frozenset({"title", "meta", "link", "base", "style", "script", "noscript", "template"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What is known of a page before it is read."""

    url: str | None = None
    content_type: str | None = None
    entry: FeedEntry | None = None
    language: str | None = None
    """The feed's."""
    options: FeedOptions = PLAIN


def extract(
    html: bytes,
    *,
    url: str | None,
    content_type: str | None = None,
    entry: FeedEntry | None = None,
    language: str | None = None,
) -> Content:
    """The article on the page, without its captions; see `examine`."""
    given = Given(url=url, content_type=content_type, entry=entry, language=language)
    return without_captions(examine(html, given).content)


def read(page: Page, answer: Response | None) -> Reading:
    """The words of an article that is due: from the answer for its page, or from its feed where it has no page."""
    if answer is None:
        return Reading(content=_detected(from_entry(page.entry, page.language), page.language))
    given = Given(
        url=answer.url,
        content_type=answer.content_type,
        entry=page.entry,
        language=page.language,
        options=page.options,
    )
    return examine(answer.body, given)


def examine(html: bytes, given: Given) -> Reading:
    """The article on the page; what the page lacks comes from its feed's entry, what both lack is empty.

    What is no text, cannot be read whole (too deep for the parser), stands before the article (a wall) or has no
    article gives the feed's own body, else the headline alone, and a reason. Then the entry goes first in all.
    """
    entry = given.entry or FeedEntry(title="")
    if not is_text(html, given.content_type):
        return _from_feed(given, "the page is no text but a file of another kind")
    tree, deep = _parsed(html, given.content_type)
    if tree is None:
        reason = "the page is nested too deeply to be read whole" if deep else "the page is empty"
        return _from_feed(given, reason)
    metadata = page_metadata(tree, given.url)
    published = _published(metadata.dates, given.entry)
    selected = select(tree, given.options.keep, given.options.drop)
    sizes = measure(tree)
    pictured = captions(sizes)
    body = page_text(tree, sizes, metadata, given.url)
    reason = _doubt(html, body, metadata, given)
    if reason:
        return _from_feed(given, reason, metadata, published)
    content = Content(
        title=metadata.title or entry.title or one_line(body[:120]),
        lead=entry.summary,
        body=body,
        published=published,
        authors=metadata.authors or entry.authors,
    )
    told = "" if selected else "`keep` meets nothing on the page: has its layout changed?"
    if not told and len(body) > MAX_TEXT - MAX_TITLE:  # a headline in front of it may have been left out
        told = f"the text is longer than {MAX_TEXT:,} characters, and cut there"
    return Reading(content=_with_captions(_detected(content, metadata.language, given.language), pictured), reason=told)


def _doubt(html: bytes, body: str, metadata: PageMetadata, given: Given) -> str:
    """Why what was read is not the article; empty where it is."""
    if len(body) < ARTICLE:
        whole, _ = _parsed(html, given.content_type)  # what was read was cut out of the first tree
        names = (given.entry.title if given.entry else "", metadata.title)
        found = None if whole is None else wall(whole, body, same_headline=len(body) >= BRIEF and alike(*names))
        if found:
            return found
    if len(body) < SHORTEST_TEXT:
        return "no article was found on the page"
    if given.entry and len(body) * 2 < len(given.entry.body):
        return "the feed has more of the text than the page"
    return ""


def _from_feed(
    given: Given, reason: str, metadata: PageMetadata | None = None, published: Published | None = None
) -> Reading:
    fed = from_entry(given.entry or FeedEntry(title=""), given.language)
    if metadata:
        fed = replace(
            fed,
            title=fed.title or metadata.title,
            published=fed.published or published,
            authors=fed.authors or metadata.authors,
        )
    claims = (given.language, metadata.language if metadata else None)
    return Reading(content=_detected(fed, *claims), reason=reason)


def _detected(content: Content, *claims: str | None) -> Content:
    """The content with the language that it is in."""
    return replace(content, language=detect(f"{content.title}\n{content.body or content.lead}", claims))


def _with_captions(content: Content, found: Sequence[str]) -> Content:
    """The body with the captions that are not in it at its end; those that are, marked where they stand."""
    body, passages = content.body, []
    for caption in found:
        start = f"\n{body}\n".find(f"\n{caption}\n")
        if start < 0 and caption in body:
            continue  # inside a paragraph, and told there
        if start < 0:
            start, body = len(body) + 1, f"{body}\n{caption}"
        passages.append(Passage(kind=PassageKind.CAPTION, start=start, end=start + len(caption)))
    return replace(content, body=body, passages=tuple(sorted(passages, key=lambda one: one.start)))


_ELEMENTS = etree.ElementDefaultClassLookup(element=HtmlElement)
"""One class for all: lxml.html chooses one by the tag, in Python, which was a fourteenth of an extraction."""


def _parsed(html: bytes, content_type: str | None) -> tuple[HtmlElement | None, bool]:
    """The page's tree, and whether it is too deep; None where there is none, or the parser dropped its depths."""
    text, _ = decode(html, content_type)
    parser = etree.HTMLParser(huge_tree=True, encoding="utf-8", remove_comments=True, remove_pis=True)
    parser.set_element_class_lookup(_ELEMENTS)
    try:
        tree = document_fromstring(page_bytes(text), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        if any(entry.type == etree.ErrorTypes.ERR_NO_MEMORY for entry in parser.error_log):
            raise MemoryError from error  # lxml calls it a fault of the page
        return None, False
    deep = any("depth" in entry.message for entry in parser.error_log.filter_from_fatals())
    _give_body(tree)
    return (None if deep else tree), deep


def _give_body(tree: HtmlElement) -> None:
    """Put into the body what the parser left in the head: HTML 5 needs no <body>, and libxml2 knows no <article>."""
    head = tree.find("head")
    stray = [one for one in head if one.tag not in _OF_HEAD] if head is not None else []
    if stray:
        body = tree.find("body")
        body = etree.SubElement(tree, "body") if body is None else body
        for place, one in enumerate(stray):
            body.insert(place, one)


def _published(page: PageDates, entry: FeedEntry | None) -> Published | None:
    """What the page declares, then the feed's, then what the page hints at: the age decides who is alerted.

    Without a feed's word for it, a page that shows its readers only the day of its last change is of that day. Of a
    day and a time on that day the time is kept, whichever zone the day was written in. What a page only prints
    somewhere dates no article of a feed.
    """
    declared, feed = page.declared, entry.published if entry else None
    if declared is None or feed is None:
        return feed or page.shown or declared or page.hinted or (None if entry else page.printed) or page.dated
    exact = declared.precision is Precision.DAY and feed.precision is not Precision.DAY
    return feed if exact and _EARLIEST <= feed.utc - declared.utc < _LATEST else declared
