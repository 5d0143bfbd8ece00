"""The archive's index: what is stored is found, on both databases alike, and nothing that is not there."""

import random
from contextlib import closing
from datetime import UTC, datetime, timedelta

from alembic import command
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from pipelines.errors import SearchRefused
from pipelines.model import Content, Page
from pipelines.search.archive import Narrow, search
from pipelines.search.finding import hits_in
from pipelines.search.query import read_search
from pipelines.states import ArticleId, FeedId, RevisionId
from storage import schema
from storage.articles import load_pages
from storage.database import Database
from storage.search_index import LARGEST, forget_texts, words_of
from storage.store import SqlStore, open_store
from tests.storage.samples import LATER, NOW, content, entry, feed, poll

PUBLISHED = datetime(2026, 11, 22, 11, 30, tzinfo=UTC)
TEXTS = {
    "convoy": ("Russian peacekeepers escort a convoy", "The Lachin corridor was open on Monday. Nobody was hurt."),
    "film": ("Film festival in Lachin", "An Azerbaijani director won; the prime minister came late."),
    "hy": ("Խաղաղապահները Լաչինում", "Ռուս խաղաղապահներն անցան Լաչինի միջանցքով։"),
    "ru": ("Лачинский коридор", "Ещё один день: министр говорил с журналистами."),
    "az": ("Laçın yolu", "Sülhməramlılar Laçına gəldi, İrəvan susur."),
    "tr": ("Karabağ'ın başkenti", "Zirve İstanbul'da yapıldı; ışıklar söndü."),
    "tail": ("Minister resigns", "Prime time television. The minister of transport left. 日本語の新聞"),
}
QUERIES = (
    ("lachin", "film convoy"),
    ("LACHIN corridor", "convoy"),
    ("laçın", "az"),
    ('"prime minister"', "film"),
    ("prime minister", "tail film"),
    ("лачин*", "ru"),
    ("хаос OR еще", "ru"),
    ("Լաչին*", "hy"),
    ("լաչինում", "hy"),
    ("istanbul", "tr"),
    ("isiklar", "tr"),
    ("karabag", "tr"),
    ("lachin -festival", "convoy"),
    ("lachin NOT (film OR festival)", "convoy"),
    ('minister -"prime minister"', "tail"),
    ("title:minister", "tail"),
    ("peacekeep* NEAR/9 escort", "convoy"),
    ("minister NEAR/1 won", ""),
    ("minister NEAR/2 won", "film"),
    ('"monday nobody"', ""),
    ("新聞", "tail"),
    ("zzz", ""),
)


def stored(store: SqlStore, *names: str) -> None:
    """The named texts, in their order."""
    poll(store, *(entry(name) for name in names), now=NOW)
    for page in reversed(store.articles.pages_due(NOW, 100)):
        title, body = TEXTS[str(page.entry.url).rpartition("/")[2]]
        store.articles.save_text(page, content(title, body), NOW, try_again_at=None)


def names(store: SqlStore, query: str, **narrow: object) -> str:
    """Names of what is found, in its order."""
    found = search(store.search, read_search(query), Narrow(**narrow), 100).found  # type: ignore[arg-type]
    return " ".join(one.text.link.rpartition("/")[2].partition("?")[0] for one in found)


def test_each_query_finds_its_texts_and_no_other(store: SqlStore) -> None:
    stored(store, *TEXTS)
    found = {query: sorted(names(store, query).split()) for query, _ in QUERIES}
    assert found == {query: sorted(expected.split()) for query, expected in QUERIES}


WORDS = ("lachin", "Laçın", "corridor", "corridors", "peace", "peacekeeper", "անցան", "мир", "日本")
ATOMS = st.one_of(
    st.sampled_from(WORDS),
    st.sampled_from(WORDS).map(lambda word: f"title:{word}"),
    st.lists(st.sampled_from(WORDS), min_size=2, max_size=3).map(lambda some: f'"{" ".join(some)}"'),
    st.sampled_from(["peace*", "corr*", "անց*", "corridor NEAR/1 lachin"]),
)
QUESTIONS = st.recursive(
    ATOMS,
    lambda inner: st.tuples(inner, st.sampled_from(["", "OR", "NOT"]), inner).map(lambda some: f"({' '.join(some)})"),
    max_leaves=6,
)


def put(store: SqlStore, *texts: Content) -> None:
    """These texts, each an article's, whose number in the list is its name."""
    poll(store, *(entry(str(number)) for number in range(len(texts))), now=NOW)
    for page in store.articles.pages_due(NOW, 1_000):
        number = int(str(page.entry.url).rpartition("/")[2])
        store.articles.save_text(page, texts[number], NOW, try_again_at=None)


def test_what_is_found_is_what_each_text_alone_answers(store: SqlStore) -> None:
    """Whatever is asked: the reference looks at every text without an index."""
    chance = random.Random(7)
    texts = [
        Content(title=" ".join(chance.choices(WORDS, k=chance.randrange(3))), body=f"{number}. {' '.join(body)}")
        for number in range(80)
        if (body := chance.choices(WORDS, k=chance.randrange(7))) is not None
    ]
    put(store, *texts)

    @settings(max_examples=100, deadline=None, database=None)
    @given(QUESTIONS)
    def same(query: str) -> None:
        try:
            sought = read_search(query)
        except SearchRefused:
            return
        expected = {str(number) for number, one in enumerate(texts) if hits_in(sought, one) is not None}
        assert set(names(store, query).split()) == expected, query

    same()


def test_newest_first_each_article_once_and_by_pages(store: SqlStore) -> None:
    put(store, *(content("Lachin", f"Report {number}") for number in range(150)))
    page = search(store.search, read_search("lachin"), Narrow(), 100)
    ids = [one.text.revision_id for one in page.found]
    assert ids == sorted(ids, reverse=True)
    assert page.looked_to == ids[-1]
    rest = search(store.search, read_search("lachin"), Narrow(before=page.looked_to), 100)
    assert (len(page.found), len(rest.found), rest.looked_to) == (100, 50, None)
    turns = iter([False] * 20 + [True])
    some = search(store.search, read_search("lachin"), Narrow(), 100, spent=lambda: next(turns))
    assert len(some.found) == 21
    assert some.looked_to == some.found[-1].text.revision_id


def test_an_article_is_found_by_each_of_its_texts(store: SqlStore) -> None:
    put(store, content("Old words"), content("Another"))
    [page] = [page for page in load(store) if page.entry.url == "https://tufa.example/0"]
    store.articles.save_text(page, content("New words"), LATER, try_again_at=None)
    found = {query: search(store.search, read_search(query), Narrow(), 9).found for query in ("old", "new", "words")}
    assert [(one.text.article_id, one.text.latest) for one in found["old"]] == [(page.article.article_id, False)]
    assert [(one.text.content.title, one.text.latest) for one in found["words"]] == [("New words", True)]
    assert [one.text.content.title for one in found["new"]] == ["New words"]


def load(store: SqlStore) -> list[Page]:
    """Every article as a page to be read."""
    with store.search._database.reading() as connection:
        return load_pages(connection, dict.fromkeys(map(ArticleId, (1, 2)), 0))


def test_a_search_is_narrowed(store: SqlStore) -> None:
    stored(store, "convoy", "film")
    poll(store, entry("film"), of=feed("basalt"), now=NOW)
    with store.search._database.writing() as connection:
        connection.execute(text("UPDATE revisions SET language = 'hy' WHERE title LIKE 'Film%'"))
        connection.execute(text("UPDATE revisions SET published_utc = NULL WHERE title LIKE 'Film%'"))
    assert names(store, "lachin", language="hy") == "film"
    assert names(store, "lachin", feed=FeedId("basalt")) == "film"
    assert names(store, "lachin", feed=FeedId("tufa")) == names(store, "lachin")
    published = PUBLISHED + timedelta(minutes=1)
    assert names(store, "lachin", until=published) == "convoy"
    assert names(store, "lachin", since=published) == "film"  # first seen then, for nobody says when it was published
    assert names(store, "lachin", since=PUBLISHED, until=published) == "convoy"


def test_texts_are_forgotten(store: SqlStore) -> None:
    stored(store, "convoy", "film")
    with store.search._database.writing() as connection:
        forget_texts(connection, [RevisionId(2)])
    assert len(names(store, "lachin").split()) == 1
    with store.search._database.writing() as connection:
        forget_texts(connection, [RevisionId(1)])
        count = connection.execute(text("SELECT count(*) FROM revisions")).scalar_one()
    assert names(store, "lachin OR film") == ""
    assert count == 2


def test_words_without_end_are_stored_and_found_as_far_as_an_index_goes(store: SqlStore) -> None:
    long, many = "x" * 900, " ".join(f"w{number:05}" for number in range(200_000))
    put(store, content("Long", f"{long} end"), content("Many", many))
    assert names(store, long) == "0"
    assert names(store, f"{'x' * 899}*") == "0"
    assert names(store, "x" * 64) == ""
    assert names(store, "w00001 w00500") == "1"
    assert len(words_of("", "", many)) <= LARGEST


def test_an_archive_that_is_there_is_taken_up(store_url: str) -> None:
    with closing(open_store(store_url)) as store:
        stored(store, *TEXTS)
        before = {query: names(store, query) for query, _ in QUERIES}
    with closing(Database(store_url)) as database:
        with database.writing() as connection:
            command.downgrade(schema._alembic(connection), "0023")
        schema.upgrade(database)
    with closing(open_store(store_url)) as store:
        assert {query: names(store, query) for query, _ in QUERIES} == before
        stored(store, "film")
        forgotten = [RevisionId(number) for number in range(1, 8)]
        with store.search._database.writing() as connection:
            forget_texts(connection, forgotten)
        assert not any(names(store, query) for query, _ in QUERIES)
