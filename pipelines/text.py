"""Words of a text, folded for comparison, with their exact place in the original; pure.

Rules and grouping read text through here, and terms are read the same way as the text they look for.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property

from pipelines import letters
from pipelines.folding import UNSPACED, beyond_bmp, fold, word_pattern
from pipelines.letters import blanks

__all__ = ["ABBREVIATIONS", "UNSPACED", "Words", "beyond_bmp", "blanks", "fold", "word_pattern", "words"]

_ABBREVIATED = """
mr mrs ms dr prof st gen col lt sgt capt maj adm gov sen rep rev hon jr sr inc ltd corp vs cf approx dept est
jan feb mar apr jun jul aug sept sep oct nov dec mon tue wed thu fri
гг ул им тов др пр проф ген акад доц руб коп млн млрд тыс стр рис обл респ см
doç sn av yrd müh mah cad sok bul nr tel dos müd
մլն մլրդ պրոֆ գեն թիվ
"""
ABBREVIATIONS = frozenset(_ABBREVIATED.split())
"""Words whose full stop ends no sentence, in lower case; a single letter's ends none either."""


class Words:
    """The words of one text, column by column; `text[starts[i]:ends[i]]` is the i-th in the original.

    Each column is worked out when it is first asked for.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._line = letters.read(text)

    @cached_property
    def line(self) -> bytes:
        """The folded words in UTF-8, one blank between, before and after them."""
        return self._line.folded if self._line else " ".join(["", *self.folded, ""]).encode("utf-8", "surrogatepass")

    @cached_property
    def folded(self) -> Sequence[str]:
        """Each word, folded."""
        return (
            self._line.folded.decode("utf-8", "surrogatepass").split()
            if self._line
            else [fold(self.text[a:b]) for a, b in zip(self.starts, self.ends, strict=True)]
        )

    @cached_property
    def edges(self) -> Sequence[int]:
        """Where each word begins and ends, one word after the other."""
        if self._line:
            return self._line.edges()
        found = word_pattern(beyond_bmp(self.text)).finditer(self.text)
        return [edge for word in found for edge in word.span()]

    @cached_property
    def starts(self) -> Sequence[int]:
        """Where each word begins."""
        return self.edges[::2]

    @cached_property
    def ends(self) -> Sequence[int]:
        """Where each word ends."""
        return self.edges[1::2]

    @cached_property
    def sentences(self) -> Sequence[int]:
        """Number of the sentence each word stands in, from 0, never falling."""
        return _sentences(self.text, self.starts, self.ends)

    def together(self, first: int, last: int) -> bool:
        """Whether two words stand in one sentence."""
        text, starts, ends = self.text, self.starts, self.ends
        for word in range(first, last):
            if text[ends[word] : starts[word + 1]] != " " and _ends_sentence(text, word, starts, ends):
                return False
        return True

    def __len__(self) -> int:
        return len(self.folded)

    def original(self, index: int) -> str:
        """The word as it stands in the text."""
        return self.text[self.starts[index] : self.ends[index]]


def words(text: str) -> Words:
    """Every word of `text` in order."""
    return Words(text)


_END_BEGINS = re.compile("[.!?…։।॥。！？｡؟۔\n\u2029]")
_SENTENCE_END = re.compile(
    r"(?<![.!?…])[.!?…]++[\"'»”’)\]]*+(?=\s|$)"  # a full stop inside a word or number ends nothing
    r"|[։।॥。！？｡؟۔\u2029]|\n[^\S\n]*+\n"
)


def _sentences(text: str, starts: Sequence[int], ends: Sequence[int]) -> Sequence[int]:
    numbers: list[int] = []
    number = 0
    for beginning in _END_BEGINS.finditer(text):
        found = _SENTENCE_END.match(text, beginning.start())
        if found is None:
            continue
        following = bisect_left(starts, found.end())
        if following > len(numbers) and not _abbreviates(text, found, starts, ends):
            numbers.extend([number] * (following - len(numbers)))
            number += 1
    numbers.extend([number] * (len(starts) - len(numbers)))
    return numbers


def _ends_sentence(text: str, word: int, starts: Sequence[int], ends: Sequence[int]) -> bool:
    """Whether a sentence ends between the word and the next."""
    return any(
        (found := _SENTENCE_END.match(text, beginning.start())) and not _abbreviates(text, found, starts, ends)
        for beginning in _END_BEGINS.finditer(text, ends[word], starts[word + 1])
    )


def _abbreviates(text: str, end: re.Match[str], starts: Sequence[int], ends: Sequence[int]) -> bool:
    """Whether what looks like a sentence's end is the full stop of an initial or abbreviation."""
    before = bisect_left(starts, end.start()) - 1
    if before < 0 or ends[before] != end.start() or not end[0].startswith(".") or end[0].startswith(".."):
        return False
    word = text[starts[before] : ends[before]]
    return (len(word) == 1 and word.isalpha()) or word.lower() in ABBREVIATIONS
