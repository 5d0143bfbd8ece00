"""The block that holds most of a page's paragraphs: what is read where trafilatura finds little of the article.

In time that grows with the page alone, which trafilatura's own fallbacks do not. Alone it has F1 .93 on 424 real pages.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from lxml.html import HtmlElement

from pipelines.ingest.boilerplate import Size, Sizes

_BLOCKS = frozenset(
    re.findall(
        r"\w+",
        "address article aside blockquote body br dd details div dl dt fieldset figcaption figure footer form h1 h2 h3"
        " h4 h5 h6 header hr li main nav ol p pre section summary table tbody td th tr ul",
    )
)
_UNREAD = frozenset(
    re.findall(
        r"\w+",
        "audio button figcaption figure footer form h1 head iframe nav noscript object script select style svg template"
        " textarea title video aside",
    )
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden")
_PARAGRAPHS = frozenset({"p", "li", "blockquote", "h2", "h3", "pre", "dd"})
_SENTENCE = 25  # characters; less is a label
_LINKED = 0.5  # of a paragraph's characters: more is a teaser
_LISTED = 0.8
_ABOVE = 3  # levels that a paragraph speaks for, each for half of the one below
_HOLDS_MORE = 2.0  # times the text of the best block: its sections stand in blocks of their own

_Blocks = list[tuple[HtmlElement, str]]


def dense_block(tree: HtmlElement, sizes: Sizes) -> str:
    """The paragraphs of the block with most of them, one a line; empty where the page has none."""
    body = next(tree.iter("body"), tree)
    found = [(element, text) for element, text in _texts(body) if _share(sizes.get(element)) <= _LINKED]
    best = _best([(element, text) for element, text in found if len(text) >= _SENTENCE], sizes)
    if best is None:
        return ""
    lines = ((element, text) for element, text in _texts(best) if _share(sizes.get(element)) <= _LISTED)
    return "\n".join(text for _, text in lines)


def _best(paragraphs: _Blocks, sizes: Sizes) -> HtmlElement | None:
    scores: dict[HtmlElement, float] = defaultdict(float)
    for element, text in paragraphs:
        above = element.getparent() if element.tag in _PARAGRAPHS else element
        weight = float(len(text))
        for _ in range(_ABOVE):
            if above is None:
                break
            scores[above] += weight
            weight, above = weight / 2, above.getparent()
    if not scores:
        return None
    best, held = max(scores, key=lambda element: scores[element]), _held(paragraphs, sizes)
    for ancestor in best.iterancestors():
        if ancestor.tag == "body" or best.tag in {"article", "main"}:
            break
        if held[ancestor] > _HOLDS_MORE * held[best]:
            best = ancestor
    return best


def _held(paragraphs: _Blocks, sizes: Sizes) -> Mapping[HtmlElement, int]:
    """Characters of the paragraphs below each element, its own text apart."""
    own: dict[HtmlElement, int] = defaultdict(int)
    below: dict[HtmlElement, int] = defaultdict(int)
    for element, text in paragraphs:
        own[element] += len(text)
    for element in reversed(sizes):  # from the leaves up
        found = own.get(element, 0) + below.get(element, 0)
        if found and (parent := element.getparent()) is not None:
            below[parent] += found
    return below


def _share(size: Size | None) -> float:
    return size.linked / size.text if size and size.text else 0.0


def _texts(root: HtmlElement) -> Iterator[tuple[HtmlElement, str]]:
    """Each run of text between the bounds of blocks, on one line, with the block that it stands in; no recursion."""
    pieces: list[str] = []
    owner, waiting = root, [(root, root, False)]
    while waiting:
        element, block, tail = waiting.pop()
        begins = not tail and element.tag in _BLOCKS
        ends = tail and element.tag in _BLOCKS
        if (begins or ends) and (text := " ".join("".join(pieces).split())):
            yield owner, text
        if begins or ends:
            pieces.clear()
        if tail:
            owner = block
            pieces.append(element.tail or "")
            continue
        if element is not root:
            waiting.append((element, block, True))
        if element is not root and _is_unread(element):
            continue
        owner = element if begins and element.tag != "br" else block
        pieces.append(element.text or "")
        waiting.extend((child, owner, False) for child in reversed(element))
    if text := " ".join("".join(pieces).split()):
        yield owner, text


def _is_unread(element: HtmlElement) -> bool:
    if not isinstance(element.tag, str) or element.tag in _UNREAD or element.get("hidden") is not None:
        return True
    return element.get("aria-hidden") == "true" or bool(_HIDDEN.search(element.get("style") or ""))
