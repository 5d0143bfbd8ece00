"""The contestants of the rules benchmark: a new peer is one class with a `judge_all`."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

import ahocorasick
import flashtext
import hyperscan
import re2
import spacy
import tantivy
from spacy.matcher import PhraseMatcher

from benchmarks.rules_naive import Evidence, Naive
from benchmarks.rules_sample import GROUPS, SampleRule
from pipelines.model import Content
from pipelines.rules.matcher import Matcher
from pipelines.rules.rule import CompiledRule
from pipelines.rules.search import Find, automaton


class Ours:
    """Wirewatch: fold, scan, evaluate, evidence with offsets."""

    name = "Wirewatch"
    most_rules = 10_000
    exact = True
    few = False
    """Whether it is so slow that it gets fewer articles."""
    note = "whole path"

    def __init__(self, rules: Sequence[SampleRule], compiled: Sequence[CompiledRule]) -> None:
        self._matcher = Matcher(compiled, finder=self.finder)

    @staticmethod
    def finder(letters: Sequence[bytes]) -> Find:
        """What finds letters in a line."""
        return automaton(letters)

    def judge_all(self, articles: Sequence[Content]) -> None:
        """Judge one article after the other."""
        for article in articles:
            self._matcher.judge(article, None)

    def evidence(self, article: Content) -> set[Evidence]:
        """What they say, to be compared."""
        return {
            (found.rule.rule_id, hit.group, hit.field, hit.start, hit.end)
            for found in self._matcher.judge(article, None)
            for hit in found.hits
        }


class Pyahocorasick(Ours):
    """Its automaton in the place of ours."""

    name = "pyahocorasick, our evaluation"

    @staticmethod
    def finder(letters: Sequence[bytes]) -> Find:
        """What finds letters in a line."""
        found = ahocorasick.Automaton()
        for number, one in enumerate(letters):
            found.add_word(one.decode("latin-1"), number)
        found.make_automaton()
        return lambda line: [(number, 0, end + 1) for end, number in found.iter(line.decode("latin-1"))]


class Hyperscan(Ours):
    """Its database in the place of our automaton; each hit is a call of Python."""

    name = "hyperscan + callback, our evaluation"

    @staticmethod
    def finder(letters: Sequence[bytes]) -> Find:
        """What finds letters in a line."""
        database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        numbers = list(range(len(letters)))
        database.compile(
            expressions=list(letters), ids=numbers, elements=len(letters), flags=[0] * len(letters), literal=True
        )

        def find(line: bytes) -> list[tuple[int, int, int]]:
            found: list[tuple[int, int, int]] = []
            database.scan(line, lambda number, start, end, *_: found.append((number, start, end)))
            return found

        return find


class Re2Set(Ours):
    """RE2::Set in the place of our automaton: it tells which expressions are there, not where."""

    name = "RE2 set, our evaluation"
    most_rules = 1_000
    few = True

    @staticmethod
    def finder(letters: Sequence[bytes]) -> Find:
        """What finds letters in a line."""
        options = re2.Options()
        options.max_mem = 1 << 30
        found = re2.Set.SearchSet(options)
        for one in letters:
            found.Add(re2.escape(one))
        found.Compile()
        return partial(_places_of, letters, found)


def _places_of(letters: Sequence[bytes], found: re2.Set, line: bytes) -> list[tuple[int, int, int]]:
    places: list[tuple[int, int, int]] = []
    for number in found.Match(line) or ():
        at = line.find(letters[number])
        while at >= 0:
            places.append((number, at, at + len(letters[number])))
            at = line.find(letters[number], at + 1)
    return sorted(places, key=lambda place: place[2])


class Flashtext:
    """Whole words and phrases only, the longest of overlapping ones; the scan alone."""

    name = "flashtext"
    most_rules = 10_000
    exact = False
    few = False
    note = "scan only: no prefixes, no rules, no evidence"

    def __init__(self, rules: Sequence[SampleRule], compiled: Sequence[CompiledRule]) -> None:
        self._keywords = flashtext.KeywordProcessor()
        for rule in rules:
            for name in GROUPS:
                self._keywords.add_keywords_from_list([t for t in rule.terms[name] if not t.endswith("*")])

    def judge_all(self, articles: Sequence[Content]) -> None:
        """Nothing but the scan."""
        for article in articles:
            self._keywords.extract_keywords(article.body, span_info=True)


class SpacyPhrases:
    """spaCy's tokens and its matcher of phrases, in lower case; the scan alone."""

    name = "spaCy PhraseMatcher"
    most_rules = 10_000
    exact = False
    few = False
    note = "scan only: no prefixes, no folding, no rules, no evidence"

    def __init__(self, rules: Sequence[SampleRule], compiled: Sequence[CompiledRule]) -> None:
        self._language = spacy.blank("en")
        self._matcher = PhraseMatcher(self._language.vocab, attr="LOWER")
        terms = dict.fromkeys(term for rule in rules for name in GROUPS for term in rule.terms[name])
        self._matcher.add("term", [self._language.make_doc(term) for term in terms if not term.endswith("*")])

    def judge_all(self, articles: Sequence[Content]) -> None:
        """Nothing but the scan."""
        for article in articles:
            self._matcher(self._language.make_doc(article.body))


def _query(rule: SampleRule, prefixes: bool) -> str:
    def either(terms: Iterable[str]) -> str:
        shown = [f'"{term[:-1]}"*' if term.endswith("*") else f'"{term}"' for term in terms]
        return "(" + " OR ".join(term for term in shown if prefixes or not term.endswith("*")) + ")"

    return f"{either(rule.terms['any'])} AND {either(rule.terms['and_any'])} NOT {either(rule.terms['unless_any'])}"


class Fts5:
    """SQLite's full-text index over the whole batch, one query a rule."""

    name = "SQLite FTS5, one batch"
    most_rules = 1_000
    exact = False
    few = False
    note = "which articles only: no nearness, no evidence"

    def __init__(self, rules: Sequence[SampleRule], compiled: Sequence[CompiledRule]) -> None:
        self._queries = [_query(rule, prefixes=True) for rule in rules]

    def judge_all(self, articles: Sequence[Content]) -> None:
        """Index the batch, then ask each rule."""
        base = sqlite3.connect(":memory:")
        base.execute("create virtual table article using fts5(title, body)")
        base.executemany("insert into article values (?, ?)", [(one.title, one.body) for one in articles])
        for query in self._queries:
            base.execute("select rowid from article where article match ?", [query]).fetchall()
        base.close()


class Fts5Single(Fts5):
    """The same, an index for each article: what a run with one new article would do."""

    name = "SQLite FTS5, one article"
    few = True

    def judge_all(self, articles: Sequence[Content]) -> None:
        """Index each article, then ask each rule."""
        for article in articles:
            super().judge_all([article])


class Tantivy:
    """A full-text index in memory over the whole batch, one query a rule."""

    name = "tantivy, one batch"
    most_rules = 1_000
    exact = False
    few = False
    note = "which articles only: no prefixes, no nearness, no evidence"

    def __init__(self, rules: Sequence[SampleRule], compiled: Sequence[CompiledRule]) -> None:
        self._queries = [_query(rule, prefixes=False).replace(" NOT ", " AND NOT ") for rule in rules]

    def judge_all(self, articles: Sequence[Content]) -> None:
        """Index the batch, then ask each rule."""
        schema = tantivy.SchemaBuilder().add_text_field("text").build()
        index = tantivy.Index(schema)
        writer = index.writer(heap_size=50_000_000, num_threads=1)
        for article in articles:
            writer.add_document(tantivy.Document(text=f"{article.title}\n{article.body}"))
        writer.commit()
        writer.wait_merging_threads()  # what they take is this contestant's, not the next one's
        index.reload()
        searcher = index.searcher()
        for query in self._queries:
            searcher.search(index.parse_query(query, ["text"]), limit=len(articles))


CONTESTANTS: Mapping[str, type[Ours | Naive | Flashtext | SpacyPhrases | Fts5 | Tantivy]] = {
    one.name: one
    for one in (Ours, Naive, Pyahocorasick, Hyperscan, Re2Set, Flashtext, SpacyPhrases, Fts5, Fts5Single, Tantivy)
}
