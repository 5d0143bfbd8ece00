"""What is not told at once but in one message later: found late, past a limit, or silenced; pure.

Nothing is dropped: each has its alert and its deliveries, and every headline stands in the summary.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pipelines.alerts import Silence, swallowed_by
from pipelines.delivery import limits, silences
from pipelines.model import Rule

LATE = "late"
LATE_WAIT = timedelta(minutes=15)
"""After a day off the pages of a whole day come in over several runs of a minute: one message for them all."""
LATE_EVERY = timedelta(hours=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The message that something goes into: when its first one is due, and how often there may be one more."""

    bundle: str
    why: str
    """Said in the message's heading."""
    wait: timedelta = timedelta(0)
    every: timedelta = timedelta(0)
    until: datetime | None = None
    """When it is due, whatever was sent before; None where `wait` and `every` decide."""


def of_late(why: str) -> Summary:
    """What is too old, or was found late: one message of all rules."""
    return Summary(bundle=LATE, why=f"late: {why}", wait=LATE_WAIT, every=LATE_EVERY)


def of_limit(rule: Rule) -> Summary:
    """What is past the rule's limit: one message each time that the limit counts over."""
    per = rule.limit.per
    return Summary(bundle=f"limit:{rule.rule_id}", why=limits.past(rule.limit), wait=per, every=per)


def of_silence(silence: Silence) -> Summary:
    """What a silence swallowed: told at its end."""
    bundle = swallowed_by(silence.silence_id)
    return Summary(bundle=bundle, why=f"swallowed by {silences.named(silence)}: {silence.why}", until=silence.until)
