"""Stories made anew: what was put wrong is put right, ids stay good, what a person decided stays, nothing is retold."""

from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from datetime import timedelta

import pytest

from pipelines.dedup.relations import described
from pipelines.dedup.subject import no_aliases
from pipelines.regrouping import Fold, Move, Rearrangement
from pipelines.reports import Report
from pipelines.states import ArticleId, StoryEditKind, StoryId
from pipelines.steps.progress import Budget
from pipelines.steps.regrouping import group_again
from storage.database import Database
from storage.store import SqlStore
from storage.story_edits import merge
from storage.tables import fingerprints_due, stories, story_members
from tests.storage.samples import NOW, alert, match
from tests.storage.test_grouping_batches import everything, group, put

WHEN = NOW + timedelta(days=1)
ANI = {"who": "Ani", "why": "another call", "now": WHEN}


def again(store: SqlStore, *, dry_run: bool = False, since: timedelta = timedelta(days=3)) -> Report:
    """Group the last days anew."""
    budget = Budget(WHEN, 600)
    report = group_again(
        store.regrouping, lambda: no_aliases, WHEN - since, WHEN + timedelta(days=30), budget=budget, dry_run=dry_run
    )
    assert not report.unfinished
    return report


def at(store: SqlStore) -> Mapping[int, int]:
    """Story by article."""
    with store.stories.grouping(WHEN) as grouping:
        return {one: member.story_id for one, member in grouping.members(map(ArticleId, range(1, 99))).items()}  # type: ignore[arg-type]


def parts(at: Mapping[int, int]) -> set[frozenset[int]]:
    """The articles of each story."""
    return {frozenset(one for one in at if at[one] == story) for story in set(at.values())}


@pytest.fixture
def grouped(store: SqlStore, store_url: str) -> SqlStore:
    """Some hundred articles in their stories."""
    put(store_url, everything(1), every=timedelta(minutes=1))
    group(store_url, 1_000)
    return store


def test_what_is_right_stays_as_it_is(grouped: SqlStore) -> None:
    before = at(grouped)
    counts = again(grouped).counts
    assert counts["articles grouped anew"] == len(before)
    assert (counts["articles moved"], counts["stories joined"]) == (0, 0)
    assert at(grouped) == before


def disturb(store: SqlStore, store_url: str) -> None:
    """What an older version might have done: the first two stories are one, and a reprint is a story of its own."""
    before = at(store)
    sizes = Counter(before.values())
    first, second = sorted(sizes)[:2]
    reprint = max(one for one, story in before.items() if sizes[story] > 1 and story > second)
    with closing(Database(store_url)) as database, database.writing() as connection:
        why = {"who": "grouping", "why": "an older version", "now": NOW}
        merge(connection, StoryId(second), StoryId(first), kind=StoryEditKind.BRIDGE, **why)
        own = StoryId(connection.scalar(stories.insert().values(created_at=NOW).returning(stories.c.story_id)))
        connection.execute(story_members.update().where(story_members.c.article_id == reprint).values(story_id=own))


def test_what_is_wrong_is_put_right_first_to_look(grouped: SqlStore, store_url: str) -> None:
    right = at(grouped)
    disturb(grouped, store_url)
    wrong = at(grouped)
    looked = again(grouped, dry_run=True)
    assert at(grouped) == wrong, "it wrote"
    done = again(grouped)
    assert done.counts == looked.counts | {"changes left out, for others moved them meanwhile": 0}
    assert parts(at(grouped)) == parts(right)
    assert {one.reason for one in grouped.story_desk.show(StoryId(at(grouped)[1])).members}
    assert again(grouped).counts["articles moved"] == 0
    for story in set(right.values()) | set(wrong.values()):
        assert grouped.story_desk.show(StoryId(story)).members, "an id that names nothing"


def test_what_the_desk_decided_stays(grouped: SqlStore) -> None:
    right = at(grouped)
    sizes = Counter(right.values())
    reprint = max(one for one, story in right.items() if sizes[story] > 1)
    grouped.story_desk.split(ArticleId(reprint), **ANI, describe=described)
    one, other = sorted(story for story in sizes if sizes[story] == 1 and story != right[reprint])[:2]
    grouped.story_desk.merge(StoryId(one), StoryId(other), **ANI)
    decided = at(grouped)
    assert parts(decided) != parts(right)
    again(grouped)
    assert at(grouped) == decided


def test_nothing_is_told_again(grouped: SqlStore, store_url: str) -> None:
    match(grouped, now=WHEN)
    told = len(alert(grouped, now=WHEN))
    assert told == len(at(grouped))
    disturb(grouped, store_url)
    again(grouped)
    assert match(grouped, now=WHEN) == []
    assert alert(grouped, now=WHEN) == []
    assert grouped.journal.match_ledger().matched == told


def test_what_others_moved_meanwhile_is_left_to_them(grouped: SqlStore) -> None:
    before = at(grouped)
    of = {"similarity": 1.0, "reason": "one text"}
    changes = Rearrangement(
        moves=(Move(article_id=ArticleId(1), story_id=StoryId(9_999), into=StoryId(before[2]), fresh=False, **of),),
        folds=(Fold(story_id=StoryId(before[1]), into=StoryId(before[1]), reason="one text"),),
    )
    assert grouped.regrouping.rearrange(changes, described, WHEN) == 2
    assert at(grouped) == before


def test_what_is_too_old_to_be_compared_is_left(grouped: SqlStore) -> None:
    budget = Budget(WHEN + timedelta(days=90), 600)
    done = group_again(grouped.regrouping, lambda: no_aliases, NOW, WHEN + timedelta(days=60), budget=budget)
    assert done.counts["articles grouped anew"] == 0
    assert "older texts are not compared any more" in done.problems[0].message


def test_it_waits_for_fingerprints_that_are_made_anew(grouped: SqlStore, store_url: str) -> None:
    with closing(Database(store_url)) as database, database.writing() as connection:
        connection.execute(fingerprints_due.insert().values(article_id=1))
    done = group_again(grouped.regrouping, lambda: no_aliases, NOW, WHEN, budget=Budget(WHEN, 600))
    assert done.unfinished
    assert "try again" in done.problems[0].message
