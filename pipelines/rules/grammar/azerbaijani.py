"""Azerbaijani: names and nouns alike take their endings directly, without an apostrophe."""

from pipelines.rules.grammar.paradigm import ALONE, Paradigm
from pipelines.rules.grammar.turkic import Harmony, harmonies, is_vowel, plural, possessed

SOFTENED = {"k": "y", "q": "ğ"}


def paradigm(word: str, *, name: bool) -> Paradigm:
    """Stems and endings of a word in lower case, accents kept."""
    for harmony in harmonies(word, "ə"):
        many, of_many = plural(word, harmony)
        yield many, ALONE
        yield from _cases(many, of_many)
        yield from _cases(word, harmony)
        if word[-1] in "ıiuü":  # it may be a possessive itself: Xankəndi, Nazirliyi
            yield from possessed(word, harmony)
        if not name:
            yield from _owned(word, harmony)
            yield from possessed(many + of_many.close, of_many)


def _cases(word: str, harmony: Harmony) -> Paradigm:
    """Bakı, Bakının, Bakıya, Bakıda, Bakıdakı, Bakıdır, Bakıdadır, Bakıdandır, Bakıyla."""
    low, high = harmony.open, harmony.close
    glide, buffer = ("y", "n") if is_vowel(word[-1]) else ("", "")
    adjective = "kı" if low == "a" else "ki"
    yield word, f"{buffer}{high} {buffer}{high}n {glide}{low} d{low} d{low}n l{low} {glide}l{low}"
    yield word, f"d{low}{adjective} d{high}r d{low}d{high}r d{low}nd{high}r"
    if len(word) > 3 and word[-1] in SOFTENED:
        yield word[:-1] + SOFTENED[word[-1]], f"{high} {high}n {low}"


def _owned(word: str, harmony: Harmony) -> Paradigm:
    """His or its: ordu, ordusu; nazirlik, nazirliyi."""
    if is_vowel(word[-1]):
        yield from possessed(f"{word}s{harmony.close}", harmony)
        return
    yield from possessed(word + harmony.close, harmony)
    if len(word) > 3 and word[-1] in SOFTENED:
        yield from possessed(word[:-1] + SOFTENED[word[-1]] + harmony.close, harmony)
