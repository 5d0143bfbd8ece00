"""Pages due and their texts."""

from dataclasses import replace

import pytest

from pipelines.errors import StoreError
from pipelines.model import Content
from pipelines.states import TextSource
from storage.store import SqlStore
from tests.storage.samples import LATER, MINUTE, NOW, content, entry, extract, feed, group, match, matched, poll


def latest(store: SqlStore) -> list[Content]:
    """Latest texts of ungrouped articles."""
    with store.stories.grouping(NOW) as grouping:
        return [revision.content for revision in grouping.ungrouped(100)]


def test_news_before_backlog_newest_first(store: SqlStore) -> None:
    poll(store, entry("old-new"), entry("old-old"), of=feed("a"), backlog_before=LATER)
    poll(store, entry("first"), now=NOW + MINUTE)
    poll(store, entry("third"), entry("second"), now=NOW + 2 * MINUTE)
    names = ["The third", "The second", "The first", "The old-new", "The old-old"]
    for limit in (2, 4, 10):
        pages = store.articles.pages_due(LATER, limit)
        assert [page.entry.title for page in pages] == names[:limit]
    assert len(store.articles.pages_due(NOW, 10)) == 2


def test_a_page_tells_what_its_feed_said(store: SqlStore) -> None:
    poll(store, entry(summary="It shook."))
    (page,) = store.articles.pages_due(NOW, 10)
    assert page.entry == entry(summary="It shook.")
    assert (page.language, page.attempts) == ("hy", 0)
    assert (page.article.url, page.article.link) == (entry().url, entry().link)
    assert page.article.first_seen_at == NOW


def test_of_several_feeds_the_one_that_says_most_speaks(store: SqlStore) -> None:
    poll(store, replace(entry(), body="The whole text."), of=feed("a"))
    poll(store, entry(summary="Newer, but poorer."), of=replace(feed("b"), language="ru"))
    (page,) = store.articles.pages_due(NOW, 10)
    assert (page.entry.body, page.language) == ("The whole text.", "hy")


def test_a_text_reads_back_whole_and_is_stored_once(store: SqlStore) -> None:
    poll(store, entry())
    (page,) = store.articles.pages_due(NOW, 10)
    assert store.articles.save_text(page, content(), NOW, try_again_at=None)
    assert latest(store) == [content()]
    assert not store.articles.save_text(page, content(), LATER, try_again_at=None)
    assert store.articles.pages_due(LATER, 10) == []


def test_tries_are_counted_until_the_text_is_there(store: SqlStore) -> None:
    poll(store, entry())
    poor = Content(title="The quake", text_source=TextSource.HEADLINE)
    (page,) = store.articles.pages_due(NOW, 10)
    assert store.articles.save_text(page, poor, NOW, try_again_at=NOW + 5 * MINUTE)
    assert store.articles.pages_due(NOW + 4 * MINUTE, 10) == []
    (page,) = store.articles.pages_due(NOW + 5 * MINUTE, 10)
    assert page.attempts == 1
    assert store.articles.save_text(page, content(), NOW + 5 * MINUTE, try_again_at=None)
    assert latest(store) == [content()]


def test_a_page_text_after_a_headline_is_judged_again(store: SqlStore) -> None:
    poll(store, entry())
    (page,) = store.articles.pages_due(NOW, 10)
    store.articles.save_text(page, Content(title="Quake", text_source=TextSource.HEADLINE), NOW, try_again_at=LATER)
    group(store)
    assert len(match(store)) == 1
    extract(store, now=LATER)
    assert [revision.content for revision in store.matches.unmatched(10)] == [content()]


@pytest.mark.parametrize("source", [TextSource.FEED, TextSource.HEADLINE])
@pytest.mark.parametrize("title", ["The quake", "CORRECTED"])
def test_a_poorer_text_displaces_no_page_whatever_the_feed_says_now(
    store: SqlStore, source: TextSource, title: str
) -> None:
    poll(store, entry())
    (page,) = store.articles.pages_due(NOW, 10)
    store.articles.save_text(page, content(), NOW + MINUTE, try_again_at=NOW + MINUTE)
    poll(store, replace(entry(), title=title), now=LATER)
    (page,) = store.articles.pages_due(LATER, 10)
    again = LATER + 5 * MINUTE
    assert not store.articles.save_text(page, Content(title=title, text_source=source), LATER, try_again_at=again)
    assert latest(store) == [content()]
    assert store.articles.pages_due(LATER, 10) == []
    (page,) = store.articles.pages_due(again, 10)
    assert store.articles.save_text(page, content("CORRECTED"), again, try_again_at=None)
    assert latest(store) == [content("CORRECTED")]


def test_a_page_with_a_new_summary_is_a_new_text_and_judged_again(store: SqlStore) -> None:
    matched(store)
    poll(store, replace(entry(), summary="Two were hurt."), now=LATER)
    (page,) = store.articles.pages_due(LATER, 10)
    said = replace(content(page.entry.title), lead=page.entry.summary)
    assert store.articles.save_text(page, said, LATER, try_again_at=None)
    assert [revision.content for revision in match(store, now=LATER)] == [said]
    assert store.journal.match_ledger().matched == 2


def test_words_that_change_while_a_page_is_fetched_keep_it_due(store: SqlStore) -> None:
    poll(store, entry())
    (page,) = store.articles.pages_due(NOW, 10)
    poll(store, replace(entry(), title="CORRECTED"), now=NOW + MINUTE)
    store.articles.save_text(page, content(), NOW + MINUTE, try_again_at=None)
    (again,) = store.articles.pages_due(NOW + MINUTE, 10)
    assert again.entry.title == "CORRECTED"


def test_a_text_that_no_database_takes_is_cleaned(store: SqlStore) -> None:
    poll(store, entry())
    (page,) = store.articles.pages_due(NOW, 10)
    dirty = replace(content(), title="T\0itle", body="Bo\udc80dy")
    assert store.articles.save_text(page, dirty, NOW, try_again_at=None)
    assert not store.articles.save_text(page, dirty, NOW, try_again_at=None)
    assert latest(store) == [replace(content(), title="Title", body="Bo\ufffddy")]


def test_a_text_that_fails_to_be_stored_leaves_the_page_due(store: SqlStore) -> None:
    poll(store, entry())
    (page,) = store.articles.pages_due(NOW, 10)
    with pytest.raises(StoreError, match="naive"):
        store.articles.save_text(page, content(), NOW, try_again_at=LATER.replace(tzinfo=None))
    assert latest(store) == []
    assert store.articles.pages_due(NOW, 10) == [page]
