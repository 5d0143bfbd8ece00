"""Cutting away what is on a page but not of its article, by rules that hold for any page."""

import re
from dataclasses import dataclass

from lxml.html import HtmlElement

# Words of class and id under which hardly any article text stood in 424 pages of 200 sites; wider words (share,
# widget, related, promo, paywall) hold text as often as not.
_WORDS = frozenset(
    {"breadcrumb", "breadcrumbs", "comment", "comments", "consent", "cookie", "cookies", "copyright", "disclaimer"}
    | {"gallery", "legal", "modal", "newsletter", "poll", "popup", "signup", "slideshow", "teaser", "teasers"}
    | {"tooltip"}
)
_LINK_BLOCKS = frozenset({"ul", "ol", "div", "section"})
_NAMED_BLOCKS = frozenset({*_LINK_BLOCKS, "aside", "p", "span", "figure", "header", "footer", "nav", "form", "table"})
_INLINE = frozenset({"b", "big", "em", "font", "i", "small", "span", "strong", "sub", "sup", "u"})
_SIDE_PARTS = frozenset({"aside", "footer", "nav", "header", "form"})
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")

LARGEST_CUT = 0.3  # of the page's paragraphs: a larger block is the article, whatever it is called
LINK_SHARE = 0.8  # of a block's characters
SHORTEST_PARAGRAPH = 80


@dataclass(slots=True)
class Size:
    """What an element holds: characters of text, those of them inside links, and the number of links."""

    text: int = 0
    linked: int = 0
    links: int = 0


Sizes = dict[HtmlElement, Size]


def measure(tree: HtmlElement) -> Sizes:
    """The size of every element in the tree, in document order and in time that grows with the page alone."""
    elements = list(tree.iter("*"))
    sizes = {element: Size() for element in elements}
    for element in reversed(elements):
        size = sizes[element]
        if element.tag in {"script", "style"}:
            continue
        size.text += _folded_length(element.text)
        if element.tag == "a":
            size.linked, size.links = size.text, size.links + 1
        parent = sizes.get(element.getparent())
        if parent is not None:
            parent.text += size.text + _folded_length(element.tail)
            parent.linked += size.linked
            parent.links += size.links
    return sizes


def paragraph_length(sizes: Sizes) -> int:
    """Characters in the page's real paragraphs: a yardstick for what an extraction lost."""
    return sum(size.text for element, size in sizes.items() if element.tag == "p" and size.text >= SHORTEST_PARAGRAPH)


def prune(sizes: Sizes) -> None:
    """Remove blocks named as something else than text, and blocks that are mostly links, from the measured tree."""
    cap = LARGEST_CUT * max(sum(size.text for element, size in sizes.items() if element.tag == "p"), 1)
    for element, size in sizes.items():
        if element.tag in _SIDE_PARTS and size.text >= cap and _paragraphs_in(element, sizes) > cap:
            element.tag = "div"  # left open, as a slip of the page's; by its name the article would go with it
    cut = {element for element, size in sizes.items() if size.text < cap and _is_boilerplate(element, size)}
    cut.update(element for element in reversed(sizes) if element.tag in _INLINE and _is_hollow(element, cut))
    parents = dict.fromkeys(element.getparent() for element in sizes if element in cut)
    for parent in parents:
        if parent is not None:
            _remove(parent, cut)


def _paragraphs_in(element: HtmlElement, sizes: Sizes) -> int:
    return sum(sizes[paragraph].text for paragraph in element.iter("p") if paragraph in sizes)


def _is_hollow(element: HtmlElement, cut: set[HtmlElement]) -> bool:
    """Whether nothing stands in it but what is cut: trafilatura would lose the text after it."""
    return not _folded_length(element.text) and all(
        child in cut and not _folded_length(child.tail) for child in element
    )


def _remove(parent: HtmlElement, cut: set[HtmlElement]) -> None:
    """Take those children out and keep the text after them: joined once, as `drop_tree` takes time by the square."""
    before: HtmlElement | None = None
    text = [parent.text]
    for child in (*parent, None):
        if child is not None and child in cut:
            text.append(child.tail)
            parent.remove(child)
            continue
        if len(text) > 1:
            joined = "".join(filter(None, text)) or None
            if before is None:
                parent.text = joined
            else:
                before.tail = joined
        before, text = child, [child.tail if child is not None else None]


def _is_boilerplate(element: HtmlElement, size: Size) -> bool:
    if element.tag in _NAMED_BLOCKS:
        named = f"{element.get('class') or ''} {element.get('id') or ''}"[:500]
        if len(named) > 1 and not _WORDS.isdisjoint(word.lower() for word in _WORD.findall(named)):
            return True
    return element.tag in _LINK_BLOCKS and size.links > 1 and size.text > 25 and size.linked > LINK_SHARE * size.text


def _folded_length(text: str | None) -> int:
    return len(" ".join(text.split())) if text else 0
