"""What a desk says of a site's layout, by CSS selectors: where its text stands, and what is none of it."""

from collections.abc import Sequence
from functools import lru_cache
from typing import cast

from cssselect import SelectorError
from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement, fromstring

_MISLEADING = ("class", "id", "style", "hidden", "aria-hidden", "role")
_SIDE_PARTS = frozenset({"aside", "button", "footer", "form", "header", "nav", "noscript"})
"""Attributes and tags by which what a desk keeps would be taken for something else than text: it knows better."""


def selector_problem(selector: str) -> str | None:
    """Why a text is no CSS selector; None where it is one."""
    try:
        _compiled(selector)
    except (SelectorError, ValueError) as error:
        return f"no CSS selector: {error}"
    return None


def select(tree: HtmlElement, keep: Sequence[str], drop: Sequence[str]) -> bool:
    """Cut the page's body down to what `keep` meets, without what `drop` meets; False where `keep` meets nothing.

    Then the page stays whole but for `drop`: a layout that changed must not cost the text.
    """
    for element in _met(tree, drop):
        if element.getparent() is not None:
            element.drop_tree()
    kept = _met(tree, keep)
    body = next(tree.iter("body"), None)
    if not kept or body is None:
        return not keep
    outermost = [element for element in kept if not any(above in kept for above in element.iterancestors())]
    for element in outermost:
        element.tag = "div" if element.tag in _SIDE_PARTS else element.tag
        for name in _MISLEADING:
            element.attrib.pop(name, None)
    article = fromstring("<article></article>")
    article.extend(outermost)
    for child in list(body):
        body.remove(child)
    body.text = None
    body.append(article)
    return True


def _met(tree: HtmlElement, selectors: Sequence[str]) -> dict[HtmlElement, None]:
    """The elements that any of the selectors meets, in document order; what is no selector meets nothing."""
    found: set[HtmlElement] = set()
    for selector in selectors:
        if selector_problem(selector) is None:
            found.update(cast("list[HtmlElement]", _compiled(selector)(tree)))
    return {element: None for element in tree.iter() if element in found} if found else {}


@lru_cache(maxsize=256)
def _compiled(selector: str) -> CSSSelector:
    return CSSSelector(selector, translator="html")
