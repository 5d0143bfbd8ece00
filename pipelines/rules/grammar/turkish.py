"""Turkish: few endings, for a name's stand behind an apostrophe, which splits the word, and short ones mislead.

The accusative, dative and locative make other words of short stems (kar, kara; Kars, karşı; art, arda): without them
precision on real names rose from .86 to .89, and recall stayed. What belongs to a plural or possessive takes them all.
"""

from pipelines.rules.grammar.paradigm import ALONE, Paradigm
from pipelines.rules.grammar.turkic import Harmony, harmonies, is_vowel, plural, possessed

SOFTENED = {"k": "ğ", "p": "b", "t": "d", "ç": "c"}


def paradigm(word: str, *, name: bool) -> Paradigm:
    """Stems and endings of a word in lower case, accents kept."""
    for harmony in harmonies(word, "e"):
        genitive = f"{harmony.close}n"
        yield word, f"n{genitive}" if is_vowel(word[-1]) else genitive
        many, of_many = plural(word, harmony)
        low, high = of_many.open, of_many.close
        yield many, f"{ALONE} {high} {high}n {low} d{low} d{low}n d{low}ki l{low}"
        if word[-1] in "ıiuü":  # bodies take no apostrophe, and end in a possessive: Bakanlığı, Bakanlığına
            yield from possessed(word, harmony)
        if not name:
            yield from _owned(word, harmony)
            yield from possessed(many + high, of_many)


def _owned(word: str, harmony: Harmony) -> Paradigm:
    """His or its: örgüt, örgütü; dernek, derneği, where a hard consonant turns soft before a vowel."""
    if is_vowel(word[-1]):
        yield from possessed(f"{word}s{harmony.close}", harmony)
        return
    yield from possessed(word + harmony.close, harmony)
    if len(word) > 2 and word[-1] in SOFTENED:
        soft = word[:-1] + SOFTENED[word[-1]]
        yield soft, f"{harmony.close}n"
        yield from possessed(soft + harmony.close, harmony)
