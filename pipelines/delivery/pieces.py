"""A message cut into pieces that a service takes: between alerts, else between lines, else between words; pure."""

from collections.abc import Callable, Iterator

BREAKS = ("\n\n", "\n", " ")
"""Where a text may be cut, best first: alerts stand in paragraphs of their own, links between spaces."""


def pieces(text: str, limit: int, length: Callable[[str], int] = len) -> list[str]:
    """`text` in as few pieces of at most `limit` as its breaks allow; `length` measures as the service does."""
    return [piece for piece in _cut(text, limit, length, BREAKS) if piece.strip()] or [text]


def _cut(text: str, limit: int, length: Callable[[str], int], breaks: tuple[str, ...]) -> Iterator[str]:
    if length(text) <= limit:
        yield text
        return
    if not breaks:
        size = max(1, limit * len(text) // length(text))  # a single word: through its middle
        while size > 1 and length(text[:size]) > limit:
            size -= 1
        yield text[:size]
        yield from _cut(text[size:], limit, length, breaks)
        return
    held, *others = breaks
    taken = ""
    for part in text.split(held):
        together = f"{taken}{held}{part}" if taken else part
        if length(together) <= limit:
            taken = together
            continue
        if taken:
            yield taken
        *whole, taken = _cut(part, limit, length, tuple(others)) if part else ("",)
        yield from whole
    if taken:
        yield taken
