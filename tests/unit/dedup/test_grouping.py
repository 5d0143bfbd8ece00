"""Reprints of one text are one story; separate reports, shared appeals and series of reports are not."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.dedup.candidates import MemoryIndex
from pipelines.dedup.grouping import FIRST, group
from pipelines.model import Content
from pipelines.states import ArticleId, StoryId
from tests.unit.dedup.invented import LANGUAGES, Language, page
from tests.unit.dedup.telling import EVER, Desk, tell

each_language = pytest.mark.parametrize("texts", LANGUAGES.values(), ids=LANGUAGES)
UNRELATED = [article for texts in LANGUAGES.values() for article in (texts.article, page("", texts.call[0]))]
languages = st.sampled_from(list(LANGUAGES.values()))


@each_language
def test_a_reprint_with_another_headline_and_a_cut_end_joins(texts: Language) -> None:
    assert tell(texts.article, page(texts.other_title, *texts.story[:3])) == [0, 0]


@each_language
def test_an_excerpt_joins_whichever_comes_first(texts: Language) -> None:
    excerpt = page(texts.title, *texts.story[:2])
    assert tell(texts.article, excerpt) == tell(excerpt, texts.article) == [0, 0]


@each_language
def test_a_reprint_in_another_order_joins(texts: Language) -> None:
    first, *others = texts.story
    assert tell(texts.article, page(texts.title, first, *reversed(others))) == [0, 0]


@each_language
def test_a_reprint_without_its_lead_and_with_an_agency_credit_joins(texts: Language) -> None:
    assert tell(texts.article, page(texts.title, "Reuters | 12:41", *texts.story[1:])) == [0, 0]


@each_language
def test_two_reports_of_one_call_are_two_stories(texts: Language) -> None:
    one, other = (page(texts.other_title, report) for report in texts.call)
    assert tell(one, other) == [0, 1]


@each_language
def test_short_stories_with_the_same_appeal_are_their_own(texts: Language) -> None:
    pages = [page(title, text, *texts.appeal) for title, text in texts.shorts]
    assert tell(*pages) == [0, 1, 2, 3]


@each_language
def test_an_appeal_above_and_below_joins_nothing(texts: Language) -> None:
    above, *below = texts.appeal
    assert tell(*(page(title, above, text, *below) for title, text in texts.shorts)) == [0, 1, 2, 3]


@each_language
def test_market_reports_of_two_days_are_two_stories(texts: Language) -> None:
    days = ("14", "+", "2418", "231", "860"), ("9", "-", "2409", "228", "715")
    assert tell(*(page("Exchange", texts.market.format(*day)) for day in days)) == [0, 1]


@each_language
def test_flashes_that_differ_by_a_number_are_two_stories(texts: Language) -> None:
    flashes = [Content(title=texts.flash.format(number), body=texts.flash.format(number)) for number in (12, 14)]
    assert tell(*flashes, flashes[0]) == [0, 1, 0]


@each_language
def test_a_flash_of_a_headline_alone_is_found_again(texts: Language) -> None:
    flash = Content(title=texts.flash.format(12))
    assert tell(flash, texts.article, flash) == [0, 1, 0]


@each_language
def test_the_same_text_is_wholly_alike(texts: Language) -> None:
    desk = Desk()
    desk.hear(texts.article)
    _, answer = desk.hear(texts.article)
    assert (answer.story_id, answer.similarity, answer.reason) == (0, 1.0, "the same text")


def test_the_first_of_its_story_says_so() -> None:
    _, answer = Desk().hear(LANGUAGES["en"].article)
    assert (answer.story_id, answer.similarity, answer.reason, answer.compared) == (None, 1.0, FIRST, ())


def test_a_near_miss_is_named_with_its_reason() -> None:
    texts = LANGUAGES["en"]
    desk = Desk()
    desk.hear(page("Flash", texts.flash.format(12)))
    _, answer = desk.hear(page("Flash", texts.flash.format(14)))
    assert answer.reason.startswith(f"{FIRST}; nearest: ")
    assert answer.reason.endswith("numbers differ: 12 / 14")
    assert answer.compared == (0,)


def test_what_is_out_of_the_window_is_not_looked_at() -> None:
    now = datetime(2026, 3, 9, tzinfo=UTC)
    article = LANGUAGES["en"].article
    index = MemoryIndex()
    index.add(ArticleId(1), StoryId(1), article, group(article, index, EVER).hashes, now - timedelta(days=8))
    assert group(article, index, now - timedelta(days=7)).story_id is None
    assert group(article, index, now - timedelta(days=9)).story_id == 1


def test_the_likest_story_is_chosen() -> None:
    texts = LANGUAGES["en"]
    updated = page(texts.title, *texts.story[:4], "The company has since found the money, it said late on Tuesday.")
    desk = Desk()
    desk.hear(page(texts.title, *texts.call))
    desk.hear(updated)
    assert desk.hear(texts.article)[0] == 1


@given(st.text(), st.text(max_size=400))
@settings(max_examples=200, deadline=None)
def test_the_same_article_twice_is_one_story_unless_it_is_empty(title: str, body: str) -> None:
    article = Content(title=title, body=body)
    assert tell(article, article) == [0, 0 if (title + body).strip() else 1]


@given(
    st.permutations([article for texts in LANGUAGES.values() for article in (texts.article, page("", texts.call[0]))])
)
@settings(max_examples=30, deadline=None)
def test_the_order_of_unrelated_articles_is_irrelevant(articles: list[Content]) -> None:
    assert tell(*articles) == list(range(len(articles)))


@given(languages, st.integers(0, 5), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_a_reprint_is_found_among_others(texts: Language, place: int, chance: random.Random) -> None:
    others = [page(title, text) for other in LANGUAGES.values() for title, text in other.shorts]
    chosen = [*chance.sample(others, 5)]
    chosen.insert(place, texts.article)
    assert tell(*chosen, page(texts.other_title, *texts.story[:4]))[-1] == place


@given(languages, st.booleans())
@settings(max_examples=20, deadline=None)
def test_a_known_appeal_does_not_change_the_group(texts: Language, long: bool) -> None:
    (title, text), *others = texts.shorts
    article = texts.article if long else page(title, text)
    appealing = replace(article, body="\n".join((article.body, *texts.appeal)))
    desk = Desk()
    for other_title, other in others:
        desk.hear(page(other_title, other, *texts.appeal))
    alone, _ = Desk().hear(appealing)
    assert alone == 0
    assert desk.hear(appealing)[0] == len(others)
    assert desk.hear(article)[0] == len(others)
    assert desk.hear(appealing)[0] == len(others)
