"""Whole copies of a database, made while others write to it, and put back; PostgreSQL by its own tools.

A copy of SQLite's file by `cp` leaves out what stands in its log (496 of 500 rows, and no error); its online backup
gives one moment. Putting back is one transaction in both: whoever has the database open sees all of it or none.
"""

import os
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, make_url

import storage.store  # noqa: F401  # completes `metadata`
from pipelines.errors import CopyRefused
from storage import schema
from storage.database import Database
from storage.feed_tables import metadata

SQLITE, DUMP = "wirewatch.db", "wirewatch.dump"
BUSY = 30.0
"""Seconds for which a restore waits for a writer."""
_ADVICE = "install PostgreSQL's client programs (apt install postgresql-client), no older than the server"


def version_of(url: str) -> str | None:
    """The schema's version of the database at `url`; None where it is empty, or not there yet."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(str(parsed.database)).expanduser().exists():
        return None
    with closing(Database(url)) as database:
        return schema.version_of(database)


def copy_database(url: str, folder: Path) -> Path:
    """Write a copy of one moment of the database into `folder`; raises CopyRefused."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return _dump(parsed, folder / DUMP)
    path = folder / SQLITE
    try:
        with (
            closing(_open(Path(str(parsed.database)).expanduser())) as source,
            closing(sqlite3.connect(path)) as target,
        ):
            source.backup(target)
        with closing(sqlite3.connect(path)) as made:
            made.execute("PRAGMA journal_mode=DELETE")  # one file, with no log beside it
    except sqlite3.Error as error:
        raise CopyRefused(f"{parsed.database}: cannot be copied: {error}") from error
    return path


def check_copy(path: Path) -> str:
    """The schema's version of a copy that is sound and whole; raises CopyRefused."""
    if path.name == DUMP:
        _run("pg_restore", ["--list", str(path)], {})
        return ""
    try:
        with closing(_open(path)) as copy:
            found = copy.execute("PRAGMA integrity_check").fetchone()[0]
            if found != "ok":
                raise CopyRefused(f"{path}: it is damaged: {found}")
            return str(copy.execute("SELECT version_num FROM alembic_version").fetchone()[0])
    except (sqlite3.Error, TypeError) as error:
        raise CopyRefused(f"{path}: it is no database of Wirewatch's, or damaged: {error}") from error


def put_back(path: Path, url: str) -> None:
    """Make the database what the copy is, in one transaction; raises CopyRefused, and then nothing has changed."""
    parsed = make_url(url)
    sqlite = parsed.get_backend_name() == "sqlite"
    if sqlite != (path.name == SQLITE):
        kinds = ("PostgreSQL", "SQLite") if sqlite else ("SQLite", "PostgreSQL")
        raise CopyRefused(f"{path}: a copy of {kinds[0]} cannot be put back into {kinds[1]}; see `wirewatch db copy`")
    if not sqlite:
        _load(parsed, path)
        return
    target_path = Path(str(parsed.database)).expanduser()
    target_path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with closing(_open(path)) as source, closing(sqlite3.connect(target_path, timeout=BUSY)) as target:
            source.backup(target)
    except sqlite3.Error as error:
        raise CopyRefused(f"{target_path}: cannot be written, is Wirewatch running? {error}") from error


def _open(path: Path) -> sqlite3.Connection:
    """A connection that makes no file where there is none."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=BUSY)


def _dump(url: URL, path: Path) -> Path:
    _run("pg_dump", ["--format=custom", "--no-owner", "--no-privileges", f"--file={path}", _address(url)], _login(url))
    return path


def _load(url: URL, path: Path) -> None:
    """Ours are dropped and made anew in one transaction: a newer version's tables must not stay beside an older's."""
    script = _run("pg_restore", ["--no-owner", "--no-privileges", "--file=-", str(path)], {})
    inside = re.findall(r" TABLE \S+ (\S+) ", _run("pg_restore", ["--list", str(path)], {}).decode())
    names = dict.fromkeys([*inside, *metadata.tables])
    drop = "".join(f'DROP TABLE IF EXISTS "{name}" CASCADE;\n' for name in names).encode()
    quiet = ["--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1", "--output=/dev/null"]
    _run("psql", [*quiet, _address(url)], {**_login(url), "PGOPTIONS": "-c client_min_messages=warning"}, drop + script)


def _address(url: URL) -> str:
    """Without the password: arguments are seen by every user of the machine."""
    plain = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
    return plain.render_as_string(hide_password=False)


def _login(url: URL) -> dict[str, str]:
    return {"PGPASSWORD": str(url.password)} if url.password else {}


def _run(program: str, arguments: list[str], more: dict[str, str], given: bytes = b"") -> bytes:
    """What the program wrote; raises CopyRefused with its own words."""
    found = shutil.which(program)
    if found is None:
        raise CopyRefused(f"{program} is not on PATH: {_ADVICE}")
    done = subprocess.run(
        [found, *arguments], env={**os.environ, **more}, input=given, capture_output=True, check=False
    )
    if done.returncode != 0:
        told = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason given"]
        advice = f"; {_ADVICE}" if "version" in " ".join(told) else ""
        raise CopyRefused(f"{program}: {told[0].removeprefix(f'{program}: ')}{advice}")
    return done.stdout
