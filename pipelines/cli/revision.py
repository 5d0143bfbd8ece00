"""The desk's files as they were in a git revision."""

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.errors import SettingsError


@contextmanager
def at_revision(path: Path, revision: str) -> Iterator[Path]:
    """`path`, a file or folder under git, as it was in `revision`; gone at the end. Raises SettingsError."""
    path = path.resolve()
    top = Path(_git(path.parent, "rev-parse", "--show-toplevel", about=path).decode().rstrip("\n")).resolve()
    inside = path.relative_to(top).as_posix()
    archive = _git(top, "archive", "--format=tar", f"{revision}^{{tree}}", "--", inside, about=path)
    with tempfile.TemporaryDirectory(prefix="wirewatch-") as folder:
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            files.extractall(folder, filter="data")
        yield Path(folder) / inside


def _git(folder: Path, *words: str, about: Path) -> bytes:
    try:
        done = subprocess.run(["git", "-C", folder, *words], capture_output=True, check=False)
    except OSError as error:
        raise SettingsError(f"cannot run git: {error.strerror or error}") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        reason = said[-1].removeprefix("fatal: ") if said else "it says nothing"
        raise SettingsError(f"git knows no such version of {about}: {reason}; give a revision, or a path of rules")
    return done.stdout
