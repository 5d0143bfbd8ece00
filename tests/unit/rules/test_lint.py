"""Warnings about rules that run but may not do what their author means."""

from datetime import date
from pathlib import Path

import pytest

from pipelines.rules.lint import lint
from tests.unit.rules.authoring import LISTS, load

TESTED = (
    "owner: desk, tests: [{article: {title: Lachin}, expect: match}, {article: {title: x}, expect: no_match}], any: "
)


def warnings(folder: Path, body: str, lists: str = LISTS) -> list[str]:
    rule_set = load(folder, f"version: 1\nrules:\n  - {{id: r, {body}}}\n", lists)
    assert rule_set.faults == ()
    return [str(fault).removeprefix(f"{folder}/") for fault in lint(rule_set, date(2026, 11, 22))]


def test_a_good_rule_gives_no_warning(tmp_path: Path) -> None:
    assert warnings(tmp_path, TESTED + "[Lachin, {term: US, case: exact}, {list: places.lachin}]") == []


@pytest.mark.parametrize(
    ("body", "needle", "message"),
    [
        ("any: [Lachin]", "r,", "a live rule without `owner`: nobody hears when it breaks"),
        (
            "any: [Lachin], tests: [{article: {title: Lachin}, expect: match}]",
            "r,",
            "a live rule without a test with `expect: no_match`",
        ),
        (TESTED + "[xyz], review_by: 2026-11-21", "2026", "this rule was to be reviewed by 2026-11-21"),
        (TESTED + "[EU]", "EU", "`EU` is short: give it `case: exact` or more letters"),
        (TESTED + "[{term: 7}]", "7", "`7` is short: give it `case: exact` or more letters"),
        (TESTED + "[東京]", "東京", "`東京`: a script without spaces, found inside longer words too"),
        (
            TESTED + "[Laсhin]",
            "Laсhin",
            "`Laсhin` mixes the scripts Cyrillic and Latin: letters that look alike are not the same",
        ),
        ("status: draft, terms: {a: {any: [xyz]}, b: {any: [one]}}, when: a", "b: {", "group `b` is used nowhere"),
    ],
)
def test_warnings(tmp_path: Path, body: str, needle: str, message: str) -> None:
    column = f"  - {{id: r, {body}}}".index(needle) + 1
    assert f"rules.yaml:3:{column}: warning: {message}" in warnings(tmp_path, body)


def test_what_is_meant_gives_no_warning(tmp_path: Path) -> None:
    assert warnings(tmp_path, TESTED + "[Lachin], review_by: 2026-11-22") == []
    group = "status: draft, terms: {a: {any: [us, EU], case: exact, in: [title]}}, when: a"
    assert warnings(tmp_path, group) == []


def test_what_looks_like_a_part_of_a_term_and_is_a_comment(tmp_path: Path) -> None:
    terms = "\n      - Formation #1\n      - foo bar  # a note\n      - baz #  another\n      - 'Unit #2'\n"
    rule_set = load(tmp_path, f"version: 1\nrules:\n  - id: r\n    status: draft\n    any:{terms}")
    assert [str(fault).removeprefix(f"{tmp_path}/") for fault in lint(rule_set, date(2026, 11, 22))] == [
        "rules.yaml:6:19: warning: `#1` is a comment and not of the term: if it is meant, put the whole in quotes"
    ]


def test_lists_are_looked_at_too(tmp_path: Path) -> None:
    lists = "version: 1\nlists:\n  a: {about: of it, any: {en: [of], ru: [Лaчин]}}\n"
    assert [
        warning.partition(" warning: ")[0] for warning in warnings(tmp_path, "status: draft, any: [xyz]", lists)
    ] == [
        "lists.yaml:3:32:",
        "lists.yaml:3:42:",
    ]
