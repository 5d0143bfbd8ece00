"""Russian: the declension that the end of a word shows."""

import re
from collections.abc import Iterator

from pipelines.rules.grammar.paradigm import ALONE, Paradigm

CONSONANTS = "бвгджзклмнпрстфхцчшщ"
VOWELS = "аеиоуыэюя"
MASCULINE = "а у ом ем е"
SURNAMES = "ым ы ых ыми"
ADJECTIVE = "ого его ому ему ым им ом ем ая яя ой ей ую юю ое ее"
PLURAL_ADJECTIVE = "ые ие ых их ым им ыми ими"
PLURAL = "ы и ов ев ей ам ями ами ах"
SOFT_PLURAL = "и ей ев й ь ям ями ях"
CHANGING = {"лев": "льв", "христос": "христ"}
"""Names of which no rule tells the stem."""

_SURNAME = re.compile("(?:[ое]в|[иы]н)$")
_ADJECTIVE = re.compile("(?:[кгхжшщн]ий|ый|..ой|ая|яя|..[оеыи]е)$")
_HARD_PLURAL = re.compile("[гжкхчшщ]и$")
"""Plurals whose genitive may have no ending: дороги, дорог; Мытищи, Мытищ; but not Дели, for the sake of дел."""
_FLEETING = re.compile(f"(?P<before>.+[{CONSONANTS}{VOWELS}])[ое](?P<last>[кцл])")


def paradigm(word: str, *, name: bool) -> Paradigm:
    """Stems and endings of a folded word (ё is е)."""
    if len(word) < 3:
        return
    if word[-1] in CONSONANTS:
        yield from _masculine(word, name=name)
        return
    if _ADJECTIVE.search(word):  # as a name as well: Евгений and Рая end like adjectives
        yield word[:-2], PLURAL_ADJECTIVE if word.endswith(("ые", "ие")) else ADJECTIVE
        yield from _many(word[:-2], PLURAL_ADJECTIVE, name=name)
    if word[-1] in _SINGULAR:
        singular, plural = _SINGULAR[word[-1]]
        yield word[:-1], singular
        yield from _many(word[:-1], plural, name=name)
        if not name and word.endswith("ка"):
            yield from _parted(word[:-2])
        if _HARD_PLURAL.search(word):
            yield word[:-1], ALONE


_SINGULAR = {
    "ь": ("я ю ем е и ью", SOFT_PLURAL),
    "й": ("я ю ем е и", SOFT_PLURAL),
    "я": ("и е ю ей ею", SOFT_PLURAL),
    "а": ("ы и е у ой ою ей ею", f"{ALONE} ам ами ах"),
    "о": ("а у ом е", f"{ALONE} ам ами ах"),
    "е": ("я а ю у ем и", "й ей ям ями ях ам ами ах"),
    # What has a plural only, as Эмираты and Афины; what does not decline (Сочи) has no such words beside it.
    "ы": (f"{ALONE} ов ев ам ами ах", ""),
    "и": ("ов ев ей ам ами ах ям ями ях", ""),
}
"""By a word's last letter what stands in its place, and what does in the plural."""


def _many(stem: str, endings: str, *, name: bool) -> Paradigm:
    """The plural, which names have not: the peoples named after them are written small."""
    if not name:
        yield stem, endings


def _masculine(word: str, *, name: bool) -> Paradigm:
    for stem in (word, *_changed(word)):
        yield stem, MASCULINE
        yield from _many(stem, PLURAL, name=name)
    if name and _SURNAME.search(word):
        yield word, SURNAMES


def _changed(word: str) -> Iterator[str]:
    """The stem without the vowel that an ending drives out: боец, бойца; палец, пальца; Павел, Павла."""
    if word in CHANGING:
        yield CHANGING[word]
    elif fleeting := _FLEETING.fullmatch(word):
        before, last = fleeting["before"], fleeting["last"]
        yield before + ("й" if before[-1] in VOWELS else "ь" if before[-1] == "л" and last == "ц" else "") + last


def _parted(stem: str) -> Paradigm:
    """The vowel that comes in where a plural has no ending: колонка, колонок; копейка, копеек."""
    if stem[-1] in CONSONANTS + "ьй":
        yield stem.rstrip("ьй") + "ок", ALONE
        yield stem.rstrip("ьй") + "ек", ALONE
