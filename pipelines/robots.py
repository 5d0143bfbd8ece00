"""What is remembered of a host's robots.txt, and what the step needs of the store for it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsFile:
    """The robots.txt of an origin (`https://host[:port]`) as it last answered; `text` is empty where it has none."""

    origin: str
    text: str
    asked_at: datetime
    due_at: datetime
    """When it is asked for again."""
    answered_at: datetime | None = None
    """When the host last said anything of it; None where it never did."""
    silent_since: datetime | None = None
    """Since when the host does not say; None where its last answer was one."""


class RobotsStore(Protocol):
    """Where robots.txt files are kept between runs."""

    def load(self, origins: Collection[str]) -> Mapping[str, RobotsFile]:
        """The files known of these origins."""
        ...

    def save(self, files: Collection[RobotsFile]) -> None:
        """Keep these, in place of what was known of their origins."""
        ...
