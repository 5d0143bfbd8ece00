"""Words that differ in a letter or two: Levenshtein's distance, and the spellings under which such words meet; pure."""

from collections.abc import Iterator
from itertools import combinations


def within(word: str, other: str, most: int) -> bool:
    """Whether at most `most` letters must be added, dropped or replaced to turn one word into the other."""
    if abs(len(word) - len(other)) > most:
        return False
    before = list(range(len(other) + 1))
    for row, letter in enumerate(word, 1):
        now = [row]
        for column, facing in enumerate(other, 1):
            now.append(min(before[column] + 1, now[-1] + 1, before[column - 1] + (letter != facing)))
        if min(now) > most:
            return False
        before = now
    return before[-1] <= most


def spellings(word: str, most: int) -> Iterator[str]:
    """The word with up to `most` of its letters left out.

    Two words within `most` of each other share a spelling; words that share one need not be that near.
    """
    for dropped in range(min(most, len(word)) + 1):
        for places in combinations(range(len(word)), dropped):
            left = list(word)
            for place in reversed(places):
                del left[place]
            yield "".join(left)
