"""Articles judged: fields, scope, evidence, and what must hold for every rule."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.model import Content, Judgement
from pipelines.rules.loader import load_rules
from pipelines.rules.matcher import Matcher
from pipelines.states import Field, Outcome
from tests.unit.rules.authoring import headline, judge, load, load_one

LEAD = "Russian peacekeepers left a post near Lachin on Monday"


def hits(folder: Path, body: str, content: Content) -> list[tuple[str, str, str]]:
    judgement = judge(load_one(folder, body), content)
    assert all(
        getattr(content, hit.field)[hit.start : hit.end] == hit.text for hit in (judgement.hits if judgement else ())
    )
    return [(hit.group, hit.field, hit.text) for hit in judgement.hits] if judgement else []


def test_evidence_is_in_reading_order(tmp_path: Path) -> None:
    content = Content(title="Lachin: the army", lead="Fire in Lachin", body="The army.\nLachin again")
    assert hits(tmp_path, "any: [Lachin], and_any: [army]", content) == [
        ("any", "title", "Lachin"),
        ("and_any", "title", "army"),
        ("any", "lead", "Lachin"),
        ("and_any", "body", "army"),
        ("any", "body", "Lachin"),
    ]


def test_evidence_holds_only_what_counts_for_the_match(tmp_path: Path) -> None:
    rule = "terms: {a: {any: [army]}, b: {any: [bank]}, c: {any: [cat]}}, when: a, unless: b and c"
    assert hits(tmp_path, rule, Content(title="army bank")) == [("a", "title", "army")]


@pytest.mark.parametrize(
    ("lead", "body", "expected"),
    [
        ("", f"{LEAD}.\nLachin again.", ["body", "body"]),
        (LEAD, f"{LEAD}.\nLachin again.", ["body", "body"]),
        (LEAD + "…", f"YEREVAN, 3 May. {LEAD}.\nLachin again.", ["body", "body"]),
        (LEAD + ". More on Lachin", f"{LEAD} and Lachin again.", ["lead", "body", "body"]),
        ("Lachin post", "Lachin again, the post was left", ["lead", "body"]),
        (LEAD, "", ["lead"]),
    ],
)
def test_lead_and_body_count_once(tmp_path: Path, lead: str, body: str, expected: list[str]) -> None:
    content = Content(title="News", lead=lead, body=body)
    assert [field for _, field, _ in hits(tmp_path, "any: [Lachin]", content)] == expected


@pytest.mark.parametrize("lead", ["", LEAD])
def test_a_lead_taken_from_the_body_is_a_lead(tmp_path: Path, lead: str) -> None:
    content = Content(title="News", lead=lead, body=f"{LEAD}.\nShusha too.")
    rule = "terms: {{a: {{any: [{}]}}}}, when: lead(a)"
    assert hits(tmp_path, rule.format("Lachin"), content)
    assert not hits(tmp_path, rule.format("Shusha"), content)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("[title]", ["title"]),
        ("[lead]", ["body"]),
        ("[body]", ["body", "body"]),
        ("[title, lead]", ["title", "body"]),
        ("[title, lead, body]", ["title", "body", "body"]),
    ],
)
def test_groups_look_where_they_are_told(tmp_path: Path, fields: str, expected: list[str]) -> None:
    content = Content(title="Lachin", body="Near Lachin\nIn Lachin")
    rule = f"terms: {{a: {{any: [Lachin], in: {fields}}}}}, when: a"
    assert [field for _, field, _ in hits(tmp_path, rule, content)] == expected


def test_no_phrase_or_nearness_crosses_a_field(tmp_path: Path) -> None:
    content = Content(title="They opened", lead="fire in", body="Lachin")
    assert not hits(tmp_path, "any: [opened fire]", content)
    assert not hits(tmp_path, "any: [fire], and_any: [Lachin], within_words: 9", content)


@pytest.mark.parametrize(
    ("scope", "language", "tags", "passes"),
    [
        ("languages: [en, hy]", "en", None, True),
        ("languages: [en]", "en-GB", None, True),
        ("languages: [en]", "ru", None, False),
        ("languages: [en]", None, None, True),
        ("feed_tags: [news]", None, {"news", "x"}, True),
        ("feed_tags: [news]", None, {"x"}, False),
        ("feed_tags: [news]", None, set(), False),
        ("feed_tags: [news]", None, None, True),
        ("not_feed_tags: [sport]", None, {"sport", "news"}, False),
        ("not_feed_tags: [sport]", None, {"news"}, True),
    ],
)
def test_scope(tmp_path: Path, scope: str, language: str | None, tags: set[str] | None, passes: bool) -> None:
    rule_set = load_one(tmp_path, f"any: [Lachin], scope: {{{scope}}}")
    content = Content(title="Lachin", language=language)
    assert (judge(rule_set, content, None if tags is None else frozenset(tags)) is not None) == passes


def test_an_unknown_language_is_marked(tmp_path: Path) -> None:
    judgement = judge(load_one(tmp_path, "any: [Lachin], scope: {languages: [en]}"), Content(title="Lachin"))
    assert judgement is not None
    assert judgement.clause == "any: language not known"


@pytest.mark.parametrize(("status", "runs"), [("live", True), ("shadow", True), ("draft", False), ("retired", False)])
def test_only_live_and_shadow_rules_run(tmp_path: Path, status: str, runs: bool) -> None:
    assert (judge(load_one(tmp_path, f"any: [Lachin], status: {status}"), Content(title="Lachin")) is not None) == runs


def test_the_short_form_means_what_it_says(tmp_path: Path) -> None:
    rule = "any: [{list: places.lachin}], and_any: ['peacekeep*'], unless_any: [film festival], within_words: 3"
    for body, matches in [
        ("Peacekeepers near Lachin", True),
        ("Peacekeepers are said to be in Lachin", False),
        ("Peacekeepers near Lachin at a film festival", False),
        ("Peacekeepers", False),
    ]:
        assert bool(hits(tmp_path, rule, Content(title="News", body=body))) == matches


def test_a_partial_needs_a_hit_and_a_missing_text(tmp_path: Path) -> None:
    rule_set = load_one(tmp_path, "any: [Lachin], and_any: [army]")
    partial = judge(rule_set, headline("Lachin"))
    assert partial is not None
    assert (partial.outcome, partial.clause) == (Outcome.PARTIAL, "any and and_any: more text may decide")
    assert [(hit.group, hit.field) for hit in partial.hits] == [("any", Field.TITLE)]
    assert judge(rule_set, headline("Other news")) is None
    assert judge(rule_set, Content(title="Lachin", body="Nothing more")) is None


def test_a_crowded_article_is_judged_in_time(tmp_path: Path) -> None:
    rule = (
        "terms: {a: {any: [Lachin, 'lachi?'], except: [Lachin Aliyev]}, b: {any: [army]}}, "
        "when: 'near(a, b, words=1) and same_sentence(a, b)'"
    )
    content = Content(title="x", body="Lachin Aliyev army and Lachin " * 20_000)
    judgement = judge(load_one(tmp_path, rule), content)
    assert judgement is None or len(judgement.hits) == 40_000


WORDS = ["army", "Lachin", "corridor", "film", "opened", "fire", "x", "."]
TERMS = st.lists(
    st.sampled_from([*WORDS[:-1], "Lachin corridor", "opened fire", "cor*", "f?re"]), min_size=1, max_size=3
)
TEXTS = st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join)
EXPRESSIONS = [
    "a",
    "a and b",
    "a or b",
    "a and not b",
    "near(a, b, words=2)",
    "score >= 3",
    "mentions(a) >= 2",
    "lead(b)",
]


def rule_text(rule_id: str, groups: list[list[str]], when: str, unless: str | None = None) -> str:
    a, b = (f"{{any: [{', '.join(repr(term) for term in terms)}], weight: {n + 2}}}" for n, terms in enumerate(groups))
    return f"  - {{id: {rule_id}, terms: {{a: {a}, b: {b}}}, when: '{when}'" + (
        f", unless: '{unless}'}}\n" if unless else "}\n"
    )


RULES = st.tuples(st.lists(TERMS, min_size=2, max_size=2), st.sampled_from(EXPRESSIONS))
ONCE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)


@ONCE
@given(RULES, st.sampled_from(EXPRESSIONS), TEXTS, TEXTS, st.booleans())
def test_an_unless_never_adds_a_match(
    tmp_path: Path, rule: tuple[list[list[str]], str], unless: str, title: str, body: str, complete: bool
) -> None:
    content = Content(title=title, body=body) if complete else headline(title, body)
    without = judge(load(tmp_path, "version: 1\nrules:\n" + rule_text("r", *rule)), content)
    with_it = judge(load(tmp_path, "version: 1\nrules:\n" + rule_text("r", *rule, unless)), content)
    if with_it is not None:
        assert without is not None
        assert without.outcome is Outcome.MATCH or with_it.outcome is Outcome.PARTIAL


@ONCE
@given(RULES, TEXTS, TEXTS)
def test_what_is_no_match_and_not_partial_stays_so_with_more_text(
    tmp_path: Path, rule: tuple[list[list[str]], str], title: str, body: str
) -> None:
    rule_set = load(tmp_path, "version: 1\nrules:\n" + rule_text("r", *rule))
    early, late = judge(rule_set, headline(title)), judge(rule_set, Content(title=title, body=body))
    touched = any(hit.field is Field.TITLE for hit in (late.hits if late else ()))
    if late is not None and touched:
        assert early is not None


@ONCE
@given(st.lists(RULES, min_size=1, max_size=5), TEXTS)
def test_the_order_of_rules_and_files_decides_nothing(
    tmp_path: Path, rules: list[tuple[list[list[str]], str]], text: str
) -> None:
    texts = [rule_text(f"r{number}", *rule) for number, rule in enumerate(rules)]
    content = Content(title=text, body=text)
    (tmp_path / "z.yaml").unlink(missing_ok=True)
    one = Matcher(load(tmp_path, "version: 1\nrules:\n" + "".join(texts)).rules).judge(content, None)
    middle = len(texts) // 2
    (tmp_path / "rules.yaml").write_text("version: 1\nrules:\n" + "".join(reversed(texts[middle:])))
    if middle:
        (tmp_path / "z.yaml").write_text("version: 1\nrules:\n" + "".join(reversed(texts[:middle])))
    other = Matcher(load_rules(tmp_path).rules).judge(content, None)

    def said(judgement: Judgement) -> tuple[object, ...]:
        return (judgement.rule.rule_id, judgement.rule.version, judgement.outcome, judgement.hits, judgement.clause)

    assert sorted(map(said, one), key=str) == sorted(map(said, other), key=str)
