"""Feeds, polls, entries: what is new, known, changed, backlog."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.errors import StoreError
from pipelines.feed_options import FeedOptions
from pipelines.ingest.polling import request
from pipelines.model import Content, FeedEntry, Published
from pipelines.polls import Arrivals, FeedState, KnownItem, Poll
from pipelines.states import FeedId, SourceKind, TextSource
from storage.store import SqlStore
from tests.storage.samples import LATER, MINUTE, NOW, entry, extract, feed, outlet, poll, state


def read_feeds(store: SqlStore, now: datetime = NOW) -> list[bool]:
    """Give every due article the text of its entry; whether each is new."""
    made = []
    for page in store.articles.pages_due(now, 10):
        source = TextSource.FEED if page.entry.body else TextSource.HEADLINE
        said = Content(title=page.entry.title, lead=page.entry.summary, body=page.entry.body, text_source=source)
        made.append(store.articles.save_text(page, said, now, try_again_at=None))
    return made


def test_new_feeds_are_due_at_once_and_read_back_whole(store: SqlStore) -> None:
    watched = replace(feed(tags=["region"]), every=timedelta(seconds=90), backfill=timedelta(days=2))
    domain = replace(feed("basalt"), outlet=None)
    store.feeds.sync_feeds([watched, domain], NOW)
    due = store.feeds.due_feeds(NOW)
    assert {one.feed.feed_id: one.feed for one in due} == {"tufa": watched, "basalt": domain}
    assert all(one.state == FeedState(due_at=NOW) for one in due)


def test_state_of_a_poll_reads_back_and_decides_when_next(store: SqlStore) -> None:
    poll(store, of=feed())
    assert store.feeds.due_feeds(NOW + 14 * MINUTE) == []
    (polled,) = store.feeds.due_feeds(NOW + 15 * MINUTE)
    assert polled.state == state()
    assert store.feeds.due_feeds(NOW, everything=True) == [polled]


def test_longest_overdue_first(store: SqlStore) -> None:
    for name, late in (("a", 1), ("b", 3), ("c", 2)):
        poll(store, of=feed(name), now=NOW - late * MINUTE)
    assert [one.feed.feed_id for one in store.feeds.due_feeds(LATER)] == ["b", "c", "a"]


def test_a_vanished_feed_is_retired_and_its_history_kept(store: SqlStore) -> None:
    poll(store, entry())
    store.feeds.sync_feeds([feed("basalt")], LATER)
    assert [one.feed.feed_id for one in store.feeds.due_feeds(LATER, everything=True)] == ["basalt"]
    store.feeds.sync_feeds([feed("basalt"), feed()], LATER)
    revived = store.feeds.due_feeds(LATER, everything=True)[1]
    assert revived.state == replace(state(), due_at=LATER, new_at=NOW)
    assert poll(store, entry(), now=LATER).new == ()


def test_a_changed_url_forgets_the_old_answers_and_is_due(store: SqlStore) -> None:
    poll(store)
    moved = replace(feed(), url="https://tufa.example/new")
    store.feeds.sync_feeds([moved], NOW + MINUTE)
    (polled,) = store.feeds.due_feeds(NOW + MINUTE)
    assert polled.feed == moved
    assert polled.state == replace(state(), due_at=NOW + MINUTE, etag=None, last_modified=None, body_hash=None)


def test_options_come_back_as_they_were_and_a_change_of_them_is_read_anew(store: SqlStore) -> None:
    options = FeedOptions(
        user_agent="Desk/1", headers=(("X-A", "b"),), secret_headers=(("Cookie", "SID"),), keep=("p",), full_text=False
    )
    poll(store)
    changed = replace(feed(), options=options)
    store.feeds.sync_feeds([changed], NOW + MINUTE)
    (polled,) = store.feeds.due_feeds(NOW + MINUTE)
    assert polled.feed == changed
    assert (polled.state.due_at, polled.state.body_hash) == (NOW + MINUTE, None)
    asked = request(polled.feed, polled.state, "v1", NOW)
    assert asked.headers == {"X-A": "b", "User-Agent": "Desk/1"}
    assert asked.secret_headers == {"Cookie": "SID"}
    store.feeds.record_polls([Poll(feed=changed, state=state(), entries=[entry("quake")])], NOW)
    store.feeds.sync_feeds([changed], LATER)
    assert store.feeds.due_feeds(NOW, everything=True)[0].state == replace(state(), new_at=NOW)
    (page,) = store.articles.pages_due(LATER, 1)
    assert page.options == options


def test_every_kind_of_source_can_be_stored(store: SqlStore) -> None:
    wanted = [replace(feed(kind.value), kind=kind) for kind in SourceKind]
    store.feeds.sync_feeds(wanted, NOW)
    assert {polled.feed.kind for polled in store.feeds.due_feeds(NOW)} == set(SourceKind)


def test_other_changes_keep_what_is_remembered(store: SqlStore) -> None:
    poll(store)
    store.feeds.sync_feeds([replace(feed(), language="ru", outlet=replace(outlet(), title="New name"))], NOW + MINUTE)
    (polled,) = store.feeds.due_feeds(NOW, everything=True)
    assert polled.state == state()
    assert polled.feed.outlet is not None
    assert polled.feed.outlet.title == "New name"


def test_feeds_may_swap_their_urls(store: SqlStore) -> None:
    one, two = feed("one"), feed("two")
    store.feeds.sync_feeds([one, two], NOW)
    swapped = [replace(one, url=two.url), replace(two, url=one.url)]
    store.feeds.sync_feeds(swapped, NOW)
    assert [polled.feed for polled in store.feeds.due_feeds(NOW)] == swapped


def test_two_feeds_of_one_url_are_refused_and_nothing_is_kept(store: SqlStore) -> None:
    with pytest.raises(StoreError):
        store.feeds.sync_feeds([feed("one"), replace(feed("two"), url=feed("one").url)], NOW)
    assert store.feeds.due_feeds(NOW) == []


def test_a_poll_brings_new_entries_once(store: SqlStore) -> None:
    brought = (entry("quake"), entry("flood"))
    assert poll(store, *brought).new == brought
    again = poll(store, *brought, now=LATER)
    assert (again.new, again.changed) == ((), ())
    assert len(store.articles.pages_due(LATER, 10)) == 2


@pytest.mark.parametrize(
    ("changes", "known"),
    [
        ({"guid": "other"}, True),
        ({"url": "https://tufa.example/moved"}, True),
        ({"url": None, "link": None}, True),
        ({"url": "https://tufa.example/moved", "guid": None}, False),
        ({"url": "https://tufa.example/moved", "guid": "other"}, False),
    ],
)
def test_an_entry_is_known_by_url_or_guid(store: SqlStore, changes: dict[str, str | None], known: bool) -> None:
    poll(store, entry())
    arrivals = poll(store, replace(entry(), **changes), now=LATER)  # type: ignore[arg-type]
    assert (arrivals.new == ()) is known


def test_a_guid_used_again_for_another_article_swallows_nothing(store: SqlStore) -> None:
    poll(store, entry("quake"))
    other = replace(entry("flood"), guid=entry("quake").guid)
    arrivals = poll(store, other, now=LATER)
    assert (arrivals.new, arrivals.changed) == ((replace(other, guid=None),), ())
    assert {page.entry.title for page in store.articles.pages_due(LATER, 10)} == {"The quake", "The flood"}
    corrected = replace(other, summary="It was worse.")
    assert poll(store, corrected, entry("quake"), now=LATER).changed == (corrected,)
    assert poll(store, corrected, entry("quake"), now=LATER) == Arrivals()


def test_an_article_that_moved_stays_the_same_and_is_fetched_from_its_new_link(store: SqlStore) -> None:
    poll(store, entry())
    extract(store)
    moved = replace(entry(), url="https://tufa.example/moved", link="https://tufa.example/moved?from=rss")
    assert poll(store, moved, now=LATER) == Arrivals()
    assert poll(store, replace(moved, summary="It was two."), now=LATER).new == ()
    (page,) = store.articles.pages_due(LATER, 10)
    assert (page.article.url, page.article.link, page.entry.link) == (entry().url, moved.link, moved.link)


def test_an_entry_without_names_is_known_by_its_words(store: SqlStore) -> None:
    nameless = FeedEntry(title="Flash: the bridge is open")
    assert poll(store, nameless).new == (nameless,)
    assert poll(store, nameless, now=LATER).new == ()
    assert poll(store, replace(nameless, title="Flash: the bridge is shut"), now=LATER).new != ()
    assert poll(store, nameless, of=feed("basalt"), now=LATER).new == (nameless,)
    page = store.articles.pages_due(LATER, 10)[-1]
    assert page.article.url.startswith("urn:wirewatch:tufa:")
    assert page.article.link == ""


def test_one_document_brings_an_entry_once(store: SqlStore) -> None:
    twice = replace(entry(), title="The quake, again")
    same_guid_no_url = replace(entry(), url=None, guid=entry().url)
    assert poll(store, entry(), twice, same_guid_no_url).new == (entry(), same_guid_no_url)
    arrivals = poll(store, twice, entry(), now=LATER)
    assert (arrivals.new, arrivals.changed) == ((), (twice,))


names = st.sampled_from([None, "1", "2", "3"])
entries = st.builds(
    lambda title, url, guid: FeedEntry(title=title, url=url, link=url, guid=guid),
    st.sampled_from(["A", "B", "C"]),
    names.map(lambda name: name and f"https://tufa.example/{name}"),
    names,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=st.lists(entries, max_size=8))
def test_a_document_polled_twice_brings_nothing_the_second_time(store: SqlStore, document: list[FeedEntry]) -> None:
    """Whatever its names repeat, and however its entries contradict each other."""
    fresh = feed(f"feed-{uuid4()}")
    store.feeds.sync_feeds([fresh], NOW)
    (first,), (again,) = (
        store.feeds.record_polls([Poll(feed=fresh, state=state(), entries=document)], NOW) for _ in range(2)
    )
    assert first.changed == ()
    assert {entry.title for entry in first.new} <= {entry.title for entry in document}
    assert bool(first.new) is bool(document)
    assert (again.new, again.changed) == ((), ())


def test_changed_words_make_the_article_due_again(store: SqlStore) -> None:
    poll(store, entry())
    extract(store)
    assert store.articles.pages_due(LATER, 10) == []
    corrected = replace(entry(), title="CORRECTED: The quake", summary="It was two.")
    arrivals = poll(store, corrected, now=LATER)
    assert (arrivals.new, arrivals.changed) == ((), (corrected,))
    (page,) = store.articles.pages_due(LATER, 10)
    assert (page.entry, page.attempts) == (corrected, 0)
    assert poll(store, corrected, now=LATER).changed == ()


@pytest.mark.parametrize(
    ("published", "backlog"),
    [
        (NOW - MINUTE, True),
        (NOW, False),
        (NOW + MINUTE, False),
        (None, True),
    ],
)
def test_what_was_there_before_the_feed_was_watched_is_backlog(
    store: SqlStore, published: datetime | None, backlog: bool
) -> None:
    given = replace(entry(), published=Published(moment=published) if published else None)
    poll(store, given, backlog_before=NOW)
    (page,) = store.articles.pages_due(NOW, 1)
    assert page.article.backlog is backlog


def test_undated_entries_of_a_watched_feed_are_news(store: SqlStore) -> None:
    poll(store, replace(entry(), published=None), backlog_before=None)
    assert not store.articles.pages_due(NOW, 1)[0].article.backlog


def test_backlog_that_another_feed_brings_as_news_is_news(store: SqlStore) -> None:
    poll(store, entry(), of=feed("tufa", tags=["region"]), backlog_before=LATER)
    poll(store, entry(), of=feed("basalt", tags=["world"]))
    (page,) = store.articles.pages_due(NOW, 10)
    assert not page.article.backlog
    assert page.article.outlet == outlet("tufa")
    assert page.article.tags == {"region", "world", "tufa-outlet"}


def test_news_that_another_feed_had_before_stays_news(store: SqlStore) -> None:
    poll(store, entry(), of=feed("tufa"))
    poll(store, entry(), of=feed("basalt"), backlog_before=LATER)
    assert not store.articles.pages_due(NOW, 10)[0].article.backlog


def test_feeds_that_bring_one_new_article_together_make_one_of_it(store: SqlStore) -> None:
    """A batch is one look at the store: what two of its polls bring is met in the batch itself."""
    watched = [feed("tufa", tags=["region"]), feed("basalt", tags=["world"])]
    store.feeds.sync_feeds(watched, NOW)
    polls = [Poll(feed=one, state=state(), entries=[entry("quake"), entry(one.feed_id)]) for one in watched]
    silent = replace(polls[0], backlog_before=LATER)
    arrivals = store.feeds.record_polls([silent, polls[1]], NOW)
    assert [len(one.new) for one in arrivals] == [2, 2]
    pages = {page.entry.title: page.article for page in store.articles.pages_due(NOW, 10)}
    assert len(pages) == 3
    assert {title: article.backlog for title, article in pages.items()} == {
        "The quake": False,
        "The tufa": True,
        "The basalt": False,
    }
    assert pages["The quake"].tags == {"region", "world", "tufa-outlet"}


def test_items_of_the_last_document_are_kept_until_another_is_read(store: SqlStore) -> None:
    items = (KnownItem(digest="d1", name="n1", moment=7), KnownItem(digest="d2", name="n2"))
    poll(store, entry())
    for brought, kept in ((None, ()), (items, items), (None, items), ((), ())):
        store.feeds.record_polls([Poll(feed=feed(), state=state(), items=brought)], NOW)
        assert store.feeds.known_items([FeedId("tufa"), FeedId("unknown")]) == {"tufa": kept}


def test_an_article_with_a_text_is_not_extracted_for_a_second_feed(store: SqlStore) -> None:
    poll(store, entry())
    extract(store)
    assert poll(store, entry(), of=feed("basalt"), now=LATER).new == (entry(),)
    assert store.articles.pages_due(LATER, 10) == []


@pytest.mark.parametrize(
    ("first", "second", "due"),
    [
        ({}, {"summary": "It shook."}, True),
        ({"summary": "It shook."}, {"summary": "It shook twice."}, True),
        ({"body": "It shook."}, {"body": "It shook, and then it shook again."}, True),
        ({"summary": "It shook."}, {"summary": "It shook."}, False),
        ({"body": "It shook."}, {"summary": "It shook, and then it shook again."}, False),
    ],
)
def test_a_second_feed_that_says_more_than_the_first_is_heard(
    store: SqlStore, first: dict[str, str], second: dict[str, str], *, due: bool
) -> None:
    poll(store, replace(entry(), **first))  # type: ignore[arg-type]
    read_feeds(store)
    poll(store, replace(entry(), **second), of=feed("basalt"), now=LATER)  # type: ignore[arg-type]
    assert [page.entry.summary + page.entry.body for page in store.articles.pages_due(LATER, 10)] == (
        ["".join(second.values())] if due else []
    )
    assert read_feeds(store, LATER) == [due] * due


def test_whose_text_it_is_comes_from_the_caller_where_the_feed_does_not_say(store: SqlStore) -> None:
    aggregator = replace(feed("aggregator"), outlet=None)
    store.feeds.sync_feeds([aggregator], NOW)
    told, untold = entry("quake", site="basalt"), entry("flood", site="other")
    store.feeds.record_polls(
        [Poll(feed=aggregator, state=state(), entries=[told, untold], outlets={told.entry_id: outlet("basalt")})], NOW
    )
    whose = {page.entry.title: page.article.outlet.outlet_id for page in store.articles.pages_due(NOW, 10)}
    assert whose == {"The quake": "basalt", "The flood": "aggregator"}


def test_an_article_url_has_one_outlet_though_feeds_disagree(store: SqlStore) -> None:
    aggregator = replace(feed("aggregator"), outlet=None)
    poll(store, entry(), of=feed("tufa"))
    store.feeds.sync_feeds([feed("tufa"), aggregator], NOW)
    lesser = {entry().entry_id: replace(outlet("tufa"), title="tufa.example")}
    store.feeds.record_polls([Poll(feed=aggregator, state=state(), entries=[entry()], outlets=lesser)], NOW)
    assert store.articles.pages_due(NOW, 10)[0].article.outlet == outlet("tufa")


def test_five_thousand_entries_at_once(store: SqlStore) -> None:
    many = [entry(str(number)) for number in range(5_000)]
    assert len(poll(store, *many).new) == 5_000
    arrivals = poll(store, *many, replace(many[7], title="New words"), entry("one more"), now=LATER)
    assert (len(arrivals.new), len(arrivals.changed)) == (1, 0)


def test_words_that_no_database_takes_are_cleaned_once_and_for_all(store: SqlStore) -> None:
    dirty = replace(entry(), title="A\0B \ud800 C", summary="\0", guid="g\0\udfff", authors=("\ud800x",))
    poll(store, dirty)
    (page,) = store.articles.pages_due(NOW, 10)
    assert (page.entry.title, page.entry.summary, page.entry.guid) == ("AB \ufffd C", "", "g\ufffd")
    assert page.entry.authors == ("\ufffdx",)
    arrivals = poll(store, dirty, now=LATER)
    assert (arrivals.new, arrivals.changed) == ((), ())


def test_names_too_long_for_an_index_are_told_apart_all_the_same(store: SqlStore) -> None:
    stem = "https://tufa.example/" + "ա" * 5_000
    long = [replace(entry(), url=stem + end, link=stem + end, guid=stem + end) for end in "12"]
    assert len(poll(store, *long).new) == 2
    assert poll(store, *long, now=LATER).new == ()
    assert {page.article.link for page in store.articles.pages_due(NOW, 10)} == {stem + "1", stem + "2"}


def test_a_poll_that_fails_half_way_leaves_nothing(store: SqlStore) -> None:
    store.feeds.sync_feeds([feed()], NOW)
    broken = replace(entry("flood"), published=Published(moment=datetime(2026, 11, 22)))  # noqa: DTZ001
    with pytest.raises(StoreError, match="naive datetime refused"):
        store.feeds.record_polls([Poll(feed=feed(), state=state(), entries=[entry(), broken])], NOW)
    assert store.feeds.due_feeds(NOW)[0].state == FeedState(due_at=NOW)
    assert store.articles.pages_due(NOW, 10) == []


def test_a_poll_of_an_unknown_feed_is_refused(store: SqlStore) -> None:
    with pytest.raises(StoreError):
        store.feeds.record_polls(
            [Poll(feed=replace(feed(), feed_id=FeedId("x")), state=state(), entries=[entry()])], NOW
        )
