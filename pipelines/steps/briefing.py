"""Before deliveries go out: digests that are due are made, each with its delivery in one commit."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from pipelines import errors
from pipelines.digests.records import Closing, DigestKind, DigestStore, Facts, Period
from pipelines.ingest import health
from pipelines.polls import PolledFeed
from pipelines.rehearsal.archive import Archive
from pipelines.reports import Report
from pipelines.steps.progress import Budget, Tally

if TYPE_CHECKING:  # loaded only where a digest is due, or routes.yaml was saved: an idle cycle stays cheap
    from pipelines.delivery.routing import Routes
    from pipelines.rules.rule import CompiledRule


def make_digests(
    store: DigestStore,
    archive: Archive,
    feeds: Callable[[], Sequence[PolledFeed]],
    rules: "Callable[[], Sequence[CompiledRule]]",
    routes: "Callable[[], Routes]",
    *,
    stamp: str,
    settled: Callable[[], bool],
    budget: Budget,
) -> Report:
    """Plan the desk's digests anew where routes.yaml was saved, and make those whose period is over.

    `stamp` changes with routes.yaml; `settled` says whether a first cycle is over, all that came judged and decided.
    """
    tally = Tally("digests", "digests made")
    planned_by = store.planned_by()
    if planned_by != stamp:
        _plan(store, routes(), stamp, budget.now(), new=planned_by is None)
    due = [one for one in store.under_way() if _is_over(one, settled, budget.now())]
    if not due:
        return tally.report()
    from pipelines.digests.schedule import closings, schedules

    now = budget.now()
    for closing in closings(due, schedules(routes(), now), now):
        try:
            _make(store, _Told(archive, feeds, rules, tally, budget), closing, tally, now)
        except errors.StoreError:
            raise
        except Exception as error:
            tally.failure(f"{closing.period.kind} digest for {closing.period.receiver}", error)
    return tally.report()


def preview(
    store: DigestStore,
    archive: Archive,
    feeds: Sequence[PolledFeed],
    rules: "Sequence[CompiledRule]",
    period: Period,
    budget: Budget,
) -> Facts:
    """What a digest of that period would tell now; nothing is stored."""
    return _Told(archive, lambda: feeds, lambda: rules, Tally("digests"), budget).facts(store, period, budget.now())


def _plan(store: DigestStore, desk: "Routes", stamp: str, now: datetime, *, new: bool) -> None:
    from pipelines.digests.schedule import first, planned, schedules

    periods = planned(schedules(desk, now), store.under_way(), now)
    store.plan(stamp, [*periods, first(desk, now)] if new else periods, now)


def _is_over(period: Period, settled: Callable[[], bool], now: datetime) -> bool:
    return period.ends_at <= now or (period.kind is DigestKind.FIRST and settled())


def _make(store: DigestStore, telling: "_Told", closing: Closing, tally: Tally, now: datetime) -> None:
    from pipelines.digests.written import written

    period = closing.period
    facts = telling.facts(store, period, now)
    if store.close(closing, written(facts), now):
        tally.count("digests made")
        tally.news(digest=period.kind, receiver=period.receiver, alerts=str(facts.alerts))


class _Told:
    """What a digest tells, of the store's own and of what others know."""

    def __init__(
        self,
        archive: Archive,
        feeds: Callable[[], Iterable[PolledFeed]],
        rules: "Callable[[], Sequence[CompiledRule]]",
        tally: Tally,
        budget: Budget,
    ) -> None:
        self._archive = archive
        self._feeds = feeds
        self._rules = rules
        self._tally = tally
        self._budget = budget

    def facts(self, store: DigestStore, period: Period, now: datetime) -> Facts:
        """All of it; where rules cannot be read, or time is up, a digest goes out without its rehearsals."""
        watched = list(self._feeds())
        troubles = health.feed_troubles(watched, now)
        read = [one for one in watched if one.state.succeeded_at and one.state.succeeded_at >= period.starts_at]
        facts = replace(
            store.facts(period),
            feeds=len(watched),
            feeds_read=len(read),
            feed_troubles=tuple(trouble.lines[0] for trouble in troubles.values()),
        )
        try:
            return self._rehearsed(facts)
        except errors.StoreError:
            raise
        except Exception as error:
            self._tally.failure("near misses", error)
            return replace(facts, near_all=False)

    def _rehearsed(self, facts: Facts) -> Facts:
        from pipelines.digests.rehearsed import with_near_misses, with_yesterday

        add = with_yesterday if facts.kind is DigestKind.FIRST else with_near_misses
        return add(facts, self._rules(), self._archive, self._budget)
