"""What a step says that it did; imports the standard library only."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One item that a step could not finish, and why; the others went on."""

    subject: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A question about the state of things, and its answer."""

    name: str
    passed: bool
    number: float
    """What is counted or shared, for plots over time."""
    detail: str
    """What was found, and what to do where it is not well."""
    grave: bool = False
    """Whether somebody may miss an alert by it; what is not can wait for the morning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one step did: named counts, the new things in reading order, the problems, and whether work is left."""

    step: str
    counts: Mapping[str, int]
    news: tuple[Mapping[str, str], ...] = ()
    problems: tuple[Problem, ...] = ()
    checks: tuple[Check, ...] = ()
    """What the step found of the state of things, good or bad."""
    unfinished: bool = False
    """True when time ended, or may have ended, before the work did; the next run goes on."""
    tables: Mapping[str, tuple[Mapping[str, str], ...]] = field(default_factory=dict)
    """What else an operator may want to look at, by name."""
    measures: Mapping[str, float] = field(default_factory=dict)
    """Numbers that are no counts."""
    pictures: Mapping[str, str] = field(default_factory=dict)
    """SVG, by name."""
