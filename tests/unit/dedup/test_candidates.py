"""Candidates share several hashes that are not common property."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from pipelines.dedup.candidates import MemoryIndex, Until, common, witnesses
from pipelines.dedup.candidates import choose as choose_unmasked
from pipelines.model import Content
from pipelines.states import ArticleId, StoryId

NOW = datetime(2026, 3, 9, tzinfo=UTC)
EVER = datetime.min.replace(tzinfo=UTC)


def posted(**carriers: str) -> dict[int, list[ArticleId]]:
    """Postings of hashes 0, 1, ... from words of one-digit article ids."""
    return {number: [ArticleId(int(digit)) for digit in ids] for number, ids in enumerate(carriers.values())}


def alone(postings: dict[int, list[ArticleId]]) -> dict[ArticleId, StoryId]:
    """Every article in a story of its own."""
    return {each: StoryId(each) for each in witnesses(postings)}


def choose(
    postings: dict[int, list[ArticleId]], stories: Mapping[ArticleId, StoryId], hashes: int
) -> tuple[ArticleId, ...]:
    """The choice with what is common masked."""
    return choose_unmasked(postings, stories, common(postings, stories), hashes)


def test_one_hash_in_common_is_chance() -> None:
    postings = posted(a="1", b="2", c="2")
    assert choose(postings, alone(postings), 30) == (2,)


def test_an_article_of_one_hash_needs_only_that_one() -> None:
    postings = posted(a="1")
    assert choose(postings, alone(postings), 1) == (1,)


def test_hashes_of_three_stories_are_common_property() -> None:
    postings = posted(a="123", b="123", c="123", d="4", e="4")
    assert choose(postings, alone(postings), 30) == (4,)


def test_hashes_of_many_reprints_of_one_story_are_not() -> None:
    postings = posted(a="123456", b="123456")
    assert choose(postings, dict.fromkeys(witnesses(postings), StoryId(1)), 30) == (1, 2, 3, 4)


def test_nearly_all_hashes_in_common_overrule_the_mask() -> None:
    postings = posted(a="1234", b="1234", c="1234", d="4", e="9")
    assert choose(postings, alone(postings), 5) == (4,)


def test_the_likeliest_come_first_and_are_at_most_four() -> None:
    postings = posted(a="12", b="12", c="23", d="34", e="45", f="35", g="65", h="6")
    assert choose(postings, alone(postings), 30) == (2, 3, 5, 1)


def test_the_best_of_each_story_come_before_the_second_best_of_any() -> None:
    postings = posted(a="123", b="123", c="12", d="4", e="4")
    stories = {ArticleId(1): StoryId(1), ArticleId(2): StoryId(1), ArticleId(3): StoryId(1), ArticleId(4): StoryId(4)}
    assert choose(postings, stories, 30) == (1, 4, 2, 3)


def test_nothing_posted_nothing_chosen() -> None:
    assert choose({}, {}, 32) == ()


def test_the_index_answers_within_the_window() -> None:
    index = MemoryIndex()
    for number, days in enumerate((0, 3, 6)):
        index.add(ArticleId(number), StoryId(number), Content(title=str(number)), (7,), NOW + timedelta(days=days))
    index.add(ArticleId(9), StoryId(9), Content(title="undated"), (7,), None)
    assert index.postings((7, 8), NOW + timedelta(days=2)) == {7: [1, 2, 9]}
    assert Until(index, NOW + timedelta(days=4)).postings((7,), EVER) == {7: [0, 1, 9]}
    for view in (index, Until(index, NOW)):
        assert view.contents((ArticleId(1), ArticleId(5))) == {1: Content(title="1")}
        assert view.stories((ArticleId(1), ArticleId(5))) == {1: 1}


def test_a_story_that_goes_into_another_takes_its_articles_along() -> None:
    index = MemoryIndex()
    for number in range(3):
        index.add(ArticleId(number), StoryId(number), Content(title=""), (7,), None)
    index.merge(StoryId(2), StoryId(1))
    index.merge(StoryId(1), StoryId(0))
    assert set(index.stories([ArticleId(number) for number in range(3)]).values()) == {0}
