"""The bytes of a desk's rule files, read at one moment: what is judged is what was looked at."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.desk_files.reading import DeskFile, Fault, parse_parts, raw_of
from pipelines.errors import DeskFileError

LISTS = "lists.yaml"
OTHERS = frozenset({LISTS, "feeds.yaml", "routes.yaml"})
"""Files at the root that hold no rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One file as it was read, or why it could not be."""

    path: Path
    raw: bytes = b""
    fault: Fault | None = None
    written_at: float = 0.0
    """Seconds since 1970."""

    def file(self) -> DeskFile:
        """Its data, which may have flaws in parts; raises DeskFileError."""
        if self.fault:
            raise DeskFileError([self.fault])
        return parse_parts(self.path, self.raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """The files of rules under a path, in order, and the lists that they share."""

    path: Path
    rules: tuple[Source, ...] = ()
    lists: Source | None = None
    fault: Fault | None = None
    """Why the path itself could not be read."""

    @property
    def all(self) -> tuple[Source, ...]:
        """Rules and lists."""
        return (*self.rules, self.lists) if self.lists else self.rules

    @property
    def written_at(self) -> float:
        """When the youngest of the files was written: seconds since 1970."""
        return max((source.written_at for source in self.all), default=0.0)

    @property
    def digest(self) -> str:
        """The same for the same names and bytes."""
        whole = hashlib.sha256()
        root = self.path if self.path.is_dir() else self.path.parent
        for source in self.all:
            name = os.path.relpath(source.path, root).encode("utf-8", "surrogateescape")
            for part in (name, source.raw):
                whole.update(b"%d:" % len(part) + part)
        return whole.hexdigest()


def read_sources(path: Path) -> Sources:
    """The files of the desk's folder, of any folder, or one file; never raises for what it finds there."""
    try:
        paths = _rule_files(path)
        lists = _lists_path(path)
    except OSError as error:
        return Sources(path=path, fault=Fault(path, 1, 1, f"cannot read: {error.strerror or error}"))
    except ValueError as error:
        return Sources(path=path, fault=Fault(path, 1, 1, f"cannot read: {error}"))
    return Sources(
        path=path,
        rules=tuple(map(_source, paths)),
        lists=_source(lists) if lists else None,
    )


def read_lists(path: Path) -> Source | None:
    """A lists.yaml, or that of a folder; None where there is none."""
    found = path if path.is_file() else _lists_path(path)
    return _source(found) if found else None


def misnamed(path: Path) -> Sequence[Path]:
    """Files under the path that their authors may take for files of rules."""
    return sorted(_visible(path, "*.yml")) if path.is_dir() else ()


def _source(path: Path) -> Source:
    try:
        return Source(path=path, raw=raw_of(path), written_at=_written_at(path))
    except DeskFileError as error:
        return Source(path=path, fault=next(fault for fault in error.faults if isinstance(fault, Fault)))


def _written_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0  # gone since it was read: the digest will show it


def _rule_files(path: Path) -> list[Path]:
    if not path.is_dir():
        path.stat()
        return [] if path.name in OTHERS else [path]
    return sorted(file for file in _visible(path, "*.yaml") if not (file.parent == path and file.name in OTHERS))


def _visible(folder: Path, pattern: str) -> Iterator[Path]:
    for file in folder.rglob(pattern):
        if file.is_file() and not any(part.startswith(".") for part in file.relative_to(folder).parts):
            yield file


def desk_around(path: Path) -> Path | None:
    """The desk's folder that a file or folder of rules is, or is part of: it holds one of the desk's other files."""
    folder = path if path.is_dir() else path.parent
    folders = [folder, *(Path(os.path.normpath(folder / up)) for up in ("..", "../.."))]
    return next((one for one in folders if any((one / name).is_file() for name in OTHERS)), None)


def _lists_path(path: Path) -> Path | None:
    desk = desk_around(path)
    return desk / LISTS if desk and (desk / LISTS).is_file() else None
