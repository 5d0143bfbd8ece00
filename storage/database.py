"""The engine: one URL to transactions, with every SQLAlchemy error wrapped here and nowhere else.

Every write transaction on SQLite takes the one write lock at its start (BEGIN IMMEDIATE): a transaction that reads
first and writes later would be refused at once, whatever its time-out, when another process wrote in between.
On PostgreSQL an exclusive transaction holds an advisory lock of its name until it ends.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, ExceptionContext, create_engine, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from pipelines.errors import StoreBusy, StoreError

WAIT = timedelta(seconds=10)
"""How long a transaction waits for another's lock: several times the longest batch of a step."""

_WRITES = "wirewatch_writes"
_LASTS = "wirewatch_lasts"
_CONNECTIONS = 32  # the threads of a run together stay below it; all but five are closed when idle
_PASSING_STATES = ("08", "40", "53", "55P03", "57P")
"""SQLSTATEs after which a retry may help: connection, deadlock, resources, lock time-out, shutdown."""
_PASSING_CODES = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


class Database:
    """Transactions on one database; safe for threads. Raises StoreError only."""

    def __init__(self, url: str, *, wait: timedelta = WAIT) -> None:
        """Nothing is contacted yet; SQLite's folder is made. `place` names the database without its password."""
        parsed = _parse(url)
        self.sqlite = parsed.get_backend_name() == "sqlite"
        self.place = str(parsed.database) if self.sqlite else parsed.set(drivername="postgresql").render_as_string()
        self._engine = _sqlite(parsed, wait) if self.sqlite else _postgresql(parsed, wait)
        event.listen(self._engine, "handle_error", self._translate)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One snapshot of reads."""
        with self._transaction(write=False) as connection:
            yield connection

    @contextmanager
    def writing(self, exclusive: str | None = None, *, lasting: bool = True) -> Iterator[Connection]:
        """One transaction, committed at the end, rolled back on any error; alone of its name where `exclusive`.

        Unless `lasting`, a power cut may undo it (the end of a process never does): it does not wait for the disk.
        """
        with self._transaction(write=True, lasting=lasting) as connection:
            if exclusive is not None:
                hold(connection, exclusive)
            yield connection

    @contextmanager
    def outside(self) -> Iterator[sqlite3.Connection]:
        """The driver's own connection to SQLite, in no transaction: for what cannot be in one."""
        connection = self._engine.raw_connection()
        try:
            assert isinstance(connection.driver_connection, sqlite3.Connection)
            yield connection.driver_connection
        except sqlite3.Error as error:
            raise self._error(error) from error
        finally:
            connection.close()

    def close(self) -> None:
        """Release every connection. SQLAlchemy remembers a dialect of PostgreSQL for good: nothing stays on it."""
        if event.contains(self._engine, "handle_error", self._translate):
            event.remove(self._engine, "handle_error", self._translate)
        self._engine.dispose()

    @contextmanager
    def _transaction(self, *, write: bool, lasting: bool = True) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection:
                connection.execution_options(**self._options(write=write, lasting=lasting))
                with connection.begin():
                    yield connection
        except SQLAlchemyError as error:  # what came from no statement: a full pool, a result read wrongly
            raise self._error(error) from error

    def _options(self, *, write: bool, lasting: bool) -> dict[str, object]:
        if self.sqlite:
            return {_WRITES: write, _LASTS: lasting}
        return {} if write else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}

    def _translate(self, context: ExceptionContext) -> None:
        """SQLAlchemy's hook for a refused statement; the driver's own message holds neither statement nor password."""
        if context.is_pre_ping:
            return
        error = self._error(context.original_exception, lost=context.is_disconnect)
        raise error from context.original_exception

    def _error(self, error: BaseException, *, lost: bool = False) -> StoreError:
        message = f"{self.place}: {' '.join(str(error).split())}"
        return StoreBusy(message) if lost or _may_pass(error) else StoreError(message)


def hold(connection: Connection, name: str) -> None:
    """Be alone with the exclusive transactions of `name` until this one ends; on SQLite a writer is so anyway."""
    if connection.dialect.name != "sqlite":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _lock_key(name)})


def _may_pass(error: BaseException) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    if isinstance(code, int):
        return code & 0xFF in _PASSING_CODES
    state = getattr(error, "sqlstate", None)
    if isinstance(state, str):
        return state.startswith(_PASSING_STATES)
    # psycopg gives a connection that failed no SQLSTATE; FATAL is the server's own refusal: wrong password, no such
    # database, or that it is just starting or stopping
    return type(error).__name__ in {"OperationalError", "ConnectionTimeout", "TimeoutError"} and (
        "FATAL" not in str(error) or "the database system is" in str(error)
    )


def _lock_key(name: str) -> int:
    return int.from_bytes(sha256(f"wirewatch:{name}".encode()).digest()[:8], "big", signed=True)


def _parse(url: str) -> URL:
    """The URL with its driver, a SQLite path made absolute; a bad one is not quoted, for it may hold a password."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise StoreError("the database URL cannot be read; write sqlite:///PATH or postgresql://...") from error
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        if not parsed.database or parsed.database == ":memory:" or parsed.database.startswith("file:"):
            raise StoreError("the database URL names no file; write sqlite:///PATH")
        return parsed.set(drivername="sqlite+pysqlite", database=str(Path(parsed.database).expanduser().resolve()))
    if backend == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    raise StoreError(f"databases of kind {backend!r} are not supported; write sqlite:///PATH or postgresql://...")


def _sqlite(url: URL, wait: timedelta) -> Engine:
    path = Path(str(url.database))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{path}: cannot make the folder {path.parent}: {error.strerror}") from error
    engine = create_engine(
        url,
        pool_size=5,
        max_overflow=_CONNECTIONS - 5,
        # None: sqlite3 opens no transaction by itself; _begin does (SQLAlchemy's documented way for Python < 3.12)
        connect_args={"timeout": wait.total_seconds(), "isolation_level": None},
    )
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _set_pragmas(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    """Readers beside the writer (WAL), foreign keys on, and a commit that outlives a power cut.

    synchronous=NORMAL would let a power cut undo the last commits in WAL mode. No alert would be lost, for its match
    would be undecided again; but every "sent" of those commits would be sent a second time, and at most one repeat
    for each crash is promised. FULL costs one fsync a commit.
    """
    cursor = connection.cursor()
    cursor.execute("PRAGMA page_count")
    if cursor.fetchone() == (0,):
        cursor.execute("PRAGMA auto_vacuum=INCREMENTAL")  # see `room`; only a file without pages takes it up
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    writes, level = options.get(_WRITES, True), "FULL" if options.get(_LASTS, True) else "NORMAL"
    if writes and connection.info.get(_LASTS, "FULL") != level:
        connection.exec_driver_sql(f"PRAGMA synchronous={level}")
        connection.info[_LASTS] = level
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgresql(url: URL, wait: timedelta) -> Engine:
    engine = create_engine(
        url,
        pool_pre_ping=True,
        pool_size=5,
        max_overflow=_CONNECTIONS - 5,
        connect_args={} if "connect_timeout" in url.query else {"connect_timeout": round(wait.total_seconds())},
    )

    def set_time_out(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute(f"SET lock_timeout = {round(wait.total_seconds() * 1000)}")
        cursor.close()
        connection.commit()

    event.listen(engine, "connect", set_time_out)
    return engine
