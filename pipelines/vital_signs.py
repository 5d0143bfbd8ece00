"""What shows that this installation is awake: the hourly canary and the heartbeat, and what their step needs stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

GROUNDED = "not sent, for the disk is full and nothing is fetched"
"""The canary's error where it would be lost for that reason."""


class Sign(StrEnum):
    """What is tried again and again to see that all is well."""

    CANARY = "canary"
    """An article of our own that goes through every step to a test receiver."""
    HEARTBEAT = "heartbeat"
    """The word to somebody outside, who rings when it stays away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VitalSign:
    """How a sign stands; key `sign`."""

    sign: Sign
    tried_at: datetime
    good_at: datetime | None
    """When it last ended well."""
    due_at: datetime | None
    """When it is tried next; None where nobody wants it."""
    error: str
    """Why the last try has not ended well; empty where it has."""


class VitalSigns(Protocol):
    """The signs, and how old the oldest work is; durable, so that a killed try counts as none."""

    def signs(self) -> Mapping[Sign, VitalSign]:
        """Those that were tried or looked for at least once."""
        ...

    def set_out(self, sign: Sign, now: datetime, due_at: datetime) -> bool:
        """Begin a try that is due, as failed until it is recorded otherwise; False where another process was first."""
        ...

    def record(self, sign: Sign, error: str, now: datetime, due_at: datetime | None) -> None:
        """How a try ended, well where `error` is empty, and when the next is due."""
        ...

    def waiting_since(self, now: datetime) -> Mapping[str, datetime]:
        """For each step with work that could be done at `now`: since when the oldest of it could.

        What lay in a feed before its watch began counts for nothing, nor does what waits for a receiver that is
        paused or does not answer.
        """
        ...
