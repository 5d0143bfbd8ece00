"""Which stories go where when articles are decided again: ids stay with first articles, and nothing moves in vain."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from pipelines.dedup.anew import FRESH, Anew, Decided, rearranged
from pipelines.dedup.candidates import no_texts
from pipelines.dedup.grouping import Grouped
from pipelines.regrouping import Placed, Rearrangement
from pipelines.states import ArticleId, StoryId
from tests.unit.dedup.invented import LANGUAGES

NOW = datetime(2026, 11, 22, tzinfo=UTC)
NOBODY: frozenset[frozenset[StoryId]] = frozenset()
SAME = Grouped(story_id=None, similarity=1.0, reason="same", hashes=(), compared=())

stories = st.lists(st.integers(1, 6), min_size=1, max_size=12)


def decided(before: Sequence[int], groups: Sequence[int]) -> list[Decided]:
    """Articles 1, 2, 3 ... by the story where they are, each with its group; a group over 100 is one to come."""
    return [
        Decided(
            placed=Placed(article_id=ArticleId(number), story_id=StoryId(story), seen_at=NOW, place=number),
            group=StoryId(group if group < 100 else FRESH + group),
            grouped=SAME,
        )
        for number, (story, group) in enumerate(zip(before, groups, strict=True), 1)
    ]


def after(before: Sequence[int], changes: Rearrangement) -> dict[int, int]:
    """Story by article, once it is done."""
    at = dict(enumerate(before, 1))
    for move in changes.moves:
        assert at[move.article_id] == move.story_id
        at[move.article_id] = move.into
    for fold in changes.folds:
        at = {article: fold.into if story == fold.story_id else story for article, story in at.items()}
    return at


def parts(at: dict[int, int]) -> set[frozenset[int]]:
    """The articles of each story."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    for article, story in at.items():
        found[story].add(article)
    return {frozenset(some) for some in found.values()}


@given(stories)
def test_what_is_grouped_as_before_stays(before: list[int]) -> None:
    changes = rearranged(decided(before, [100 + story for story in before]), [], NOBODY)
    assert (changes.moves, changes.folds) == ((), ())


@given(st.data())
def test_articles_are_together_as_their_groups_say_and_ids_stay_with_first_articles(data: st.DataObject) -> None:
    before = data.draw(stories)
    groups = [100 + one for one in data.draw(st.lists(st.integers(1, 6), min_size=len(before), max_size=len(before)))]
    found = after(before, rearranged(decided(before, groups), [], NOBODY))
    assert parts(found) == parts(dict(enumerate(groups, 1)))
    for story in set(before):
        lead = before.index(story) + 1
        rivals = [one for one in set(before) if found[before.index(one) + 1] == found[lead]]
        assert found[lead] == min(rivals), "of stories that are one, the oldest id stands"


def test_a_group_that_is_there_already_takes_the_story_and_its_id_names_that_one() -> None:
    changes = rearranged(decided([5, 5], [2, 2]), [], NOBODY)
    assert [(one.story_id, one.into) for one in changes.folds] == [(5, 2)]
    assert changes.moves == ()


def test_what_the_desk_keeps_apart_is_not_put_together() -> None:
    apart = frozenset([frozenset((StoryId(1), StoryId(2)))])
    changes = rearranged(decided([1, 2], [101, 101]), [], apart)
    assert (changes.moves, changes.folds) == ((), ())


def test_a_bridge_between_stories_that_are_kept_apart_is_none() -> None:
    story = LANGUAGES["en"].article
    anew = Anew(no_texts, [ArticleId(1)], frozenset([frozenset((StoryId(8), StoryId(9)))]))
    anew._bridge(StoryId(9), StoryId(8), "one text")
    anew.decide(Placed(article_id=ArticleId(1), story_id=StoryId(1), seen_at=NOW, place=1), story, NOW)
    assert anew.rearranged() == Rearrangement(moves=(), folds=())
