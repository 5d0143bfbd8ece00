"""What a rule asks for beyond its match: a story's life, a limit, a volume; imports the standard library only."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from pipelines.states import OncePer, RuleId


@dataclass(frozen=True, slots=True)
class SourcesReach:
    """`sources >= n`: that many independent texts report the event."""

    least: int

    def __str__(self) -> str:
        """As the desk writes it."""
        return f"sources >= {self.least}"


@dataclass(frozen=True, slots=True)
class NewGroup:
    """`new_group(g)`: a group of terms hits that hit in nothing the desk was told so far."""

    group: str

    def __str__(self) -> str:
        """As the desk writes it."""
        return f"new_group({self.group})"


@dataclass(frozen=True, slots=True)
class TextChanged:
    """`text_changed >= p%`: that much of the article's text is not what the desk was last told."""

    percent: int

    def __str__(self) -> str:
        """As the desk writes it."""
        return f"text_changed >= {self.percent}%"


Condition = SourcesReach | NewGroup | TextChanged


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryLife:
    """What one alert stands for, and what makes another."""

    once_per: OncePer = OncePer.STORY
    again_when: tuple[Condition, ...] = ()
    afresh_after: timedelta | None = None
    """The silence after which a story is told as if it were new; None is never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most `alerts` of a rule within `per`; what is past it goes into one summary."""

    alerts: int = 10
    per: timedelta = timedelta(hours=1)


class Counted(StrEnum):
    """What a volume rule counts of other rules' matches."""

    STORIES = "stories"
    ARTICLES = "articles"
    SOURCES = "sources"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedScope:
    """The feeds from which one rule may match; an empty part lets every feed pass."""

    languages: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    not_tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """Too much, or too little, of what other rules match within `window`."""

    of: tuple[RuleId, ...]
    count: Counted
    window: timedelta
    at_least: int | None = None
    at_most: int | None = None
    times_usual: float | None = None
    baseline: timedelta = timedelta(days=14)
    scopes: tuple[FeedScope, ...] = field(default=())
    """Those of the rules in `of`: a feed within any of them counts when feeds fail."""
