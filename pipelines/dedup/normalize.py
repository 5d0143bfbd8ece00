"""What is compared: an article's words, folded so hard that spelling, marks and scanning noise fall away; pure.

Digits are kept: in a series of reports they are all that differs.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from pipelines.model import Content

FEW_WORDS = 8
"""A text of fewer words says too little alone: its title is read with it."""

LONGEST = 100_000
"""Characters compared; no text may take seconds to compare."""

AGENCIES = (
    r"reuters|afp|ap|dpa|efe|ansa|upi|pa media|bloomberg|aa|a\.a\.?|anadolu|dha|iha|tass|тасс|interfax|интерфакс"
    r"|риа новости|apa|trend|azertac|azərtac|armenpress|արմենպրես|news\.am"
)
_DATELINE = re.compile(rf"\s*[^\n()]{{0,40}}\((?:{AGENCIES})\)\s*[-–—:]+\s*", re.IGNORECASE)
_CREDIT = re.compile(
    rf"\W*(?:(?:{AGENCIES})\W*(?:$|\|)|by\s+\w+(?:\s+\w+){{1,3}}\W*$"
    r"|(?:additional )?(?:reporting|writing|editing) by\b|(?:last )?updated\b|обновлено\b|son güncelleme\b|güncelleme\b"
    r"|aktualisiert\b|թարմացվել\b|yenilənib\b)",
    re.IGNORECASE,
)
_CREDIT_LENGTH = 90
_EDITION = re.compile(
    r"\W*(?:(?:update|wrapup|refile|rpt|corrected|corr|lead|urgent|breaking|exclusive|flash|eilmeldung|son dakika|"
    r"срочно|молния|обновлено|շտապ|təcili)\b\W*(?:\d+\b)?\W*)+",
    re.IGNORECASE,
)
_OUTLET = re.compile(r"\s[|–—-]\s[^|–—]{1,40}$")


class _Folding(dict[int, str | None]):
    """Folded character by code point; marks and invisible characters fall away, what is unknown stays."""

    def __missing__(self, code: int) -> str | None:
        character = chr(code)
        folded = None if unicodedata.category(character) in {"Mn", "Cf", "Lm"} else character
        self[code] = folded
        return folded


_FOLDING = _Folding(dict.fromkeys(map(ord, "ьъ'’‘`´՚-‐")))
# Cyrillic letters that scans take for Latin ones; then letters that spellings and transliterations exchange
_FOLDING.update(zip(map(ord, "авекмнорстухіјэ" + "yjzıəæøłđւ"), "abekmhopctixiie" + "iisieaoldվ", strict=True))
_SPELLINGS = (("ae", "a"), ("oe", "o"), ("ue", "u"), ("ou", "o"), ("sh", "s"), ("ch", "c"), ("gh", "g"), ("ph", "f"))
_MISREAD = re.compile(r"[01](?=[^\W\d_])(?<=[^\W\d_].)")  # digits inside words: letters of a scan
_TOKEN = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]|\d+(?:[.,]\d+)*|[^\W\d_]+|[.!?…։।。](?=\s)|\n")


@dataclass(frozen=True, slots=True)
class Prepared:
    """An article as it is compared."""

    title: tuple[str, ...]
    words: tuple[str, ...]
    sentences: tuple[int, ...]
    """Where in `words` sentences begin, the first (0) included."""
    letters: int
    """Letters and digits of all words together."""


@lru_cache(maxsize=512)
def prepare(content: Content) -> Prepared:
    """The folded words of a text: the body, else the lead; with the title where these are next to nothing."""
    title, _ = _words(clean_title(content.title))
    words, sentences = _words(_without_credits((content.body or content.lead)[:LONGEST]))
    if len(words) < FEW_WORDS:
        words, sentences = title + words, [0]
    if not words:  # signs only, which no desk sends on purpose: as they stand
        words = "".join((content.title, content.lead, content.body)).split()
    return Prepared(tuple(title), tuple(words), tuple(sentences), sum(map(len, words)))


def clean_title(title: str) -> str:
    """A title without edition marks ("UPDATE 2-", "(LEAD)") and without the outlet's name at its end."""
    bare = _EDITION.sub("", title, count=1) if _EDITION.match(title) else title
    shorter = _OUTLET.sub("", bare).rstrip()
    return shorter if len(shorter) > len(bare) / 2 else bare or title


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


def _words(text: str) -> tuple[list[str], list[int]]:
    words: list[str] = []
    sentences = [0]
    for token in _TOKEN.findall(fold(text)):
        if token[0].isalnum():
            words.append(token.replace(".", "").replace(",", "") if token[0].isdigit() else token)
        elif len(words) > sentences[-1]:
            sentences.append(len(words))
    if len(sentences) > 1 and sentences[-1] == len(words):
        sentences.pop()
    return words, sentences


def _without_credits(text: str) -> str:
    paragraphs = [
        paragraph for paragraph in text.split("\n") if len(paragraph) > _CREDIT_LENGTH or not _CREDIT.match(paragraph)
    ]
    kept = "\n".join(paragraphs) or text
    dateline = _DATELINE.match(kept)
    return kept[dateline.end() :] if dateline else kept
