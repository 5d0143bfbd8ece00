"""What is compared: an article's words, folded so hard that spelling, marks and scanning noise fall away; pure.

Digits are kept: in a series of reports they are all that differs.
"""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice

from pipelines.dedup.wire_marks import clean_title, without_credits
from pipelines.model import Content
from pipelines.passages import without
from pipelines.states import PassageKind

FEW_WORDS = 8
"""A text of fewer words says too little alone: its title is read with it."""

NOT_ITS_OWN = (PassageKind.CAPTION, PassageKind.APPEAL, PassageKind.BACKGROUND)
OWN = 0.3
"""Of the words: where less would be left, and few words at that, that kind of passage stays in."""

LONGEST = 100_000
"""Characters compared; no text may take seconds to compare."""


class _Marks(dict[int, str | None]):
    """By code point: marks and invisible characters fall away, what is unknown stays."""

    def __missing__(self, code: int) -> str | None:
        character = chr(code)
        folded = None if unicodedata.category(character) in {"Mn", "Cf", "Lm"} else character
        self[code] = folded
        return folded


_MARKS = _Marks()
_FOLDING = _Marks(dict.fromkeys(map(ord, "ьъ'’‘`´՚-‐")))
# Cyrillic letters that scans take for Latin ones; then letters that spellings and transliterations exchange
_FOLDING.update(zip(map(ord, "авекмнорстухіјэ" + "yjzıəæøłđւ"), "abekmhopctixiie" + "iisieaoldվ", strict=True))
_SPELLINGS = (("ae", "a"), ("oe", "o"), ("ue", "u"), ("ou", "o"), ("sh", "s"), ("ch", "c"), ("gh", "g"), ("ph", "f"))
_MISREAD = re.compile(r"[01](?=[^\W\d_])(?<=[^\W\d_].)")  # digits inside words: letters of a scan
_JOINS = "'’‘`´՚‐-"
_WORD = re.compile(rf"[^\W\d_]+(?:(?:[01]|[{_JOINS}]+)[^\W\d_]+)*|\d+(?:[.,{_JOINS}]+\d+)*")
_UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")
_WORD_OR_SIGN = re.compile(rf"{_UNSPACED.pattern}|{_WORD.pattern}")  # twice as slow as _WORD
_PLAIN = re.compile(
    "[\t-\r -~\u00a0«»£§©®°·À-ĵķ-ľŁ-ňŊ-ſƀ-ɏЀ-҂Ҋ-ԯԱ-Ֆ՚-\u0587։\u10d0-\u10ff\u2010-\u2015‘’“”„†•…‹›€₽₺₼֏№]*+"
)
"""Text whose words are the same before and after decomposition: each can be folded by itself, and but once."""
_SENTENCE_END = re.compile(r"[.!?…։।。](?=\s)")


REMEMBERED_WORDS = 200_000
"""Some 25 MB; fewer are forgotten too soon where six languages come in turn."""
_FOLDED: dict[str, str] = {}
"""Folded words by word, those met lately: most words of the news are met again and again."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """An article as it is compared."""

    title: tuple[str, ...]
    words: tuple[str, ...]
    sentences: tuple[int, ...]
    """Where in `words` sentences begin, the first (0) included."""
    paragraphs: tuple[int, ...]
    """The same of paragraphs."""
    letters: int
    """Letters and digits of all words together."""


@lru_cache(maxsize=4096)
def prepare(content: Content) -> Prepared:
    """The folded words of a text: the body, else the lead; with the title where these are next to nothing."""
    title = _words(clean_title(content.title))[0]
    words, sentences, paragraphs = _words(without_credits(_own_text(content)[:LONGEST]))
    if len(words) < FEW_WORDS:
        words, sentences, paragraphs = title + words, [0], [0]
    if not words:  # signs only, which no desk sends on purpose: as they stand
        words = "".join((content.title, content.lead, content.body)).split()
    return Prepared(tuple(title), tuple(words), tuple(sentences), tuple(paragraphs), sum(map(len, words)))


def _own_text(content: Content) -> str:
    """The body without what is marked as not this article's; the lead where there is no body."""
    body = content.body
    for kind in NOT_ITS_OWN if content.passages else ():
        shorter = without(body, content.passages, kind)
        body = shorter if len(shorter.split()) >= min(FEW_WORDS, OWN * len(content.body.split())) else body
    return body if body.strip() else content.lead


def leave_out(prepared: Prepared, gone: Collection[int]) -> Prepared:
    """The same without the paragraphs of these numbers, counted from 0."""
    ends = (*prepared.paragraphs[1:], len(prepared.words))
    words: list[str] = []
    sentences, paragraphs = [0], [0]
    for number, (begin, end) in enumerate(zip(prepared.paragraphs, ends, strict=True)):
        if number in gone:
            continue
        sentences += [len(words) + one - begin for one in prepared.sentences if begin <= one < end]
        paragraphs.append(len(words))
        words += prepared.words[begin:end]
    starts = [tuple(sorted({one for one in some if one < max(1, len(words))})) for some in (sentences, paragraphs)]
    return Prepared(prepared.title, tuple(words), starts[0], starts[1], sum(map(len, words)))


def fold(text: str) -> str:
    """Text without case, marks, apostrophes, hyphens and doubled letters, its near-spellings made one."""
    folded = unicodedata.normalize("NFKD", text.casefold()).translate(_FOLDING)
    for spelling, letter in _SPELLINGS:
        folded = folded.replace(spelling, letter)
    folded = _MISREAD.sub(lambda digit: "ol"[int(digit[0])], folded)
    for letter in filter(str.isalpha, set(folded)):
        while letter * 2 in folded:
            folded = folded.replace(letter * 2, letter)
    return folded


def _folded(words: Sequence[str]) -> Sequence[str]:
    """Each word folded; what was not met lately all at once, for a word alone takes six times as long."""
    known = list(map(_FOLDED.get, words))
    if None not in known:
        return known  # type: ignore[return-value]  # mypy does not see that none is None
    if len(_FOLDED) + len(words) > REMEMBERED_WORDS:
        _FOLDED.clear()
    unknown = list(dict.fromkeys(word for word in words if word not in _FOLDED))
    folded = fold("\n".join(unknown)).replace(".", "").replace(",", "").split("\n")
    _FOLDED.update(zip(unknown, folded, strict=True))
    return list(map(_FOLDED.__getitem__, words))


def _words(text: str) -> tuple[list[str], list[int], list[int]]:
    plain = text if _PLAIN.fullmatch(text) else unicodedata.normalize("NFKD", text).translate(_MARKS)
    pattern = _WORD_OR_SIGN if _UNSPACED.search(plain) else _WORD
    found = [list(map(pattern.findall, _SENTENCE_END.split(paragraph))) for paragraph in plain.split("\n")]
    folded = iter(_folded(list(chain.from_iterable(chain.from_iterable(found)))))
    words: list[str] = []
    sentences: list[int] = []
    paragraphs: list[int] = []
    for paragraph in found:
        start = len(words)
        for sentence in paragraph:
            begin = len(words)
            words += filter(None, islice(folded, len(sentence)))
            if len(words) > begin:
                sentences.append(begin)
        if len(words) > start:
            paragraphs.append(start)
    return words, sentences or [0], paragraphs or [0]
