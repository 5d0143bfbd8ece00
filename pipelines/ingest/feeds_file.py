"""feeds.yaml to feeds, with every fault at its place."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from pipelines.desk_files import DeskFile, DeskModel, Duration, Fault, Written, read, suggest
from pipelines.desk_schema import shown
from pipelines.errors import DeskFileError
from pipelines.ingest.language import language_code
from pipelines.ingest.urls import canonical_url
from pipelines.model import Feed, Outlet
from pipelines.states import FeedId, OutletId, SourceKind

SHORTEST, LONGEST = timedelta(seconds=30), timedelta(days=30)


def _id(value: str) -> str:
    if not re.fullmatch(r"[\w][\w.-]{0,99}", value, re.ASCII):
        raise ValueError(f"expected an id of letters, digits, `-`, `_` and `.`, not {shown(value)}")
    return value


def _address(value: str) -> str:
    if canonical_url(value) is None:
        raise ValueError(f"expected an http or https address, not {shown(value)}")
    if "@" in value.split("//", 1)[-1].split("/", 1)[0]:
        raise ValueError("an address with a user name or password does not belong here")
    return value


def _language(value: str) -> str:
    code = language_code(value)
    if code is None:
        raise ValueError(f"expected a language such as en, ru or hy, not {shown(value)}")
    return code


def _interval(value: timedelta) -> timedelta:
    if not SHORTEST <= value <= LONGEST:
        raise ValueError("expected an interval from 30s to 30d")
    return value


def _kind(value: object) -> object:
    if value not in set(SourceKind):
        raise ValueError(f"kind {shown(value)} is not read: {' and '.join(SourceKind)} are")
    return value


Id = Annotated[Written, AfterValidator(_id)]
Tag = Annotated[Written, Field(min_length=1)]


class OutletLine(DeskModel):
    """An entry under `outlets`."""

    title: Written | None = None
    country: Written | None = None
    tags: tuple[Tag, ...] = ()


class FeedLine(DeskModel):
    """An item under `feeds`."""

    id: Id
    url: Annotated[str, AfterValidator(_address)]
    outlet: Written | None = None
    kind: Annotated[SourceKind, BeforeValidator(_kind)] = SourceKind.AUTO
    language: Annotated[Written, AfterValidator(_language)] | None = None
    every: Annotated[Duration, AfterValidator(_interval)] | None = None
    tags: tuple[Tag, ...] = ()
    backfill: Duration | None = None
    note: Written | None = None
    """For people only."""


class FeedsFile(DeskModel):
    """The whole of feeds.yaml."""

    version: Literal[1]
    outlets: dict[Id, OutletLine] = Field(default_factory=dict)
    feeds: tuple[FeedLine, ...] = ()


def load_feeds(path: Path) -> tuple[Feed, ...]:
    """The feeds of the file at `path`, in its order; raises DeskFileError with every fault found."""
    file = read(path)
    parsed, faults = file.check(FeedsFile)
    faults += _cross_faults(file)
    if parsed is None or faults:
        raise DeskFileError(_in_order(faults))
    outlets = {
        name: Outlet(
            outlet_id=OutletId(name), title=line.title or name, country=line.country, tags=frozenset(line.tags)
        )
        for name, line in parsed.outlets.items()
    }
    return tuple(_feed(line, outlets) for line in parsed.feeds)


def _in_order(faults: list[Fault]) -> list[Fault]:
    return sorted(set(faults), key=lambda fault: (fault.line, fault.column))


def _feed(line: FeedLine, outlets: dict[str, Outlet]) -> Feed:
    unset = Feed(feed_id=FeedId(line.id), url=line.url)
    return Feed(
        feed_id=FeedId(line.id),
        url=line.url,
        outlet=outlets[line.outlet] if line.outlet else None,
        kind=line.kind,
        language=line.language,
        every=line.every or unset.every,
        tags=frozenset(line.tags),
        backfill=line.backfill or unset.backfill,
    )


def _cross_faults(file: DeskFile) -> list[Fault]:
    """What no single line shows: ids and addresses given twice, outlets that are not there, feeds asked too often."""
    feeds, outlets = file.at("feeds"), file.at("outlets")
    names = list(outlets) if isinstance(outlets, dict) else []
    faults: list[Fault] = []
    seen: dict[tuple[str, str], int] = {}
    for number, line in enumerate(feeds if isinstance(feeds, list) else []):
        if not isinstance(line, dict):
            continue
        for key in ("id", "url"):
            value = str(line.get(key, ""))
            known = (key, (canonical_url(value) or value) if key == "url" else value)
            if value and seen.setdefault(known, number) != number:
                first, _ = file.place("feeds", seen[known], key)
                faults.append(
                    file.fault(["feeds", number, key], f"{key} `{value}` is there twice; first on line {first}")
                )
        outlet = line.get("outlet")
        if outlet is not None and str(outlet) not in names:
            message = f"outlet `{outlet}` is not under `outlets`{suggest(str(outlet), names)}"
            faults.append(file.fault(["feeds", number, "outlet"], message))
    return faults
