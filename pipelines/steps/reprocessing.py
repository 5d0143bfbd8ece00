"""What was done is done anew over a stretch of time, because a person asks for it: pages read again, rules run again.

A dry run writes nothing, and says what the real one would. Nothing is fetched. What a real one finds goes the way of
all news: the next cycle groups, matches and decides it, so that what is old by now is told as such, or not at all.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from datetime import datetime
from typing import TYPE_CHECKING

from pipelines import errors, protocols
from pipelines.ingest.reading import Reading, Readings, read_page
from pipelines.model import Judgement, Revision
from pipelines.rehearsal.archive import Archive
from pipelines.reports import Report
from pipelines.states import OutletId, RevisionId
from pipelines.steps.gathering import Fetched, record_text
from pipelines.steps.matching import judge
from pipelines.steps.progress import Budget, Tally

if TYPE_CHECKING:
    from pipelines.live_rules import LiveRules


def extract_again(
    store: protocols.ArticleStore,
    workers: protocols.Workers,
    outlet: OutletId | None,
    since: datetime,
    until: datetime,
    *,
    budget: Budget,
    dry_run: bool = False,
) -> Report:
    """Read kept pages anew, of one outlet or of all, those fetched from `since` on and before `until`."""
    tally = Tally("articles", "texts new", "texts unchanged")

    def take(fetched: Fetched, reading: Future[Reading]) -> None:
        if dry_run:
            _look(store, fetched, reading, tally)
        else:
            record_text(store, fetched, reading, tally, budget.now(), again=True)

    readings = Readings(take)
    for page, answer in store.kept_pages(outlet, since, until):
        readings.add((page, answer), workers.submit(read_page, page, answer))
    return tally.report(unfinished=readings.finish(budget) > 0)


def _look(store: protocols.ArticleStore, fetched: Fetched, reading: Future[Reading], tally: Tally) -> None:
    """Whether this reading would be a new text."""
    page, _ = fetched
    try:
        content = reading.result().content
        new = not store.has_text(page, content)
    except errors.StoreError:
        raise
    except Exception as error:
        tally.failure(page.article.link, error)
        return
    tally.count("texts new" if new else "texts unchanged")
    if new:
        tally.news(outlet=page.article.outlet.title, title=content.title, link=page.article.link)


def match_again(
    archive: Archive,
    store: protocols.MatchStore,
    live: "LiveRules",
    since: datetime,
    until: datetime,
    *,
    budget: Budget,
    dry_run: bool = False,
) -> Report:
    """Run today's rules over the texts first seen from `since` on and before `until`; what is stored stays as it is."""
    from pipelines.rules.matcher import Matcher

    tally = Tally("matches", "texts judged", "matches", "partial", "matches new")
    rule_set = live.load()
    tally.problems("rules", rule_set.faults)
    if not dry_run:
        store.sync_rules([compiled.rule for compiled in rule_set.rules], budget.now())
    matcher = Matcher(rule_set.rules, table=rule_set.table)
    for texts in _texts(archive, since, until):
        found = [(text.revision_id, one) for text in texts for one in judge(matcher, text, tally)]
        tally.count("matches new", _store(store, found, budget.now(), dry_run=dry_run))
        if budget.spent:
            return tally.report(unfinished=True)
    return tally.report()


def _texts(archive: Archive, since: datetime, until: datetime) -> Iterator[Sequence[Revision]]:
    """Texts of grouped articles, some at a time; what is not grouped yet is judged by the next cycle anyway."""
    for some in archive.texts(since):
        texts = [one.revision for one in some if one.story_id and one.revision.article.first_seen_at < until]
        if not texts:
            return
        yield texts


def _store(
    store: protocols.MatchStore, found: Sequence[tuple[RevisionId, Judgement]], now: datetime, *, dry_run: bool
) -> int:
    return store.unstored(found) if dry_run else store.save_matches((), found, now)
