"""Backups: the database of one moment, the desk's folder and what else cannot be made anew, with a manifest.

A backup is a folder, or the same in a .tar.gz. It comes to be under another name and is renamed when it is whole.
"""

import hashlib
import json
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from pipelines.config import Settings
from pipelines.errors import CopyRefused
from storage import copies
from storage.schema import SCHEMA_VERSION

MANIFEST, DESK, HOME = "manifest.json", "alert_rules", "home"
KEPT_OF_HOME = ("desk.key", "dagster/dagster.yaml")
"""The key of links already sent, and what the operator changed in Dagster; all else in the home is made anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup holds."""

    wirewatch: str
    schema: str
    made_at: str
    """ISO 8601, UTC."""
    database: str
    """The file of the database."""
    files: dict[str, str]
    """SHA-256 of each file by its path in the backup."""


def make_backup(settings: Settings, target: Path, now: datetime) -> Path:
    """Copy all into `target`: a .tar.gz of that name, or a new folder in it named by the time; raises CopyRefused."""
    schema = copies.version_of(settings.database_url)
    if schema is None:
        raise CopyRefused(f"there is no database yet at {settings.home}: nothing to back up")
    packed = target.name.endswith((".tar.gz", ".tgz"))
    whole = target if packed else target / f"wirewatch-{now:%Y%m%dT%H%M%SZ}"
    if whole.exists():
        raise CopyRefused(f"{whole} is there already; name another")
    try:
        whole.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=whole.parent, prefix=".wirewatch-") as scratch:
            made = Path(scratch) / "backup"
            made.mkdir(mode=0o700)
            _fill(settings, made, schema, now)
            if packed:
                made = _packed(made)
            made.rename(whole)
    except OSError as error:
        raise CopyRefused(f"{whole}: cannot be written: {error.strerror or error}") from error
    return whole


def _fill(settings: Settings, folder: Path, schema: str, now: datetime) -> None:
    database = copies.copy_database(settings.database_url, folder)
    copies.check_copy(database)
    shutil.copytree(settings.desk, folder / DESK, ignore=shutil.ignore_patterns(".git"))
    for name in KEPT_OF_HOME:
        if (settings.home / name).exists():
            (folder / HOME / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(settings.home / name, folder / HOME / name)
    manifest = Manifest(
        wirewatch=version("wirewatch"),
        schema=schema,
        made_at=now.astimezone(UTC).isoformat(timespec="seconds"),
        database=database.name,
        files={str(path.relative_to(folder)): _hash(path) for path in sorted(folder.rglob("*")) if path.is_file()},
    )
    (folder / MANIFEST).write_text(json.dumps(asdict(manifest), indent=1), encoding="utf-8")


def _packed(folder: Path) -> Path:
    path = folder.with_name("backup.tar.gz")
    path.touch(mode=0o600)
    with tarfile.open(path, "w:gz", compresslevel=6) as archive:
        archive.add(folder, arcname=".")
    return path


@contextmanager
def opened(path: Path) -> Iterator[tuple[Path, Manifest]]:
    """The folder of a backup and its manifest, every file looked through; raises CopyRefused."""
    if path.is_dir():
        yield path, _checked(path)
        return
    with tempfile.TemporaryDirectory(prefix="wirewatch-") as scratch:
        try:
            with tarfile.open(path, "r:gz") as archive:
                archive.extractall(scratch, filter="data")
        except (OSError, tarfile.TarError, EOFError) as error:
            raise CopyRefused(f"{path}: no backup that can be read: {error}") from error
        yield Path(scratch), _checked(Path(scratch))


def _checked(folder: Path) -> Manifest:
    """The manifest of a backup that is whole and of a version that this Wirewatch knows."""
    try:
        found = Manifest(**json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise CopyRefused(f"{folder}: no backup: its {MANIFEST} cannot be read ({error})") from error
    for name, expected in found.files.items():
        path = folder / name
        if not path.is_file() or path.resolve().is_relative_to(folder.resolve()) is False or _hash(path) != expected:
            raise CopyRefused(f"{folder}: {name} is missing or not as it was when the backup was made")
    if found.database not in found.files:
        raise CopyRefused(f"{folder}: its {MANIFEST} names no file as its database")
    if found.schema > SCHEMA_VERSION:
        raise CopyRefused(
            f"{folder}: made by Wirewatch {found.wirewatch} (schema {found.schema}), newer than this one "
            f"(schema {SCHEMA_VERSION}): install that one first"
        )
    inside = copies.check_copy(folder / found.database)
    if inside and inside != found.schema:
        raise CopyRefused(f"{folder}: its database is of schema {inside}, its manifest says {found.schema}")
    return found


def restore_backup(settings: Settings, folder: Path, manifest: Manifest, now: datetime) -> Path | None:
    """Put all back; what was in the desk's folder goes to the folder in the home that is returned, if there was any.

    The database comes first, in one transaction: where that fails, nothing has changed. Raises CopyRefused.
    """
    copies.put_back(folder / manifest.database, settings.database_url)
    aside = settings.home / f"replaced-{now:%Y%m%dT%H%M%SZ}"
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        moved = _replace(settings.desk, folder / DESK, aside)
        for name in KEPT_OF_HOME:
            if (folder / HOME / name).exists():
                (settings.home / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(folder / HOME / name, settings.home / name)
    except OSError as error:
        raise CopyRefused(f"the database is restored, the desk's folder is not: {error}; see {aside}") from error
    return aside if moved else None


def _replace(there: Path, by: Path, aside: Path) -> bool:
    """Make one folder's content what another's is, its own first copied aside; whether it had any."""
    moved = any(there.iterdir()) if there.is_dir() else False
    if moved:
        shutil.copytree(there, aside)
    there.mkdir(parents=True, exist_ok=True)
    for one in there.iterdir():
        if one.name == ".git":
            continue
        if one.is_dir() and not one.is_symlink():
            shutil.rmtree(one)
        else:
            one.unlink()
    shutil.copytree(by, there, dirs_exist_ok=True)
    return moved


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
