"""Warnings about what changes nothing: in a rule's groups, in a list's terms, between rules, lists and routes."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipelines.delivery.routing import load_routes
from pipelines.desk_files.lint import lint_routes
from pipelines.desk_files.reading import read
from pipelines.model import Content
from pipelines.rules.lint import lint
from pipelines.rules.loader import RuleSet
from pipelines.rules.matcher import Matcher
from pipelines.states import RuleStatus
from tests.unit.rules.authoring import LISTS, load

TERMS = "a: {any: [aaa]}, b: {any: [bbb], weight: 5}, c: {any: [ccc], weight: -5, in: [title]}"


def warnings(folder: Path, rules: str, lists: str = LISTS) -> list[str]:
    rule_set = load(folder, f"version: 1\nrules:\n{rules}", lists)
    assert rule_set.faults == (), [str(fault) for fault in rule_set.faults]
    return [str(fault).removeprefix(f"{folder}/") for fault in lint(rule_set, date(2026, 11, 22))]


def drafted(folder: Path, body: str, lists: str = LISTS) -> list[str]:
    found = warnings(folder, f"  - {{id: r, status: draft, {body}}}\n", lists)
    return [warning.partition(" warning: ")[2] for warning in found]


@pytest.mark.parametrize(
    ("clauses", "expected"),
    [
        ("when: a and b and c", []),
        ("when: a or b, unless: c", []),
        ("when: a and (a or b), unless: c", ["group `b` decides nothing"]),
        ("when: a or (a and b and c)", ["group `b` decides nothing", "group `c` decides nothing"]),
        ("when: a and b, unless: c and not c", ["group `c` decides nothing"]),
        ("when: a and b and c, unless: b", ["this rule can never match"]),
        ("when: a and not a and b and c", ["this rule can never match"]),
        ("when: a and lead(c) and b", ["this rule can never match"]),
        ('when: "near(a, b, words=0) and before(b, a, words=3) and same_sentence(b, c)"', []),
        ("when: mentions(a) >= 50 and b and not c", []),
        ("when: distinct(a) >= 2 and b and c", ["this rule can never match"]),
        ("when: a and score >= 5", []),
        ("when: score >= 1 or a", []),
    ],
)
def test_what_decides_nothing(tmp_path: Path, clauses: str, expected: list[str]) -> None:
    found = drafted(tmp_path, f"terms: {{{TERMS}}}, {clauses}")
    told = [warning for warning in found if "nowhere" not in warning]
    assert [warning.partition(":")[0].partition(", ")[0] for warning in told] == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("any: [aaa], unless_any: [aaa]", ["this rule can never match"]),
        ("any: [aaa], unless_any: [aaa, bbb]", ["this rule can never match"]),
        ("any: [aaa, bbb], unless_any: [aaa]", []),
        ("any: [aaa, bbb], and_any: [aaa]", ["group `any` decides nothing"]),
        ("terms: {a: {any: [aaa]}, b: {any: [aaa], except: [aaa bbb]}}, when: a, unless: b", []),
        ("terms: {a: {any: [aaa]}, b: {any: [aaa], in: [title]}}, when: a, unless: b", []),
        ("terms: {a: {any: [aaa], in: [title]}, b: {any: [aaa]}}, when: a, unless: b", ["this rule can never match"]),
        ("terms: {a: {any: [aaa]}, b: {any: [aaa, bbb]}}, when: a or b", ["group `a` decides nothing"]),
    ],
)
def test_a_group_that_holds_another(tmp_path: Path, body: str, expected: list[str]) -> None:
    found = drafted(tmp_path, body)
    assert [warning.partition(":")[0].partition(", ")[0] for warning in found] == expected


def test_the_group_is_named_at_its_place(tmp_path: Path) -> None:
    terms = "    terms:\n      a: {any: [aaa]}\n      b: {any: [bbb]}\n"
    rules = f"  - id: r\n    status: draft\n{terms}    when: a or (a and b)\n"
    message = "group `b` decides nothing: with it and without it the rule says the same"
    assert warnings(tmp_path, rules) == [f"rules.yaml:7:7: warning: {message}"]
    short = "  - {id: r, status: draft, any: [aaa], unless_any: [bbb]}\n"
    assert warnings(tmp_path, short) == []


WORDS = ["aaa", "bbb", "ccc", "x."]
CLAUSES = ["a", "b", "c", "not a", "title(b)", "near(a, b, words=3)", "mentions(b) >= 2", "score >= 5", "2 of a*"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(
    st.lists(st.sampled_from(CLAUSES), min_size=1, max_size=3),
    st.sampled_from([" and ", " or "]),
    st.lists(st.sampled_from(CLAUSES), max_size=1),
    st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join),
    st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join),
)
@example(when=["b"], word=" and ", unless=["title(b)"], title="", body="bbb")
def test_a_rule_that_can_never_match_never_does(
    tmp_path: Path, when: list[str], word: str, unless: list[str], title: str, body: str
) -> None:
    clauses = f'when: "{word.join(when)}"' + "".join(f', unless: "{one}"' for one in unless)
    terms = TERMS.replace("c: {any", "a2: {any: [aaa, ccc]}, c: {any")
    rule_set = load(tmp_path, f"version: 1\nrules:\n  - {{id: r, terms: {{{terms}}}, {clauses}}}\n")
    told = [str(fault) for fault in lint(rule_set, date(2026, 11, 22))]
    judged = Matcher(rule_set.rules, statuses=frozenset(RuleStatus)).judge(Content(title=title, body=body), None)
    if any("can never match" in warning for warning in told):
        assert judged == ()


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ("Lachin, Shusha", []),
        ("Lachin, lachin", ["`lachin` is there already: `Lachin`"]),
        ("peacekeepers, peacekeep*", ["`peacekeepers` is not needed: `peacekeep*` finds all that it finds"]),
        ("peacekeep*, peace*", ["`peacekeep*` is not needed: `peace*` finds all that it finds"]),
        ("barış güçleri, barış güç*", ["`barış güçleri` is not needed: `barış güç*` finds all that it finds"]),
        ("Lachin, Lachin corridor", []),
        ("laçın*, laçin*", []),
        ("peace*, keep*", []),
        ("1915, '1915'", ["`1915` is there already: `1915`"]),
        ("{term: Lachin}, Lachin", ["`Lachin` is there already: `Lachin`"]),
        ("{term: Lachin, case: exact}, Lachin", ["`Lachin` is not needed: `Lachin` finds all that it finds"]),
        ("organi?ation, organization", ["`organization` is not needed: `organi?ation` finds all that it finds"]),
        (
            "{term: peacekeeper, forms: en}, peacekeepers",
            ["`peacekeepers` is not needed: `peacekeeper` finds all that"],
        ),
        ("{term: Лачин, forms: ru, case: any}, лачина", ["`лачина` is not needed: `Лачин` finds all that it finds"]),
        ("{term: Лачин, forms: ru}, лачина", []),
        ("{term: Лачин, forms: ru}, лачин*", ["`Лачин` is not needed: `лачин*` finds all that it finds"]),
        ("{term: Stepanakert, fuzzy: 1}, Stepanakert", ["`Stepanakert` is not needed: `Stepanakert` finds all that"]),
        ("{list: places.lachin}, лачинский", []),
        ("{list: places.all}, yerevan*, Yerevan", ["`Yerevan` is not needed: `yerevan*` finds all that it finds"]),
        ("{list: free}, lachiner", ["`lachiner` is not needed: `lachin*` finds all that it finds"]),
    ],
)
def test_needless_terms(tmp_path: Path, terms: str, expected: list[str]) -> None:
    found = drafted(tmp_path, f"any: [{terms}]", LISTS + "  free: {any: {en: [lachin*]}}\n")
    assert [told.startswith(one) for told, one in zip(found, expected, strict=True)] == [True] * len(expected)


def test_needless_terms_of_lists_are_told_within_a_language(tmp_path: Path) -> None:
    lists = "version: 1\nlists:\n  a: {any: {az: [laçın*], tr: [laçın*, laçınlı]}}\n"
    found = warnings(tmp_path, "  - {id: r, status: draft, any: [xyz]}\n", lists)
    assert found == ["lists.yaml:3:40: warning: `laçınlı` is not needed: `laçın*` finds all that it finds"]


def test_rules_that_match_the_same(tmp_path: Path) -> None:
    rules = """  - {id: one, status: draft, any: [aaa, bbb], and_any: [ccc]}
  - {id: two, status: draft, terms: {x: {any: [BBB, aaa]}, y: {any: [ccc]}}, when: x AND y}
  - {id: three, status: draft, any: [aaa, bbb], and_any: [ccc], scope: {languages: [en]}}
  - {id: four, status: draft, any: [aaa, bbb], and_any: [ccc], unless_any: [ddd]}
  - {id: five, status: retired, any: [aaa, bbb], and_any: [ccc]}
"""
    assert warnings(tmp_path, rules) == ["rules.yaml:4:10: warning: this rule matches the same articles as `one`"]


def test_a_list_without_a_language_of_the_scope(tmp_path: Path) -> None:
    rules = """  - {id: one, status: draft, any: [{list: places.lachin}], scope: {languages: [ka, en, fa]}}
  - {id: two, status: draft, any: [{list: places.all}], scope: {languages: [ka, en]}}
  - {id: three, status: draft, any: [{list: places.lachin}, xyz], scope: {languages: [en, hy]}}
"""
    assert warnings(tmp_path, rules) == [
        "rules.yaml:3:79: warning: list `places.lachin` has no terms for fa, ka, which this scope names"
    ]
    within = LISTS.replace("[{list: places.lachin}, Yerevan]", "{ka: [{list: places.lachin}]}")
    assert len(warnings(tmp_path, rules, within)) == 1


ROUTES = """version: 1
owners: {desk: mail}
receivers: {mail: {url_env: MAIL}}
route:
  to: mail
  routes:
    - {match: {severity: low}, to: mail}
    - {match: {severity: low, region: north}, to: mail}
    - {match: {region: south}, to: mail}
    - {match: {region: north}, also: true, to: mail}
    - match: {region: north}
      to: mail
      routes:
        - {match: {topic: none}, to: mail}
    - {match: {topic: war, region: north}, to: mail}
"""


def told(rule_set: RuleSet, routes: Path) -> list[str]:
    found = lint_routes(rule_set, load_routes(routes), read(routes))
    return [str(fault).removeprefix(f"{routes.parent}/") for fault in found]


def test_routes_and_owners(tmp_path: Path) -> None:
    rules = "version: 1\nrules:\n  - {id: r, owner: dsek, labels: {region: north, topic: war}, any: [aaa]}\n"
    rule_set = load(tmp_path, rules)
    (tmp_path / "routes.yaml").write_text(ROUTES, encoding="utf-8")
    routes = tmp_path / "routes.yaml"
    assert told(rule_set, routes) == [
        "rules.yaml:3:20: warning: owner `dsek` is not under `owners` in routes.yaml; did you mean `desk`?",
        "routes.yaml:8:15: warning: no alert comes to this route: an earlier one takes all with severity: low",
        "routes.yaml:9:15: warning: no alert comes to this route: no rule has region: south",
        "routes.yaml:14:19: warning: no alert comes to this route: no rule has topic: none",
        "routes.yaml:15:15: warning: no alert comes to this route: an earlier one takes all with region: north",
    ]
    assert [one.partition(": ")[0] for one in told(load(tmp_path, "version: 1\nrules: []\n"), routes)] == [
        "routes.yaml:8:15",
        "routes.yaml:15:15",
    ]
