"""Column types that give the same values on SQLite and PostgreSQL, and the one place where stored text is cleaned."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from typing import TypeVar

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Double, Enum, Integer, LargeBinary, Text, TypeDecorator
from sqlalchemy.dialects import sqlite
from sqlalchemy.types import TypeEngine

from pipelines.model import Published
from storage.packing import pack_text, unpack_text

Json = str | int | float | bool | list["Json"] | dict[str, "Json"] | None
S = TypeVar("S", bound=StrEnum)

_LONGEST_KEY = 2_000
"""Bytes: PostgreSQL refuses an index row over 2,704, and a key may share its row with a feed id."""
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")

RowKey = BigInteger().with_variant(Integer(), "sqlite")
"""64 bits on both: SQLite numbers rows by itself only where the column says INTEGER."""


def clean(text: str) -> str:
    """`text` as both databases can keep it: NUL dropped (PostgreSQL refuses it), lone surrogates replaced."""
    if "\0" not in text and (text.isascii() or _encodable(text)):  # nearly always, and told in a tenth of the time
        return text
    return _UNSTORABLE.sub(lambda found: "" if found[0] == "\0" else "\ufffd", text)


@lru_cache(maxsize=2_000)  # an entry's keys are asked for four times, one after another
def clean_key(text: str) -> str:
    """`text` as it stands in a unique key: clean, and cut to an index's size with a digest of the whole."""
    cleaned = clean(text)
    if len(cleaned) <= _LONGEST_KEY // 4:
        return cleaned
    raw = cleaned.encode()
    if len(raw) <= _LONGEST_KEY:
        return cleaned
    return f"{raw[: _LONGEST_KEY - 100].decode(errors='ignore')}#sha256:{sha256(raw).hexdigest()}"


class CleanText(TypeDecorator[str]):
    """Text, cleaned on its way in."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The text without what a database cannot keep."""
        return None if value is None else clean(value)


class KeyText(TypeDecorator[str]):
    """Text of a unique key, of any length: see `clean_key`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The text as a key."""
        return None if value is None else clean_key(value)


class PackedText(TypeDecorator[str]):
    """Text that is long and is never searched by the database: cleaned and compressed on its way in."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """The text without what a database cannot keep, as `packing` keeps it."""
        return None if value is None else pack_text(clean(value))

    def process_result_value(self, value: bytes | str | None, dialect: Dialect) -> str | None:
        """The text; SQLite gives the default of a column as a text itself."""
        return value if value is None or isinstance(value, str) else unpack_text(value)


class CleanJson(TypeDecorator[Json]):
    """JSON whose strings are cleaned on their way in; tuples come back as lists."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Json, dialect: Dialect) -> Json:
        """The value with clean strings at every depth."""
        written = json.dumps(value)  # in C; what is clean, as nearly all is, need not be gone through here
        return value if "\\u0000" not in written and "\\ud" not in written else _clean_json(value)


class _SqliteTime(sqlite.DATETIME):
    """Moments as SQLite keeps them, written by datetime itself: a third of the time, and each entry has four."""

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], str | None]:
        """The moment to its text."""
        return lambda moment: None if moment is None else moment.isoformat(" ", "microseconds")


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC moment. SQLite alone would drop an offset silently, so a naive datetime is refused here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[datetime]:
        """SQLAlchemy's own type, on SQLite with a quicker way to the same text."""
        sqlite_own = dialect.name == "sqlite"
        return dialect.type_descriptor(_SqliteTime() if sqlite_own else DateTime(timezone=True))  # type: ignore[no-untyped-call]

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment in UTC; raises ValueError for a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime refused: {value.isoformat()}")
        utc = value if value.tzinfo is UTC else value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment, aware, in UTC whatever the session's time zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class PublishedText(TypeDecorator[Published]):
    """A publication time with its own offset and precision: ISO 8601, a bare date where only the day is known."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Published | None, dialect: Dialect) -> str | None:
        """The time as text; raises ValueError for a naive one."""
        if value is None:
            return None
        if value.moment.tzinfo is None:
            raise ValueError(f"naive datetime refused: {value}")
        return str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Published | None:
        """The time from its text."""
        return None if value is None else Published.parse(value)


class Seconds(TypeDecorator[timedelta]):
    """A length of time, stored as seconds."""

    impl = Double
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> float | None:
        """The length in seconds."""
        return None if value is None else value.total_seconds()

    def process_result_value(self, value: float | None, dialect: Dialect) -> timedelta | None:
        """The length from its seconds."""
        return None if value is None else timedelta(seconds=value)


def _encodable(text: str) -> bool:
    """Whether the text has no lone surrogate."""
    try:
        return text.encode() is not None
    except UnicodeEncodeError:
        return False


def state(kind: type[S], name: str) -> Enum:
    """A text column that holds only the values of `kind`, kept so by a CHECK constraint of that name."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


def _clean_json(value: Json) -> Json:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(name): _clean_json(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_clean_json(inner) for inner in value]
    return value
