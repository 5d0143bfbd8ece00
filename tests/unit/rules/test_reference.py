"""The engine against the reference: the same rules, the same articles, the same hits, whichever way it judges."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipelines.model import Content
from pipelines.rules.loader import load_rules
from pipelines.rules.matcher import Matcher
from pipelines.states import TextSource
from tests.unit.rules.reference import Clause, Group, Rule, judged, written

WORDS = ["army", "Lachin", "corridor", "fire", "fired", "Çay", "миру", "x"]
TERMS = st.one_of(
    st.sampled_from(WORDS),
    st.lists(st.sampled_from(WORDS), min_size=2, max_size=3).map(" ".join),
    st.sampled_from(["arm*", "fir*", "Lachin cor*", "мир*"]),
)
SOME = st.lists(TERMS, min_size=1, max_size=3, unique_by=str.casefold).map(tuple)
GAPS = st.sampled_from([" ", " ", " ", ", ", ". ", "-", "\n", "\n\n", "! ", " 2 "])
TEXTS = st.lists(st.tuples(st.sampled_from([*WORDS, "ARMY", "cay", "мир"]), GAPS), max_size=20).map(
    lambda parts: "".join(word + gap for word, gap in parts)
)
NAMES = st.sampled_from("abc")
PLAIN = st.builds(lambda terms: Group(terms=terms), SOME)
ANY = st.builds(
    Group,
    terms=SOME,
    excepts=st.one_of(st.just(()), SOME),
    fields=st.sampled_from([("title", "lead", "body"), ("title",), ("title", "lead"), ("body",), ("lead", "body")]),
    weight=st.integers(-2, 3),
)
HAS = st.tuples(st.just("has"), NAMES)
NEAR = st.tuples(st.just("near"), st.just("a"), st.sampled_from("bc"), st.integers(0, 4))
LEAVES = st.one_of(
    HAS,
    NEAR,
    st.tuples(st.sampled_from(["title", "lead"]), NAMES),
    st.tuples(st.just("before"), NAMES, NAMES, st.integers(0, 4)),
    st.tuples(st.just("same_sentence"), NAMES, NAMES),
    st.tuples(st.sampled_from(["mentions", "distinct"]), NAMES, st.integers(1, 3)),
    st.tuples(st.just("score"), st.integers(1, 5)),
)
CLAUSES: st.SearchStrategy[Clause] = st.recursive(
    LEAVES,
    lambda parts: st.one_of(st.tuples(st.sampled_from(["and", "or"]), parts, parts), st.tuples(st.just("not"), parts)),
    max_leaves=4,
)
PLAIN_RULES = st.builds(
    Rule,
    groups=st.fixed_dictionaries(dict.fromkeys("abc", PLAIN)),
    when=st.one_of(HAS, NEAR, st.tuples(st.just("and"), HAS, HAS)),
    unless=st.one_of(st.none(), HAS),
)
ANY_RULES = st.builds(
    Rule, groups=st.fixed_dictionaries(dict.fromkeys("abc", ANY)), when=CLAUSES, unless=st.one_of(st.none(), CLAUSES)
)
CONTENTS = st.builds(
    lambda title, lead, body, shared: Content(title=title, lead=lead, body=f"{lead} {body}" if shared else body),
    TEXTS,
    st.one_of(st.just(""), TEXTS),
    TEXTS,
    st.booleans(),
)


def in_yaml(number: int, rule: Rule) -> str:
    """The rule as its author would write it, in JSON's style."""
    terms = {
        name: {"any": group.terms, "in": group.fields, "weight": group.weight}
        | ({"except": group.excepts} if group.excepts else {})
        for name, group in rule.groups.items()
    }
    record = {"id": f"r{number}", "terms": terms, "when": written(rule.when)}
    return f"  - {json.dumps(record | ({'unless': written(rule.unless)} if rule.unless else {}), ensure_ascii=False)}\n"


LEADING = Content(title="x", lead="army " * 7, body="army " * 7 + "fire. Lachin corridor")
LONGER = Rule(
    groups={
        "a": Group(terms=("army", "army army")),
        "b": Group(terms=("fire Lachin", "fir*")),
        "c": Group(terms=("x",)),
    },
    when=("near", "a", "b", 0),
)


@pytest.mark.parametrize("many", [0, 1_000])
@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(PLAIN_RULES, ANY_RULES), min_size=1, max_size=5), st.lists(CONTENTS, min_size=2, max_size=5))
@example([LONGER], [LEADING])
def test_the_engine_says_what_the_reference_says(
    tmp_path: Path, many: int, rules: list[Rule], contents: list[Content]
) -> None:
    text = "version: 1\nrules:\n" + "".join(in_yaml(number, rule) for number, rule in enumerate(rules))
    (tmp_path / "rules.yaml").write_text(text, encoding="utf-8")
    loaded = load_rules(tmp_path).rules  # those that are true of everything, or of nothing, are refused
    matcher = Matcher(loaded, many=many)
    for content in contents:
        said = {
            one.rule.rule_id: {(hit.group, hit.field, hit.start, hit.end) for hit in one.hits}
            for one in matcher.judge(content, None)
        }
        known = {rule.rule_id for rule in loaded}
        expected = {f"r{number}": judged(rule, content) for number, rule in enumerate(rules) if f"r{number}" in known}
        assert said == {name: hits for name, hits in expected.items() if hits is not None}


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(PLAIN_RULES, min_size=1, max_size=6),
    CONTENTS,
    st.sampled_from(TextSource),
    st.sampled_from([None, "en", "ru-RU"]),
    st.sampled_from([None, frozenset[str](), frozenset({"sport"})]),
)
def test_all_at_once_and_one_by_one_tell_the_same(
    tmp_path: Path,
    rules: list[Rule],
    content: Content,
    source: TextSource,
    language: str | None,
    tags: frozenset[str] | None,
) -> None:
    text = "version: 1\nrules:\n" + "".join(in_yaml(number, rule) for number, rule in enumerate(rules))
    scoped = text.replace('"r1"', '"r1", "scope": {"languages": ["ru"], "not_feed_tags": ["sport"]}')
    (tmp_path / "rules.yaml").write_text(scoped, encoding="utf-8")
    loaded = load_rules(tmp_path).rules
    content = replace(content, text_source=source, language=language)
    at_once, one_by_one = Matcher(loaded, many=0), Matcher(loaded, many=1_000)
    assert at_once.judge(content, tags) == one_by_one.judge(content, tags)
