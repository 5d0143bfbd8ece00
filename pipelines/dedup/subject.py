"""What an article is about, in a few terms that hold across languages: names, numbers, words of the title; pure."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b

from pipelines.dedup.names import name_key
from pipelines.dedup.stopwords import STOP, country_of
from pipelines.dedup.weekdays import is_weekday, weekdays
from pipelines.dedup.wire_marks import clean_title
from pipelines.model import Content
from pipelines.passages import without
from pipelines.states import PassageKind

MOST = 12
"""Terms of a story at most: each is a row, and a lookup."""
LEAD = 500
"""Characters of the text that tell what happened; what follows is told of many events."""
SENTENCE = 80
"""Characters of a paragraph; menus, captions and bylines are shorter."""
CAPITALISED = 0.7
"""Of a title's words, from which on capitals say nothing."""
SHORTEST = 4
"""Letters of a word that is no name."""
NAME, NUMBER, WORD, COUNTRY = 1.0, 0.8, 0.8, 0.3
"""How much a term tells of an event, before it is known how many events share it."""


@dataclass(frozen=True, slots=True)
class Alias:
    """The desk's own name for a word, whatever its script."""

    name: str
    weight: float
    topic: bool
    """A place or a force that the desk looks for day after day: however seldom it was met here, it is not rare."""


Aliases = Callable[[str], Alias | None]
"""What the desk's lists say of a word; None of a word of no list."""

_WORD = re.compile(r"[^\W\d_]+(?:['’՛][^\W\d_]+)*|\d+(?:[.,]\d+)*")
_PARTED = re.compile(f"({_WORD.pattern})")
_WITHIN_NAMES = {" ", "-", "\u00a0"}
_Word = tuple[str, bool]
"""A word, and whether it is a name."""
REMEMBERED = 100_000
"""Words of a language; some 10 MB."""
_BEGINS = re.compile(r"[.!?…։:\n«“\"(]\s*$")


@dataclass(frozen=True, slots=True)
class Term:
    """One thing an article is about; equal `key`s are the same thing in any language."""

    key: int
    shown: str
    """As the article has it."""
    weight: float
    topic: bool = False
    """Whether it is what the desk looks for day after day, or a country."""

    @property
    def plain(self) -> bool:
        """Whether it is a word, no name and no number."""
        return self.weight == WORD and not self.topic and not self.shown[0].isdigit()


@dataclass(frozen=True, kw_only=True)  # without slots: what is asked again and again is worked out once
class Subject:
    """What an article is about."""

    terms: tuple[Term, ...]
    """The most telling first."""
    said: frozenset[int]
    """Keys of all that title and lead name, those that are no longer among the terms too."""
    titled: frozenset[int]
    """Keys of the names in the title: who and where. None are known of a headline without a text."""
    days: frozenset[int]
    """Of the week, named in title and lead."""
    has_text: bool

    @cached_property
    def keys(self) -> tuple[int, ...]:
        """Of the terms."""
        return tuple(term.key for term in self.terms)

    @cached_property
    def names(self) -> frozenset[int]:
        """Keys of the names among the terms, topics left out."""
        return frozenset(term.key for term in self.terms if term.weight == NAME and not term.topic)

    @cached_property
    def topics(self) -> frozenset[int]:
        """Keys of those that the desk looks for day after day."""
        return frozenset(term.key for term in self.terms if term.topic)

    @cached_property
    def numbers(self) -> frozenset[int]:
        """Keys of the numbers among the terms."""
        return frozenset(term.key for term in self.terms if term.shown[0].isdigit())


def no_aliases(_: str) -> Alias | None:
    """Where no desk's lists are given."""
    return None


@lru_cache(maxsize=4096)
def subject_of(content: Content, aliases: Aliases = no_aliases) -> Subject:
    """At most 12 terms: what title and lead share first, then names and numbers, then words of the title."""
    begins = _lead(content)
    has_text = _WORD.search(begins) is not None
    known = _Known.of(content.language, aliases, in_title=False)
    lead = list(_words(begins, known.silent))
    title = _title_words(clean_title(content.title), {word for word, name in lead if name}, has_text)
    found: dict[int, Term] = {}
    order: dict[int, int] = {}
    titled: set[int] = set()
    for term in _terms(title, _Known.of(content.language, aliases, in_title=True)):
        order[term.key] = 1
        titled.add(term.key)
        if term.key not in found or found[term.key].weight < term.weight:
            found[term.key] = term
    for term in _terms(lead, known):
        order[term.key] = 0 if order.get(term.key, 2) < 2 else 2
        if term.key not in found or found[term.key].weight < term.weight:
            found[term.key] = term
    keys = sorted(found, key=lambda key: (-found[key].weight, order[key]))
    return Subject(
        terms=tuple(found[key] for key in keys[:MOST]),
        said=frozenset(keys),
        titled=frozenset(key for key in titled if has_text and found[key].weight == NAME),
        days=weekdays(f"{content.title}\n{begins}"),
        has_text=has_text,
    )


def _lead(content: Content) -> str:
    """The beginning of the text, past the lines that a page puts before it; else the feed's summary."""
    text = without(content.searched_body, content.passages, PassageKind.BACKGROUND)
    told: dict[str, None] = {}
    letters = 0
    for line in text.split("\n"):
        if len(line) >= SENTENCE and line not in told:
            told[line] = None
            letters += len(line) + 1
            if letters > LEAD:
                break
    return ("\n".join(told) or content.lead or content.body)[:LEAD]


def _title_words(title: str, names: Collection[str], has_text: bool) -> Iterator[_Word]:
    """A title that is all in capitals, or has one on each word, says of no word that it is a name: the text does."""
    words = _WORD.findall(title)
    long = [word for word in words if len(word) >= SHORTEST]
    if sum(word[0].isupper() for word in long) > CAPITALISED * len(long):
        return ((word, word in names or not has_text) for word in words)
    return _words(title, whole=True)


def _words(text: str, silent: Collection[str] = (), *, whole: bool = False) -> Iterator[_Word]:
    """Words in order, but for the silent ones; of names that stand together (Nikol Pashinyan) the last is the name.

    The others are left out, or are plain words with `whole`: a person named in full is not two proofs.
    """
    parts = _PARTED.split(text)
    between, words = parts[::2], [*parts[1::2], ""]
    for number, word in enumerate(words[:-1]):
        if word in silent:
            continue
        if not word[0].isupper():
            yield word, False
        elif not (together := _together(word, between[number + 1], words[number + 1])) or whole:
            follows = number > 0 and _together(words[number - 1], between[number], word)
            begins = number == 0 or _BEGINS.search(between[number]) is not None
            yield word, not together and (not begins or follows)


def _together(word: str, between: str, following: str) -> bool:
    """Whether two words are parts of one name."""
    if between not in _WITHIN_NAMES or not (word[:1].isupper() and following[:1].isupper()):
        return False
    return "'" not in word and "’" not in word  # a name with its ending: another begins


class _Known(dict[_Word, Term | None]):
    """What words tell in titles or in texts of a language: of most nothing, and most are met again and again."""

    def __init__(self, language: str | None, aliases: Aliases, *, in_title: bool) -> None:
        super().__init__()
        self._language = language
        self._aliases = aliases
        self._in_title = in_title
        self.silent: set[str] = set()
        """Words without a capital that tell nothing."""

    @staticmethod
    @lru_cache(maxsize=64)
    def of(language: str | None, aliases: Aliases, *, in_title: bool) -> "_Known":
        """Those of this process."""
        return _Known(language, aliases, in_title=in_title)

    def __missing__(self, word: _Word) -> Term | None:
        if len(self) >= REMEMBERED:
            self.clear()
            self.silent.clear()
        self[word] = term = self._term(*word)
        if term is None and not word[0][0].isupper():
            self.silent.add(word[0])
        return term

    def _term(self, text: str, name: bool) -> Term | None:
        small = text.casefold()
        if text[0].isdigit():
            digits = re.sub("[.,]", "", text)
            year = text == digits and len(digits) == 4 and digits[:2] in {"19", "20"}
            return None if len(digits) < 2 or year else _made(f"number {digits}", text, NUMBER)
        alias, country = self._aliases(text), country_of(small)
        told = name or (self._in_title and len(small) >= SHORTEST)
        if not (told or alias or country) or small in STOP or is_weekday(small):
            return None
        if alias:
            return _made(alias.name, text, alias.weight, topic=alias.topic)
        if country:
            return _made(f"country {country}", text, COUNTRY, topic=True)
        if len(key := name_key(small, self._language)) > 1:
            return _made(f"name {key}", text, NAME if name else WORD)
        return None


def _terms(words: Iterable[_Word], known: _Known) -> Iterator[Term]:
    return filter(None, map(known.__getitem__, words))


def _made(name: str, shown: str, weight: float, *, topic: bool = False) -> Term:
    key = int.from_bytes(blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big", signed=True)
    return Term(key, shown, weight, topic)
