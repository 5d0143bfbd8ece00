"""What an article is about, in a few terms that hold across languages: names, numbers, words of the title; pure."""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

from pipelines.dedup.names import name_key
from pipelines.dedup.stopwords import COUNTRIES, STOP
from pipelines.dedup.weekdays import weekdays
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


@dataclass(frozen=True, slots=True, kw_only=True)
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

    @property
    def names(self) -> frozenset[int]:
        """Keys of the names among the terms, topics left out."""
        return frozenset(term.key for term in self.terms if term.weight == NAME and not term.topic)

    @property
    def topics(self) -> frozenset[int]:
        """Keys of those that the desk looks for day after day."""
        return frozenset(term.key for term in self.terms if term.topic)

    @property
    def numbers(self) -> frozenset[int]:
        """Keys of the numbers among the terms."""
        return frozenset(term.key for term in self.terms if term.shown[0].isdigit())


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    name: bool


def no_aliases(_: str) -> Alias | None:
    """Where no desk's lists are given."""
    return None


@lru_cache(maxsize=4096)
def subject_of(content: Content, aliases: Aliases = no_aliases) -> Subject:
    """At most 12 terms: what title and lead share first, then names and numbers, then words of the title."""
    lead = list(_words(_lead(content)))
    title = list(_title_words(clean_title(content.title), {one.text for one in lead if one.name}, bool(lead)))
    found: dict[str, Term] = {}
    order: dict[str, int] = {}
    titled: set[str] = set()
    for rank, one in [*((1, one) for one in title), *((2, one) for one in lead)]:
        for name, term in _terms(one, content.language, aliases, in_title=rank == 1):
            order[name] = 0 if order.get(name) == 1 and rank == 2 else order.get(name, rank)
            if name not in found or found[name].weight < term.weight:
                found[name] = term
            titled |= {name} if rank == 1 else set()
    names = sorted(found, key=lambda name: (-found[name].weight, order[name]))
    return Subject(
        terms=tuple(found[name] for name in names[:MOST]),
        said=frozenset(found[name].key for name in names),
        titled=frozenset(found[name].key for name in titled if lead and found[name].weight == NAME),
        days=weekdays(f"{content.title}\n{_lead(content)}"),
        has_text=bool(lead),
    )


def _lead(content: Content) -> str:
    """The beginning of the text, past the lines that a page puts before it; else the feed's summary."""
    lines = dict.fromkeys(without(content.searched_body, content.passages, PassageKind.BACKGROUND).split("\n"))
    told = [line for line in lines if len(line) >= SENTENCE]
    return ("\n".join(told) or content.lead or content.body)[:LEAD]


def _title_words(title: str, names: Collection[str], has_text: bool) -> Iterator[_Word]:
    """A title that is all in capitals, or has one on each word, says of no word that it is a name: the text does."""
    long = [found[0] for found in _WORD.finditer(title) if len(found[0]) >= SHORTEST]
    if sum(one[0].isupper() for one in long) > CAPITALISED * len(long):
        return (_Word(found[0], found[0] in names or not has_text) for found in _WORD.finditer(title))
    return _words(title, whole=True)


def _words(text: str, *, whole: bool = False) -> Iterator[_Word]:
    """Words in order; of names that stand together (Nikol Pashinyan, the European Union) the last is the name.

    The others are left out, or are plain words with `whole`: a person named in full is not two proofs.
    """
    found = list(_WORD.finditer(text))
    for number, one in enumerate(found):
        if not one[0][0].isupper():
            yield _Word(one[0], name=False)
            continue
        before = found[number - 1] if number else None
        following = found[number + 1] if number + 1 < len(found) else None
        goes_on = following is not None and _together(text, one, following)
        if whole or not goes_on:
            begins = before is None or bool(_BEGINS.search(text[before.end() : one.start()]))
            proper = not goes_on and (not begins or (before is not None and _together(text, before, one)))
            yield _Word(one[0], proper)


def _together(text: str, one: re.Match[str], following: re.Match[str]) -> bool:
    """Whether two words are parts of one name."""
    if not (one[0][0].isupper() and following[0][0].isupper()):
        return False
    ended = "'" in one[0] or "’" in one[0]  # a name with its ending: another begins
    return not ended and text[one.end() : following.start()] in {" ", "-", "\u00a0"}


def _terms(word: _Word, language: str | None, aliases: Aliases, *, in_title: bool) -> Iterator[tuple[str, Term]]:
    text, small = word.text, word.text.casefold()
    if text[0].isdigit():
        digits = re.sub("[.,]", "", text)
        if len(digits) > 1 and not (text == digits and len(digits) == 4 and digits[:2] in {"19", "20"}):
            yield _made(f"number {digits}", text, NUMBER)
        return
    if _tells_nothing(small):
        return
    country = _country(small)
    told = word.name or (in_title and len(small) >= SHORTEST)
    if alias := aliases(text):
        yield _made(alias.name, text, alias.weight, topic=alias.topic)
    elif country:
        yield _made(f"country {country}", text, COUNTRY, topic=True)
    elif told and len(key := name_key(small, language)) > 1:
        yield _made(f"name {key}", text, NAME if word.name else WORD)


@lru_cache(maxsize=1 << 16)
def _tells_nothing(word: str) -> bool:
    return word in STOP or bool(weekdays(word))


@lru_cache(maxsize=1 << 16)
def _country(word: str) -> str | None:
    return next((name for name, stems in COUNTRIES.items() if word.startswith(stems)), None)


def _made(name: str, shown: str, weight: float, *, topic: bool = False) -> tuple[str, Term]:
    key = int.from_bytes(blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big", signed=True)
    return name, Term(key, shown, weight, topic)
