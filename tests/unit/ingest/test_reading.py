"""Pages on their way through the workers."""

import subprocess
import sys
from concurrent.futures import Future
from datetime import UTC, datetime

import pytest

from pipelines.errors import ParsingFailed
from pipelines.feed_options import FeedOptions
from pipelines.ingest.reading import WAITING, Readings, read_page
from pipelines.model import Article, FeedEntry, Outlet, Page
from pipelines.states import ArticleId, OutletId, TextSource
from pipelines.steps.progress import Budget

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def answered(value: int) -> Future[int]:
    """An answer that is there."""
    future: Future[int] = Future()
    future.set_result(value)
    return future


def test_what_is_done_is_handed_on_as_soon_as_the_next_comes() -> None:
    taken: list[tuple[str, int]] = []
    readings = Readings[str, int](lambda item, future: taken.append((item, future.result())))
    waiting: Future[int] = Future()
    readings.add("slow", waiting)
    readings.add("quick", answered(1))
    assert taken == [("quick", 1)]
    waiting.set_result(2)
    assert readings.finish(Budget(NOW, 5.0)) == 0
    assert taken == [("quick", 1), ("slow", 2)]


def test_without_time_what_has_begun_is_waited_for_and_the_rest_dropped() -> None:
    taken: list[str] = []
    readings = Readings[str, int](lambda item, _: taken.append(item))
    begun = answered(1)
    readings.add("never begun", Future())
    readings._items[begun] = "begun"
    assert readings.finish(Budget(NOW, 0.0)) == 1
    assert taken == ["begun"]


def test_an_item_that_failed_is_handed_on_with_its_error() -> None:
    errors: list[BaseException | None] = []
    readings = Readings[str, int](lambda _, future: errors.append(future.exception()))
    failed: Future[int] = Future()
    failed.set_exception(ParsingFailed("not read within 10 s"))
    readings.add("hostile", failed)
    assert [str(error) for error in errors] == ["not read within 10 s"]


@pytest.mark.parametrize("heavy", ["trafilatura", "lxml", "numpy", "py3langid"])
def test_the_steps_load_no_extractor(heavy: str) -> None:
    code = f"import sys, pipelines.steps.gathering; sys.exit({heavy!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_what_waits_is_bounded() -> None:
    taken: list[int] = []
    readings = Readings[int, int](lambda item, _: taken.append(item))
    for number in range(WAITING):
        readings.add(number, Future())
    readings.add(WAITING, answered(0))
    assert taken == [WAITING]


@pytest.mark.parametrize(("full_text", "source"), [(False, TextSource.PAGE), (True, TextSource.FEED)])
def test_where_the_desk_says_that_the_feeds_words_are_enough_they_are_whole(
    full_text: bool, source: TextSource
) -> None:
    outlet = Outlet(outlet_id=OutletId("a"), title="A")
    url = "https://t.me/harbour_watch/40"
    article = Article(article_id=ArticleId(1), url=url, link=url, outlet=outlet, first_seen_at=NOW)
    entry = FeedEntry(title="The bridge is closed.", body="The bridge is closed. Use the ferry.", url=url)
    page = Page(article=article, entry=entry, language="en", attempts=0, options=FeedOptions(full_text=full_text))
    assert read_page(page, None).content.text_source is source
