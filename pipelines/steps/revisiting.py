"""Beside the second step: pages of articles that matched are looked at again, for corrections and take-downs."""

from collections.abc import Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass, replace
from datetime import datetime

from pipelines import errors, protocols
from pipelines.claims import ALONE, HostClaims
from pipelines.ingest import revisits
from pipelines.ingest.parser_version import extractor_version
from pipelines.ingest.polite import PoliteFetcher
from pipelines.ingest.reading import Reading, Readings, read_page
from pipelines.ingest.round import Answer, Manners, fetch_each
from pipelines.model import Content
from pipelines.reports import Report
from pipelines.robots import RobotsStore
from pipelines.steps.progress import Budget, Tally
from pipelines.steps.sharing import claimed
from pipelines.visits import Change, ChangeKind, Visit, VisitStore

Looked = tuple[Visit, protocols.Response | None]
A_RUN = 40
"""Pages a run: what has never been read goes before."""
GONE = (404, 410)


def revisit_pages(
    store: VisitStore,
    robots: RobotsStore,
    fetcher: protocols.Fetcher,
    workers: protocols.Workers,
    *,
    budget: Budget,
    pause: float,
    claims: HostClaims = ALONE,
) -> Report:
    """Look again at the pages that are due; a changed text is a new revision, and facts are kept for dispatch."""
    tally = Tally("revisits", "pages looked at again", "texts changed", "corrected", "taken down")

    def take(looked: Looked, reading: Future[Reading] | errors.FetchError) -> None:
        _record(store, looked, reading, tally, budget.now())

    def read(answers: Sequence[tuple[Visit, Answer]]) -> None:
        for visit, answer in answers:
            if isinstance(answer, errors.FetchError):
                take((visit, None), answer)
            else:
                readings.add((visit, answer), workers.submit(read_page, visit.page, answer))

    readings = Readings(take)
    manners = Manners(at_once=8, patience=10.0, pause=pause)
    polite = PoliteFetcher(fetcher, robots, budget.now, manners.turns)

    def look() -> Sequence[Visit]:
        return store.due(budget.now(), A_RUN)

    with claimed(claims, look(), _link, look, budget) as (_, visits):
        due = [
            (visit, protocols.Request(url=_link(visit), headers=visit.page.options.sent))
            for visit in _read_alike(store, visits, workers, budget)
        ]
        polite.know([request.url for _, request in due])
        reached = fetch_each(polite, due, read, manners=manners, budget=budget)
        polite.keep()
        dropped = readings.finish(budget)
    return tally.report(unfinished=reached < len(due) or dropped > 0)


def _link(visit: Visit) -> str:
    return visit.page.article.link


def _read_alike(
    store: VisitStore, visits: Sequence[Visit], workers: protocols.Workers, budget: Budget
) -> Sequence[Visit]:
    """The visits; a known text of another extractor is read anew from its kept page, that like is held against like."""
    other = [one for one in visits if one.known.extractor != extractor_version(one.page.options)]
    copies = store.copies(other) if other else {}
    anew = {
        visit.page.article.article_id: workers.submit(read_page, visit.page, copies[visit.page.article.article_id])
        for visit in other
        if visit.page.article.article_id in copies
    }
    wait(anew.values(), timeout=budget.left())
    return [_with_known(visit, anew.get(visit.page.article.article_id)) for visit in visits]


def _with_known(visit: Visit, reading: Future[Reading] | None) -> Visit:
    if reading is None or not reading.done() or reading.exception() or not reading.result().content.complete:
        return visit
    return replace(visit, known=reading.result().content)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What a look at a page found."""

    again: datetime | None
    text: Content | None = None
    share: float | None = None
    changes: tuple[Change, ...] = ()
    gone: int = 0


def _record(
    store: VisitStore, looked: Looked, answer: Future[Reading] | errors.FetchError, tally: Tally, now: datetime
) -> None:
    visit, page = looked
    tally.count("pages looked at again")
    published = visit.known.published.utc if visit.known.published else visit.page.article.first_seen_at
    found = _Found(again=revisits.next_visit(published, now))
    try:
        if isinstance(answer, errors.FetchError):
            raise answer
        found = _compared(visit, answer.result().content, found.again)
    except errors.BadStatus as error:
        if error.status in GONE:
            found = _missed(visit, error.status, now)
    except Exception as error:
        tally.failure(visit.page.article.link, error, article_id=visit.page.article.article_id)
    _tell(visit, found, tally)
    store.done(
        visit,
        now,
        text=found.text,
        share=found.share,
        changes=found.changes,
        gone=found.gone,
        again=found.again,
        answer=page,
    )


def _compared(visit: Visit, text: Content, again: datetime | None) -> _Found:
    """What is new of the page; a text that another extractor read is kept, and is not called a change."""
    if not text.complete or text.text_hash == visit.known.text_hash:
        return _Found(again=again)
    if text.extractor != visit.known.extractor:
        return _Found(again=again, text=text)
    share = revisits.share_changed(visit.known.body, text.body)
    return _Found(again=again, text=text, share=share, changes=revisits.corrections(visit.known, text, visit.quoted))


def _missed(visit: Visit, status: int, now: datetime) -> _Found:
    """The page is not there: perhaps for good."""
    gone = visit.gone + 1
    if gone < revisits.GONE_FOR_GOOD:
        return _Found(again=now + revisits.GONE_AGAIN, gone=gone)
    change = Change(kind=ChangeKind.TAKEN_DOWN, reason=f"HTTP {status}, {gone} times")
    return _Found(again=None, gone=gone, changes=(change,))


def _tell(visit: Visit, found: _Found, tally: Tally) -> None:
    if found.share is not None:
        tally.count("texts changed")
    for change in found.changes:
        tally.news(link=visit.page.article.link, change=change.kind, why=change.reason)
    for kind in {change.kind for change in found.changes}:
        tally.count("corrected" if kind is ChangeKind.CORRECTED else "taken down")
