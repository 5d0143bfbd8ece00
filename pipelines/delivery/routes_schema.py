"""What routes.yaml may say, in pydantic's terms."""

import re
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from pipelines.delivery.calendar import next_slot
from pipelines.desk_files.reading import Day, DeskModel, Duration, Written, suggest
from pipelines.desk_files.schema import shown
from pipelines.states import MessageStyle, Severity

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _variable(name: str) -> str:
    # The message must not repeat what stands there: it may be the address itself.
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        raise ValueError(
            "expected the NAME of the variable that holds the address, such as DESK_CHAT_URL; addresses are secrets "
            "and do not belong here"
        )
    return name


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"no time zone `{name}`{suggest(name, available_timezones())}") from error
    return name


def _severities(labels: dict[str, str]) -> dict[str, str]:
    severity = labels.get("severity")
    if severity is not None and severity not in set(Severity):
        raise ValueError(f"expected severity {', '.join(Severity)}, not `{severity}`{suggest(severity, Severity)}")
    return labels


def _clock(value: object) -> time:
    found = re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9])", value) if isinstance(value, str) else None
    if found is None and value != "24:00":
        raise ValueError(f"expected a time of day such as 22:00, not {shown(value)}")
    return time(int(found[1]), int(found[2])) if found else time(0)


def _days(names: object) -> frozenset[int]:
    """Weekdays, Monday 0, from names and ranges such as mon, sat-mon."""
    days: set[int] = set()
    for name in names if isinstance(names, list) else [names]:
        first, dash, last = str(name).partition("-")
        if first not in DAYS or (dash and last not in DAYS):
            raise ValueError(f"expected days such as mon, or a range such as mon-fri, not {shown(name)}")
        start, end = DAYS.index(first), DAYS.index(last or first)
        days.update(number % 7 for number in range(start, end + 1 if end >= start else end + 8))
    return frozenset(days)


def _cron(expression: str) -> str:
    next_slot(expression, datetime(2026, 1, 1, tzinfo=UTC), ZoneInfo("UTC"))
    return expression


def _one_or_more(value: object) -> object:
    return value if isinstance(value, list) else [value]


Labels = Annotated[dict[str, Written], AfterValidator(_severities)]
_ONE_OR_MORE = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
Names = Annotated[tuple[str, ...], BeforeValidator(_one_or_more), Field(min_length=1), WithJsonSchema(_ONE_OR_MORE)]
"""One receiver or a list of them."""
Clock = Annotated[
    time, BeforeValidator(_clock), WithJsonSchema({"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$"})
]
_DAY_NAMES = {"type": "string", "pattern": rf"^({'|'.join(DAYS)})(-({'|'.join(DAYS)}))?$"}
Days = Annotated[
    frozenset[int],
    BeforeValidator(_days),
    WithJsonSchema({"anyOf": [_DAY_NAMES, {"type": "array", "items": _DAY_NAMES, "minItems": 1}]}),
]


class ReceiverLine(DeskModel):
    """One receiver: where its address is found, how its messages are written, who stands in when it is dead, and when
    it is told, as cron expressions, how its day and its week were."""

    url_env: Annotated[str, AfterValidator(_variable)]
    style: MessageStyle = MessageStyle.CHAT
    fallback: str | None = None
    morning: Annotated[str, AfterValidator(_cron)] | None = None
    weekly: Annotated[str, AfterValidator(_cron)] | None = None


class HeartbeatLine(DeskModel):
    """Who outside is told that all is well, and how often at most."""

    url_env: Annotated[str, AfterValidator(_variable)]
    every: Duration = timedelta(minutes=5)


class TimeLine(DeskModel):
    """A named time, such as the night; `days` are those on which it begins."""

    days: Days = frozenset(range(7))
    from_: Clock = Field(alias="from")
    to: Clock


class GatherLine(DeskModel):
    """How the messages about one event are paced: the first after `wait`, then one update each `every`."""

    wait: Duration = timedelta(0)
    every: Duration = timedelta(minutes=15)


class EscalateLine(DeskModel):
    """Who is told besides where nobody has acknowledged in time."""

    unless_acknowledged_in: Duration
    to: str


class AwayLine(DeskModel):
    """Who reads a receiver's alerts until a day, on which it is told what it missed."""

    until: Day
    to: str


class RouteLine(DeskModel):
    """One node of the routing tree; what it does not say is as its parent says."""

    match: Labels = Field(default_factory=dict)
    to: Names | None = None
    also: bool = False
    gather: GatherLine | None = None
    hold_in: str | None = None
    hold_unless: Labels = Field(default_factory=dict)
    digest: Annotated[str, AfterValidator(_cron)] | None = None
    escalate: EscalateLine | None = None
    routes: tuple["RouteLine", ...] = ()


class TestLine(DeskModel):
    """An inline test: whom an alert with these labels reaches, and until when it is held at that time of day."""

    __test__ = False  # no test of pytest's

    labels: Labels
    expect: tuple[str, ...]
    at: Clock | None = None
    held_until: Clock | None = None


class RoutesFile(DeskModel):
    """All of routes.yaml."""

    version: Literal[1]
    zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    owners: dict[str, str] = Field(default_factory=dict)
    operator: str | None = None
    heartbeat: HeartbeatLine | None = None
    times: dict[str, TimeLine] = Field(default_factory=dict)
    receivers: dict[str, ReceiverLine]
    away: dict[str, AwayLine] = Field(default_factory=dict)
    route: RouteLine
    tests: tuple[TestLine, ...] = ()
