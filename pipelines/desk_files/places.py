"""A desk file's data with the place of every part of it, and the faults found there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pipelines.desk_files.schema import BadText, Loc, in_words

Data: TypeAlias = "bool | int | float | str | list[Data] | dict[str, Data] | None"
M = TypeVar("M", bound=BaseModel)
Steps = tuple[str | int, ...]


class Level(StrEnum):
    """Whether a fault keeps the file, or the part of it, from being used."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong at a place of a desk file; line and column count from 1."""

    path: Path
    line: int
    column: int
    message: str
    level: Level = Level.ERROR

    def __str__(self) -> str:
        message = " ".join(self.message.split())
        return f"{self.path}:{self.line}:{self.column}: {self.level}: {message}"


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a key or value starts; `index` and `end` count characters of the text."""

    line: int
    column: int
    index: int
    style: str | None = None
    end: int | None = None
    """Where a mapping ends: where what follows it starts, comments left out."""


@dataclass(frozen=True, slots=True, eq=False)
class DeskFile:
    """A file's data (treat as read-only) and the places of all its parts."""

    path: Path
    text: str
    data: Data
    values: Mapping[Steps, Mark] = field(repr=False)
    """Where each value starts."""
    keys: Mapping[Steps, Mark] = field(repr=False)
    """Where each key starts."""
    flaws: tuple[tuple[Steps, Fault], ...] = ()
    """What was refused while reading, each with the part it is in: what stands there is not to be trusted."""

    def at(self, *loc: str | int) -> Data:
        """The data at `loc`; None where there is none."""
        value = self.data
        for part in loc:
            value = _child(value, part)
        return value

    def place(self, *loc: str | int, key: bool = False) -> tuple[int, int]:
        """Line and column of the value at `loc` (or of its key); of the nearest part around it that exists."""
        mark = self._mark_at(loc, key=key)
        return mark.line, mark.column

    def place_in(self, loc: Loc, offset: int) -> tuple[int, int]:
        """Line and column of a character of the text at `loc`, folded and block texts included."""
        mark = self._mark_at(tuple(loc), key=False)
        value, start = self.at(*loc), mark.index
        if not isinstance(value, str):
            return mark.line, mark.column
        if mark.style in {">", "|"}:
            start = self.text.find("\n", start) + 1
        elif mark.style is not None:
            start += 1
        # Folding changes white space only, so the n-th other character of the value is the n-th in the file.
        nth = len("".join(value[:offset].split()))
        for found, index in enumerate(m.start() for m in _characters(mark.style).finditer(self.text, start)):
            if found == nth:
                head = self.text[:index]
                return head.count("\n") + 1, index - head.rfind("\n")
        return mark.line, mark.column

    def fault(self, loc: Loc, message: str, level: Level = Level.ERROR, *, key: bool = False) -> Fault:
        """A fault at the value at `loc` (or at its key)."""
        return Fault(self.path, *self.place(*loc, key=key), message, level)

    def flaws_in(self, *loc: str | int) -> list[Fault]:
        """What was refused in the part at `loc`."""
        return [fault for part, fault in self.flaws if part[: len(loc)] == loc]

    def check(self, schema: type[M], *loc: str | int) -> tuple[M | None, list[Fault]]:
        """The part at `loc` as a record, or None with every fault in file order."""
        value = self.at(*loc)
        if value is None and not loc:
            return None, [Fault(self.path, 1, 1, "an empty file: it begins with `version: 1`")]
        try:
            return schema.model_validate(value), []
        except ValidationError as error:
            faults = {
                self._fault_of(schema, loc, found, in_words(found, schema)): None
                for found in error.errors(include_url=False)
                if not (found["type"] == "too_short" and found["input"])  # bad items are told one by one
            }
            return None, sorted(faults, key=lambda fault: (fault.line, fault.column))

    def _fault_of(self, schema: type[BaseModel], root: Steps, found: ErrorDetails, message: str) -> Fault:
        real, loc = list(root), found["loc"]
        for part in loc:
            # Pydantic also names the branch of a union; such a part is in no file.
            if (*real, part) in self.values:
                real.append(part)
        wrong = found.get("ctx", {}).get("error")
        if isinstance(wrong, BadText) and wrong.at is not None and isinstance(self.at(*real), str):
            return Fault(self.path, *self.place_in(real, wrong.at), message)
        if found["type"] == "extra_forbidden" or loc[-1:] == ("[key]",):
            return self.fault(real, message, key=True)
        return self.fault(real, message)

    def _mark_at(self, loc: Steps, *, key: bool) -> Mark:
        while loc:
            mark = self.keys.get(loc) if key else None
            mark = mark or self.values.get(loc)
            if mark is not None:
                return mark
            loc = loc[:-1]
        return self.values.get((), Mark(1, 1, 0))


def _characters(style: str | None) -> re.Pattern[str]:
    """What is one character, white space apart, in a text written in quotes of this style, or in none."""
    return re.compile({"'": r"''|\S", '"': r"\\(?:x..|u.{4}|U.{8}|\S)|\S"}.get(style or "", r"\S"))


def _child(value: Data, part: str | int) -> Data:
    if isinstance(value, dict) and isinstance(part, str):
        return value.get(part)
    if isinstance(value, list) and isinstance(part, int):
        return value[part] if part < len(value) else None
    return None
