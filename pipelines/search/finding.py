"""Whether a text answers a search, and where; pure.

As in rules, no phrase crosses the edge of a field or the end of a sentence, and no nearness the edge of a field.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from pipelines.model import Content, Hit
from pipelines.search.sought import Either, Every, Near, Phrase, Piece, Sought, Without
from pipelines.states import Field
from pipelines.text import Words, words

FIELDS = (Field.TITLE, Field.LEAD, Field.BODY)


class _Span(NamedTuple):
    """Words first to last of a field, found by a phrase."""

    field: int
    first: int
    last: int
    phrase: str


def hits_in(sought: Sought, content: Content) -> tuple[Hit, ...] | None:
    """Where the text has what is sought, in reading order; None where it does not answer."""
    read = [words(content.title), words(content.lead), words(content.body)]
    found = _spans(sought, read)
    if found is None:
        return None
    return tuple(_hit(span, read[span.field]) for span in sorted(set(found)))


def _hit(span: _Span, read: Words) -> Hit:
    start, end = read.starts[span.first], read.ends[span.last]
    return Hit(group=span.phrase, field=FIELDS[span.field], start=start, end=end, text=read.text[start:end])


def _spans(sought: Sought, read: Sequence[Words]) -> list[_Span] | None:
    """What answers; None where nothing does."""
    match sought:
        case Phrase():
            return list(_phrase(sought, read)) or None
        case Near():
            return _near(sought, read)
        case Without(part=part):
            return None if _spans(part, read) is not None else []
        case Every(parts=parts):
            each = [_spans(part, read) for part in parts]
            return None if None in each else _together(each)
        case Either(parts=parts):
            each = [found for part in parts if (found := _spans(part, read)) is not None]
            return _together(each) if each else None


def _together(each: Iterable[list[_Span] | None]) -> list[_Span]:
    return [span for found in each for span in found or ()]


def _phrase(phrase: Phrase, read: Sequence[Words]) -> Iterator[_Span]:
    pattern, more = _pattern(phrase.pieces), len(phrase.pieces) - 1
    for field, text in enumerate(read[:1] if phrase.in_title else read):
        line, at, number = text.line, 0, -1
        for found in pattern.finditer(line):
            number += line.count(b" ", at, found.start())
            at = found.start()
            if not more or text.together(number, number + more):
                yield _Span(field, number, number + more, phrase.written)


@lru_cache(maxsize=256)
def _pattern(pieces: tuple[Piece, ...]) -> re.Pattern[bytes]:
    """Finds the words in a line of folded words with blanks between, before and after."""
    written = " ".join(re.escape(piece.word) + ("[^ ]*" if piece.open else "") for piece in pieces)
    return re.compile(f"(?<= ){written}(?= )".encode("utf-8", "surrogatepass"))


def _near(near: Near, read: Sequence[Words]) -> list[_Span] | None:
    left, right = _spans(near.left, read), _spans(near.right, read)
    if not left or not right:
        return None
    pairs = list(_pairs(left, right, near.words))
    if not near.ordered:
        pairs += _pairs(right, left, near.words)
    return [span for pair in pairs for span in pair] or None


def _pairs(left: list[_Span], right: list[_Span], between: int) -> Iterator[tuple[_Span, _Span]]:
    """Each of `left` with the next of `right`, where that begins so few words after its end."""
    begins = sorted(right)
    for one in left:
        after = bisect_right(begins, (one.field, one.last, _ENDLESS, ""))
        if after < len(begins):
            other = begins[after]
            if other.field == one.field and other.first - one.last - 1 <= between:
                yield one, other


_ENDLESS = 1 << 62
