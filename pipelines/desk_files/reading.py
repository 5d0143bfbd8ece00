"""The desk's YAML files, read with the place of every key and value; nothing but DeskFileError ever leaves here.

YAML 1.2 with less magic: only `true`, `false`, `null`, `~` and decimal numbers are anything but text, so `no`, `on`,
`12:30`, `012` and dates are words. Anchors, aliases, merge keys, tags, directives and duplicate keys are refused, and
files over 1 MiB or nested deeper than 32, counted while reading, before anything is built.
"""

import io
import os
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from pipelines.desk_files.faults import parser_fault, place_after, syntax_fault
from pipelines.desk_files.places import Data, DeskFile, Fault, Level, Mark, Steps
from pipelines.desk_files.schema import (
    Day,
    DeskModel,
    Duration,
    Loc,
    Written,
    resolved,
    suggest,
    suggest_or_list,
)
from pipelines.errors import DeskFileError

__all__ = [
    "Data",
    "Day",
    "DeskFile",
    "DeskModel",
    "Duration",
    "Fault",
    "Level",
    "Loc",
    "Written",
    "append_items",
    "parse",
    "parse_parts",
    "raw_of",
    "read",
    "replace_text",
    "suggest",
    "suggest_or_list",
]

MAX_BYTES = 1 << 20
MAX_DEPTH = 32
MAX_FAULTS = 100
"""After as many the file is no slip of the pen, and 100,000 of them would take seconds."""


def read(path: Path) -> DeskFile:
    """The file, parsed once for each content; raises DeskFileError with every fault found."""
    return parse(path, raw_of(path))


def raw_of(path: Path) -> bytes:
    """The file's bytes, of a file that is too large only what shows it; raises DeskFileError."""
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise DeskFileError([Fault(path, 1, 1, f"cannot read: {error.strerror or error}")]) from error
    except ValueError as error:
        raise DeskFileError([Fault(path, 1, 1, f"cannot read: {error}")]) from error


def append_items(path: Path, key: str, items: Sequence[Mapping[str, Data]]) -> None:
    """Append `items` to the list at `key` of the file's root, comments and order kept; replaced in one move."""
    before = read(path)
    current = before.at(key)
    if not isinstance(before.data, dict) or not (current is None or isinstance(current, list)):
        raise DeskFileError([before.fault([key], f"`{key}` is not a list: nothing was added")])
    text = _appended(before, key, items, current or [])
    after = parse(path, text.encode())
    if after.data != {**before.data, key: [*(current or []), *map(dict, items)]}:
        raise DeskFileError([before.fault([key], "cannot add to this file without changing the rest of it")])
    replace_text(path.resolve(), text)


def parse(path: Path, raw: bytes) -> DeskFile:
    """What the bytes say, `path` being where they came from; raises DeskFileError with every fault found."""
    file = parse_parts(path, raw)
    if file.flaws:
        raise DeskFileError(file.flaws_in())
    return file


@lru_cache(maxsize=256)
def parse_parts(path: Path, raw: bytes) -> DeskFile:
    """The same for files whose parts stand by themselves: a flaw in one is told there, and harms no other."""
    if len(raw) > MAX_BYTES:
        raise DeskFileError([Fault(path, 1, 1, "over 1 MiB: split the file")])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = place_after(raw[: error.start].decode("utf-8", "replace"))
        raise DeskFileError([Fault(path, *place, "not UTF-8: save the file as UTF-8")]) from error
    unprintable = _UNPRINTABLE.search(text)
    if unprintable:
        message = f"control character U+{ord(unprintable[0]):04X} is not allowed"
        raise DeskFileError([Fault(path, *place_after(text[: unprintable.start()]), message)])
    return _Builder(path, text).build()


_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")


class _Refused(Exception):
    """Ends the reading of a file at a fault after which nothing can be trusted."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.faults = [fault]


class _Builder:
    """Builds one file's data from the event stream."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._text = text
        self._flaws: list[tuple[Steps, Fault]] = []
        self._values: dict[Steps, Mark] = {}
        self._keys: dict[Steps, Mark] = {}

    def build(self) -> DeskFile:
        data: Data = None
        broken: list[Fault] = []
        try:
            events = self._events()
            for event in events:
                if isinstance(event, NodeEvent):
                    data = self._node(event, events, ())
        except _Refused as refusal:
            broken = refusal.faults
        except YAMLError as error:
            broken = [syntax_fault(self._path, self._text, error)]
        except (ValueError, OverflowError, LookupError, AttributeError, TypeError, AssertionError) as error:
            broken = [parser_fault(self._path, self._text, error)]
        flaws = tuple(sorted(self._flaws, key=lambda flaw: (flaw[1].line, flaw[1].column)))
        if broken:
            raise DeskFileError([*(fault for _, fault in flaws), *broken])
        return DeskFile(self._path, self._text, data, self._values, self._keys, flaws)

    def _events(self) -> Iterator[Event]:
        documents = depth = 0
        for event in YAML(typ="safe", pure=True).parse(self._text):
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _Refused(self._fault(event, "a second document: one file holds one"))
                if event.version or event.tags:
                    self._refuse(event, (), "directives (%) are not used here")
            elif isinstance(event, MappingStartEvent | SequenceStartEvent):
                depth += 1
                if depth > MAX_DEPTH:
                    raise _Refused(self._fault(event, f"nested deeper than {MAX_DEPTH}"))
            elif isinstance(event, MappingEndEvent | SequenceEndEvent):
                depth -= 1
            yield event

    def _node(self, event: Event, events: Iterator[Event], loc: Steps) -> Data:
        self._values[loc] = _mark(event)
        self._refuse_magic(event, loc)
        if isinstance(event, MappingStartEvent):
            return self._mapping(events, loc)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(events, loc)
        return self._scalar(event, loc) if isinstance(event, ScalarEvent) else ""

    def _mapping(self, events: Iterator[Event], loc: Steps) -> Data:
        found: dict[str, Data] = {}
        while not isinstance(event := next(events), MappingEndEvent):
            key = _SURROGATE.sub("\ufffd", event.value) if isinstance(event, ScalarEvent) else ""
            again = key in found
            if not key:
                self._refuse(event, loc, "a key must be a word")
            elif again:
                self._refuse(event, loc, f"`{key}` is there twice; first on line {self._keys[*loc, key].line}")
            elif key == "<<":
                self._refuse(event, loc, "merge keys (<<) are not used here")
            inner = (*loc, f"{key} again" if again else key)
            self._node(event, events, inner)
            self._keys[inner] = _mark(event)
            value = self._node(next(events), events, inner)
            found.setdefault(key, value)
        self._values[loc] = replace(self._values[loc], end=event.end_mark.index)
        return found

    def _sequence(self, events: Iterator[Event], loc: Steps) -> Data:
        found: list[Data] = []
        while not isinstance(event := next(events), SequenceEndEvent):
            found.append(self._node(event, events, (*loc, len(found))))
        return found

    def _scalar(self, event: ScalarEvent, loc: Steps) -> Data:
        text: str = event.value
        if _UNPRINTABLE.search(text) or _SURROGATE.search(text):
            self._refuse(
                event,
                loc,
                "an escape here stands for a character that no text may hold; in single quotes a backslash is itself",
            )
            text = ""
        return text if event.style is not None else resolved(text)

    def _refuse_magic(self, event: Event, loc: Steps) -> None:
        if isinstance(event, AliasEvent):
            self._refuse(event, loc, "`*` starts an alias" + _MAGIC)
        elif getattr(event, "anchor", None) is not None:
            self._refuse(event, loc, "`&` starts an anchor" + _MAGIC)
        if getattr(event, "tag", None) is not None:
            self._refuse(event, loc, "`!` starts a tag" + _MAGIC)

    def _refuse(self, event: Event, loc: Steps, message: str) -> None:
        self._flaws.append((loc, self._fault(event, message)))
        if len(self._flaws) == MAX_FAULTS:
            raise _Refused(self._fault(event, "and so on: the rest was not read"))

    def _fault(self, event: Event, message: str) -> Fault:
        mark = _mark(event)
        return Fault(self._path, mark.line, mark.column, message)


_MAGIC = ", which is not used here; put a text that starts so in quotes"


def _mark(event: Event) -> Mark:
    start = event.start_mark
    return Mark(start.line + 1, start.column + 1, start.index, getattr(event, "style", None))


def _appended(file: DeskFile, key: str, items: Sequence[Mapping[str, Data]], current: list[Data]) -> str:
    """The file's text with the items at the end of its list, written the way its neighbours are."""
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 10_000
    if current:
        offset = max(file.place(key, 0)[1] - 2 - file.place(key, key=True)[1], 0)
        yaml.indent(mapping=2, sequence=offset + 2, offset=offset)
    else:
        yaml.indent(mapping=2, sequence=4, offset=2)
    tree = yaml.load(file.text)
    if not current:
        tree[key] = CommentedSeq()
    flows = current and isinstance(tree[key][-1], CommentedMap) and tree[key][-1].fa.flow_style()
    for item in items:
        added = CommentedMap(item)
        if flows:
            added.fa.set_flow_style()
        tree[key].append(added)
    stream = io.StringIO()
    yaml.dump(tree, stream)
    return stream.getvalue()


def replace_text(path: Path, text: str) -> None:
    """Put `text` in the place of the file in one move; raises DeskFileError."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            Path(name).chmod(path.stat().st_mode & 0o777)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise DeskFileError([Fault(path, 1, 1, f"cannot write: {error.strerror or error}")]) from error
