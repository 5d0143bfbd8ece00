"""A store beside the desk's, on the same disk or server, begun anew each time: nothing of it is the desk's to see."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import make_url, text

from storage.database import Database
from storage.store import SqlStore, open_store


@contextmanager
def store_apart(url: str, folder: Path) -> Iterator[SqlStore]:
    """An empty store for the length of a block: a file in `folder`, or a schema of the database that `url` names."""
    beside = _beside(url, folder)
    _clear(url, folder)
    try:
        with closing(open_store(beside)) as store:
            yield store
    finally:
        _clear(url, folder)


_SCHEMA = "wirewatch_canary"


def _beside(url: str, folder: Path) -> str:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return f"sqlite:///{folder / 'wirewatch.db'}"
    given = parsed.query.get("options", ())
    options = [given] if isinstance(given, str) else list(given)
    options.append(f"-csearch_path={_SCHEMA}")
    return parsed.update_query_dict({"options": " ".join(options)}).render_as_string(hide_password=False)


def _clear(url: str, folder: Path) -> None:
    """Drop what an earlier block left, this one's own among it; a schema is made anew, since it must be there."""
    if make_url(url).get_backend_name() == "sqlite":
        for file in folder.glob("wirewatch.db*"):
            file.unlink(missing_ok=True)
        return
    database = Database(url)
    try:
        with database.writing(exclusive="schema") as connection:
            connection.execute(text(f"DROP SCHEMA IF EXISTS {_SCHEMA} CASCADE"))
            connection.execute(text(f"CREATE SCHEMA {_SCHEMA}"))
    finally:
        database.close()
