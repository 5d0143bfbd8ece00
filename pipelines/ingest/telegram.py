"""The public preview of a Telegram channel (t.me/s/NAME) to entries: a post's words are the whole article."""

import re
from collections.abc import Iterator

from lxml import etree

from pipelines.errors import NotAFeed
from pipelines.ingest.page_links import page_tree
from pipelines.ingest.parsed_feed import ParsedFeed, Problems, RawItem, parsed_feed
from pipelines.ingest.plain_text import element_text, lines_of, one_line_of
from pipelines.ingest.xml_text import tag_of
from pipelines.states import SourceKind

_POST = re.compile(r"([A-Za-z0-9_]{2,40})/(\d{1,12})")
_TITLE = 160  # characters; of a post's first line, cut at a word
_MARK = "tgme_widget_message"
_SENTENCE = re.compile(r"[.!?։…](?=\s)")


def looks_like_channel(text: str) -> bool:
    """Whether a page is a channel's preview."""
    return _MARK in text or "tgme_channel_info" in text


def parse_telegram(body: bytes, *, url: str, content_type: str | None) -> ParsedFeed:
    """The posts on a channel's preview, newest first; raises NotAFeed, and nothing else."""
    root, _, problems = page_tree(body, content_type)
    heading = _first(root, "tgme_channel_info_header_title")
    posts = list(_of_class(root, _MARK))
    if heading is None and not posts:
        raise NotAFeed(_why_not(root))
    title = _line(heading) if heading is not None else ""
    found = [item for post in posts if (item := _item(post, url, title, problems)) is not None]
    return parsed_feed(reversed(found), problems, title=title, kind=SourceKind.TELEGRAM)


def _why_not(root: etree._Element) -> str:
    if _first(root, "tgme_page") is not None:
        return "no preview of this channel: it is private, restricted, a person's or a group's, or does not exist"
    return "an HTML page, not a channel's preview"


def _item(post: etree._Element, url: str, title: str, problems: Problems) -> RawItem | None:
    named = _POST.fullmatch(post.get("data-post") or "")
    if named is None or "service_message" in (post.get("class") or "").split():
        return None
    text = _text(post)
    if not text:
        problems.add("post without words: left out")
        return None
    forwarded = _first(post, "tgme_widget_message_forwarded_from_name")
    marks = _marks(post, forwarded)
    moment = next((part.get("datetime") or "" for part in post.iter("time") if part.get("datetime")), "")
    return RawItem(
        title=_headline(text),
        links=(f"https://t.me/{named[1]}/{named[2]}",),
        base=url,
        guid=f"t.me/{named[1]}/{named[2]}",
        body="\n".join(filter(None, [text, marks])),
        date=moment,
        authors=tuple(filter(None, [_line(forwarded) if forwarded is not None else title])),
        plain=frozenset({"title", "summary", "body"}),
    )


def _text(post: etree._Element) -> str:
    """A post's own words: text or caption, a poll's question, what a file is called, the page it shows."""
    parts = [_with_addresses(one) for one in _of_class(post, "js-message_text")]
    for name in ("poll_question", "poll_option_text", "document_title"):
        parts += [_line(one) for one in _of_class(post, f"{_MARK}_{name}")]
    said = "\n".join(filter(None, parts))
    for one in ("link_preview_title", "link_preview_description"):
        parts += [line for part in _of_class(post, one) if (line := _line(part)) and line not in said]
    return lines_of("\n".join(filter(None, parts)))


def _with_addresses(text: etree._Element) -> str:
    """The text with the address of each link behind its words, where they do not name it."""
    for anchor in list(text.iter("a")):
        address, words = one_line_of(anchor.get("href") or ""), element_text(anchor)
        if address.startswith(("http://", "https://")) and address.split("//", 1)[1].split("/")[0] not in words:
            anchor.tail = f" ({address}){anchor.tail or ''}"
    return lines_of(element_text(text))


def _marks(post: etree._Element, forwarded: etree._Element | None) -> str:
    said = []
    if forwarded is not None:
        said.append(f"forwarded from {_line(forwarded)}")
    meta = _first(post, f"{_MARK}_meta")
    if meta is not None and "edited" in _line(meta).lower():
        said.append("edited")
    return f"[{'; '.join(said)}]" if said else ""


def _headline(text: str) -> str:
    line = text.split("\n", 1)[0]
    if len(line) <= _TITLE:
        return line
    end = next((found.end() for found in _SENTENCE.finditer(line, 40, _TITLE)), 0)
    return line[:end] if end else line[:_TITLE].rpartition(" ")[0] + " …"


def _of_class(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """Descendants of that class; of those within one another the outer, and none that a reply quotes."""
    last: etree._Element | None = None
    for part in element.iterdescendants():
        classes = (part.get("class") or "").split() if tag_of(part) else ()
        if name in classes and "js-message_reply_text" not in classes and not _within(part, last):
            last = part
            yield part


def _within(part: etree._Element, outer: etree._Element | None) -> bool:
    return outer is not None and any(above is outer for above in part.iterancestors())


def _first(element: etree._Element, name: str) -> etree._Element | None:
    return next(_of_class(element, name), None)


def _line(element: etree._Element) -> str:
    return one_line_of(element_text(element))
