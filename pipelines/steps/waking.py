"""After the six steps: whether all of them move, and the word of it to somebody outside.

The heartbeat is what rings when nothing here can: it goes out only at the end of a whole cycle, while the last canary
came through, no step's work waits for long, and the network is there. Whatever stops one of these stops it.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from pipelines import errors
from pipelines.alerts import Heartbeat
from pipelines.ingest.health import NETWORK
from pipelines.notices import Notices
from pipelines.reports import Report
from pipelines.steps.progress import Budget, Tally
from pipelines.vital_signs import GROUNDED, Sign, VitalSign, VitalSigns

if TYPE_CHECKING:
    from pipelines.delivery.routing import Routes

CANARY_EVERY = timedelta(hours=1)
CANARY_AGAIN = timedelta(minutes=5)
"""After a canary that was lost: so that what was mended is seen soon."""
STUCK_AFTER = timedelta(minutes=30)
"""What waits so long though it could be done: longer than the pages of a desk's new feeds with a backfill take."""
HEARTBEAT_AGAIN = timedelta(minutes=1)
LOOK_AGAIN = timedelta(minutes=5)
"""How often routes.yaml is asked for a heartbeat where it named none."""
HELD = "not sent: "
"""How the heartbeat's error begins where it was kept back, for something else is unwell."""
NOBODY = "routes.yaml names no `heartbeat`: nobody outside hears when Wirewatch stops"


class Beats(Protocol):
    """Sends the heartbeat."""

    def beat(self, heartbeat: Heartbeat, *, key: str) -> None:
        """Return once it was taken; raises DeliveryError."""
        ...


def stay_awake(
    signs: VitalSigns,
    notices: Notices,
    heart: Beats,
    *,
    fly: Callable[[], str],
    routes: Callable[[], "Routes"],
    budget: Budget,
) -> Report:
    """Send the canary when it is due, see whether work waits anywhere, and beat when all is well."""
    tally = Tally("heartbeat", "canaries arrived", "heartbeats sent")
    _send_canary(signs, fly, tally, budget)
    known, now = signs.signs(), budget.now()
    stuck = {step: since for step, since in signs.waiting_since(now).items() if now - since > STUCK_AFTER}
    troubles = _troubles(known.get(Sign.CANARY), stuck)
    canary = known[Sign.CANARY].error
    tally.check(
        "canary_arrives",
        passed=not canary,
        number=int(bool(canary)),
        detail=canary or "it came through every step",
        grave=True,
    )
    words = " ".join(line for _, lines in troubles.values() for line in lines)
    tally.check(
        "every_step_moves", passed=not stuck, number=len(stuck), detail=words if stuck else "nothing waits", grave=True
    )
    if NETWORK in notices.open_subjects():
        words = f"{words} Feeds do not answer: the network may be down.".strip()
    wrong = _beat(signs, heart, routes, words, tally, budget.now())
    if wrong:
        troubles["heartbeat"] = ("The heartbeat cannot be sent", [wrong, "Whoever waits for it outside will ring."])
    _tell(notices, troubles, budget.now())
    return tally.report()


def _send_canary(signs: VitalSigns, fly: Callable[[], str], tally: Tally, budget: Budget) -> None:
    now = budget.now()
    last = signs.signs().get(Sign.CANARY)
    if (last and last.due_at and last.due_at > now) or not signs.set_out(Sign.CANARY, now, now + CANARY_AGAIN):
        return
    try:
        lost = fly()
    except errors.StoreError:
        raise
    except Exception as error:
        tally.failure("canary", error)
        lost = errors.shown(error)
    if lost:
        tally.problems("canary", [lost])
    else:
        tally.count("canaries arrived")
    signs.record(Sign.CANARY, lost, budget.now(), now + (CANARY_AGAIN if lost else CANARY_EVERY))


def _troubles(canary: VitalSign | None, stuck: Mapping[str, datetime]) -> dict[str, tuple[str, Sequence[str]]]:
    """What is to be told, by subject: a title and lines."""
    found: dict[str, tuple[str, Sequence[str]]] = {}
    if canary is not None and canary.error == GROUNDED:
        lines = [
            "What was found is delivered, but no news comes in and the heartbeat is kept back until there is room."
        ]
        found["canary"] = ("The disk is full: the hourly test article was not sent", lines)
    elif canary is not None and canary.error:
        lines = [f"Sent at {canary.tried_at:%H:%M} UTC: {canary.error}.", "wirewatch doctor says more."]
        found["canary"] = ("The hourly test article did not arrive", lines)
    for step, since in stuck.items():
        line = f"Work waits at {step} since {since:%d %B %H:%M} UTC: look at its last run in the Dagster UI."
        found[f"stuck:{step}"] = (f"Work waits at {step}", [line])
    return found


def _beat(
    signs: VitalSigns, heart: Beats, routes: Callable[[], "Routes"], unwell: str, tally: Tally, now: datetime
) -> str:
    """Beat when it is due and all is well; why it could not be sent, or nothing."""
    last = signs.signs().get(Sign.HEARTBEAT)
    look_at = (last.due_at or last.tried_at + LOOK_AGAIN) if last else now
    heartbeat = routes().heartbeat if look_at <= now else None
    if look_at > now:
        error = last.error if last else ""
    elif heartbeat is None:
        error = NOBODY
        signs.record(Sign.HEARTBEAT, error, now, None)
    else:
        error = f"{HELD}{unwell}" if unwell else _sent(heart, heartbeat, now, tally)
        signs.record(Sign.HEARTBEAT, error, now, now + (HEARTBEAT_AGAIN if error else heartbeat.every))
    tally.check(
        "heartbeat_goes_out",
        passed=error in {"", NOBODY},
        number=int(error not in {"", NOBODY}),
        detail=error or "it was sent",
        grave=True,
    )
    return "" if error == NOBODY or error.startswith(HELD) else error


def _sent(heart: Beats, heartbeat: Heartbeat, now: datetime, tally: Tally) -> str:
    try:
        heart.beat(heartbeat, key=f"heartbeat-{now:%Y%m%dT%H%M%S}")
    except Exception as error:
        tally.failure("heartbeat", error)
        return errors.shown(error)
    tally.count("heartbeats sent")
    return ""


def _tell(notices: Notices, troubles: Mapping[str, tuple[str, Sequence[str]]], now: datetime) -> None:
    """The operator hears once of each trouble, and once of its end."""
    known = {subject for subject in notices.open_subjects() if subject.partition(":")[0] in _ENDS}
    for subject, (title, lines) in troubles.items():
        notices.begin(subject, title, lines, now)
    for subject in known - troubles.keys():
        kind, _, step = subject.partition(":")
        notices.end(subject, f"{_ENDS[kind]}{f' at {step}' if step else ''}", ["All is well there."], now)


_ENDS = {
    "canary": "The hourly test article arrives again",
    "stuck": "Work goes on",
    "heartbeat": "The heartbeat goes out again",
}
