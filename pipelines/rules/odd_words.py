"""Words of terms that have no letters to look for: misspelt ones, Snowball's stems, and those that begin with `?`."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from pipelines.rules import snowball
from pipelines.rules.comparison import folded_meets
from pipelines.rules.edit_distance import spellings
from pipelines.rules.rule import TermWord
from pipelines.text import Words

LONGEST = 64
"""Letters of a word that may be a misspelling: its spellings grow with the square of them."""
KNOWN = 1 << 16
"""Words of which it is remembered what they meet."""
_ACCENTED = re.compile("[^\x00-\xbf\u2000-\u20cf]")
"""What may be a letter that folding changes beyond its case: without one, words that fold alike have one stem."""


class OddWords:
    """Tells which of the words given it are met where."""

    def __init__(self, wanted: Iterable[TermWord]) -> None:
        self._wanted = tuple(dict.fromkeys(wanted))
        self._spelt: dict[str, list[TermWord]] = defaultdict(list)
        self._stems: dict[str, dict[str, list[TermWord]]] = defaultdict(lambda: defaultdict(list))
        for word in self._wanted:
            if word.snowball:
                self._stems[word.snowball][word.folded].append(word)
            for spelling in set(spellings(word.folded, word.fuzzy)) if word.fuzzy else ():
                self._spelt[spelling].append(word)
        self._dropped = max((word.fuzzy for word in self._wanted), default=0)
        self._others = [word for word in self._wanted if not (word.fuzzy or word.snowball)]
        self._known: dict[str, tuple[TermWord, ...]] = {}

    def found(self, words: Words) -> Iterator[tuple[int, TermWord]]:
        """Each place where one of the words may stand, case and accents apart, from left to right."""
        if not self._wanted:
            return
        spelt: list[str] = list(words.folded)
        if self._stems and not words.text.isascii() and _ACCENTED.search(words.text):
            spelt = [words.original(position) for position in range(len(words))]
        met = {word: found for word in set(zip(spelt, words.folded, strict=True)) if (found := self._met(*word))}
        for position, word in enumerate(zip(spelt, words.folded, strict=True)) if met else ():
            for one in met.get(word, ()):
                yield position, one

    def _met(self, spelt: str, folded: str) -> tuple[TermWord, ...]:
        found = self._known.get(spelt)
        if found is None:
            if len(self._known) >= KNOWN:
                self._known.clear()
            found = self._known[spelt] = tuple(dict.fromkeys(self._all_met(spelt, folded)))
        return found

    def _all_met(self, spelt: str, folded: str) -> Iterator[TermWord]:
        for language, stems in self._stems.items():
            yield from stems.get(snowball.stem(spelt, language), ())
        if self._spelt and len(folded) <= LONGEST:
            for spelling in spellings(folded, self._dropped):
                yield from (one for one in self._spelt.get(spelling, ()) if folded_meets(one, folded))
        yield from (one for one in self._others if folded_meets(one, folded))
