"""What is remembered of the desk's rules between runs: their last good versions, and how the folder last looked."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from pipelines.model import Revision
from pipelines.states import RevisionId, RuleId, RuleVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingRule:
    """A rule's last good version: enough to run it when its file gives it no longer; key rule_id."""

    rule_id: RuleId
    version: RuleVersion
    file: str
    """Relative to the desk's folder, which another machine may have elsewhere."""
    source: str
    """The rule's own YAML."""
    lists: str | None
    """Text of the lists.yaml that it was good with; None where it names no list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the last look at the folder found."""

    whole: str | None = None
    """Digest of the files where every rule in them was good and runs."""
    shrunken: str | None = None
    """Digest of files in which more than half of the rules had vanished, to be looked at again."""
    shrunken_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What one look changes in the book."""

    look: Look
    adopt: tuple[StandingRule, ...] = ()
    retire: tuple[RuleId, ...] = ()
    renamed: Mapping[RuleId, RuleId]
    """New ids, each with the old one whose history it carries on."""
    backfill: Mapping[RuleId, timedelta]
    """How far back a new rule is to look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """A new rule that still has stored texts to judge."""

    rule_id: RuleId
    since: datetime
    after: RevisionId
    """The last text it has judged."""


class RuleBook(Protocol):
    """What loading the rules needs of the store."""

    def look(self) -> Look:
        """How the folder last looked."""
        ...

    def standing(self) -> Mapping[RuleId, StandingRule]:
        """The last good versions, by id."""
        ...

    def write(self, change: Change, now: datetime) -> None:
        """Store what changed. A retired rule's stored versions are marked so; its matches and alerts stay."""
        ...

    def backfills(self) -> Sequence[Backfill]:
        """The rules that still have stored texts to judge."""
        ...

    def texts(self, backfill: Backfill, limit: int) -> Sequence[Revision]:
        """The next texts a rule has to judge, in the order of their ids."""
        ...

    def backfilled(self, rule_ids: Collection[RuleId], after: RevisionId | None) -> None:
        """Note how far rules have come; None is the end."""
        ...
