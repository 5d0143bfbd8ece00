"""The search against a naive reference: one regular expression a term, over folded words."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.model import Content
from pipelines.rules.document import Document
from pipelines.rules.loader import load_rules
from pipelines.rules.matcher import Matcher
from pipelines.rules.search import Search, TermIndex
from pipelines.rules.terms import BadTerm, Manner, compile_pattern, compile_term
from pipelines.states import TextSource
from pipelines.text import fold, words

WORDS = st.sampled_from(
    ["a", "ab", "aba", "abab", "Çab", "çab", "ÉLA", "éla", "Iab", "Лаё", "лаеа", "քաև", "ՔԱԵՒ", "a1", "テ"]
)
GAPS = st.sampled_from([" ", ". ", "\n", "\n\n", "-", "’", "\u00ad", ", ", "! ", "։ ", "\u200b", "💥", "\u0301 "])
TEXTS = st.lists(st.tuples(WORDS, GAPS), max_size=25).map(lambda parts: "".join(word + gap for word, gap in parts))
WILD = st.builds(lambda word, place: f"{word[:place]}?{word[place + 1 :]}", WORDS, st.integers(0, 3))
TYPED = st.one_of(WORDS, WORDS, WORDS.map(lambda word: f"{word:a<3}*"), WILD)
TERMS = st.lists(TYPED, min_size=1, max_size=2).map(" ".join)
MANNERS = st.builds(Manner, keep_case=st.booleans(), keep_accents=st.booleans())


def naive(typed: str, manner: Manner, text: str) -> Iterator[tuple[int, int]]:
    """First and last words of each place, found by a regular expression over the words folded as the term is."""
    found = words(text)
    wanted = [re.escape(manner.fold(one)).replace(r"\*", r"[^ ]*").replace(r"\?", r"[^\W\d_]") for one in typed.split()]
    asked = list(words(typed.replace("?", "a").replace("*", "")).folded)
    if len(asked) != len(wanted):  # a letter that is a word by itself: the term is a phrase of more words
        return
    pattern = re.compile(" ".join(wanted))
    kept = [manner.fold(found.original(place)) for place in range(len(found))]
    for first in range(len(kept) - len(wanted) + 1):
        last = first + len(wanted) - 1
        if found.sentences[first] == found.sentences[last] and pattern.fullmatch(" ".join(kept[first : last + 1])):
            yield first, last


@settings(deadline=None, max_examples=300)
@given(st.lists(st.tuples(TERMS, MANNERS), min_size=1, max_size=12), TEXTS, TEXTS)
def test_the_search_finds_what_a_regular_expression_a_term_finds(
    typed: list[tuple[str, Manner]], title: str, body: str
) -> None:
    terms = {}
    for written, manner in typed:
        try:
            term = compile_term(written, manner)
        except BadTerm:
            continue
        if len(term.words) == len(written.split()):
            terms[term] = (written, manner)
    index = TermIndex(terms)
    search = searched(index, title, body)
    for term, (written, manner) in terms.items():
        number = index.ids[term]
        expected = [(0, *place) for place in naive(written, manner, title)]
        expected += [(2, *place) for place in naive(written, manner, body)]
        assert [place[:3] for place in search.places(number)] == expected, written
        assert not expected or not search.signs.keys().isdisjoint(index.signs(number))


def searched(index: TermIndex, title: str, body: str) -> Search:
    """What stands in such an article."""
    return Search(index, index.scan(Document(Content(title=title, body=body))))


def distance(one: str, other: str) -> int:
    """Levenshtein's distance, by its definition."""
    if not one or not other:
        return len(one) + len(other)
    if one[0] == other[0]:
        return distance(one[1:], other[1:])
    return 1 + min(distance(one[1:], other), distance(one, other[1:]), distance(one[1:], other[1:]))


MISSPELT = st.text(st.sampled_from("ab"), min_size=4, max_size=9)


@settings(deadline=None)
@given(st.text(st.sampled_from("ab"), min_size=6, max_size=7), st.sampled_from([1, 2]), st.lists(MISSPELT, max_size=6))
def test_misspellings_are_those_within_the_distance(term: str, fuzzy: int, text: list[str]) -> None:
    index = TermIndex([compile_term(term, Manner(fuzzy=fuzzy))])
    found = searched(index, "", " ".join(text)).places(0)
    assert [hit.first for hit in found] == [n for n, word in enumerate(text) if distance(term, word) <= fuzzy]


@settings(deadline=None)
@given(st.lists(st.sampled_from(["a", "b", "ab", "ba", ".", "1"]), max_size=20).map(" ".join))
def test_patterns_begin_and_end_at_words(text: str) -> None:
    index = TermIndex([compile_pattern("a( ?b)?")])
    search = searched(index, "", text)
    search.search_patterns([0])
    found = words(text)
    for _, first, last, *_ in search.places(0):
        assert " ".join(found.folded[first : last + 1]) in {"a", "a b", "ab"}
        assert found.sentences[first] == found.sentences[last]
    covered = {word for _, first, last, *_ in search.places(0) for word in range(first, last + 1)}
    assert {n for n, word in enumerate(found.folded) if word in {"a", "ab"}} <= covered


@settings(deadline=None)
@given(TEXTS)
def test_words_together_are_in_one_sentence(text: str) -> None:
    found = words(text)
    for first in range(len(found)):
        for last in range(first, len(found)):
            assert found.together(first, last) == (found.sentences[first] == found.sentences[last])
    assert [fold(found.original(place)) for place in range(len(found))] == list(found.folded)


EVERYTHING = r"""version: 1
rules:
  - id: r
    terms:
      a:
        any: [ab, 'aba* b?a', {term: abbaba, fuzzy: 2}, {re: 'a[\w ]*b'}, 東京, {term: Лачин, forms: ru}]
        except: [ab a]
      b: {any: [{term: run, forms: en}, {term: Ab, case: exact, accents: exact}, '?b'], in: [title, lead], weight: 2}
    when: near(a, b, words=3) or same_sentence(a, b) or distinct(a) >= 2 or lead(b) or score >= 2
    unless: mentions(a) >= 9
"""


@pytest.fixture(scope="module")
def every_form(tmp_path_factory: pytest.TempPathFactory) -> Matcher:
    folder = tmp_path_factory.mktemp("rules")
    (folder / "rules.yaml").write_text(EVERYTHING, encoding="utf-8")
    loaded = load_rules(folder)
    assert loaded.faults == ()
    return Matcher(loaded.rules)


ANY_TEXT = st.one_of(
    st.text(max_size=30), TEXTS, st.text(st.sampled_from("aAbB .\n東京テ\ud800\U0001f4a5\u0301é"), max_size=30)
)


@settings(deadline=None, max_examples=200)
@given(ANY_TEXT, ANY_TEXT, ANY_TEXT, st.sampled_from(TextSource))
def test_no_text_breaks_a_rule_and_all_evidence_is_in_its_place(
    every_form: Matcher, title: str, lead: str, body: str, source: TextSource
) -> None:
    content = Content(title=title, lead=lead, body=body, text_source=source)
    for judgement in every_form.judge(content, None):
        assert judgement.clause
        for hit in judgement.hits:
            assert getattr(content, hit.field)[hit.start : hit.end] == hit.text != ""
