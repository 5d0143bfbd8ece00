"""Pages that matched are looked at again: corrections and take-downs are seen, and kept with their reasons."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from pipelines.ingest.fetcher import HttpFetcher
from pipelines.ingest.workers import BoundedWorkers
from pipelines.model import FeedEntry
from pipelines.reports import Report
from pipelines.steps.gathering import extract_articles
from pipelines.steps.progress import Budget
from pipelines.steps.revisiting import revisit_pages
from storage.database import Database
from storage.page_tables import page_copies
from storage.store import SqlStore, open_store
from storage.tables import changes, revisions
from tests.storage.samples import NOW, feed, group, match, poll
from tests.web import Web

WORDS = "The council met on Tuesday and decided to open the mountain road to the village before the winter comes."
PAGE = "<html><head><title>{0}</title></head><body><article><h1>{0}</h1>{1}</article></body></html>"
HERE = frozenset({"127.0.0.1"})


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'wirewatch.db'}"


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    with closing(open_store(url)) as opened:
        yield opened


@pytest.fixture(scope="module")
def workers() -> Iterator[BoundedWorkers]:
    with BoundedWorkers(at_once=1) as begun:
        yield begun


def show(web: Web, title: str, *more: str) -> None:
    """Let the page be this."""
    paragraphs = [f"<p>{WORDS} {number}</p>" for number in range(8)] + [f"<p>{text}</p>" for text in more]
    web.serve("/road", PAGE.format(title, "".join(paragraphs)))


def bring(store: SqlStore, web: Web, workers: BoundedWorkers) -> None:
    """Bring the page as far as a match."""
    poll(store, FeedEntry(title="Road", url=web.url("/road"), link=web.url("/road")), of=feed())
    budget = Budget(NOW, 30)
    extract_articles(store.articles, store.robots, store.notices, HttpFetcher(HERE), workers, budget=budget, pause=0)
    group(store)
    match(store)


def look(store: SqlStore, workers: BoundedWorkers, hours: float) -> Report:
    """One round of visits."""
    budget = Budget(NOW + timedelta(hours=hours), 30)
    return revisit_pages(store.visits, store.robots, HttpFetcher(HERE), workers, budget=budget, pause=0)


def kept(url: str) -> list[tuple[str, str]]:
    """The facts that are stored."""
    with closing(Database(url)) as database, database.reading() as connection:
        query = select(changes.c.kind, changes.c.reason).order_by(changes.c.change_id)
        return [(row.kind, row.reason) for row in connection.execute(query)]


def test_a_corrected_page_is_a_new_text_with_its_share_and_the_fact_is_kept(
    store: SqlStore, web: Web, url: str, workers: BoundedWorkers
) -> None:
    show(web, "Road opens")
    bring(store, web, workers)
    assert look(store, workers, 0.1).counts["pages looked at again"] == 0
    assert look(store, workers, 0.6).counts["texts changed"] == 0
    show(web, "Road stays closed", "Correction: the council did not decide.")
    assert look(store, workers, 1).counts["pages looked at again"] == 0
    counts = look(store, workers, 3.1).counts
    assert (counts["texts changed"], counts["corrected"]) == (1, 1)
    kinds, reasons = zip(*kept(url), strict=True)
    assert set(kinds) == {"corrected"}
    assert any("the page says so" in reason for reason in reasons)
    assert any("headline changed" in reason for reason in reasons)
    with closing(Database(url)) as database, database.reading() as connection:
        shares = connection.scalars(select(revisions.c.share_changed).order_by(revisions.c.revision_id)).all()
    assert shares[0] is None
    assert 0 < shares[1] < 1
    assert len(store.matches.unmatched(10)) == 1


def test_a_page_that_is_gone_twice_is_taken_down(store: SqlStore, web: Web, url: str, workers: BoundedWorkers) -> None:
    show(web, "Road opens")
    bring(store, web, workers)
    web.serve("/road", "gone", status=404)
    look(store, workers, 0.6)
    assert kept(url) == []
    assert look(store, workers, 1.7).counts["taken down"] == 1
    assert kept(url) == [("taken down", "HTTP 404, 2 times")]
    assert look(store, workers, 30).counts["pages looked at again"] == 0


def test_a_page_that_is_back_was_never_gone(store: SqlStore, web: Web, url: str, workers: BoundedWorkers) -> None:
    show(web, "Road opens")
    bring(store, web, workers)
    web.serve("/road", "gone", status=410)
    look(store, workers, 0.6)
    show(web, "Road opens")
    look(store, workers, 1.7)
    web.serve("/road", "busy", status=503)
    look(store, workers, 3.1)
    assert kept(url) == []


def another_extractor_read_it(url: str, body: str | None = None, *, copy: bool) -> None:
    """Let the stored text be another version's, and the page's copy be there or not."""
    with closing(Database(url)) as database, database.writing() as connection:
        values = {"extractor": "another"} | ({"body": body} if body else {})
        connection.execute(revisions.update().values(**values))
        if not copy:
            connection.execute(page_copies.delete())


def test_what_another_extractor_makes_of_the_same_page_is_no_change(
    store: SqlStore, web: Web, url: str, workers: BoundedWorkers
) -> None:
    show(web, "Road opens")
    bring(store, web, workers)
    another_extractor_read_it(url, "Menu. Home. The council met. Read more.", copy=True)
    counts = look(store, workers, 0.6).counts
    assert (counts["pages looked at again"], counts["texts changed"], counts["corrected"]) == (1, 0, 0)
    assert kept(url) == []


def test_a_page_that_changed_is_compared_with_its_copy_read_anew(
    store: SqlStore, web: Web, url: str, workers: BoundedWorkers
) -> None:
    show(web, "Road opens")
    bring(store, web, workers)
    another_extractor_read_it(url, copy=True)
    show(web, "Road opens", "The village waits for the spring and for the road, which nobody has seen for years.")
    assert look(store, workers, 0.6).counts["texts changed"] == 1
    show(web, "Road stays closed")
    another_extractor_read_it(url, copy=True)  # the copy is the last visit's
    assert look(store, workers, 3.1).counts["corrected"] == 1


def test_without_the_copy_a_new_text_is_kept_and_not_called_a_change(
    store: SqlStore, web: Web, url: str, workers: BoundedWorkers
) -> None:
    show(web, "Road opens")
    bring(store, web, workers)
    another_extractor_read_it(url, copy=False)
    show(web, "Road stays closed", "Correction: the council did not decide.")
    counts = look(store, workers, 0.6).counts
    assert (counts["texts changed"], counts["corrected"]) == (0, 0)
    assert kept(url) == []
    show(web, "Road opens after all", "Correction: the council did not decide.")
    assert look(store, workers, 3.1).counts["corrected"] == 1  # like with like from now on
