"""The days of the week that a text names, in the five languages of the desk and German; pure."""

import re
from collections.abc import Callable, Iterable

from pipelines.dedup.normalize import fold

_DAYS = (
    ("monday", "понедельник", "երկուշաբթի", "pazartesi", "bazar ertəsi", "montag"),
    ("tuesday", "вторник", "երեքշաբթի", "salı", "çərşənbə axşam", "dienstag"),
    ("wednesday", "среду", "среды", "չորեքշաբթի", "çarşamba", "çərşənbə gün", "mittwoch"),
    ("thursday", "четверг", "հինգշաբթի", "perşembe", "cümə axşam", "donnerstag"),
    ("friday", "пятниц", "ուրբաթ", "cuma gün", "cuma akşam", "cümə gün", "freitag"),
    ("saturday", "суббот", "շաբաթ օր", "cumartesi", "şənbə gün", "samstag"),
    ("sunday", "воскресен", "կիրակի", "pazar gün", "bazar gün", "sonntag"),
)
"""How the days begin in lower case, in words that are nothing else: a market is `bazar` too."""


def _pattern(written: Callable[[str], str]) -> re.Pattern[str]:
    days = ("|".join(" ".join(map(written, stem.split())) for stem in stems) for stems in _DAYS)
    return re.compile(r"\b(?:" + "|".join(f"({day})" for day in days) + ")")


_PLAIN, _FOLDED = _pattern(str), _pattern(fold)


def weekdays(text: str) -> frozenset[int]:
    """1 for Monday to 7."""
    return frozenset(found.lastindex or 0 for found in _PLAIN.finditer(text.casefold()))


def weekdays_in(words: Iterable[str]) -> frozenset[int]:
    """The same, of words folded for comparing."""
    return frozenset(found.lastindex or 0 for found in _FOLDED.finditer(" ".join(words)))
