"""Digests of one installation: how its routes.yaml looks, its rules as saved, whether its first cycle is over."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.config import Settings
from pipelines.reports import Report
from pipelines.steps.briefing import make_digests
from pipelines.steps.progress import Budget
from pipelines.store import Store

if TYPE_CHECKING:
    from pipelines.delivery.routing import Routes
    from pipelines.rules.rule import CompiledRule

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def make_due(
    store: Store, settings: Settings, routes: "Callable[[], Routes]", clock: Callable[[], datetime], budget: Budget
) -> tuple[Report, ...]:
    """Make the digests whose period is over, each with its delivery; nothing to tell where none is."""
    made = make_digests(
        store.digests,
        store.archive,
        lambda: store.feeds.due_feeds(clock(), everything=True),
        lambda: saved_rules(settings.desk, settings.compiled_rules),
        routes,
        stamp=stamp_of(settings.desk / "routes.yaml"),
        settled=lambda: is_settled(store, clock()),
        budget=budget,
    )
    return (made,) if made.problems or made.counts["digests made"] else ()


def stamp_of(routes: Path) -> str:
    """What the file looks like from outside: an idle run reads no routes.yaml."""
    try:
        found = routes.stat()
    except OSError:
        return "none"
    return f"{found.st_mtime_ns} {found.st_size}"


def is_settled(store: Store, now: datetime) -> bool:
    """Whether something came, and all of it is read, judged and decided."""
    return store.due_work(now).backlog == 0 and store.archive.count(EPOCH) > 0


def saved_rules(desk: Path, kept: Path) -> "Sequence[CompiledRule]":
    """The rules as they are saved, without a word in the book of what has changed."""
    from pipelines.rules.kept import KeptRules
    from pipelines.rules.loader import compile_rules
    from pipelines.rules.sources import read_sources

    sources = read_sources(desk)
    return (KeptRules(kept).load(sources) or compile_rules(sources)).rules
