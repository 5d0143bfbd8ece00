"""The captions of an article's pictures, which an extractor leaves out or runs into the text."""

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from pipelines.ingest.boilerplate import Sizes
from pipelines.ingest.plain_text import one_line

_NAMED = re.compile(
    r"(?:^|[\s_-])(?:wp-)?(?:image-?|photo-?|media-?|picture-?|img-?)?captions?(?:$|[\s_-])", re.IGNORECASE
)
_OUTSIDE = frozenset({"aside", "nav", "footer", "header", "form"})
_MOST = 20
_SHORTEST, _LONGEST = 15, 500
_LINKED = 0.5


def captions(sizes: Sizes) -> list[str]:
    """Captions inside the page's article, else anywhere but in its side parts, in reading order, each once."""
    found = list(_found(sizes))
    inside = [text for text, own in found if own]
    return list(dict.fromkeys(inside or [text for text, _ in found]))[:_MOST]


def _found(sizes: Sizes) -> Iterator[tuple[str, bool]]:
    for element, size in sizes.items():
        if not _SHORTEST <= size.text <= _LONGEST or size.linked > _LINKED * size.text or not _is_caption(element):
            continue
        around = {ancestor.tag for ancestor in element.iterancestors()}
        if around.isdisjoint(_OUTSIDE):
            yield one_line(element.text_content(), limit=_LONGEST), "article" in around or "main" in around


def _is_caption(element: HtmlElement) -> bool:
    if element.tag == "figcaption":
        return True
    return element.tag in {"p", "div", "span"} and bool(_NAMED.search((element.get("class") or "")[:200]))
