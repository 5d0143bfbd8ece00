"""One more item in a list of a desk file: its text put in where it belongs, and not a character beside it touched."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pipelines.desk_files.reading import Data, DeskFile, parse, read, replace_text
from pipelines.errors import DeskFileError


def insert_item(path: Path, loc: tuple[str | int, ...], item: Mapping[str, Data]) -> int:
    """Append `item` to the list at `loc`, made where there is none; returns its line. Raises DeskFileError.

    What holds the list must be there. The file is replaced in one move, and only where it then says what it said
    before, and the item; of two who add at once, one waits for the other.
    """
    with _alone(path.resolve().parent):
        return _inserted(path, loc, item)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """No other process or thread adds to a file of the folder meanwhile."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _inserted(path: Path, loc: tuple[str | int, ...], item: Mapping[str, Data]) -> int:
    file = read(path)
    at, text = _placed(file, loc, item)
    apart = "\n" if text.endswith("\n") and file.text[at - 1] != "\n" else ""
    changed = file.text[:at] + apart + text + file.text[at:]
    after = parse(path, changed.encode())
    if after.at(*loc) != [*_items(file, loc), item] or _beside(after, loc) != _beside(file, loc):
        raise DeskFileError([file.fault(loc, "cannot add to this list without changing the rest of the file")])
    replace_text(path.resolve(), changed)
    return after.place(*loc, len(_items(file, loc)))[0]


def _items(file: DeskFile, loc: tuple[str | int, ...]) -> list[Data]:
    found = file.at(*loc)
    return found if isinstance(found, list) else []


def _beside(file: DeskFile, loc: tuple[str | int, ...]) -> str:
    """Everything but the list, as text that can be compared."""

    def cut(data: Data, way: tuple[str | int, ...]) -> Data:
        if isinstance(data, dict) and isinstance(way[0], str):
            left = {key: value for key, value in data.items() if key != way[0]}
            return left if len(way) == 1 else left | {way[0]: cut(data.get(way[0]), way[1:])}
        if isinstance(data, list) and isinstance(way[0], int):
            return [cut(one, way[1:]) if number == way[0] else one for number, one in enumerate(data)]
        return data

    return json.dumps(cut(file.data, loc))


def _placed(file: DeskFile, loc: tuple[str | int, ...], item: Mapping[str, Data]) -> tuple[int, str]:
    """Where in the file's text what is to be put in."""
    items = _items(file, loc)
    holder = loc[:-1]
    holder_end = file.values[holder].end or len(file.text)
    flow = file.text[file.values[holder].index : file.values[holder].index + 1] == "{"
    if items and file.text[file.values[loc].index] == "[":
        return _end(file, (*loc, len(items) - 1)), f", {_flow(item)}"
    if items:
        column = _dash(file, (*loc, 0))
        end = _last_line(file.text, file.values[(*loc, len(items) - 1)].index, _end(file, (*loc, len(items) - 1)))
        return end, _block(item, column)
    if file.values.get(loc) is not None:
        raise DeskFileError([file.fault(loc, f"`{loc[-1]}` is empty: take it out, and a list is put there")])
    if flow:
        return holder_end - 1, f", {loc[-1]}: [{_flow(item)}]"
    column = file.values[holder].column - 1
    end = _last_line(file.text, file.values[holder].index, holder_end)
    return end, f"{' ' * column}{loc[-1]}:\n{_block(item, column + 2)}"


def _end(file: DeskFile, loc: tuple[str | int, ...]) -> int:
    return file.values[loc].end or len(file.text)


def _dash(file: DeskFile, loc: tuple[str | int, ...]) -> int:
    """In which column, from 0, the dash before an item stands."""
    mark = file.values[loc]
    line = file.text.rfind("\n", 0, mark.index) + 1
    return file.text.rindex("-", line, mark.index) - line


def _last_line(text: str, start: int, end: int) -> int:
    """Behind the last line of text[start:end] that says something; comments after it belong to what follows."""
    if text[end - 1] == "}":  # in flow style it ends within its line
        return text.find("\n", end) + 1 or len(text)
    lines = text[start:end].splitlines(keepends=True)
    if end < len(text) and text[end - 1] != "\n":
        lines.pop()  # the beginning of the line of what follows
    column = start - text.rfind("\n", 0, start) - 1
    while lines and _says_nothing(lines[-1], column):
        lines.pop()
    return start + sum(map(len, lines))


def _says_nothing(line: str, column: int) -> bool:
    """Blank or a comment; what begins deeper than the item's keys may be part of a long text."""
    words = line.lstrip()
    return not words or (words.startswith("#") and len(line) - len(words) <= column)


def _block(item: Mapping[str, Data], column: int) -> str:
    first, *rest = _lines(item)
    return "".join([f"{' ' * column}- {first}\n", *(f"{' ' * (column + 2)}{line}\n" for line in rest)])


def _lines(item: Mapping[str, Data]) -> Iterator[str]:
    for key, value in item.items():
        if isinstance(value, dict):
            yield f"{key}:"
            yield from (f"  {line}" for line in _lines(value))
        else:
            yield f"{key}: {_scalar(value)}"


def _flow(item: Mapping[str, Data]) -> str:
    parts = (f"{key}: {_flow(value) if isinstance(value, dict) else _scalar(value)}" for key, value in item.items())
    return f"{{{', '.join(parts)}}}"


def _scalar(value: Data) -> str:
    """As JSON has it, which is YAML too; a plain word as it is."""
    plain = isinstance(value, str) and value.replace("_", "").isalpha() and value not in {"true", "false", "null"}
    return str(value) if plain else json.dumps(value, ensure_ascii=False)
