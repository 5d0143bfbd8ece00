"""Warnings about the terms that stand in one list of a file: what another term there makes needless; pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import product

from pipelines.desk_files.reading import Data, DeskFile, Fault, Level
from pipelines.rules import snowball
from pipelines.rules.comparison import folded_meets
from pipelines.rules.rule import Term, TermWord
from pipelines.rules.schema import TermRecord

Loc = tuple[str | int, ...]
_Key = tuple[int, str, str]
_PLAIN: Mapping[str, Data] = {}


def needless(
    file: DeskFile, loc: Loc, beside: Iterable[Term] = (), manner: Mapping[str, Data] = _PLAIN
) -> Iterator[Fault]:
    """A warning at each term that hits nothing which another of the list, or one `beside` it, does not hit as well.

    The group's `manner` may hold `case` and `accents`. A phrase beside one of its own words is not needless: it is the
    longer hit, and that shows in the alert. Nor are two spellings that folding makes one: they say for which languages
    the list was written.
    """
    own = dict(_own(file, loc, manner))
    terms = _Terms([*own.values(), *beside])
    seen: dict[tuple[str, Term], int] = {}
    for place, term in own.items():
        first = seen.setdefault((term.written.strip().casefold(), term), place)
        wider = next((one for one in terms.like(term) if _covers(one, term) and not _covers(term, one)), None)
        if first != place:
            message = f"`{term.written}` is there already: `{own[first].written}`"
            yield file.fault((*loc, place), message, Level.WARNING)
        elif wider:
            message = f"`{term.written}` is not needed: `{wider.written}` finds all that it finds"
            yield file.fault((*loc, place), message, Level.WARNING)


def _own(file: DeskFile, loc: Loc, manner: Mapping[str, Data]) -> Iterator[tuple[int, Term]]:
    """The terms of words, by their places."""
    case, accents = (value if isinstance(value, str) else None for value in map(manner.get, ("case", "accents")))
    items = file.at(*loc)
    for place in range(len(items) if isinstance(items, list) else 0):
        record, _ = file.check(TermRecord, *loc, place)
        if record and record.term is not None:
            yield place, record.compiled(case=case, accents=accents)


class _Terms:
    """Terms by what their first and last words begin with: the few that can cover one are found among many."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self._by_key: dict[_Key, list[Term]] = defaultdict(list)
        self._languages = set()
        for term in dict.fromkeys(terms):
            self._languages |= {word.snowball for word in term.words if word.snowball}
            for key in self._keys(term, lambda word: {word.folded, *(stem for stem, _ in word.stems)}):
                self._by_key[key].append(term)

    def like(self, term: Term) -> Iterator[Term]:
        """Those that may cover `term`, and some more."""
        for key in self._keys(term, self._beginnings):
            yield from self._by_key.get(key, ())

    def _beginnings(self, word: TermWord) -> set[str]:
        prefixes = {word.folded[:length] for length in range(1, len(word.folded) + 1)}
        return prefixes | {snowball.stem(word.folded, language) for language in self._languages}

    @staticmethod
    def _keys(term: Term, of: Callable[[TermWord], set[str]]) -> Iterable[_Key]:
        ends = [of(term.words[0]), of(term.words[-1])] if term.words else []
        return ((len(term.words), first, last) for first, last in product(*ends)) if ends else ()


def _covers(wide: Term, narrow: Term) -> bool:
    """Whether the one hits wherever the other does, as far as their words show it."""
    if wide == narrow or not wide.words or len(wide.words) != len(narrow.words):
        return wide == narrow
    if wide.keep_case or wide.keep_accents:
        return False
    return all(_word_covers(one, other) for one, other in zip(wide.words, narrow.words, strict=True))


def _word_covers(wide: TermWord, narrow: TermWord) -> bool:
    plain = not (narrow.fuzzy or narrow.wildcard or narrow.snowball)
    if narrow.stems and plain:
        return wide.prefix and all(stem.startswith(wide.folded) for stem, _ in narrow.stems)
    if wide.capital or not plain:
        return False
    if narrow.prefix:
        return wide.prefix and narrow.folded.startswith(wide.folded)
    if wide.snowball:
        return snowball.stem(narrow.folded, wide.snowball) == wide.folded
    return folded_meets(wide, narrow.folded)
