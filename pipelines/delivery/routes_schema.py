"""What routes.yaml may say, in pydantic's terms."""

import re
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, WithJsonSchema

from pipelines.desk_files import DeskModel, Written, suggest
from pipelines.states import MessageStyle, Severity


def _not_yet(_value: object, info: ValidationInfo) -> None:
    raise ValueError(f"`{info.field_name}` is not acted on by this version of Wirewatch: take it out")


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


def _one_or_more(value: object) -> object:
    return value if isinstance(value, list) else [value]


NotYet = Annotated[None, BeforeValidator(_not_yet)]
"""A key of the format that this version would ignore: refused, so that nobody relies on it."""
Labels = Annotated[dict[str, Written], AfterValidator(_severities)]
_ONE_OR_MORE = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
Names = Annotated[tuple[str, ...], BeforeValidator(_one_or_more), Field(min_length=1), WithJsonSchema(_ONE_OR_MORE)]
"""One receiver or a list of them."""


class ReceiverLine(DeskModel):
    """One receiver: where its address is found, and how its messages are written."""

    url_env: Annotated[str, AfterValidator(_variable)]
    style: MessageStyle = MessageStyle.CHAT
    fallback: NotYet = None


class RouteLine(DeskModel):
    """One node of the routing tree."""

    match: Labels = Field(default_factory=dict)
    to: Names | None = None
    also: bool = False
    routes: tuple["RouteLine", ...] = ()
    gather: NotYet = None
    hold_in: NotYet = None
    hold_unless: NotYet = None
    digest: NotYet = None
    escalate: NotYet = None


class TestLine(DeskModel):
    """An inline test: whom an alert with these labels reaches."""

    __test__ = False  # no test of pytest's

    labels: Labels
    expect: tuple[str, ...]
    at: NotYet = None
    held_until: NotYet = None


class RoutesFile(DeskModel):
    """All of routes.yaml."""

    version: Literal[1]
    zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    owners: dict[str, str] = Field(default_factory=dict)
    operator: str | None = None
    receivers: dict[str, ReceiverLine]
    route: RouteLine
    tests: tuple[TestLine, ...] = ()
    times: NotYet = None
    away: NotYet = None
