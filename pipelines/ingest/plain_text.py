"""Markup to plain text, and text to clean text: no tags, no control characters, one blank between words."""

import html
import re
from collections.abc import Iterator

from lxml import etree
from lxml import html as lxml_html

MAX_TITLE = 500
MAX_TEXT = 1 << 20

# C0, C1, lone surrogates, byte order marks and direction overrides: nothing a reader sees, and what a terminal obeys.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff\u202a-\u202e\u2066-\u2069]")
_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_BLANKS = re.compile(r"[^\S\n]+")
_EMPTY_LINES = re.compile(r"\r?\n\s*\n")
_MARKUP = re.compile(r"<[A-Za-z/!?]")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_UNREAD = frozenset({"script", "style", "noscript", "template", "head", "svg", "math", "iframe", "object", "select"})
_BLOCKS = frozenset(
    re.findall(
        r"\w+",
        "address article aside blockquote body br dd details div dl dt fieldset figcaption figure footer form h1 h2 h3"
        " h4 h5 h6 header hr html li main nav ol p pre section summary table td th tr ul",
    )
)


def paragraphs(text: str, *, markup: bool = True, limit: int = MAX_TEXT) -> str:
    """Text of a piece of HTML (or of plain text): paragraphs separated by one line break."""
    return lines_of(_stripped(text) if markup or _MARKUP.search(text) else text)[:limit].rstrip()


def lines_of(text: str) -> str:
    """Plain text line by line, without empty lines and what cannot be seen."""
    return "\n".join(filter(None, map(one_line_of, text.splitlines())))


def one_line(text: str, *, markup: bool = True, limit: int = MAX_TITLE) -> str:
    """Text of a piece of HTML (or of plain text) on one line."""
    found = _stripped(text) if markup or _MARKUP.search(text) else text
    return one_line_of(found[: 8 * limit])[:limit].rstrip()


def one_line_of(text: str) -> str:
    """Plain text on one line, without what cannot be seen."""
    # Nothing that the patterns take away is printable; most text is so as a whole, and that is told ten times sooner.
    seen = text if text.isprintable() else _CONTROL.sub("", _ANSI.sub("", text))
    return " ".join(seen.split())


def element_text(root: etree._Element) -> str:
    """What a reader sees of an element, with line breaks where blocks begin and end."""
    return "".join(_pieces(root))


def _stripped(text: str) -> str:
    """Text without its tags and with its entities decoded once; white space of the source folded."""
    if not _MARKUP.search(text):
        text = _EMPTY_LINES.sub("\v", text.strip()).replace("\n", " ").replace("\v", "\n")
        return html.unescape(text) if _ENTITY.search(text) else text
    parser = lxml_html.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root = lxml_html.document_fromstring(f"<div>{_CONTROL.sub('', text)}</div>", parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return ""
    return element_text(root)


def _pieces(root: etree._Element) -> Iterator[str]:
    """Iterative, so that no depth of nesting can exhaust the stack."""
    unread = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            unread += tag in _UNREAD
            if not unread:
                yield "\n" if tag in _BLOCKS else ""
                yield _folded(element.text, keep=tag == "pre")
            continue
        unread -= tag in _UNREAD
        if not unread:
            yield "\n" if tag in _BLOCKS else ""
            if element is not root:
                yield _folded(element.tail, keep=False)


def _folded(text: str | None, *, keep: bool) -> str:
    if not text:
        return ""
    if keep or (text.isprintable() and "  " not in text):
        return text
    return _BLANKS.sub(" ", text.replace("\n", " "))
