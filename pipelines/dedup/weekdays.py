"""The days of the week that a text names, in the five languages of the desk and German; pure."""

import re
from collections.abc import Sequence
from functools import cache

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


_PLAIN = re.compile(r"\b(?:" + "|".join(f"({'|'.join(stems)})" for stems in _DAYS) + ")")


_STEMS = [stem for stems in _DAYS for stem in stems]


def is_weekday(word: str) -> bool:
    """Whether a word in lower case begins as a day's name does."""
    return _PLAIN.match(word) is not None


def weekdays(text: str) -> frozenset[int]:
    """1 for Monday to 7."""
    small = text.casefold()
    if not any(stem in small for stem in _STEMS):  # most texts name none, and a pattern takes ten times as long
        return frozenset()
    return frozenset(found.lastindex or 0 for found in _PLAIN.finditer(small))


def weekdays_in(*lines: str) -> frozenset[int]:
    """The same, of words folded for comparing, with one blank between."""
    text = " ".join(("", *lines))
    return frozenset(day for stem, day in _folded_stems() if stem in text)


@cache  # folding loads numpy, which not everybody who asks for weekdays needs
def _folded_stems() -> Sequence[tuple[str, int]]:
    """How a day's name begins, with the blank before it: a pattern of them takes five times as long."""
    from pipelines.dedup.folded import fold

    return [(f" {fold(stem)}", day) for day, stems in enumerate(_DAYS, start=1) for stem in stems]
