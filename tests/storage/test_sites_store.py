"""What hosts allow, and how an outlet's pages fare, on both databases."""

from datetime import timedelta

from pipelines.robots import RobotsFile
from pipelines.states import OutletId, TextSource
from storage.store import SqlStore
from tests.storage.samples import LATER, NOW, content, entry, poll


def test_robots_files_are_kept_and_renewed(store: SqlStore) -> None:
    one = RobotsFile(origin="https://a.example", text="User-agent: *", asked_at=NOW, due_at=LATER, answered_at=NOW)
    other = RobotsFile(origin="https://b.example", text="", asked_at=NOW, due_at=LATER, silent_since=NOW)
    store.robots.save([one, other])
    store.robots.save([RobotsFile(origin=one.origin, text="new", asked_at=LATER, due_at=LATER, answered_at=LATER)])
    found = store.robots.load([one.origin, other.origin, "https://c.example"])
    assert found[other.origin] == other
    assert found[one.origin].text == "new"
    assert store.robots.load([]) == {}


def test_how_a_sites_pages_fare(store: SqlStore) -> None:
    poll(store, *(entry(str(number)) for number in range(14)))
    tufa = OutletId("tufa")
    assert store.articles.site_texts([tufa], NOW)[0].recent == 0
    pages = sorted(store.articles.pages_due(NOW, 100), key=lambda page: page.article.article_id)
    for page in pages[:9]:
        store.articles.save_text(page, content(page.entry.title), NOW, try_again_at=None)
    for page in pages[9:]:
        bare = content(page.entry.title, body="")
        store.articles.save_text(
            page,
            type(bare)(title=bare.title, text_source=TextSource.HEADLINE),
            NOW,
            try_again_at=None,
            page_error="HTTP 403",
        )
    (found,) = store.articles.site_texts([tufa, OutletId("nobody")], NOW)
    assert (found.recent, found.recent_full, found.before, found.before_full) == (10, 5, 4, 4)
    assert (found.reason, found.since) == ("HTTP 403", NOW)
    assert store.articles.site_texts([tufa], NOW + timedelta(days=3))[0].recent == 0
