"""One flight of the canary: a whole cycle over a store of its own, from its feed to the test receiver."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from pipelines.canary.perch import Perch
from pipelines.canary.site import CanarySite
from pipelines.delivery.apprise_notifier import AppriseNotifier
from pipelines.errors import WirewatchError
from pipelines.operating.recorder import Recorder
from pipelines.reports import Report
from pipelines.store import Store

if TYPE_CHECKING:
    from pipelines.cycle import Cycle

DESK = Path(__file__).with_name("desk")

STEPS: Mapping[str, str] = {
    "feed_entries": "entries new",
    "articles": "texts new",
    "stories": "stories new",
    "matches": "matches",
    "alerts": "alerts",
    "deliveries": "sent",
}
"""The steps in order, each with the count that shows that the article has passed it."""


def fly(cycle: "Cycle", store: Store) -> str:
    """Send an article through every step of `cycle`, over an empty store; where it was lost and why, or nothing."""
    token = uuid4().hex
    with Perch() as perch:
        bird = replace(
            cycle,
            settings=replace(cycle.settings, desk=DESK, page_pause=0.0),
            store=store,
            recorder=Recorder(cycle.clock(), aloud=False),  # its own steps are none of the desk's
            fetcher=CanarySite(token, cycle.clock()),
            notifier=AppriseNotifier({"WIREWATCH_PERCH": perch.address}),
        )
        for step, count in STEPS.items():
            with _quiet():
                lost = _lost(bird, step, count)
            if lost:
                return f"it was lost at {step}: {lost}"
        heard = any(token in message for message in perch.heard)
    return "" if heard else "it was sent, and the test receiver has not heard of it"


@contextmanager
def _quiet() -> Iterator[None]:
    """The log tells of the desk's alerts alone; what goes wrong with ours is told by the sign."""
    steps = logging.getLogger("pipelines.steps")
    before = steps.level
    steps.setLevel(logging.WARNING)
    try:
        yield
    finally:
        steps.setLevel(before)


def _lost(bird: "Cycle", step: str, count: str) -> str:
    """Why the article did not pass a step; nothing where it did."""
    try:
        done: Report | tuple[Report, ...] = getattr(bird, step)()
    except WirewatchError as error:
        return str(error)
    reports = done if isinstance(done, tuple) else (done,)
    if any(report.counts.get(count) for report in reports):
        return ""
    return "; ".join(problem.message for report in reports for problem in report.problems) or f"no {count}"
