"""The second of the six steps: from an entry to a text."""

from collections.abc import Collection, Sequence
from concurrent.futures import Future
from datetime import datetime

from pipelines import errors, protocols
from pipelines.claims import ALONE, HostClaims
from pipelines.ingest import health, revisits
from pipelines.ingest.polite import PoliteFetcher
from pipelines.ingest.reading import Reading, Readings, from_entry, read_page
from pipelines.ingest.round import Answer, Manners, fetch_each
from pipelines.model import Page
from pipelines.notices import Notices
from pipelines.reports import Report
from pipelines.robots import RobotsStore
from pipelines.shards import WHOLE, Shard
from pipelines.states import OutletId
from pipelines.steps.progress import Budget, Tally
from pipelines.steps.sharing import work_off

BATCH = 200  # pages a look: small enough that a kill costs little
PAGES_AT_ONCE = 16  # extraction, not the network, is what takes the time
PAGE_PATIENCE = 10.0
PAGE_PAUSE = 1.0

Fetched = tuple[Page, protocols.Response | None]
"""A page and the answer it is read from; None where it has no page, or none that came."""


def extract_articles(
    store: protocols.ArticleStore,
    robots: RobotsStore,
    notices: Notices,
    fetcher: protocols.Fetcher,
    workers: protocols.Workers,
    *,
    budget: Budget,
    pause: float = PAGE_PAUSE,
    shard: Shard = WHOLE,
    claims: HostClaims = ALONE,
) -> Report:
    """Get the text of each article of a shard that is due: from its page where robots.txt allows, else from its feed.

    `pause` is the least time, in seconds, between the beginnings of two requests to one host.
    """
    tally = Tally("articles", "texts new", "texts unchanged")

    def take(fetched: Fetched, reading: Future[Reading] | errors.FetchError) -> None:
        record_text(store, fetched, reading, tally, budget.now())

    def read(answers: Sequence[tuple[Page, Answer | None]]) -> None:
        for page, answer in answers:
            if isinstance(answer, errors.FetchError):
                take((page, None), answer)
            else:
                readings.add((page, answer), workers.submit(read_page, page, answer))

    readings = Readings(take)
    manners = Manners(at_once=PAGES_AT_ONCE, patience=PAGE_PATIENCE, pause=pause)
    polite = PoliteFetcher(fetcher, robots, budget.now, manners.turns)
    outlets: set[OutletId] = set()

    def work(pages: Sequence[Page]) -> bool:
        read([(page, None) for page in pages if not _has_page(page)])
        linked = [(page, _request(page)) for page in pages if _has_page(page)]
        outlets.update(page.article.outlet.outlet_id for page, _ in linked)
        polite.know([request.url for _, request in linked])
        reached = fetch_each(polite, linked, read, manners=manners, budget=budget)
        polite.keep()
        dropped = readings.finish(budget)
        return reached == len(linked) and not dropped

    def look(limit: int) -> Sequence[Page]:
        return store.pages_due(budget.now(), limit, shard)

    more = work_off(claims, look, BATCH, _link, work, budget=budget)
    _look_after(store, outlets, notices, tally, budget.now())
    return tally.report(unfinished=more)


def _link(page: Page) -> str:
    return page.article.link


def _has_page(page: Page) -> bool:
    """Whether there is a page to ask for: the desk may say that the feed's own words are enough."""
    return bool(page.article.link) and page.options.full_text


def _request(page: Page) -> protocols.Request:
    """The page's address, asked as its feed is; what is secret is for the feed's own site, and is left out."""
    return protocols.Request(url=page.article.link, headers=page.options.sent)


def _look_after(
    store: protocols.ArticleStore,
    outlets: Collection[OutletId],
    notices: Notices,
    tally: Tally,
    now: datetime,
) -> None:
    """See which sites give no full texts any more; the operator is told once, and once more when they do."""
    sites = store.site_texts(outlets, now)
    full, looked_at = sum(site.recent_full for site in sites), sum(site.recent for site in sites)
    found = [(site, trouble) for site in sites if (trouble := health.site_trouble(site))]
    detail = " ".join(line for _, trouble in found[:10] for line in trouble.lines)
    share = full / looked_at if looked_at else 1.0
    tally.check(
        "full_texts", passed=not found, number=share, detail=detail or f"{full} of {looked_at} articles have theirs"
    )
    known = notices.open_subjects()
    for site, trouble in found:
        if health.site_subject(site.outlet) not in known:
            notices.begin(health.site_subject(site.outlet), trouble.title, trouble.lines, now)
    for site in sites:
        if health.site_subject(site.outlet) in known and health.site_is_well(site):
            words = [f"{site.recent_full} of the last {site.recent} articles of {site.outlet.title} have theirs."]
            notices.end(health.site_subject(site.outlet), f"Full texts of {site.outlet.title} are back", words, now)


def record_text(
    store: protocols.ArticleStore,
    fetched: Fetched,
    reading: Future[Reading] | errors.FetchError,
    tally: Tally,
    now: datetime,
    *,
    again: bool = False,
) -> None:
    """Store the best text there is; without the page's own, try again later where that may help.

    What is read `again` is kept already, and is asked for no more.
    """
    page, answer = fetched
    failure: Exception | None = None
    why = ""
    try:
        if isinstance(reading, errors.FetchError):
            raise reading
        content, why = reading.result().content, reading.result().reason
    except Exception as error:
        tally.failure(page.article.link, error, article_id=page.article.article_id)
        content, failure, why = from_entry(page.entry, page.language), error, _reason(error)
    wanting = _has_page(page) and not content.complete and not again
    new = store.save_text(
        page,
        content,
        now,
        try_again_at=revisits.page_due_again(page.attempts, failure, now) if wanting else None,
        page_error="" if content.complete else why,
        answer=None if again else answer,
    )
    tally.count("texts new" if new else "texts unchanged")
    tally.count(f"text from {content.text_source}")
    if new:
        tally.news(
            outlet=page.article.outlet.title, title=content.title, text=content.text_source, link=page.article.link
        )


def _reason(error: Exception) -> str:
    """Why there is no page, in few words: the same for every page of a site, so that they can be counted."""
    return error.reason if isinstance(error, errors.FetchError) else errors.shown(error)
