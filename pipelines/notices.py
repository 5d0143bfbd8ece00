"""What people are told of this installation: once when a trouble begins, once more when it is over, or just once.

The operator hears of it, and the owners of rules of what becomes of their rules.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One message that is due: that a trouble began, or that it is over."""

    notice_id: int
    subject: str
    title: str
    lines: tuple[str, ...]
    """What happened and what to do about it, a line each; never a secret."""
    over: bool
    attempts: int
    """Tries made so far."""
    owner: str | None = None
    """The owner in routes.yaml whom it concerns; the operator where there is none."""

    @property
    def key(self) -> str:
        """Idempotency key sent along."""
        return f"notice-{self.notice_id}{'-over' if self.over else ''}"


class Notices(Protocol):
    """Troubles by subject, such as `feed:oc-media` or `receiver:desk-chat`; at most one of a subject is open.

    The rows are durable: what was begun is told though the process dies, and told once.
    """

    def begin(self, subject: str, title: str, lines: Sequence[str], now: datetime, *, owner: str | None = None) -> bool:
        """Open a trouble; False where one is open already: its words are renewed as long as nobody was told."""
        ...

    def end(self, subject: str, title: str, lines: Sequence[str], now: datetime) -> bool:
        """Close the open trouble, with what to tell of its end; one that nobody was told of ends unheard, and so does
        one without a `title` for its end.

        False where none is open.
        """
        ...

    def announce(
        self, subject: str, title: str, lines: Sequence[str], now: datetime, *, owner: str | None = None
    ) -> bool:
        """Tell something once, of which nothing is over later; False where that subject was announced before.

        Without `lines` it is noted, and nobody hears of it.
        """
        ...

    def announced(self, subject: str) -> bool:
        """Whether it was announced."""
        ...

    def open_subjects(self) -> frozenset[str]:
        """The subjects whose trouble is not over."""
        ...

    def due(self, now: datetime) -> Sequence[Notice]:
        """What is to be told, oldest first."""
        ...

    def told(self, notice: Notice, now: datetime) -> None:
        """The operator has it."""
        ...

    def put_off(self, notice: Notice, until: datetime) -> None:
        """Count the attempt; due again at `until`."""
        ...
