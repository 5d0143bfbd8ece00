"""The check of texts that no rule matches: it fails when rules match far less than usual, and not by chance."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.overview.unmatched import LOOKED_AT, unmatched_growth


def texts(usual: float, recent: float, *, since: int, of: int = LOOKED_AT) -> list[bool]:
    """Texts of which a share matches, newest first; another share of the last `since`."""
    chance = random.Random(7)
    return [chance.random() < (recent if place < since else usual) for place in range(of)]


@pytest.mark.parametrize(
    ("usual", "recent", "since", "passes"),
    [
        (0.05, 0.05, 0, True),
        (0.05, 0.0, 500, False),  # nothing matches any longer
        (0.05, 0.0, 60, True),  # a quiet hour
        (0.05, 0.02, 600, True),  # less news than usual
        (0.05, 0.005, 600, False),
        (0.01, 0.0, 2_200, False),
        (0.01, 0.3, 600, True),  # a big event
        (0.001, 0.0, 3_000, True),  # rules so rare that nothing can be said
        (0.0, 0.0, 0, True),
        (1.0, 0.0, 300, False),
    ],
)
def test_it_fails_where_rules_match_far_less_than_usual(
    usual: float, recent: float, since: int, *, passes: bool
) -> None:
    check = unmatched_growth(texts(usual, recent, since=since), 0)
    assert check.passed is passes, check.detail
    assert ("wirewatch rules check" in check.detail) is not passes


def test_it_says_what_was_found_and_what_waits() -> None:
    check = unmatched_growth(texts(0.5, 0.0, since=300), 12)
    assert check.detail.startswith("0 of the last 200 texts matched a rule, ")
    assert "; 12 wait for the rules: see `wirewatch rules check`" in check.detail
    assert check.number == 1.0
    assert unmatched_growth([], 0).detail == "0 of the last 0 texts matched a rule, too few to say more"


@given(st.lists(st.booleans(), max_size=700), st.integers(0, 5))
def test_it_always_has_an_answer(matched: list[bool], waiting: int) -> None:
    check = unmatched_growth(matched, waiting)
    assert 0 <= check.number <= 1
    assert check.passed or sum(matched) > 0


def test_chance_alone_raises_no_alarm() -> None:
    chance = random.Random(11)
    for _ in range(300):
        share = chance.uniform(0.004, 0.3)
        assert unmatched_growth([chance.random() < share for _ in range(3_000)], 0).passed
