"""From a feed to a text: the first two of the six steps, each resumable; they work as `steps` says."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import datetime

from pipelines import errors, protocols
from pipelines.ingest import polling
from pipelines.ingest.reading import Reading, Readings, from_entry, read_page
from pipelines.ingest.round import fetch_each
from pipelines.model import Feed, FeedEntry, Page, Report
from pipelines.progress import Budget, Tally

BATCH = 200  # pages a look: small enough that a kill costs little
FEEDS_AT_ONCE = 100  # reaches the latency floor of 1,000 feeds (design measurement)
FEED_PATIENCE = 15.0  # seconds; a budget's share is longer, see `fetch_each`
PAGES_AT_ONCE = 16  # extraction, not the network, is what takes the time
PAGE_PATIENCE = 10.0


def poll_feeds(
    store: protocols.FeedStore,
    fetcher: protocols.Fetcher,
    feeds: Callable[[], Sequence[Feed]],
    *,
    budget: Budget,
    everything: bool = False,
) -> Report:
    """Poll the feeds that are due (all with `everything`); a faulty feeds.yaml leaves its last good version."""
    tally = Tally("feed_entries", "feeds polled", "feeds unchanged", "feeds failed", "entries new", "entries changed")
    try:
        store.sync_feeds(feeds(), budget.now())
    except errors.DeskFileError as error:
        tally.problems("feeds.yaml", error.faults)
    due = [(polled, polled.request) for polled in store.due_feeds(budget.now(), everything=everything)]

    def take(polled: protocols.PolledFeed, answer: protocols.Response | errors.FetchError) -> None:
        _record_poll(store, polled, answer, tally, budget.now())

    reached = fetch_each(fetcher, due, take, at_once=FEEDS_AT_ONCE, patience=FEED_PATIENCE, budget=budget)
    return tally.report(unfinished=reached < len(due))


def _record_poll(
    store: protocols.FeedStore,
    polled: protocols.PolledFeed,
    answer: protocols.Response | errors.FetchError,
    tally: Tally,
    now: datetime,
) -> None:
    from pipelines.ingest import sources
    from pipelines.ingest.urls import article_outlet

    feed, state = polled.feed, polled.state
    tally.count("feeds polled")
    entries: tuple[FeedEntry, ...] = ()
    try:
        if isinstance(answer, errors.FetchError):
            raise answer
        after = polling.after_success(state, feed, answer, now)
        if answer.not_modified or after.body_hash == state.body_hash:
            tally.count("feeds unchanged")
        else:
            parsed = sources.parse(feed.kind, answer)
            entries = parsed.entries
            tally.problems(feed.feed_id, parsed.problems)
    except Exception as error:
        tally.count("feeds failed")
        tally.failure(feed.feed_id, error)
        after = polling.after_failure(state, feed, error, now)
    outlets = {} if feed.outlet else {entry.entry_id: article_outlet(feed, entry.url) for entry in entries}
    before = polling.backlog_before(state, feed, now)
    arrivals = store.record_poll(feed, after, entries, now, backlog_before=before, outlets=outlets)
    tally.count("entries new", len(arrivals.new))
    tally.count("entries changed", len(arrivals.changed))
    for entry in (*arrivals.new, *arrivals.changed):
        tally.news(feed=feed.feed_id, title=entry.title, published=str(entry.published or ""), link=entry.link or "")


def extract_articles(
    store: protocols.ArticleStore, fetcher: protocols.Fetcher, workers: protocols.Workers, *, budget: Budget
) -> Report:
    """Get the text of each article that is due: from its page, else from its feed."""
    tally = Tally("articles", "texts new", "texts unchanged")
    more = True

    def take(page: Page, answer: Future[Reading] | errors.FetchError) -> None:
        _record_text(store, page, answer, tally, budget.now())

    def read(page: Page, answer: protocols.Response | errors.FetchError | None) -> None:
        if isinstance(answer, errors.FetchError):
            take(page, answer)
        else:
            readings.add(page, workers.submit(read_page, page, answer))

    readings = Readings(take)
    while more and not budget.spent:
        pages = store.pages_due(budget.now(), BATCH)
        for page in pages:
            if not page.article.link:
                read(page, None)
        linked = [(page, protocols.Request(url=page.article.link)) for page in pages if page.article.link]
        reached = fetch_each(fetcher, linked, read, at_once=PAGES_AT_ONCE, patience=PAGE_PATIENCE, budget=budget)
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
    again = None if content.complete or not page.article.link else polling.page_due_again(page.attempts, failure, now)
    new = store.save_text(page, content, now, try_again_at=again)
    tally.count("texts new" if new else "texts unchanged")
    tally.count(f"text from {content.text_source}")
    if new:
        tally.news(
            outlet=page.article.outlet.title, title=content.title, text=content.text_source, link=page.article.link
        )
