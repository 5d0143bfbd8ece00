"""What the desk's lists say of a word, for telling which reports speak of the same: names met across scripts.

A list called `places.…`, `countries.…` or `forces.…` is one thing under all its names: Lachin is Berdzor. The words of
a list called `people.…` are each a name of their own. Other lists (clubs, topics) name nothing.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.dedup.names import name_key
from pipelines.dedup.subject import COUNTRY, NAME, WORD, Alias
from pipelines.text import fold

if TYPE_CHECKING:
    from pipelines.rules.rule import Term, TermWord

_APOSTROPHE = re.compile("['’]")
WEIGHTS = {"places": NAME, "people": NAME, "countries": COUNTRY, "forces": WORD}
"""What a word of such a list tells of an event."""


@dataclass(frozen=True, slots=True)
class _Form:
    """What may follow the letters it is kept under, None where anything may; and what it then is."""

    endings: frozenset[str] | None
    capital: bool
    exact: str | None
    alias: Alias


class DeskNames:
    """The single words of the desk's lists in all their forms; phrases and patterns say nothing here."""

    def __init__(self) -> None:
        self._forms: defaultdict[str, list[_Form]] = defaultdict(list)
        self.alias = lru_cache(maxsize=1 << 16)(self._alias)
        """An Aliases of grouping: words of the news are met again and again."""

    def add(self, name: str, term: "Term") -> None:
        """A term of the list of this name."""
        kind = name.partition(".")[0]
        if kind not in WEIGHTS or len(term.words) != 1:
            return
        key = name_key(term.written.strip("*?")) if kind == "people" else ""
        alias = Alias(f"name {key}" if key else f"list {name}", WEIGHTS[kind], topic=kind != "people")
        (word,) = term.words
        for letters, endings in _beginnings(word):
            self._forms[letters].append(_Form(endings, word.capital, word.exact, alias))

    def _alias(self, word: str) -> Alias | None:
        folded = fold(_APOSTROPHE.split(word)[0])
        for length in range(len(folded), 0, -1):
            for form in self._forms.get(folded[:length], ()):
                if _meets(form, word, folded[length:]):
                    return form.alias
        return None


def desk_names(lists: Path) -> DeskNames:
    """Of a lists.yaml, or of a folder that has one; what is faulty there is left out, and the rules' check tells it."""
    from pipelines.rules.lists import Lists
    from pipelines.rules.sources import read_lists

    names = DeskNames()
    for name, terms in Lists(read_lists(lists)).terms.items():
        for term in terms:
            names.add(name, term)
    return names


def _beginnings(word: "TermWord") -> Iterator[tuple[str, frozenset[str] | None]]:
    if word.wildcard is not None or word.snowball:
        return
    if word.stems:
        yield from word.stems
    else:
        yield word.folded, None if word.prefix else frozenset([""])


def _meets(form: _Form, word: str, rest: str) -> bool:
    if form.capital and not word[:1].isupper():
        return False
    if form.exact is not None and not word.startswith(form.exact):
        return False
    return form.endings is None or rest in form.endings
