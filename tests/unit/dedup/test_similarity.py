"""Two texts side by side: scores, and the plain reasons against one story."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.dedup.alignment import align
from pipelines.dedup.normalize import prepare
from pipelines.dedup.similarity import Similarity, compare
from pipelines.model import Content
from tests.unit.dedup.invented import ENGLISH, LANGUAGES, page

STORY = ENGLISH.story


def compared(one: Content, other: Content) -> Similarity:
    """The answer for two articles."""
    return compare(prepare(one), prepare(other))


def test_an_excerpt_is_wholly_contained() -> None:
    answer = compared(ENGLISH.article, page("", *STORY[:2]))
    assert (answer.score, answer.same, answer.reason) == (1.0, True, "100 % of the shorter text")


def test_no_text_is_like_nothing() -> None:
    assert not compared(page(""), ENGLISH.article).same


def test_headlines_of_two_desks_are_two_stories() -> None:
    one = "Actress apologises for remark about ferry"
    assert not compared(page(one), page(f"{one[:31]}joke, admits that fame has made her careless")).same


def test_nothing_in_common_is_nothing() -> None:
    answer = compared(page("", ENGLISH.call[0]), page("", STORY[0]))
    assert (answer.score, answer.same, answer.reason) == (0.0, False, "0 % of the shorter text, but too little")


@pytest.mark.parametrize("place", range(1, 4))
def test_a_rewritten_middle_is_another_story(place: int) -> None:
    other = [*STORY]
    other[place] = ENGLISH.call[1][: len(STORY[place])]
    answer = compared(ENGLISH.article, page("", *other))
    assert not answer.same
    assert "rewritten" in answer.reason


def test_a_long_text_with_one_corrected_number_is_the_same() -> None:
    corrected = page("", *STORY[:1], STORY[1].replace("240", "250"), *STORY[2:])
    assert compared(ENGLISH.article, corrected).same


def test_a_bad_scan_is_the_same() -> None:
    scanned = ENGLISH.article.body.replace("the ", "tbe").replace("er ", "cr ").replace("ll", "1l").replace("in", "i n")
    assert compared(ENGLISH.article, page("", scanned)).same


def test_a_number_in_a_short_text_is_the_news() -> None:
    answer = compared(page("", ENGLISH.flash.format(3)), page("", ENGLISH.flash.format(4)))
    assert not answer.same
    assert answer.reason.endswith("but numbers differ: 3 / 4")


def test_a_notice_that_names_its_company_in_the_title_only() -> None:
    notice = "Quarterly dividend 10 cents against 10 cents before. Payable on 15 April to holders of 31 March."
    one, other = Content(title="LUND TIMBER SETS DIVIDEND", body=notice), Content(title="MAAS & CO PAYOUT", body=notice)
    answer = compared(one, other)
    assert (answer.score, answer.same) == (1.0, False)
    assert answer.reason.startswith("the same text, but")
    assert compared(one, one).same


def test_items_of_a_list_in_another_order_do_not_differ_in_numbers() -> None:
    winners = [
        f"{year}: the prize went to {name}" for year, name in zip(range(2001, 2009), STORY[4].split(), strict=False)
    ]
    one, other = page("", *STORY, *winners), page("", *STORY, *reversed(winners))
    assert compared(one, other).same


@pytest.mark.parametrize(("one", "other"), [*combinations(LANGUAGES, 2)])
def test_translations_are_not_reprints(one: str, other: str) -> None:
    assert compared(LANGUAGES[one].article, LANGUAGES[other].article).score < 0.4


sentences = st.lists(st.sampled_from([*STORY, *ENGLISH.call, *ENGLISH.appeal]), min_size=1, max_size=6)


@given(sentences, sentences)
@settings(max_examples=100, deadline=None)
def test_which_text_came_first_decides_nothing(one: list[str], other: list[str]) -> None:
    left, right = page("", *one), page("", *other)
    forth, back = compared(left, right), compared(right, left)
    assert 0.0 <= forth.score <= 1.0
    assert (forth.score, forth.same) == (back.score, back.same)


@given(sentences)
@settings(max_examples=50, deadline=None)
def test_a_text_aligns_with_itself_from_end_to_end(paragraphs: list[str]) -> None:
    prepared = prepare(page("", *paragraphs))
    alignment = align(prepared, prepared)
    assert (alignment.shared, alignment.replaced, alignment.differing) == (prepared.letters, 0, ())
    assert alignment.openings == (1.0, 1.0)


BRIEFING = (
    "Good morning. Here is what to know on {}. The cabinet meets at ten, and the harbour is open to ferries as usual."
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Monday", "Tuesday"),
        ("понедельник", "вторник"),
        ("երկուշաբթի", "երեքշաբթի"),
        ("bazar ertəsi", "çərşənbə axşamı"),
        ("çarşamba günü", "perşembe günü"),
    ],
)
@pytest.mark.parametrize("times", [1, 12])
def test_a_briefing_is_not_that_of_another_day(one: str, other: str, times: int) -> None:
    first, second = (page(f"Briefing: {day}", f"{BRIEFING.format(day)} {STORY[4]} " * times) for day in (one, other))
    answer = compared(first, second)
    assert not answer.same
    assert compared(first, page("Briefing", f"{BRIEFING.format(one)} {STORY[4]} " * times)).same
    assert not compared(page(first.title, STORY[4] * times), page(second.title, STORY[4] * times)).same
