"""Boolean queries of other services become rules: what they say, what is lost, what is refused."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.model import Content
from pipelines.rules.boolean import MAX_DEPTH, MAX_LENGTH, BadQuery, read_query
from pipelines.rules.drafting import Draft, NothingLeft, empty_rule, translated
from pipelines.rules.lint import lint
from pipelines.rules.loader import RuleSet, compile_rules
from pipelines.rules.matcher import Matcher
from pipelines.rules.sources import Source, Sources
from pipelines.states import RuleStatus
from tests.unit.rules.test_standing import NOW


def draft(query: str) -> Draft:
    return translated(read_query(query), "r", query)


def loaded(made: Draft) -> RuleSet:
    path = Path("rule.yaml")
    return compile_rules(Sources(path=path, rules=(Source(path=path, raw=made.text.encode()),)))


def said(made: Draft) -> str:
    """The rule without what every draft has, each group on one line."""
    text = "\n".join(line.strip() for line in made.text.splitlines()[5:]).removeprefix("terms:\n")
    return re.sub(r"\nin: (?=\[)", " in ", re.sub(r"(?<=[\w-]):\nany: ", "=", text))


@pytest.mark.parametrize(
    ("query", "rule"),
    [
        ("tesla", "any: [tesla]"),
        ('"Lachin corridor"', "any: [Lachin corridor]"),
        ("“Lachin corridor” OR laçın*", "any: [Lachin corridor, laçın*]"),
        ("lachin AND peacekeep*", "any: [lachin]\nand_any: [peacekeep*]"),
        ("lachin peacekeep*", "any: [lachin]\nand_any: [peacekeep*]"),
        (
            "apple and (watch or iwatch) not (sauce or juice)",
            "any: [apple]\nand_any: [watch, iwatch]\nunless_any: [sauce, juice]",
        ),
        (
            "lachin | shusha -film",
            "lachin=[lachin]\nshusha=[shusha]\nfilm=[film]\nwhen: lachin or (shusha and not film)",
        ),
        ("(lachin OR shusha) NEAR/10 troops", "any: [lachin, shusha]\nand_any: [troops]\nwithin_words: 10"),
        ("lachin NEAR troops", "any: [lachin]\nand_any: [troops]\nwithin_words: 4"),
        ("lachin AROUND(7) troops", "any: [lachin]\nand_any: [troops]\nwithin_words: 7"),
        ("lachin ONEAR/3 troops", "lachin=[lachin]\ntroops=[troops]\nwhen: before(lachin, troops, words=3)"),
        ("title:lachin", "lachin-in-title=[lachin] in [title]\nwhen: lachin-in-title"),
        (
            "intitle:(lachin OR shusha) army",
            "lachin-in-title=[lachin, shusha] in [title]\narmy=[army]\nwhen: lachin-in-title and army",
        ),
        ("ingress:lachin", "lachin-in-lead=[lachin] in [lead]\nwhen: lachin-in-lead"),
        (
            "army AND (lachin OR (shusha AND road) OR goris)",
            "army=[army]\nlachin=[lachin, goris]\nshusha=[shusha]\nroad=[road]\n"
            "when: army and (lachin or (shusha and road))",
        ),
        (
            "army AND NOT (lachin AND film)",
            "army=[army]\nlachin=[lachin]\nfilm=[film]\nwhen: army\nunless: lachin and film",
        ),
        ("lachin AND lachin", "lachin=[lachin]\nwhen: lachin and lachin"),
        ('"lachin road"~5', "any: [lachin]\nand_any: [road]\nwithin_words: 5"),
        ("lachin ANDNOT film", "any: [lachin]\nunless_any: [film]"),
        (
            "allintitle: lachin army",
            "lachin-in-title=[lachin] in [title]\narmy-in-title=[army] in [title]\n"
            "when: lachin-in-title and army-in-title",
        ),
        (
            'lachin author:"Nino Example" -inurl:opinion',
            "lachin=[lachin]\nnino-example-in-author=[Nino Example] in [author]\nopinion-in-url=[opinion] in [url]\n"
            "when: lachin and nino-example-in-author\nunless: opinion-in-url",
        ),
        ('"near" AND "1915"', 'any: [near]\nand_any: ["1915"]'),
        (
            'title:"near" AND "1915"',
            'near-in-title=[near] in [title]\ngroup-1915=["1915"]\nwhen: near-in-title and group-1915',
        ),
        ("Лачин* NEAR/5 Миротвор*", "any: [Лачин*]\nand_any: [Миротвор*]\nwithin_words: 5"),
        ("anti-tank AND O'Brien", "any: [anti-tank]\nand_any: [O'Brien]"),
    ],
)  # fmt: skip
def test_what_a_query_says_the_rule_says(query: str, rule: str) -> None:
    made = draft(query)
    assert (said(made), made.lost) == (rule, ())
    assert loaded(made).faults == ()


@pytest.mark.parametrize(
    ("query", "rule", "lost"),
    [
        ("lachin site:rt.com", "any: [lachin]", "`site:rt.com`: say which feeds in feeds.yaml"),
        ("lachin NOT (site:rt.com OR film)", "any: [lachin]\nunless_any: [film]", "`site:rt.com`: say which feeds"),
        ("lachin language:(en OR ru)", "any: [lachin]", "`language:en ru`: write `scope: {languages: [en]}`"),
        ("lachin AND w*n", "any: [lachin]", "`w*n`: * may stand at a word's end only"),
        ("lachin OR *stan OR ab*", "any: [lachin]", "`*stan`: nothing can be looked for by its ending"),
        ("#lachin", "any: [lachin]", "`#lachin`: the sign before the word"),
        (
            "\"red cross convoy\"~5",
            "red=[red]\ncross=[cross]\nconvoy=[convoy]\n"
            "when: near(red, cross, words=5) and near(cross, convoy, words=5)",
            "`~5` of more than two words",
        ),
        ("lachin^9 AND (army OR troops)^3", "any: [lachin]\nand_any: [army, troops]", "`^9`: which words count more"),
        (
            "(lachin AND road) NEAR/3 army",
            "lachin=[lachin]\nroad=[road]\narmy=[army]\nwhen: lachin and road and army",
            "NEAR/3 between more than words",
        ),
        ("lachin NEAR/9999 army", "any: [lachin]\nand_any: [army]", "NEAR/9999: both must be there, anywhere"),
        (
            "aaa NEAR/2 bbb NEAR/3 ccc",
            "aaa=[aaa]\nbbb=[bbb]\nccc=[ccc]\nwhen: near(aaa, bbb, words=2) and near(bbb, ccc, words=3)",
            "a chain of NEAR",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_carried_over_is_told(query: str, rule: str, lost: str) -> None:
    made = draft(query)
    assert said(made) == rule
    assert any(one.startswith(lost) for one in made.lost), made.lost
    assert loaded(made).faults == ()


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "the query is empty"),
        ("  ", "the query is empty"),
        ("(lachin", "the query ends too early: a bracket is not closed"),
        ("lachin AND", "the query ends too early"),
        ("lachin)", "at character 7: `)` cannot stand here"),
        ("AND lachin", "at character 1: `AND lachin` cannot stand here"),
        ('"lachin', 'at character 1: `"lachin` cannot stand here'),
        ("(" * 20_000, f"at character {MAX_DEPTH + 1}: brackets nested deeper than {MAX_DEPTH}"),
        ("a" * (MAX_LENGTH + 1), "the query is over"),
        ("NOT film", "the query names nothing to look for"),
        ("-film -festival", "the query names nothing to look for"),
        ("lachin OR NOT film", "no rule can say this: `when` is true of an article in which no group hits"),
        ("*stan", "nothing of the query can be carried over: `*stan`"),
        ("site:rt.com", "the query names nothing to look for"),
    ],
)
def test_what_is_refused(query: str, message: str) -> None:
    with pytest.raises((BadQuery, NothingLeft)) as raised:
        draft(query)
    assert str(raised.value).startswith(message)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Troops left Lachin", True),
        ("Troops one two three four five Lachin", False),
        ("Troops left Lachin, says a film", False),
    ],
)
def test_the_rule_judges_as_the_query_would(text: str, expected: bool) -> None:
    rules = loaded(draft("(lachin OR shusha) NEAR/4 troops NOT film")).rules
    assert bool(Matcher(rules, statuses={RuleStatus.DRAFT}).judge(Content(title=text), None)) == expected


def test_the_empty_rule_is_good_and_gives_no_warning() -> None:
    rule_set = loaded(empty_rule("r"))
    assert (rule_set.faults, lint(rule_set, NOW.date())) == ((), ())


PIECES = [
    *"()-*?|&:,{'\\\n",
    *("lachin", "army*", '"a phrase"', "AND", "OR", "NOT", "NEAR/3", "ONEAR", "title:", "site:"),
    *("ab*", "“x y”", "#x", "~2", "12", "no", "null", "any", "Ա"),
]


@settings(deadline=None)
@given(st.one_of(st.text(max_size=40), st.lists(st.sampled_from(PIECES), max_size=15).map(" ".join)))
def test_any_query_is_refused_or_becomes_a_rule_that_loads(query: str) -> None:
    try:
        made = draft(query)
    except (BadQuery, NothingLeft):
        return
    rule_set = loaded(made)
    assert rule_set.faults == ()
    assert len(rule_set.rules) == 1
