"""How each rule did lately: matches, alerts, what the desk made of them, and how soon somebody took them on. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from pipelines.model import Rule

LOOKED_BACK = timedelta(days=14)
"""For what counts rules by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleNumbers:
    """How a rule did lately."""

    rule: Rule
    matches: int
    alerts: int
    useful: int
    noise: int
    claimed_after: timedelta | None
    """The median from alert to claim."""

    @property
    def precision(self) -> float | None:
        """Share of the marked alerts that were useful; None where none was marked."""
        marked = self.useful + self.noise
        return self.useful / marked if marked else None

    @property
    def facts(self) -> Mapping[str, str]:
        """As tables show it; what there is none of is left empty."""
        return {
            "precision": "" if self.precision is None else f"{self.precision:.0%}",
            "claimed after": "" if self.claimed_after is None else in_minutes(self.claimed_after),
        }


def table_of(rules: Iterable[RuleNumbers]) -> tuple[Mapping[str, str], ...]:
    """A row for each rule that told something, those that told most first."""
    told = sorted((one for one in rules if one.alerts), key=lambda one: (-one.alerts, one.rule.rule_id))
    return tuple(_row(one) for one in told)


def _row(one: RuleNumbers) -> Mapping[str, str]:
    counts = {name: str(getattr(one, name)) for name in ("matches", "alerts", "useful", "noise")}
    return {"rule": str(one.rule.rule_id), **counts, **one.facts}


def in_minutes(duration: timedelta) -> str:
    """`4 min`, `2 h`: at least a minute, from two hours on in whole hours."""
    minutes = max(1, round(duration / timedelta(minutes=1)))
    return f"{minutes} min" if minutes < 120 else f"{round(minutes / 60)} h"
