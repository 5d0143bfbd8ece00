"""The second of the six steps: from an entry to a text; it works as `steps` says."""

from collections.abc import Sequence
from concurrent.futures import Future
from datetime import datetime

from pipelines import errors, protocols
from pipelines.ingest import revisits
from pipelines.ingest.reading import Reading, Readings, from_entry, read_page
from pipelines.ingest.round import Answer, Manners, fetch_each
from pipelines.model import Page, Report
from pipelines.progress import Budget, Tally

BATCH = 200  # pages a look: small enough that a kill costs little
PAGES_AT_ONCE = 16  # extraction, not the network, is what takes the time
PAGE_PATIENCE = 10.0
PAGE_PAUSE = 1.0


def extract_articles(
    store: protocols.ArticleStore,
    fetcher: protocols.Fetcher,
    workers: protocols.Workers,
    *,
    budget: Budget,
    pause: float = PAGE_PAUSE,
) -> Report:
    """Get the text of each article that is due: from its page, else from its feed.

    `pause` is the least time, in seconds, between the beginnings of two requests to one host.
    """
    tally = Tally("articles", "texts new", "texts unchanged")
    more = True

    def take(page: Page, answer: Future[Reading] | errors.FetchError) -> None:
        _record_text(store, page, answer, tally, budget.now())

    def read(page: Page, answer: protocols.Response | errors.FetchError | None) -> None:
        if isinstance(answer, errors.FetchError):
            take(page, answer)
        else:
            readings.add(page, workers.submit(read_page, page, answer))

    def sort(answers: Sequence[tuple[Page, Answer]]) -> None:
        for page, answer in answers:
            read(page, answer)

    readings = Readings(take)
    manners = Manners(at_once=PAGES_AT_ONCE, patience=PAGE_PATIENCE, pause=pause)
    while more and not budget.spent:
        pages = store.pages_due(budget.now(), BATCH)
        for page in pages:
            if not page.article.link:
                read(page, None)
        linked = [(page, protocols.Request(url=page.article.link)) for page in pages if page.article.link]
        reached = fetch_each(fetcher, linked, sort, manners=manners, budget=budget)
        dropped = readings.finish(budget)
        more = len(pages) == BATCH or reached < len(linked) or dropped > 0
    return tally.report(unfinished=more)


def _record_text(
    store: protocols.ArticleStore,
    page: Page,
    answer: Future[Reading] | errors.FetchError,
    tally: Tally,
    now: datetime,
) -> None:
    """Store the best text there is; without the page's own, try again later where that may help."""
    failure: Exception | None = None
    try:
        if isinstance(answer, errors.FetchError):
            raise answer
        content = answer.result().content
    except Exception as error:
        tally.failure(page.article.link, error)
        content, failure = from_entry(page.entry, page.language), error
    again = None if content.complete or not page.article.link else revisits.page_due_again(page.attempts, failure, now)
    new = store.save_text(page, content, now, try_again_at=again)
    tally.count("texts new" if new else "texts unchanged")
    tally.count(f"text from {content.text_source}")
    if new:
        tally.news(
            outlet=page.article.outlet.title, title=content.title, text=content.text_source, link=page.article.link
        )
