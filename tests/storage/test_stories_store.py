"""Grouping: one exclusive transaction, postings, contents."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.errors import StoreError
from pipelines.model import Published
from pipelines.states import ArticleId
from pipelines.stories import Member
from storage.store import SqlStore
from tests.storage.samples import LATER, MINUTE, NOW, content, entry, extract, feed, group, match, poll


def test_ungrouped_are_the_oldest_first_each_by_its_latest_text(store: SqlStore) -> None:
    def dated(name: str, hour: int) -> Published:
        return Published(moment=datetime.fromisoformat(f"2026-11-22T{hour:02}:00:00+00:00"))

    poll(store, *(entry(name) for name in ("noon", "dawn", "dusk")))
    for page in store.articles.pages_due(NOW, 10):
        hour = {"The noon": 12, "The dawn": 6, "The dusk": 18}[page.entry.title]
        text = replace(content(page.entry.title), published=dated(page.entry.title, hour))
        store.articles.save_text(page, text, NOW, try_again_at=NOW + MINUTE)
        store.articles.save_text(page, replace(text, body="Rewritten."), NOW, try_again_at=None)
    with store.stories.grouping(NOW) as grouping:
        texts = [revision.content for revision in grouping.ungrouped(10)]
        assert [text.title for text in texts] == ["The dawn", "The noon", "The dusk"]
        assert {text.body for text in texts} == {"Rewritten."}
        assert len(grouping.ungrouped(2)) == 2


def test_an_undated_text_counts_from_when_it_was_first_seen(store: SqlStore) -> None:
    poll(store, entry("late"), now=LATER)
    poll(store, replace(entry("undated"), published=None))
    for page in store.articles.pages_due(LATER, 10):
        store.articles.save_text(page, replace(content(page.entry.title), published=page.entry.published), NOW,
                                 try_again_at=None)  # fmt: skip
    with store.stories.grouping(NOW) as grouping:
        revisions = grouping.ungrouped(10)
        assert [one.published_at for one in revisions] == sorted(one.published_at for one in revisions)


def test_a_story_holds_its_articles_and_an_article_has_one_story(store: SqlStore) -> None:
    poll(store, entry("quake"), entry("flood"))
    extract(store)
    flood, quake = group(store)  # published at once: the lower of the feed is the older
    assert quake != flood
    poll(store, entry("reprint"), of=feed("basalt"), now=LATER)
    extract(store, now=LATER)
    assert group(store, quake) == [quake]
    with store.stories.grouping(LATER) as grouping:
        assert grouping.ungrouped(10) == []
        members = grouping.members([ArticleId(number) for number in range(1, 10)])
        assert {member.seen_at for member in members.values()} == {NOW, LATER}
        texts = grouping.contents([each for each, member in members.items() if member.story_id == quake])
        assert sorted(text.title for text in texts.values()) == ["The quake", "The reprint"]


def test_an_article_that_is_in_a_story_joins_no_other(store: SqlStore) -> None:
    poll(store, entry("quake"))
    extract(store)
    group(store)
    with pytest.raises(StoreError, match=r"(?i)unique"), store.stories.grouping(LATER) as grouping:
        grouping.join(ArticleId(1), None, similarity=1.0, reason="again", hashes=[5])


def test_contents_are_the_latest_text(store: SqlStore) -> None:
    poll(store, entry())
    extract(store)
    (story,) = group(store)
    poll(store, replace(entry(), title="CORRECTED"), now=LATER)
    extract(store, now=LATER)
    with store.stories.grouping(LATER) as grouping:
        assert grouping.contents([ArticleId(1), ArticleId(99)]) == {ArticleId(1): content("CORRECTED")}
        assert grouping.members([ArticleId(1)]) == {ArticleId(1): Member(story_id=story, seen_at=NOW)}


def test_postings_look_back_to_since_only(store: SqlStore) -> None:
    poll(store, entry("old"))
    extract(store)
    group(store)
    poll(store, entry("new"), now=LATER)
    extract(store, now=LATER)
    group(store, now=LATER)
    with store.stories.grouping(LATER) as grouping:
        everything = grouping.postings([1, 2**63 - 1, -(2**63), 7], NOW)
        assert everything == {1: [1, 2], 2**63 - 1: [1, 2], -(2**63): [1, 2]}
        assert grouping.postings([1], NOW + timedelta(seconds=1)) == {1: [2]}
        assert grouping.postings(range(5_000), NOW) == {1: [1, 2]}
        assert grouping.contents([ArticleId(number) for number in range(5_000)]).keys() == {1, 2}


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(hashes=st.frozensets(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=40))
def test_every_hash_that_was_indexed_is_found(store: SqlStore, hashes: frozenset[int]) -> None:
    poll(store, entry(str(hash(hashes))))
    extract(store)
    with store.stories.grouping(NOW) as grouping:
        for revision in grouping.ungrouped(10):
            article_id = revision.article.article_id
            grouping.join(article_id, None, similarity=1.0, reason="first", hashes=hashes)
            found = grouping.postings(hashes, NOW)
            assert found.keys() == hashes
            assert all(article_id in carriers for carriers in found.values())


def test_a_kill_inside_leaves_nothing(store: SqlStore) -> None:
    def join_and_die() -> None:
        with store.stories.grouping(NOW) as grouping:
            (revision,) = grouping.ungrouped(10)
            grouping.join(revision.article.article_id, None, similarity=1.0, reason="first", hashes=[1])
            assert grouping.ungrouped(10) == []
            raise KeyboardInterrupt

    poll(store, entry())
    extract(store)
    with pytest.raises(KeyboardInterrupt):
        join_and_die()
    with store.stories.grouping(NOW) as grouping:
        assert len(grouping.ungrouped(10)) == 1
        assert grouping.postings([1], NOW) == {}
    assert store.matches.unmatched(10) == []


def test_what_the_database_refuses_inside_is_a_store_error(store: SqlStore) -> None:
    with pytest.raises(StoreError, match=r"(?i)foreign key"), store.stories.grouping(NOW) as grouping:
        grouping.join(ArticleId(99), None, similarity=1.0, reason="first", hashes=[])


def test_a_superseded_text_is_judged_no_more(store: SqlStore) -> None:
    poll(store, entry())
    extract(store)
    group(store)
    poll(store, replace(entry(), title="CORRECTED"), now=LATER)
    extract(store, now=LATER)
    assert [revision.content.title for revision in match(store)] == ["CORRECTED"]
    assert store.matches.unmatched(10) == []
    assert store.due_work(LATER).backlog == 2  # the match, and another look at the page of what matched
