"""A rule as the matcher runs it: the desk's rule with its scope, its groups of terms and its clauses."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.desk_files import DeskFile, Fault, Level
from pipelines.model import Content, Rule
from pipelines.rules.clauses import Clause
from pipelines.states import Field, Outcome, RuleId


@dataclass(frozen=True, slots=True)
class TermWord:
    """One word of a term, to be compared with words that are folded the way the term is."""

    folded: str
    """As `text.fold` gives it; where a `?` stands for a letter, only what comes before it."""
    prefix: bool = False
    """True where any ending will do."""
    exact: str | None = None
    """What must stand there with case or accents kept."""
    pattern: re.Pattern[str] | None = None
    """What must stand there where the word holds a `?`, with case or accents kept if the term keeps them."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word, or the words of a phrase."""

    words: tuple[TermWord, ...]
    keep_case: bool = False
    keep_accents: bool = False


Terms = Mapping[Term, tuple[Term, ...]]
"""Terms, each with the phrases that cancel it."""


@dataclass(frozen=True, slots=True)
class Group:
    """Terms under one name; true when any of them hits."""

    name: str
    terms: Terms
    excepts: tuple[Term, ...] = ()
    """Phrases that cancel any hit of the group."""
    fields: frozenset[Field] = frozenset(Field)
    weight: int = 0


@dataclass(frozen=True, slots=True)
class Scope:
    """Gates tested before any word is compared; an empty one lets everything pass."""

    languages: frozenset[str] = frozenset()
    feed_tags: frozenset[str] = frozenset()
    not_feed_tags: frozenset[str] = frozenset()


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


@dataclass(frozen=True, slots=True, eq=False)
class CompiledRule:
    """A rule ready to match, and where it is written."""

    rule: Rule
    scope: Scope
    groups: Mapping[str, Group]
    when: Clause
    unless: Clause | None
    tests: tuple[ArticleTest, ...]
    sequences: int
    """Inline tests of a story's life."""
    file: DeskFile
    loc: tuple[str | int, ...]
    """The rule's place in its file."""
    lists: frozenset[str] = frozenset()
    """The shared lists that it names."""
    was: RuleId | None = None
    """The id whose history it carries on."""

    @property
    def rule_id(self) -> RuleId:
        """The rule's id."""
        return self.rule.rule_id

    def fault(self, message: str, *loc: str | int, level: Level = Level.ERROR, key: bool = False) -> Fault:
        """A fault at a part of this rule."""
        return self.file.fault((*self.loc, *loc), message, level, key=key)
