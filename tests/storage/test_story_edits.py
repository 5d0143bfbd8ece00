"""Stories that go into others, and articles taken out: ids stay good, what the desk decided stays decided."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import pytest

from pipelines.dedup.relations import described
from pipelines.errors import StoryEditRefused
from pipelines.states import ArticleId, StoryId
from pipelines.stories import Link, Profile, Told, second_of
from storage.store import SqlStore
from tests.storage.samples import LATER, NOW, entry, extract, group, matched, poll

DAY = timedelta(days=1)
ANI = {"who": "Ani", "why": "another quake", "now": LATER}


def three(store: SqlStore) -> None:
    """Stories 1, 2 and 3 of an article each."""
    matched(store, "quake", "tremor", "flood")


def link(store: SqlStore, story: int, event: int, other: int | None = None) -> None:
    """Put a story into the event of another."""
    with store.stories.grouping(NOW) as grouping:
        grouping.link(
            StoryId(story),
            Link(event_id=StoryId(event), other_id=StoryId(other or event), strength=0.5, reason="both tell of Orla"),
        )


def bridge(store: SqlStore, story: int, *younger: int) -> Sequence[StoryId]:
    """What grouping does where article 1 is one text with several stories."""
    with store.stories.grouping(LATER) as grouping:
        return grouping.bridge(StoryId(story), [StoryId(one) for one in younger], ArticleId(1))


def stories_of(store: SqlStore) -> dict[int, int]:
    """Story by article."""
    with store.stories.grouping(LATER) as grouping:
        members = grouping.members([ArticleId(number) for number in range(1, 9)])
        return {article_id: member.story_id for article_id, member in members.items()}


def test_a_bridge_joins_and_old_ids_still_name_the_story(store: SqlStore) -> None:
    three(store)
    assert bridge(store, 2, 3) == [3]
    assert bridge(store, 1, 2) == [2]
    assert stories_of(store) == {1: 1, 2: 1, 3: 1}
    for story_id in (1, 2, 3):
        view = store.story_desk.show(StoryId(story_id))
        assert (view.story_id, view.merged, len(view.members)) == (1, (2, 3), 3)
        assert [edit.kind for edit in view.edits] == ["bridge", "bridge"]
    with store.alerts.dispatching(LATER) as dispatch:
        assert dispatch.event(StoryId(3)).merged == (2, 3)


def test_a_split_stays_split_when_grouping_runs_again(store: SqlStore) -> None:
    three(store)
    bridge(store, 1, 2)
    assert store.story_desk.split(ArticleId(2), **ANI, describe=described) == (1, 4)
    assert stories_of(store) == {1: 1, 2: 4, 3: 3}
    assert bridge(store, 1, 4) == []
    assert bridge(store, 1, 3) == [3]
    assert stories_of(store) == {1: 1, 2: 4, 3: 1}
    (edit,) = store.story_desk.show(StoryId(4)).edits
    assert (edit.kind, edit.who, edit.why, edit.made_at) == ("split", "Ani", "another quake", LATER)
    with store.stories.grouping(LATER) as grouping:
        assert grouping.ungrouped(10) == []


def test_a_days_stories_are_counted_by_size(store: SqlStore) -> None:
    three(store)
    bridge(store, 1, 2)
    assert store.stories.sizes(NOW) == {1: 1, 2: 1}
    assert store.stories.sizes(LATER) == {}


def test_what_the_desk_put_together_again_may_be_bridged(store: SqlStore) -> None:
    three(store)
    bridge(store, 1, 2)
    store.story_desk.split(ArticleId(2), **ANI, describe=described)
    assert store.story_desk.merge(StoryId(4), StoryId(1), **ANI) == (1, 4)
    assert stories_of(store) == {1: 1, 2: 1, 3: 3}
    assert bridge(store, 1, 3) == [3]


@pytest.mark.parametrize("gone", [1, 2, 3])
def test_no_link_names_a_story_that_went(store: SqlStore, gone: int) -> None:
    matched(store, "quake", "tremor", "flood", "fire")
    link(store, 2, 1)
    link(store, 3, 1, 2)
    store.story_desk.merge(StoryId(gone), StoryId(gone % 3 + 1), **ANI)
    views = [store.story_desk.show(StoryId(one)) for one in (1, 2, 3)]
    assert {view.event_id for view in views} == {1}
    left = {view.story_id for view in views}
    assert {one.story_id for view in views for one in view.related} <= left
    assert len(left) == 2
    assert store.story_desk.show(StoryId(4)).related == ()


def test_stories_of_two_events_that_are_one_text_make_one_event(store: SqlStore) -> None:
    matched(store, "quake", "tremor", "flood", "fire")
    link(store, 2, 1)
    link(store, 4, 3)
    store.story_desk.merge(StoryId(3), StoryId(2), **ANI)
    with store.alerts.dispatching(LATER) as dispatch:
        event = dispatch.event(StoryId(4))
        assert (event.event_id, event.stories, event.merged) == (1, (1, 2, 4), (3,))


def event_of(store: SqlStore, story: int) -> tuple[int, tuple[int, ...]]:
    """A story's event and the stories in it."""
    with store.alerts.dispatching(LATER) as dispatch:
        event = dispatch.event(StoryId(story))
    return event.event_id, event.stories


@pytest.mark.parametrize(("pair", "left"), [((1, 2), 2), ((2, 1), 2), ((2, 3), 3), ((3, 2), 2)])
def test_a_story_that_the_desk_took_out_is_an_event_of_its_own(
    store: SqlStore, pair: tuple[int, int], left: int
) -> None:
    three(store)
    link(store, 2, 1)
    link(store, 3, 1, 2)
    one, other = map(StoryId, pair)
    assert store.story_desk.unlink(one, other, **ANI, describe=described) == ([left], 1)
    assert event_of(store, left) == (left, (left,))
    assert event_of(store, 1) == (1, (1, 5 - left))
    with store.stories.grouping(LATER) as grouping:
        profiles = grouping.profiles([StoryId(1), StoryId(left)])
        assert [profiles[StoryId(each)].stories for each in (1, left)] == [2, 1]
        found = grouping.carriers(list(profiles[StoryId(left)].weights), NOW - DAY, LATER)
        assert left in {told.story_id for some in found.values() for told in some}
    assert [(edit.kind, edit.story_id, edit.other_id) for edit in store.story_desk.show(StoryId(left)).edits] == [
        ("unlink", *pair)
    ]


@pytest.mark.parametrize(
    ("story", "others", "left"), [(1, (3, 4), (3, 4)), (3, (1, 2), (3, 4, 5)), (2, (4, 3, 5), (3, 4, 5))]
)
def test_a_whole_event_is_taken_out_together(
    store: SqlStore, story: int, others: tuple[int, ...], left: tuple[int, ...]
) -> None:
    matched(store, "quake", "tremor", "flood", "fire", "ash")
    for other in (2, 3, 4, 5):
        link(store, other, 1, other - 1)
    stays = tuple(sorted({1, 2, 3, 4, 5}.difference(left)))
    found = store.story_desk.unlink(StoryId(story), *map(StoryId, others), **ANI, describe=described)
    assert found == ([*left], 1)
    assert (event_of(store, left[-1]), event_of(store, stays[-1])) == ((left[0], left), (1, stays))
    with store.stories.grouping(LATER) as grouping:
        profiles = grouping.profiles([StoryId(1), StoryId(left[0])])
    assert [profiles[StoryId(each)].stories for each in (1, left[0])] == [len(stays), len(left)]
    assert bridge(store, *sorted((story, others[0]))) == [], "no bridge joins what was parted"


def test_no_merge_puts_together_what_the_desk_took_apart(store: SqlStore) -> None:
    matched(store, "quake", "tremor", "flood", "fire")
    link(store, 2, 1)
    link(store, 3, 1)
    store.story_desk.unlink(StoryId(1), StoryId(3), **ANI, describe=described)
    link(store, 4, 3)
    for old, young in ((1, 3), (2, 3), (1, 4), (2, 4)):
        assert bridge(store, old, young) == []
    assert (event_of(store, 1), event_of(store, 4)) == ((1, (1, 2)), (3, (3, 4)))
    store.story_desk.merge(StoryId(2), StoryId(3), **ANI)
    assert event_of(store, 4) == (1, (1, 2, 4)), "the desk said otherwise since"


def test_two_events_that_the_desk_linked_are_one_and_stay_one(store: SqlStore) -> None:
    matched(store, "quake", "tremor", "flood", "fire", "ash")
    link(store, 2, 1)
    link(store, 4, 3)
    assert store.story_desk.link(StoryId(4), StoryId(2), **ANI) == 1
    assert event_of(store, 3) == (1, (1, 2, 3, 4))
    with pytest.raises(StoryEditRefused, match="of one event already: 1"):
        store.story_desk.link(StoryId(3), StoryId(1), **ANI)
    store.story_desk.unlink(StoryId(1), StoryId(4), **ANI, describe=described)
    assert event_of(store, 4) == (4, (4,))
    assert store.story_desk.link(StoryId(5), StoryId(4), **ANI) == 4
    assert store.story_desk.link(StoryId(1), StoryId(4), **ANI) == 1
    assert event_of(store, 5) == (1, (1, 2, 3, 4, 5))


def test_a_link_of_the_desk_outlives_a_bridge(store: SqlStore) -> None:
    matched(store, "quake", "tremor", "flood", "fire")
    store.story_desk.link(StoryId(1), StoryId(4), **ANI)
    link(store, 3, 2)
    assert bridge(store, 3, 4) == [4]
    assert event_of(store, 4) == (1, (1, 2, 3))


def test_an_article_taken_out_can_be_linked_to_what_comes(store: SqlStore) -> None:
    three(store)
    bridge(store, 1, 2)
    store.story_desk.split(ArticleId(2), **ANI, describe=described)
    with store.stories.grouping(LATER) as grouping:
        assert grouping.profiles([StoryId(4)])[StoryId(4)].stories == 1


def test_what_cannot_be_done_is_refused_in_plain_words(store: SqlStore) -> None:
    three(store)
    with pytest.raises(StoryEditRefused, match="no story 9"):
        store.story_desk.show(StoryId(9))
    with pytest.raises(StoryEditRefused, match="no article 9"):
        store.story_desk.split(ArticleId(9), **ANI, describe=described)
    with pytest.raises(StoryEditRefused, match="alone in story 1 already"):
        store.story_desk.split(ArticleId(1), **ANI, describe=described)
    with pytest.raises(StoryEditRefused, match="one story already: 1"):
        store.story_desk.merge(StoryId(1), StoryId(1), **ANI)
    with pytest.raises(StoryEditRefused, match="1 and 2 are of two events already"):
        store.story_desk.unlink(StoryId(1), StoryId(2), **ANI, describe=described)
    with pytest.raises(StoryEditRefused, match="2 and 2 are one story"):
        store.story_desk.link(StoryId(2), StoryId(2), **ANI)


def test_a_revision_never_leaves_its_story(store: SqlStore) -> None:
    three(store)
    bridge(store, 1, 2)
    poll(store, entry("tremor", title="CORRECTED"), now=LATER)
    extract(store, now=LATER)
    assert group(store, now=LATER) == []
    assert stories_of(store)[2] == 1


def test_terms_are_found_within_the_window_and_give_way_to_newer_ones(store: SqlStore) -> None:
    three(store)
    first, second = Told(second_of(NOW), StoryId(1)), Told(second_of(LATER), StoryId(2))
    with store.stories.grouping(LATER) as grouping:
        grouping.describe(StoryId(1), NOW, [7, 8], {})
        grouping.describe(StoryId(2), LATER, [7], {})
        assert grouping.carriers([7, 8, 9], NOW, LATER) == {7: [first, second], 8: [first]}
        assert grouping.carriers([7], LATER, LATER) == {7: [second]}
        grouping.describe(StoryId(3), LATER, [7], {7: StoryId(1)})
        assert grouping.carriers([7], NOW, LATER) == {7: [second, Told(second_of(LATER), StoryId(3))]}
        grouping.describe(StoryId(1), LATER, [8], {})
        assert grouping.carriers([8], NOW, LATER) == {8: [Told(second_of(LATER), StoryId(1))]}


def test_a_profile_comes_back_as_it_was_and_goes_where_its_event_goes(store: SqlStore) -> None:
    three(store)
    one, other = profile(NOW, {-(2**63): 0.5, 7: 0.25}, 7), profile(LATER, {7: 0.5}, 7)
    with store.stories.grouping(LATER) as grouping:
        for story_id, told in ((StoryId(1), one), (StoryId(2), other)):
            grouping.keep(story_id, told)
            grouping.describe(story_id, LATER, list(told.weights), {})
        assert grouping.profiles([StoryId(1), StoryId(2), StoryId(3)]) == {1: one, 2: other}
    store.story_desk.merge(StoryId(1), StoryId(2), **ANI)
    with store.stories.grouping(LATER) as grouping:
        assert grouping.profiles([StoryId(1), StoryId(2)]) == {1: one.with_story(other)}
        assert grouping.carriers([7], NOW, LATER) == {7: [Told(second_of(LATER), StoryId(1))]}


def profile(moment: datetime, weights: Mapping[int, float], name: int) -> Profile:
    """An event of one story."""
    return Profile(
        began=second_of(moment),
        last=second_of(moment),
        stories=1,
        weights=weights,
        carried=dict.fromkeys(weights, 1),
        titled={name: 1},
        names=frozenset([name]),
        numbers=frozenset(weights) - {name},
        days=frozenset([2, 7]),
    )
