"""Folds a whole text at once where every letter can be folded by itself; pure.

One table says what each character becomes: a folded letter, a blank between words, or a mark. Marks are private
characters, which in a text are no more than blanks. Texts with combining marks, scripts without spaces and a few more
are told by NOT_ALONE and read word by word. `bytes.translate` applies the table to 4 kB of ASCII in 2 us, numpy to any
other text in 8, where `str.translate` takes 110; but importing numpy takes 70-145 ms: that pays after a thousand texts,
and not in a run that has a hundred.
"""

import re
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from types import ModuleType
from typing import Any

from pipelines.folding import ARMENIAN_MARKS, INVISIBLE, UNSPACED, beyond_bmp, fold, is_letter

PAYS_AFTER = 1_000
"""Texts that a process reads before it imports numpy."""
SHORT = 200
"""Characters up to which a text is folded without it: a title takes 7 us, and 13 in a dozen calls of numpy."""
GONE = "\ue000"
"""Stands for what is not there at all, within a word."""
NOT_ALONE = "\uf8ff"
"""Stands for what cannot be folded by itself."""


@dataclass(frozen=True, slots=True)
class Line:
    """A text's folded words with one blank between, before and after them."""

    folded: bytes
    """In UTF-8."""
    _became: str | bytes
    """The text, character for character, folded; blanks wherever there is no word. Bytes where all of it is ASCII."""

    def edges(self) -> Sequence[int]:
        """Where in the original each word begins and ends, one word after the other."""
        became = self._became
        numpy = _numpy() if len(became) > SHORT else None
        if numpy is None:
            spelt = became if isinstance(became, str) else became.decode("ascii")
            return [edge for word in _WORD.finditer(spelt) for edge in word.span()]
        blank = _codes(became, numpy) == _BLANK
        # A view gives plain numbers, one at a time: most articles are asked for a few dozen.
        return memoryview((blank[1:] != blank[:-1]).nonzero()[0])


def read(text: str) -> Line | None:
    """The words of `text`; None where they must be read one by one."""
    became = text.encode("ascii").translate(_ASCII) if text.isascii() else _translated(text)
    return Line(_joined(became), became) if became is not None else None


def blanks(line: bytes) -> list[int]:
    """Where the blanks of lines are."""
    numpy = _Table.numpy
    if numpy is None:
        return [place - 1 for place in accumulate(len(word) + 1 for word in line.split(b" ")[:-1])]
    found: list[int] = numpy.flatnonzero(numpy.frombuffer(line, numpy.uint8) == _BLANK).tolist()
    return found


class _Letters(dict[int, str]):
    """What each character becomes, worked out when first met; `written` has the text of the marks for long letters."""

    def __init__(self) -> None:
        super().__init__()
        self.written: dict[int, str] = {ord(GONE): ""}

    def __missing__(self, code: int) -> str:
        self[code] = became = self._became(code)
        return became

    def _became(self, code: int) -> str:
        if code in INVISIBLE or code in ARMENIAN_MARKS:
            return GONE
        letter = chr(code)
        if unicodedata.category(letter)[0] == "M":
            return NOT_ALONE
        if not is_letter(letter):
            return " "
        folded = fold(letter)
        if code > 0xFFFF or not all(map(_spaced, letter + folded)) or _TIED.search(folded):
            return NOT_ALONE
        return folded if len(folded) == 1 else self._mark(folded)

    def _mark(self, folded: str) -> str:
        mark = next((mark for mark, written in self.written.items() if written == folded), None)
        if mark is None:
            mark = max(self.written) + 1
            self.written[mark] = folded
        return chr(mark)


def _spaced(letter: str) -> bool:
    """Whether it is a letter of a script that is written with spaces."""
    return is_letter(letter) and not any(ord(letter) in codes for codes in UNSPACED)


_LETTERS = _Letters()
_TIED = re.compile("[\u0300-\u036f\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff\U00010000-\U0010ffff]")
"""What may join the letter before it: combining marks and the parts of Korean syllables."""
_ASCII = "".join(_LETTERS[code] for code in range(0x80)).encode("ascii").ljust(0x100)
"""What each byte of a text of ASCII becomes."""
_BEYOND = re.compile("[\U00010000-\U0010ffff]")
_MARK = re.compile("[\ue000-\uf8fe]")
_WORD = re.compile("[^ ]+")
_GONE_AT_EDGE = re.compile("(?<![^ ])\ue000+|\ue000+(?![^ ])")
_BLANK = 32
_NOT_YET = 0xFFFF


class _Table:
    """The letters met so far as an array, for numpy."""

    codes: Any = None
    texts = 0
    numpy: ModuleType | None = None


def _numpy() -> Any:
    if _Table.numpy is None:
        _Table.texts += 1
        if _Table.texts > PAYS_AFTER or "numpy" in sys.modules:
            import numpy

            _Table.numpy = numpy
            _Table.codes = numpy.full(0x10000, _NOT_YET, numpy.uint16)
    return _Table.numpy


def _translated(text: str) -> str | bytes | None:
    """What a text that is not all ASCII becomes; None where some of it cannot be folded by itself."""
    if beyond_bmp(text):
        text = _BEYOND.sub(lambda letter: _LETTERS[ord(letter[0])], text)
        if NOT_ALONE in text:
            return None
    numpy = _numpy() if len(text) > SHORT else None
    became = text.translate(_LETTERS) if numpy is None else _taken(text, numpy)
    if NOT_ALONE in became:
        return None
    if GONE in became:
        became = _GONE_AT_EDGE.sub(lambda gone: " " * len(gone[0]), became)
    return became.encode("ascii") if became.isascii() else became


def _taken(text: str, numpy: Any) -> str:
    codes = numpy.frombuffer(text.encode("utf-16-le", "surrogatepass"), numpy.uint16)
    became = _Table.codes.take(codes)
    if became.size and became.max() == _NOT_YET:
        for code in numpy.unique(codes[became == _NOT_YET]).tolist():
            _Table.codes[code] = ord(_LETTERS[code])
        became = _Table.codes.take(codes)
    return str(became.tobytes().decode("utf-16-le"))


def _joined(became: str | bytes) -> bytes:
    numpy = _numpy() if len(became) > SHORT else None
    if isinstance(became, bytes):
        return b" ".join([b"", *became.split(), b""]) if numpy is None else _squeezed(became, numpy)
    folded = " ".join(["", *became.split(), ""]) if numpy is None else _squeezed(became, numpy).decode("utf-16-le")
    if _MARK.search(folded):
        folded = folded.translate(_LETTERS.written)
    return folded.replace("եվ", "եւ").encode("utf-8", "surrogatepass")


def _squeezed(became: str | bytes, numpy: Any) -> bytes:
    """Its characters with one blank between, before and after the words."""
    letters = _codes(became, numpy)
    blank = letters == _BLANK
    kept = ~(blank[1:] & blank[:-1])
    return bytes(letters[:1].tobytes() + letters[1:][kept].tobytes())


def _codes(became: str | bytes, numpy: Any) -> Any:
    """The numbers of its characters, a byte each of ASCII and two of others, with a blank before and after them."""
    if isinstance(became, bytes):
        return numpy.frombuffer(b" %b " % became, numpy.uint8)
    return numpy.frombuffer(f" {became} ".encode("utf-16-le"), numpy.uint16)
