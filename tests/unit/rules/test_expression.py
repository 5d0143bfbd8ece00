"""The language of `when` and `unless`: what it accepts, what it refuses and where, and what it says of hits."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.model import Content
from pipelines.rules.expression import MAX_DEPTH, parse
from pipelines.states import Outcome
from tests.unit.rules.authoring import headline, judge, load_one

GROUPS = {"place": 0, "force": 10, "film": -20, "android": 0, "act-1": 5, "act-2": 5, "місто": 0}


@pytest.mark.parametrize(
    "text",
    [
        "place",
        "(place)",
        "place and force or not film",
        "NOT (film OR android) AND place",
        "android and not act-1",
        "title(place) or lead(force)",
        "near(place, force, words=0)",
        "before(place,force,words = 15)",
        "same_sentence(place, force)",
        "mentions(place) >= 2 and distinct(force)>=1",
        "score >= 20",
        "2 of act* or all of act-*",
        "місто and\n place",
        "(" * MAX_DEPTH + "place" + ")" * MAX_DEPTH,
        " and ".join(["place"] * 3000),
    ],
)
def test_what_can_be_written(text: str) -> None:
    clause, wrong = parse(text, GROUPS)
    assert wrong == []
    assert clause is not None


@pytest.mark.parametrize(
    ("text", "offset", "message"),
    [
        ("", 0, "an empty expression"),
        ("place force", 6, "`force` cannot stand here; two parts are joined by `and` or `or`"),
        ("place and", 8, "the expression ends too early"),
        ("(place or force", 14, "the expression ends too early; a bracket is not closed"),
        ("place)", 5, "`)` cannot stand here"),
        ("plce and forse", 0, "unknown group `plce`; did you mean `place`?"),
        ("place and forse", 10, "unknown group `forse`; did you mean `force`?"),
        ("place & force", 6, "write `and`"),
        ("place | force", 6, "write `or`"),
        ("!place", 0, "write `not`"),
        ('"Lachin" and force', 0, "words to look for belong under `terms`"),
        ("not not place", 4, "`not` cannot stand here"),
        ("near(place, force)", 17, "`)` cannot stand here; it is written near(place, force, words=15)"),
        ("near(place, force, words=-1)", 0, "the number must be 0 or more"),
        ("mentions(place) >= 0", 0, "the number must be 1 or more"),
        ("mentions(place) > 1", 16, "write `>=`"),
        ("mentions(place)", 14, "the expression ends too early; a number is due, such as `>= 2`"),
        ("near(place, force, word=5)", 19, "`word` cannot stand here; it is written near(place, force, words=15)"),
        ("near(place, force, words=1.5)", 26, "a whole number is due"),
        ("nera(place, force, words=5)", 0, "there is no `nera(...)`; did you mean `near`?"),
        ("place and headline(force)", 10, "there is no `headline(...)`; there are title, lead, near, before"),
        ("place (force)", 6, "`(` cannot stand here; two parts are joined by `and` or `or`"),
        ("title", 4, "the expression ends too early; a group in brackets is due, such as title(place)"),
        ("2 of act", 5, "`act` cannot stand here; the beginning of the groups' names is due, such as `place*`"),
        ("2 of *", 5, "before `*` the groups' names begin"),
        ("and place", 0, "`and` cannot stand here; the name of a group is due"),
        ("place or or force", 9, "`or` cannot stand here; the name of a group is due"),
        ("score >= 21", 0, "no weights of groups can add up to 21"),
        ("3 of act*", 5, "the number must lie between 1 and 2: act-1, act-2"),
        ("all of x*", 7, "no group's name begins with `x`"),
        ("(" * 20_000, MAX_DEPTH, f"brackets nested deeper than {MAX_DEPTH}"),
    ],
)
def test_what_is_refused_and_where(text: str, offset: int, message: str) -> None:
    clause, wrong = parse(text, GROUPS)
    assert clause is None
    assert wrong[0][0] == offset
    assert wrong[0][1].startswith(message), wrong


def test_every_unknown_name_is_told() -> None:
    assert [offset for offset, _ in parse("plce and (forse or fil)", GROUPS)[1]] == [0, 10, 19]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("place and and forse", {10: "`and` cannot stand here", 14: "unknown group `forse`"}),
        (
            "plce and (forse or film",
            {22: "the expression ends", 0: "unknown group `plce`", 10: "unknown group `forse`"},
        ),
        ("plce & score >= 99", {5: "write `and`", 0: "unknown group `plce`"}),
        ("near(plce, force) and forse", {16: "`)` cannot stand here"}),
        ("\"Lachin army\" or 'x' and fil", {0: "words to look for", 25: "unknown group `fil`"}),
        ("place oder forse oder film", {6: "`oder` cannot stand here"}),
        ("&" * 50 + "plce", {0: "write `and`"}),
    ],
)
def test_what_else_is_wrong_is_told_beside_what_cannot_stand_there(text: str, told: dict[int, str]) -> None:
    clause, wrong = parse(text, GROUPS)
    assert clause is None
    assert [offset for offset, _ in wrong] == list(told)
    assert all(message.startswith(told[offset]) for offset, message in wrong), wrong


PIECES = [
    *GROUPS,
    "and",
    "or",
    "not",
    "(",
    ")",
    "near",
    "title",
    ",",
    "words",
    "=",
    "15",
    "score",
    ">=",
    "of",
    "act*",
    "x",
]


@given(st.one_of(st.text(max_size=30), st.lists(st.sampled_from(PIECES), max_size=20).map(" ".join)))
def test_any_text_is_read_or_refused(text: str) -> None:
    clause, wrong = parse(text, GROUPS)
    assert (clause is None) == bool(wrong)
    assert all(0 <= offset <= len(text) and message for offset, message in wrong)


TERMS = (
    "terms: {place: {any: [Lachin, Shusha]}, force: {any: [troops, army], weight: 10}, act: {any: [fire], weight: 10}, "
    "film: {any: [festival], weight: -20}, head: {any: [exclusive], in: [title]}, act2: {any: [shots]}}"
)

# `when`, the body, and the clause that decided, or None where nothing matches.
TABLE = [
    ("place", "In Lachin", "place"),
    ("place and force", "troops in Lachin", "place and force"),
    ("place and force", "in Lachin", None),
    ("place or force", "the army", "force"),
    ("place or force and act", "the army", None),
    ("(place or force) and act", "army fire", "(place or force) and act"),
    ("place and not film", "Lachin", "place and not film"),
    ("place and not film", "Lachin festival", None),
    ("near(place, force, words=2)", "troops one two Lachin", "near(place, force, words=2): 2 words apart"),
    ("near(place, force, words=2)", "Lachin one troops", "near(place, force, words=2): 1 word apart"),
    ("near(place, force, words=2)", "Lachin one two three troops", None),
    ("near(place, force, words=2)", "Lachin. One. Troops.", "near(place, force, words=2): 1 word apart"),
    ("near(place, force, words=1)", "troops a b c army d Lachin", "near(place, force, words=1): 1 word apart"),
    ("near(place, place, words=0)", "Lachin", None),
    ("near(place, place, words=0)", "Lachin Lachin", "near(place, place, words=0): next to each other"),
    ("before(place, force, words=1)", "Lachin one troops", "before(place, force, words=1): 1 word apart"),
    ("before(place, force, words=1)", "troops one Lachin", None),
    ("before(place, force, words=1)", "Lachin Lachin a troops b", "before(place, force, words=1): 1 word apart"),
    ("same_sentence(place, force)", "Troops left Lachin.", "same_sentence(place, force)"),
    ("same_sentence(place, force)", "Troops left. Lachin", None),
    ("mentions(place) >= 2", "Lachin and Lachin", "mentions(place) >= 2: 2 mentions"),
    ("mentions(place) >= 2", "Lachin", None),
    ("distinct(place) >= 2", "Lachin and Lachin", None),
    ("distinct(place) >= 2", "Lachin and Shusha", "distinct(place) >= 2: 2 different terms"),
    ("score >= 20", "army troops fire", "score >= 20: score 20"),
    ("score >= 20", "army troops", None),
    ("place and score >= 20", "army fire festival Lachin", None),
    ("2 of act*", "fire shots", "2 of act*: act and act2"),
    ("all of act*", "fire", None),
    ("head", "exclusive", None),
    ("title(place)", "Lachin", None),
    ("lead(place)", "Lachin\nMore", "lead(place)"),
    ("lead(place)", "More\nLachin", None),
]


@pytest.mark.parametrize(("when", "body", "clause"), TABLE)
def test_what_clauses_decide(tmp_path: Path, when: str, body: str, clause: str | None) -> None:
    judgement = judge(load_one(tmp_path, f'{TERMS}, when: "{when}"'), Content(title="News", body=body))
    assert (judgement.clause if judgement else None) == clause


@pytest.mark.parametrize(
    ("when", "unless", "title", "outcome"),
    [
        ("place", None, "Lachin", Outcome.MATCH),
        ("place and force", None, "Lachin", Outcome.PARTIAL),
        ("place and force", None, "Other news", None),
        ("place and force", "film", "Lachin", Outcome.PARTIAL),
        ("place and force", "film", "Lachin festival", None),
        ("place and not film", None, "Lachin", Outcome.MATCH),
        ("place and not film", None, "Lachin festival", None),
        ("place and head", None, "Lachin", None),
        ("near(place, force, words=1)", None, "Lachin a b troops", Outcome.PARTIAL),
        ("near(place, head, words=1)", None, "Lachin", None),
        ("title(place) and force", None, "Lachin", Outcome.PARTIAL),
        ("title(place) and force", None, "troops", None),
        ("mentions(place) >= 3", None, "Lachin", Outcome.PARTIAL),
        ("mentions(head) >= 2", None, "Exclusive", None),
        ("score >= 20", None, "troops", Outcome.PARTIAL),
        ("score >= 20", None, "troops festival", None),
        ("2 of act*", None, "fire", Outcome.PARTIAL),
        ("lead(place) and force", None, "troops", Outcome.PARTIAL),
    ],
)
def test_a_headline_may_be_partial(
    tmp_path: Path, when: str, unless: str | None, title: str, outcome: Outcome | None
) -> None:
    body = f'{TERMS}, when: "{when}"' + (f', unless: "{unless}"' if unless else "")
    judgement = judge(load_one(tmp_path, body), headline(title))
    assert (judgement.outcome if judgement else None) == outcome
