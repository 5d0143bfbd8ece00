"""Texts folded so hard that spelling, marks and scanning noise fall away, several at once; pure.

One table says what each character becomes, a second of what kind it is; the rest is masks over all of it. Of a text
alone the calls take most of the time: sixteen together take a third. Digits are kept: in a series of reports they are
all that differs.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

AT_ONCE = 16
"""Articles folded together: some 40 kB, which stay in the processor's cache."""
_SPLIT_MARK = "\x1c"
_GONE, _BLANK, _LETTER, _SIGN, _DIGIT, _COMMA, _STOP, _END, _NEWLINE, _SPLIT = range(10)
"""Kinds of characters. A sign is a word by itself, in scripts without spaces; the last six look beside them."""
_KINDS = {",": _COMMA, ".": _STOP, "\n": _NEWLINE, _SPLIT_MARK: _SPLIT} | dict.fromkeys("!?…։।。", _END)
_JOINS = "ьъ'’‘`´՚‐-"
# Cyrillic letters that scans take for Latin ones; then letters that spellings and transliterations exchange
_EXCHANGED = dict(zip("авекмнорстухіјэ" + "yjzıəæøłđւ", "abekmhopctixiie" + "iisieaoldվ", strict=True))
_PAIRS = (("aou", "e", 1), ("o", "u", 1 << 1), ("scg", "h", 1 << 2), ("p", "h", 1 << 3))
"""Spellings of one sound: the second letter falls away. A p before it is an f."""
_SOUNDED = 1 << 3
_UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")
_BEYOND = re.compile("[\U00010000-\U0010ffff]")
_SPACE, _ZERO, _ONE = map(ord, " 01")
_MANY, _NOT_YET = 0xFFFE, 0xFFFF
_PRIVATE = 0xE000
_MISREAD = np.array([ord("o"), ord("l")], np.uint16)


@dataclass(frozen=True, slots=True)
class Folded:
    """Words without case, marks, apostrophes, hyphens and doubled letters, their near-spellings made one.

    Each is letters or digits, never both; between two stands one blank.
    """

    heading: str
    """The words of the headline."""
    line: str
    """The words of the text."""
    sentences: tuple[int, ...]
    """Numbers of the words of `line` with which sentences begin, the first (0) included."""
    paragraphs: tuple[int, ...]
    """The same of paragraphs."""


class _Tables:
    """By character, those met so far: what it becomes, its kind, and the pairs that it begins and ends."""

    became = np.full(0x10000, _NOT_YET, np.uint16)
    kinds = np.zeros(0x10000, np.uint8)
    first = np.zeros(0x10000, np.uint8)
    second = np.zeros(0x10000, np.uint8)


for _firsts, _second, _pair in _PAIRS:
    _Tables.second[ord(_second)] |= _pair
    for _first in _firsts:
        _Tables.first[ord(_first)] |= _pair


def fold(text: str) -> str:
    """The words of a text, in order."""
    return fold_all([("", text)])[0].line


def fold_all(articles: Sequence[tuple[str, str]]) -> list[Folded]:
    """Headlines and texts; each is folded as if it were alone."""
    joined = "".join(
        part.replace("և", "եւ").replace(_SPLIT_MARK, " ") + _SPLIT_MARK for parts in articles for part in parts
    )
    codes, letters = _read(joined)
    if letters.max() == _MANY:  # ligatures, fractions, Korean: what they are made of stands alone
        if len(articles) > 1:
            return [folded for article in articles for folded in fold_all([article])]
        heading, text = (unicodedata.normalize("NFKD", part.casefold()) for part in articles[0])
        return fold_all([(heading, text)])
    kinds = _Tables.kinds.take(codes)
    ends, newlines, splits = _look_beside(codes, letters, kinds)
    places = kinds.nonzero()[0]
    letters, kinds = letters.take(places), kinds.take(places)
    kept = _stays(letters, kinds).nonzero()[0]
    letters, kinds, places = letters.take(kept), kinds.take(kept), places.take(kept)
    between = _between_words(kinds)
    if between.size:
        letters, places = np.insert(letters, between, _SPACE), np.insert(places, between, 0)
    blanks = (letters == _SPACE).nonzero()[0]
    starts = places[blanks[:-1] + 1]
    return _apart(
        letters.tobytes().decode("utf-16-le", "surrogatepass"),
        blanks.tolist(),
        starts.searchsorted(splits).tolist(),
        starts.searchsorted(np.sort(np.concatenate((ends, newlines)))).tolist(),
        starts.searchsorted(newlines).tolist(),
    )


def _apart(
    line: str, blanks: Sequence[int], splits: Sequence[int], sentences: Sequence[int], paragraphs: Sequence[int]
) -> list[Folded]:
    """Each article of many: `blanks` by character of the line, all else by number of the word."""
    found = []
    for first, begin, end in zip([0, *splits[1::2]], splits[::2], splits[1::2], strict=False):
        heading, text = line[blanks[first] + 1 : blanks[begin]], line[blanks[begin] + 1 : blanks[end]]
        found.append(Folded(heading, text, _of(sentences, begin, end), _of(paragraphs, begin, end)))
    return found


def _of(numbers: Sequence[int], begin: int, end: int) -> tuple[int, ...]:
    """Those between these words, counted from the first of them, and it."""
    within = numbers[bisect_right(numbers, begin) : bisect_left(numbers, end)]
    return (0, *(number - begin for number in dict.fromkeys(within)))


def _read(text: str) -> tuple[Any, Any]:
    """The characters of a text between two blanks, and what they become."""
    codes = _codes(text)
    if len(codes) > len(text) + 2:  # characters that take two places
        codes = _codes(_BEYOND.sub(lambda found: _within(found[0]), text))
    letters = _Tables.became.take(codes)
    if letters.max() == _NOT_YET:
        for code in set(codes[letters == _NOT_YET].tolist()):  # np.unique loads numpy.ma, another 50 ms
            _Tables.became[code], _Tables.kinds[code] = _became(chr(code))
        letters = _Tables.became.take(codes)
    return codes, letters


def _codes(text: str) -> Any:
    return np.frombuffer(f" {text} ".encode("utf-16-le", "surrogatepass"), "<u2")


def signs(text: str) -> str:
    """A text that has no words, as it stands, but for what takes two places: a private letter stands for each such."""
    return _BEYOND.sub(lambda found: _private(found[0]), " ".join(text.split()))


def _became(character: str) -> tuple[int, int]:
    """A character's letter and kind."""
    if kind := _KINDS.get(character):
        return _SPACE, kind
    parts = unicodedata.normalize("NFKD", character.casefold())
    bare = [_EXCHANGED.get(one, one) for one in parts if unicodedata.category(one) not in {"Mn", "Cf", "Lm"}]
    if character in _JOINS or not bare:
        return 0, _GONE
    if len(set(bare)) > 1:
        return (_MANY, _LETTER) if len(parts) > 1 or character != parts else (_SPACE, _BLANK)
    letter = bare[0]
    if ord(letter) >= _PRIVATE and ord(character) == ord(letter) < _PRIVATE + 0x1000:
        return ord(letter), _LETTER
    if not letter.isalnum():
        return _SPACE, _BLANK
    return ord(letter), _DIGIT if letter.isdecimal() else _SIGN if _UNSPACED.match(letter) else _LETTER


def _within(beyond: str) -> str:
    """What stands for a character that takes two places: its plain form, or a private letter; nothing for a picture."""
    plain = unicodedata.normalize("NFKD", beyond.casefold())
    if not plain.isalnum():
        return " "
    return "".join(one if ord(one) < 0x10000 else _private(one) for one in plain)


def _private(beyond: str) -> str:
    return chr(_PRIVATE + ord(beyond) % 0x1000)


def _look_beside(codes: Any, letters: Any, kinds: Any) -> tuple[Any, Any, Any]:
    """Settle what depends on what stands beside it; where sentences, paragraphs and the first part end.

    Commas and points between digits fall away, digits between letters are letters of a scan.
    """
    places = (kinds >= _DIGIT).nonzero()[0]
    own, before, after = kinds[places], kinds[places - 1], kinds[places + 1]  # a blank stands at either end
    digits = own == _DIGIT
    misread = places[digits & (before == _LETTER) & (after == _LETTER)]
    misread = misread[(codes[misread] == _ZERO) | (codes[misread] == _ONE)]
    ended = ((own == _STOP) | (own == _END)) & ((after == _BLANK) | (after >= _COMMA))
    inside = ((own == _COMMA) | (own == _STOP)) & (before == _DIGIT) & (after == _DIGIT)
    kinds[places[~digits]] = _BLANK
    kinds[places[inside]] = _GONE
    kinds[misread] = _LETTER
    letters[misread] = _MISREAD.take(codes[misread] - _ZERO)
    return places[ended], places[own == _NEWLINE], places[own == _SPLIT]


def _stays(letters: Any, kinds: Any) -> Any:
    """Which characters are no doubled letter, no second of a pair, and no blank after a blank."""
    stays = np.ones(len(letters), bool)
    pairs = _Tables.first.take(letters[:-1]) & _Tables.second.take(letters[1:])
    sounded = (pairs & _SOUNDED).nonzero()[0]
    same = (letters[1:] == letters[:-1]) & (kinds[1:] <= _LETTER)
    stays[1:] = ~(same | pairs.astype(bool))
    letters[sounded] = ord("f")
    return stays


def _between_words(kinds: Any) -> Any:
    """Where two words touch: letters and digits, and signs on either side."""
    inside = (kinds[1:] > _BLANK) & (kinds[:-1] > _BLANK)
    return (inside & ((kinds[1:] != kinds[:-1]) | (kinds[1:] == _SIGN))).nonzero()[0] + 1


def letters_before(line: str) -> tuple[int, ...]:
    """How many letters and digits stand before each word of a line, and before its end."""
    codes = np.frombuffer(f"{line} ".encode("utf-16-le", "surrogatepass"), "<u2")
    ends = (codes == _SPACE).nonzero()[0]
    return (0, *(ends - np.arange(len(ends))).tolist())
