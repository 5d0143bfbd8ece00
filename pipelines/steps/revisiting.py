"""Beside the second step: pages of articles that matched are looked at again, for corrections and take-downs."""

from collections.abc import Sequence
from concurrent.futures import Future
from datetime import datetime

from pipelines import errors, protocols
from pipelines.ingest import revisits
from pipelines.ingest.polite import PoliteFetcher
from pipelines.ingest.reading import Reading, Readings, read_page
from pipelines.ingest.round import Answer, Manners, fetch_each
from pipelines.reports import Report
from pipelines.robots import RobotsStore
from pipelines.steps.progress import Budget, Tally
from pipelines.visits import Change, ChangeKind, Visit, VisitStore

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
) -> Report:
    """Look again at the pages that are due; a changed text is a new revision, and facts are kept for dispatch."""
    tally = Tally("revisits", "pages looked at again", "texts changed", "corrected", "taken down")

    def take(visit: Visit, answer: Future[Reading] | errors.FetchError) -> None:
        _record(store, visit, answer, tally, budget.now())

    def read(answers: Sequence[tuple[Visit, Answer]]) -> None:
        for visit, answer in answers:
            if isinstance(answer, errors.FetchError):
                take(visit, answer)
            else:
                readings.add(visit, workers.submit(read_page, visit.page, answer))

    readings = Readings(take)
    manners = Manners(at_once=8, patience=10.0, pause=pause)
    polite = PoliteFetcher(fetcher, robots, budget.now, manners.turns)
    due = [
        (visit, protocols.Request(url=visit.page.article.link, headers=visit.page.options.sent))
        for visit in store.due(budget.now(), A_RUN)
    ]
    polite.know([request.url for _, request in due])
    reached = fetch_each(polite, due, read, manners=manners, budget=budget)
    polite.keep()
    dropped = readings.finish(budget)
    return tally.report(unfinished=reached < len(due) or dropped > 0)


def _record(
    store: VisitStore, visit: Visit, answer: Future[Reading] | errors.FetchError, tally: Tally, now: datetime
) -> None:
    tally.count("pages looked at again")
    published = visit.known.published.utc if visit.known.published else visit.page.article.first_seen_at
    again = revisits.next_visit(published, now)
    changes: tuple[Change, ...] = ()
    text, share, gone = None, 0.0, 0
    try:
        if isinstance(answer, errors.FetchError):
            raise answer
        found = answer.result().content
        if found.complete and found.text_hash != visit.known.text_hash:
            text, share = found, revisits.share_changed(visit.known.body, found.body)
            changes = revisits.corrections(visit.known, found, visit.quoted)
            tally.count("texts changed")
    except errors.BadStatus as error:
        if error.status in GONE:
            gone = visit.gone + 1
            again = now + revisits.GONE_AGAIN if gone < revisits.GONE_FOR_GOOD else None
            if again is None:
                changes = (Change(kind=ChangeKind.TAKEN_DOWN, reason=f"HTTP {error.status}, {gone} times"),)
    except Exception as error:
        tally.failure(visit.page.article.link, error)
    for change in changes:
        tally.news(link=visit.page.article.link, change=change.kind, why=change.reason)
    for kind in {change.kind for change in changes}:
        tally.count("corrected" if kind is ChangeKind.CORRECTED else "taken down")
    store.done(visit, now, text=text, share=share, changes=changes, gone=gone, again=again)
