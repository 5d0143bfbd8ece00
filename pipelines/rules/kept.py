"""The compiled rules, kept in a file between processes: a scheduled run is a fresh one, and YAML takes 2 ms a rule.

What is read back is the rules as they were compiled from the same bytes by the same code, or nothing: the file is named
by the digest of both, written in one move, checked before it is read, and may hold records of ours alone. Each rule is
read when it is first asked for: of 10,000, an article concerns a few dozen.
"""

import hashlib
import io
import marshal
import os
import pickle
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass, is_dataclass, replace
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import ClassVar, overload

from pipelines.desk_files.reading import DeskFile
from pipelines.rules.loader import RuleSet
from pipelines.rules.rule import CompiledRule
from pipelines.rules.sources import Sources
from pipelines.rules.table import Table, table_of

_OTHERS = frozenset({("datetime", "timedelta"), ("pathlib", "PosixPath"), ("pathlib", "WindowsPath")})
_CHECKED = hashlib.sha256().digest_size
_DAMAGED = (pickle.UnpicklingError, ValueError, TypeError, AttributeError, EOFError, LookupError, ImportError)


@dataclass(frozen=True, slots=True)
class KeptRules:
    """A folder with the compiled rules of one desk; what cannot be written there is compiled anew at each run."""

    folder: Path

    def load(self, sources: Sources) -> RuleSet | None:
        """The rules of these sources, if they are kept; they do not know their places in the files any more."""
        try:
            file = self._file(sources)
            raw = memoryview(file.read_bytes())
        except OSError:
            return None
        if hashlib.sha256(raw[_CHECKED:]).digest() != raw[:_CHECKED]:
            return None
        try:
            rest, paths, table, rules = marshal.loads(raw[_CHECKED:])  # noqa: S302  # ours, by its digest
            files = [DeskFile(Path(path), "", None, {}, {}) for path in paths]
            found = _Records(rest, files).load()
            if type(found) is not RuleSet:
                return None
            return replace(found, rules=_Rules(rules, files), table=Table(*table), digest=file.stem)
        except _DAMAGED:
            return None

    def save(self, sources: Sources, rule_set: RuleSet) -> None:
        """Keep a set without a fault in place of what was kept before."""
        if rule_set.faults or rule_set.broken:
            return
        files = {
            id(rule.file): number for number, rule in enumerate({id(one.file): one for one in rule_set.rules}.values())
        }
        paths = {files[id(rule.file)]: str(rule.file.path) for rule in rule_set.rules}
        kept = (
            _pickled(replace(rule_set, rules=(), lists_file=None, table=None), files),
            [paths[number] for number in sorted(paths)],
            astuple(table_of(rule_set.rules)),
            [_pickled(rule, files) for rule in rule_set.rules],
        )
        raw = marshal.dumps(kept)
        with suppress(OSError):
            self._write(self._file(sources), hashlib.sha256(raw).digest() + raw)

    def _write(self, path: Path, raw: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".rules-")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(raw)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
        for other in path.parent.glob("rules-*.bin"):
            if other != path:
                other.unlink(missing_ok=True)

    def _file(self, sources: Sources) -> Path:
        whole = hashlib.sha256(f"{sys.version}\n{sources.path.absolute()}\n{sources.digest}\n".encode())
        pipelines = Path(__file__).parents[1]
        for code in (
            pipelines.glob("*.py"),
            *(pipelines.joinpath(name).rglob("*.py") for name in ("desk_files", "rules")),
        ):
            for path in sorted(code):
                whole.update(path.read_bytes())
        return self.folder / f"rules-{whole.hexdigest()[:32]}.bin"


class _Rules(Sequence[CompiledRule]):
    """Rules, each of them read when it is first asked for."""

    def __init__(self, kept: list[bytes], files: Sequence[DeskFile]) -> None:
        self._kept, self._files = kept, files
        self._read: dict[int, CompiledRule] = {}

    def __len__(self) -> int:
        return len(self._kept)

    @overload
    def __getitem__(self, index: int) -> CompiledRule: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[CompiledRule]: ...
    def __getitem__(self, index: int | slice) -> CompiledRule | Sequence[CompiledRule]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        rule = self._read.get(index)
        if rule is None:
            found = _Records(self._kept[index], self._files).load()
            if not isinstance(found, CompiledRule):
                raise pickle.UnpicklingError(f"{type(found).__name__} is no rule")
            rule = self._read[index] = found
        return rule


class _Pickler(pickle.Pickler):
    """Writes records of rules; the files in which they stand are numbers."""

    def __init__(self, stream: io.BytesIO, files: dict[int, int]) -> None:
        super().__init__(stream, protocol=5)
        self._files = files

    def persistent_id(self, record: object) -> int | None:
        """The number of a file."""
        return self._files[id(record)] if isinstance(record, DeskFile) else None


def _pickled(record: object, files: dict[int, int]) -> bytes:
    stream = io.BytesIO()
    _Pickler(stream, files).dump(record)
    return stream.getvalue()


class _Records(pickle.Unpickler):
    """Reads records of rules; a file that names anything else is refused."""

    _known: ClassVar[dict[tuple[str, str], type]] = {}

    def __init__(self, raw: bytes, files: Sequence[DeskFile]) -> None:
        super().__init__(io.BytesIO(raw))
        self._files = files

    def persistent_load(self, number: int) -> DeskFile:
        """The file of that number."""
        return self._files[number]

    def find_class(self, module: str, name: str) -> type:
        """The record of that name."""
        known = self._known.get((module, name))
        return known or self._known.setdefault((module, name), self._found(module, name))

    def _found(self, module: str, name: str) -> type:
        if module.startswith("pipelines.") or (module, name) in _OTHERS:
            found = super().find_class(module, name)
            if isinstance(found, type) and (is_dataclass(found) or issubclass(found, Enum | timedelta | Path)):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no record of a rule")
