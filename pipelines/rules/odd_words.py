"""Words of terms that have no letters to look for: misspelt ones, Snowball's stems, and those that begin with `?`."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from pipelines.rules.comparison import folded_meets
from pipelines.rules.edit_distance import spellings
from pipelines.rules.rule import TermWord
from pipelines.text import Words

LONGEST = 64
"""Letters of a word that may be a misspelling: its spellings grow with the square of them."""
KNOWN = 1 << 16
"""Words of which it is remembered what they meet."""


class OddWords:
    """Tells which of the words given it are met where."""

    def __init__(self, wanted: Iterable[TermWord]) -> None:
        self._wanted = tuple(dict.fromkeys(wanted))
        self._spelt: dict[str, list[TermWord]] = defaultdict(list)
        for word in self._wanted:
            for spelling in set(spellings(word.folded, word.fuzzy)) if word.fuzzy else ():
                self._spelt[spelling].append(word)
        self._dropped = max((word.fuzzy for word in self._wanted), default=0)
        self._others = [word for word in self._wanted if not word.fuzzy]
        self._known: dict[str, tuple[TermWord, ...]] = {}

    def found(self, words: Words) -> Iterator[tuple[int, TermWord]]:
        """Each place where one of the words may stand, case and accents apart, from left to right."""
        if not self._wanted:
            return
        met = {word: found for word in set(words.folded) if (found := self._met(word))}
        for position, word in enumerate(words.folded) if met else ():
            for one in met.get(word, ()):
                yield position, one

    def _met(self, word: str) -> tuple[TermWord, ...]:
        found = self._known.get(word)
        if found is None:
            if len(self._known) >= KNOWN:
                self._known.clear()
            found = self._known[word] = tuple(dict.fromkeys(self._all_met(word)))
        return found

    def _all_met(self, word: str) -> Iterator[TermWord]:
        if self._spelt and len(word) <= LONGEST:
            for spelling in spellings(word, self._dropped):
                for one in self._spelt.get(spelling, ()):
                    if folded_meets(one, word):
                        yield one
        for one in self._others:
            if folded_meets(one, word):
                yield one
