"""What rule files may say of a story's life, limits, volumes and sequences, as pydantic records."""

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema, model_validator

from pipelines.desk_files.reading import DeskModel, Duration, Written, suggest
from pipelines.policy import Counted
from pipelines.rules.languages import ISO_639_1
from pipelines.states import OncePer


def _language(code: str) -> str:
    if code not in ISO_639_1:
        raise ValueError(f"`{code}` is no ISO 639-1 language code, such as en, hy or ka{suggest(code, ISO_639_1)}")
    return code


def _never_or_duration(value: object) -> object:
    return None if value == "never" else value


def _some_time(duration: timedelta) -> timedelta:
    if not duration:
        raise ValueError("must be longer than nothing, such as 1h")
    return duration


Language = Annotated[Written, AfterValidator(_language), WithJsonSchema({"enum": sorted(ISO_639_1)})]
Name = Annotated[str, StringConstraints(min_length=1)]
NEVER = WithJsonSchema({"type": "string", "pattern": "^(never|[0-9]{1,6}[smhd])$"})
SomeTime = Annotated[Duration, AfterValidator(_some_time)]
"""A duration longer than nothing."""


class StoryRecord(DeskModel):
    """What one alert stands for, and what makes another; conditions are read where the groups are known."""

    once_per: OncePer = OncePer.STORY
    again_when: tuple[str, ...] = ()
    alert_afresh_after: Annotated[SomeTime | None, BeforeValidator(_never_or_duration), NEVER] = None


class LimitRecord(DeskModel):
    """How many alerts in how long."""

    alerts: Annotated[int, Field(ge=1)] = 10
    per: SomeTime = timedelta(hours=1)


class VolumeRecord(DeskModel):
    """Too much, or too little, of what other rules match."""

    of: Annotated[tuple[Name, ...], Field(min_length=1)]
    count: Counted
    window: SomeTime
    at_least: Annotated[int, Field(ge=1)] | None = None
    at_most: Annotated[int, Field(ge=0)] | None = None
    times_usual: Annotated[float, Field(gt=1)] | None = None
    baseline: SomeTime | None = None

    @model_validator(mode="after")
    def _one_direction(self) -> Self:
        if self.at_most is None and self.at_least is None and self.times_usual is None:
            raise ValueError("a volume needs `at_least`, `times_usual` or `at_most`")
        if self.at_most is not None and (self.at_least is not None or self.times_usual is not None):
            raise ValueError(
                "`at_most` asks for too little, `at_least` and `times_usual` for too much: write two rules"
            )
        if self.baseline is not None and self.times_usual is None:
            raise ValueError("`baseline` needs `times_usual`: nothing else is compared with what is usual")
        if self.baseline is not None and self.baseline < 2 * max(self.window, timedelta(days=1)):
            raise ValueError("`baseline` must be two days or more, and twice the window: it is compared day by day")
        return self


class ArticleRecord(DeskModel):
    """An invented article; without `tags`, tag gates let it pass, as an unknown language does."""

    title: str = ""
    lead: str = ""
    body: str = ""
    lang: Language | None = None
    source: str | None = None
    tags: frozenset[str] | None = None
    url: str = ""
    author: str = ""


class StepRecord(DeskModel):
    """One moment of a sequence: an article that arrives, a silence that begins, or, for a volume, time that passed.

    `at` and `until` count from the sequence's beginning. `story` names the text that is printed, `event` what it
    reports: without them an article is a story, and a story an event, of its own.
    """

    at: Duration
    source: Name | None = None
    story: Name | None = None
    event: Name | None = None
    article: ArticleRecord | None = None
    expect: Literal["alert", "held", "none"] | None = None
    reason: Name | None = None
    silence: Annotated[dict[str, Written], Field(min_length=1)] | None = None
    until: Duration | None = None

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if self.article is not None and self.silence is not None:
            raise ValueError("`article` and `silence` cannot stand together: write two steps")
        if self.silence is None and self.expect is None:
            raise ValueError("`expect` is missing: alert, held or none")
        if self.silence is not None and (self.until is None or self.until <= self.at):
            raise ValueError("a silence needs an `until` that is later than its `at`")
        wrong = ("until",) if self.silence is None else ("source", "story", "event", "expect", "reason")
        stray = next((key for key in wrong if getattr(self, key) is not None), None)
        if stray:
            raise ValueError(f"`{stray}` does not belong to this kind of step")
        if self.reason is not None and self.expect == "none":
            raise ValueError("`reason` belongs to `expect: alert` or `expect: held`")
        return self
