"""A rule as the matcher runs it: the desk's rule with its scope, its groups of terms and its clauses."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from pipelines.desk_files.reading import DeskFile, Fault, Level
from pipelines.model import Content, Rule
from pipelines.policy import NewGroup
from pipelines.rules.clauses import Clause
from pipelines.states import TEXT_FIELDS, Field, Outcome, RuleId


class _Record:
    """Is pickled as its fields in order: what dataclasses do of themselves takes three times as long to read back."""

    __slots__ = ()

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        names: tuple[str, ...] = tuple(self.__slots__)
        return type(self), tuple(getattr(self, name) for name in names)


@dataclass(frozen=True, slots=True)
class TermWord(_Record):
    """One word of a term, to be compared with words that are folded the way the term is."""

    folded: str
    """As `text.fold` gives it; where a `?` stands for a letter, only what comes before it."""
    prefix: bool = False
    """True where any ending will do."""
    exact: str | None = None
    """What must stand there, or at the beginning of what stands there, with case or accents kept."""
    wildcard: str | None = None
    """What must stand there where the word holds a `?`, with case or accents kept if the term keeps them."""
    fuzzy: int = 0
    """How many letters may differ."""
    stems: tuple[tuple[str, frozenset[str]], ...] = ()
    """Of an inflected word by our tables: beginnings, each with its endings; the forms are all of these."""
    snowball: str | None = None
    """Of an inflected word by Snowball: the language whose stem `folded` is."""
    capital: bool = False
    """True where the original must begin with a capital."""


@dataclass(frozen=True, slots=True)
class Term(_Record):
    """A word, the words of a phrase, or a pattern; `written` is how the author put it."""

    words: tuple[TermWord, ...]
    keep_case: bool = False
    keep_accents: bool = False
    pattern: str | None = None
    """RE2 syntax; such a term has no words."""
    written: str = field(default="", compare=False)

    def __hash__(self) -> int:
        """Of the letters alone: terms that differ in no more are few, and terms are looked up by the thousand."""
        return hash((self.pattern, *[word.folded for word in self.words]))

    @property
    def key(self) -> str:
        """Everything that decides what the term meets, as one text."""
        words = [
            [getattr(word, name) for name in TermWord.__slots__ if name != "stems"]
            + [sorted([stem, *sorted(endings)] for stem, endings in word.stems)]
            for word in self.words
        ]
        return json.dumps([self.keep_case, self.keep_accents, self.pattern, words])


Terms = Mapping[Term, tuple[Term, ...]]
"""Terms, each with the phrases that cancel it."""


@dataclass(frozen=True, slots=True)
class Group(_Record):
    """Terms under one name; true when any of them hits."""

    name: str
    terms: Terms
    excepts: tuple[Term, ...] = ()
    """Phrases that cancel any hit of the group."""
    fields: frozenset[Field] = TEXT_FIELDS
    weight: int = 0


@dataclass(frozen=True, slots=True)
class Scope:
    """Gates tested before any word is compared; an empty one lets everything pass."""

    languages: frozenset[str] = frozenset()
    feed_tags: frozenset[str] = frozenset()
    not_feed_tags: frozenset[str] = frozenset()

    def refusals(self, language: str | None, tags: frozenset[str] | None) -> Iterator[str]:
        """Why an article of that language and those tags does not pass, a reason a gate; what is not known passes."""
        if self.languages and language and language.lower().partition("-")[0] not in self.languages:
            yield f"the article's language is {language}, the rule looks at {', '.join(sorted(self.languages))}"
        if tags is None:
            return
        if self.feed_tags and self.feed_tags.isdisjoint(tags):
            yield f"none of the article's feed tags is one of {', '.join(sorted(self.feed_tags))}"
        if unwanted := self.not_feed_tags & tags:
            yield f"the article's feeds are tagged {', '.join(sorted(unwanted))}, which the rule leaves out"


@dataclass(frozen=True, slots=True)
class ArticleTest:
    """An inline test: what the rule says of an invented article."""

    number: int
    """Its index among the rule's tests."""
    name: str | None
    content: Content
    tags: frozenset[str] | None
    expect: Outcome
    hits: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Step:
    """One moment of a sequence: an article that arrives, a silence that begins, or time that passed."""

    at: timedelta
    """Since the sequence began."""
    content: Content | None
    tags: frozenset[str] | None
    source: str | None
    story: str | None
    event: str | None
    expect: str
    """`alert`, `held` or `none`; empty for a silence."""
    reason: str | None
    silence: Mapping[str, str] | None
    until: timedelta | None


@dataclass(frozen=True, slots=True)
class SequenceTest:
    """An inline test of what becomes of matches, one after the other."""

    number: int
    """Its index among the rule's tests."""
    name: str | None
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, eq=False)
class CompiledRule:
    """A rule ready to match, and where it is written."""

    rule: Rule
    scope: Scope
    groups: Mapping[str, Group]
    when: Clause
    unless: Clause | None
    tests: tuple[ArticleTest, ...]
    sequences: tuple[SequenceTest, ...]
    """Inline tests of a story's life, or of a volume's."""
    file: DeskFile
    loc: tuple[str | int, ...]
    """The rule's place in its file."""
    lists: frozenset[str] = frozenset()
    """The shared lists that it names."""
    was: RuleId | None = None
    """The id whose history it carries on."""
    backfill: timedelta = timedelta(0)
    """How far back it looks when it is new."""

    @property
    def rule_id(self) -> RuleId:
        """The rule's id."""
        return self.rule.rule_id

    @property
    def news(self) -> frozenset[str]:
        """Groups whose first hit in a story is told: `new_group(g)`."""
        return frozenset(one.group for one in self.rule.story.again_when if isinstance(one, NewGroup))

    def fault(self, message: str, *loc: str | int, level: Level = Level.ERROR, key: bool = False) -> Fault:
        """A fault at a part of this rule."""
        return self.file.fault((*self.loc, *loc), message, level, key=key)
