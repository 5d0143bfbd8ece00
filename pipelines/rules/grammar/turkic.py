"""What Turkish and Azerbaijani share: vowel harmony and the endings it runs through."""

from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.rules.grammar.paradigm import ALONE, Paradigm

BACK, FRONT = "aıouâû", "eəiöüî"


@dataclass(frozen=True, slots=True)
class Harmony:
    """The open and the close vowel in the endings of one word."""

    open: str
    close: str


def is_vowel(letter: str) -> bool:
    """Whether the letter of a word in lower case is a vowel."""
    return letter in BACK or letter in FRONT


def harmonies(word: str, front: str) -> Iterator[Harmony]:
    """What the word's last vowel asks for; one typed without accents (Lacin, Laçın) may be of both kinds.

    `front` is the language's open front vowel.
    """
    last = next((letter for letter in reversed(word) if is_vowel(letter)), "")
    rounded = last in "ouöüû"
    if last and (last in BACK or word.isascii()):
        yield Harmony("a", "u" if rounded else "ı")
    if last and (last in FRONT or word.isascii()):
        yield Harmony(front, "ü" if rounded else "i")


def plural(word: str, harmony: Harmony) -> tuple[str, Harmony]:
    """The plural, and what it asks for itself."""
    back = harmony.open == "a"
    return f"{word}l{harmony.open}r", Harmony(harmony.open, "ı" if back else "i")


def possessed(owned: str, harmony: Harmony) -> Paradigm:
    """Cases of a word that ends in its possessive: Nazirliyi, Nazirliyinin."""
    low, high = harmony.open, harmony.close
    yield owned, f"{ALONE} n{high} n{high}n n{low} nd{low} nd{low}n nd{low}k{high} yl{low}"
