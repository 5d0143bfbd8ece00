"""Inflected forms of names and nouns in six languages, by tables of endings; pure.

Snowball finds too little in four of these languages and does not know the other two. The tables hold few endings on
purpose: full ones meet other words (the Turkish Bakı would take bakım), and forms that do not exist do no harm.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol
from unicodedata import normalize

from pipelines.rules.grammar import arabic, armenian, azerbaijani, georgian, russian, turkish
from pipelines.rules.grammar.paradigm import ALONE, Paradigm
from pipelines.text import fold


@dataclass(frozen=True, slots=True)
class Stem:
    """What forms of a word begin with, and what may follow; "" where the stem alone is a form. All of it is folded."""

    stem: str
    endings: frozenset[str]


@lru_cache(maxsize=1 << 14)
def inflections(word: str, language: str) -> tuple[Stem, ...]:
    """Every form of `word`, itself one of them; `language` is one of LANGUAGES.

    A capital tells a name, which has fewer forms than a noun. A word in another script than the language's has no
    form but itself.
    """
    grammar = _GRAMMARS[language]
    endings: defaultdict[str, set[str]] = defaultdict(set)
    endings[fold(word)].add("")
    lower = grammar.lower(word)
    if grammar.letters.fullmatch(lower):
        for stem, written in grammar.paradigm(lower, name=is_name(word)):
            for ending in written.split():
                _add(endings, fold(stem), fold(stem + ending.strip(ALONE)))
    return tuple(Stem(stem, frozenset(after)) for stem, after in endings.items())


def is_name(word: str) -> bool:
    """Whether it begins with a capital; Georgian has none, for its capitals never begin a word in lower case."""
    first = fold(word, keep_case=True, keep_accents=True)[:1]
    return first.isupper() and not _MTAVRULI.match(first)


def _add(endings: defaultdict[str, set[str]], stem: str, form: str) -> None:
    """Note a form under its stem; letters may fold together where the two meet, as the Armenian ե and վ do."""
    if form.startswith(stem):
        endings[stem].add(form[len(stem) :])
    else:
        endings[form].add("")


def _turkic_lower(word: str) -> str:
    """In lower case with its accents, for they tell the vowel harmony; I is ı there."""
    whole = normalize("NFC", word)  # the letter I of a decomposed Ì or Î is no dotless one
    return fold(whole.replace("İ", "i").replace("I", "ı"), keep_accents=True)


class _ParadigmOf(Protocol):
    def __call__(self, word: str, *, name: bool) -> Paradigm: ...


@dataclass(frozen=True, slots=True)
class _Grammar:
    """How a language's words are put in lower case, what they consist of, and their endings."""

    paradigm: _ParadigmOf
    letters: re.Pattern[str]
    lower: Callable[[str], str] = fold


_LATIN = re.compile("[a-z\u00df-\u024f\u0259]+")
_GRAMMARS: Mapping[str, _Grammar] = {
    "ar": _Grammar(arabic.paradigm, re.compile("[\u0621-\u064a]+")),
    "az": _Grammar(azerbaijani.paradigm, _LATIN, _turkic_lower),
    "hy": _Grammar(armenian.paradigm, re.compile("[\u0561-\u0586]+")),
    "ka": _Grammar(georgian.paradigm, re.compile("[\u10d0-\u10f0]+")),
    "ru": _Grammar(russian.paradigm, re.compile("[а-я]+")),
    "tr": _Grammar(turkish.paradigm, _LATIN, _turkic_lower),
}
_MTAVRULI = re.compile("[\u1c90-\u1cbf]")
LANGUAGES = frozenset(_GRAMMARS)
"""ISO 639-1 codes of the languages that have a table."""
