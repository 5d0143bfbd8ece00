"""The compiled rules, kept in a file between processes: a scheduled run is a fresh one, and YAML takes 2 ms a rule.

What is read back is the rules as they were compiled from the same bytes by the same code, or nothing: the file is named
by the digest of both, written in one move, checked before it is read, and may hold records of ours alone.
"""

import hashlib
import io
import os
import pickle
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass, is_dataclass, replace
from datetime import timedelta
from enum import Enum
from pathlib import Path

from pipelines.desk_files import DeskFile
from pipelines.rules.garbage import uncollected
from pipelines.rules.loader import RuleSet
from pipelines.rules.sources import Sources

_OTHERS = frozenset({("datetime", "timedelta"), ("pathlib", "PosixPath"), ("pathlib", "WindowsPath")})
_CHECKED = hashlib.sha256().digest_size


@dataclass(frozen=True, slots=True)
class KeptRules:
    """A folder with the compiled rules of one desk; what cannot be written there is compiled anew at each run."""

    folder: Path

    def load(self, sources: Sources) -> RuleSet | None:
        """The rules of these sources, if they are kept; they do not know their places in the files any more."""
        try:
            raw = self._file(sources).read_bytes()
        except OSError:
            return None
        if hashlib.sha256(raw[_CHECKED:]).digest() != raw[:_CHECKED]:
            return None
        try:
            with uncollected():
                found = _Records(io.BytesIO(raw[_CHECKED:])).load()
        except (pickle.UnpicklingError, ValueError, TypeError, AttributeError, EOFError, LookupError, ImportError):
            return None
        return found if isinstance(found, RuleSet) else None

    def save(self, sources: Sources, rule_set: RuleSet) -> None:
        """Keep a set without a fault in place of what was kept before."""
        if rule_set.faults or rule_set.broken:
            return
        files = {id(rule.file): DeskFile(rule.file.path, "", None, {}, {}) for rule in rule_set.rules}
        rules = tuple(replace(rule, file=files[id(rule.file)]) for rule in rule_set.rules)
        raw = pickle.dumps(replace(rule_set, rules=rules, lists_file=None), protocol=5)
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
        for path in sorted(Path(__file__).parents[1].glob("*.py")) + sorted(Path(__file__).parent.rglob("*.py")):
            whole.update(path.read_bytes())
        return self.folder / f"rules-{whole.hexdigest()[:32]}.bin"


class _Records(pickle.Unpickler):
    """Reads records of rules; a file that names anything else is refused."""

    def find_class(self, module: str, name: str) -> type:
        """The record of that name."""
        if module.startswith("pipelines.") or (module, name) in _OTHERS:
            found = super().find_class(module, name)
            if isinstance(found, type) and (is_dataclass(found) or issubclass(found, Enum | timedelta | Path)):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no record of a rule")
