"""What holds of groups whatever the articles: order, repetition and company change nothing."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.dedup.batch import answers
from pipelines.model import Content
from pipelines.passages import Passage
from pipelines.states import PassageKind
from tests.unit.dedup.invented import LANGUAGES, Language, page

WEEK = timedelta(days=7)


def told(texts: Language) -> list[Content]:
    """One story in five shapes, two reports of one call, and a notice."""
    first, *rest = texts.story
    return [
        texts.article,
        page(texts.other_title, *texts.story[:3]),
        page(texts.title, first, *reversed(rest)),
        page(texts.title, *rest),
        *(page(texts.other_title, call) for call in texts.call),
        page(*texts.shorts[0]),
    ]


def groups(articles: list[Content]) -> set[frozenset[int]]:
    """Places of the articles in `told`, by story."""
    found: dict[int, set[int]] = {}
    for place, answer in enumerate(answers(articles, WEEK)):
        found.setdefault(answer.story_id, set()).add(place)
    return {frozenset(each) for each in found.values()}


languages = st.sampled_from(list(LANGUAGES.values()))


@given(languages, st.permutations(range(7)))
@settings(max_examples=60, deadline=None)
def test_the_order_of_arrival_does_not_change_the_groups(texts: Language, order: list[int]) -> None:
    articles = told(texts)
    found = groups([articles[place] for place in order])
    assert {frozenset(order[place] for place in each) for each in found} == groups(articles)


@given(languages, st.integers(0, 6))
@settings(max_examples=30, deadline=None)
def test_an_article_that_comes_twice_changes_nothing(texts: Language, again: int) -> None:
    articles = told(texts)
    found = groups([*articles, articles[again]])
    assert {each - {7} for each in found} == groups(articles)


@given(languages, st.sets(st.integers(0, 6), min_size=1))
@settings(max_examples=30, deadline=None)
def test_a_marked_appeal_changes_no_group(texts: Language, where: set[int]) -> None:
    articles = told(texts)
    appeal = "\n".join(texts.appeal)
    for place in where:
        body = articles[place].body
        end = len(body) + 1 + len(appeal)
        mark = Passage(kind=PassageKind.APPEAL, start=len(body) + 1, end=end)
        articles[place] = Content(title=articles[place].title, body=f"{body}\n{appeal}", passages=(mark,))
    assert groups(articles) == groups(told(texts))


@given(languages, languages, st.integers(1, 13))
@settings(max_examples=40, deadline=None)
def test_no_text_leaves_its_story_because_others_came(texts: Language, others: Language, number: int) -> None:
    articles = [*told(texts), *told(others)]
    before = groups(articles[:number])
    assert all(any(each <= later for later in groups(articles)) for each in before)
