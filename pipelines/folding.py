"""Which characters make words, and the one form in which letters are compared; pure.

A text is split before it is folded, so that a character which normalisation would pull apart (№84, 13¾) cannot make
or break a word. In scripts written without spaces every letter is a word: a term in them is a phrase, found as a
substring.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

INVISIBLE = frozenset({0xAD, 0x34F, 0x61C, 0x180E, *range(0x200B, 0x2010), *range(0x2060, 0x2065), 0xFEFF})
"""Soft hyphen, zero-width and direction marks: read as if they were not there at all."""
ARMENIAN_MARKS = frozenset({0x55B, 0x55C, 0x55E})
"""Emphasis, exclamation and question, written inside the word they are about."""
APOSTROPHES = range(0x2B9, 0x2C2)
"""Modifier letters used as apostrophes (пʼять, oʻzbek): they split words as the others do."""
_IDEOGRAPHS = range(0x20000, 0x323B0)
UNSPACED = (
    *(range(0xE00, 0xF00), range(0x1000, 0x10A0), range(0x1780, 0x1800)),  # Thai, Lao, Burmese, Khmer
    *(range(0x3005, 0x3008), range(0x3041, 0x3100), range(0x31F0, 0x3200), range(0xFF66, 0xFFA0)),  # kana
    *(range(0x3400, 0x4DC0), range(0x4E00, 0xA000), range(0xF900, 0xFB00)),  # ideographs
)


@lru_cache(maxsize=1 << 16)
def fold(word: str, *, keep_case: bool = False, keep_accents: bool = False) -> str:
    """The word as it is compared: without case, accents of Latin and Greek, ligatures and invisible characters.

    Folding a folded word changes nothing. Equal letters stay equal whatever their encoding, also where case or
    accents are kept.
    """
    word = word.translate(_GONE)
    while True:
        once = _fold_once(word, keep_case=keep_case, keep_accents=keep_accents)
        if once == word:
            return once
        word = once


def _fold_once(word: str, *, keep_case: bool, keep_accents: bool) -> str:
    word = unicodedata.normalize("NFKC", word)
    if not keep_case:
        word = word.casefold()
    if not keep_accents:
        word = unicodedata.normalize("NFD", word.translate(_LETTERS))
        word = _YO.sub(r"\1", _STRESS.sub(r"\1", _ACCENTS.sub(r"\1", word)))
    # Armenian ew: NFKC takes the ligature apart, the reformed spelling writes it with another letter.
    return unicodedata.normalize("NFC", word).replace("եվ", "եւ")


_GONE = dict.fromkeys(INVISIBLE | ARMENIAN_MARKS)
_LETTERS = str.maketrans(
    {"ı": "i", "ə": "e", "Ə": "E", "ǝ": "e", "Ǝ": "E", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D"}
    | {"ð": "d", "Ð": "D", "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "þ": "th", "Þ": "TH"}
    | {"ی": "ي", "ک": "ك"}  # Persian texts are typed with these letters and with the Arabic ones
    | {"ħ": "h", "Ħ": "H", "ŧ": "t", "Ŧ": "T", "ŋ": "n", "Ŋ": "N", "ĸ": "k", "ɨ": "i", "Ɨ": "I", "ʉ": "u", "Ʉ": "U"}
)
"""Letters that Unicode does not take apart."""
_ACCENTS = re.compile(
    "([A-Za-z\u00c0-\u02af\u0370-\u03ff\u1e00-\u1fff\u2c60-\u2c7f\ua720-\ua7ff])"
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
_STRESS = re.compile("([аеиоуыэюяіѣАЕИОУЫЭЮЯІѢ][\u0306\u0308]?)\u0301+")
_YO = re.compile("([еЕ])\u0308")


def is_letter(letter: str) -> bool:
    """Whether a character is a letter or digit of any script."""
    code = ord(letter)
    if code >= _IDEOGRAPHS.start:
        return code in _IDEOGRAPHS
    if code in INVISIBLE or code in APOSTROPHES:
        return False
    category = unicodedata.category(letter)
    return category[0] == "L" or category in {"Nd", "Nl"}


def beyond_bmp(text: str) -> bool:
    """Whether a character of `text` needs more than 16 bits."""
    return len(text.encode("utf-16-le", "surrogatepass")) > 2 * len(text)


@lru_cache(maxsize=4)
def word_pattern(beyond: bool, wildcards: str = "", ending: str = "") -> re.Pattern[str]:
    """One word, in which the characters of `wildcards` count as letters and `ending` may follow.

    `beyond` asks for the characters of more than 16 bits too: without them a text of 4 kB is split in a quarter of
    the time, for `re` tries their ranges one by one on every character that is no letter.
    """
    letter, mark, unspaced = _classes(0x20000 if beyond else 0x10000)
    if beyond:
        unspaced += _ranges(_IDEOGRAPHS)
        mark += "\U000e0100-\U000e01ef"
    letter += re.escape(wildcards)
    gone = _ranges(sorted(INVISIBLE | ARMENIAN_MARKS))
    return re.compile(
        f"(?:[{letter}][{letter}{mark}]*+(?:[{gone}]+[{letter}{mark}]++)*+|[{unspaced}][{mark}]*+){ending}"
    )


def _classes(end: int) -> tuple[str, str, str]:
    """Letters and digits of scripts with spaces, marks, and letters of scripts without: insides of classes."""
    apart = {code for codes in UNSPACED for code in codes}
    letters: list[int] = []
    marks: list[int] = []
    unspaced: list[int] = []
    for code in range(end):
        if is_letter(chr(code)):
            (unspaced if code in apart else letters).append(code)
        elif unicodedata.category(chr(code))[0] == "M" and code not in INVISIBLE:
            marks.append(code)
    return _ranges(letters), _ranges(marks), _ranges(unspaced)


def _ranges(codes: Sequence[int]) -> str:
    """The inside of a character class for ascending code points."""
    runs: list[list[int]] = []
    for code in codes:
        if runs and runs[-1][1] == code - 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in runs)
