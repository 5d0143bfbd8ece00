"""Keeps receivers' addresses, and what is secret in them, out of every log: by value, whoever writes the line.

Apprise writes malformed addresses at ERROR, tokens at DEBUG and passwords at TRACE; urllib3 writes paths at DEBUG. A
filter on a logger is not asked about records of the loggers below it, so each record is cleaned as it is made. Standard
library only.
"""

import logging
import re
import threading
import traceback
from base64 import b64encode
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus, unquote

HIDDEN = "[hidden]"
SHORTEST = 8
"""Characters that make a part of an address a secret by itself; a password is one from four on."""

_PARTS = re.compile(r"[/?&=#,;\s]+")
_OURS = ("WIREWATCH_", "DAGSTER_")
_NAMED = re.compile(r"(TOKEN|KEY|SECRET|PASSWORD|PASSWD)$", re.IGNORECASE)
_FILES = ("sqlite", "file")


def secrets_of(environment: Mapping[str, str], secret_names: Collection[str] = ()) -> frozenset[str]:
    """What must stand in no log: values of `secret_names`, of variables so named, and what is secret in addresses.

    An address is whole a secret, and so are its password and each part of it that looks like a token.
    """
    found: set[str] = set()
    for name, value in environment.items():
        if "://" in value:
            found.update(_of_address(value.strip(), whole=not name.startswith(_OURS)))
        elif len(value) >= SHORTEST and (name in secret_names or _NAMED.search(name)):
            found.add(value)
    return frozenset(form for one in found for form in _forms(one))


def _of_address(address: str, *, whole: bool) -> Iterator[str]:
    scheme, _, rest = address.partition("://")
    if scheme.lower().startswith(_FILES):
        return
    credentials, at, _ = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")
    user, _, password = credentials.partition(":")
    if at and len(password) >= 4:
        yield password
        yield b64encode(f"{unquote(user)}:{unquote(password)}".encode()).decode()
    if not whole:
        return
    yield address
    yield rest
    for part in (*_PARTS.split(rest.replace("@", "/")), *re.split(r"[/?&=#,;\s:@]+", rest)):
        if _is_token(part):
            yield part


def _is_token(part: str) -> bool:
    """Whether it is long and mixed as tokens are; hosts with a port, plain words and domains are none."""
    if len(part) < SHORTEST or re.fullmatch(r"[\w.-]+\.[a-z]{2,}(:\d+)?|[\d.]+(:\d+)?", part):
        return False
    kinds = (str.isupper, str.islower, str.isdigit)
    return sum(any(kind(letter) for letter in part) for kind in kinds) > 1 or len(part) >= 3 * SHORTEST


def _forms(secret: str) -> Iterator[str]:
    """The ways in which libraries write it: as it is, decoded, and encoded."""
    plain = unquote(secret)
    yield from {secret, plain, quote(plain, safe=""), quote(plain), quote_plus(plain)}


class Redaction:
    """What is hidden in this process; more is added as installations are opened, and nothing is taken back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: frozenset[str] = frozenset()
        self._pattern: re.Pattern[str] | None = None

    def add(self, secrets: Collection[str]) -> None:
        """Hide these from now on."""
        with self._lock:
            if self._known.issuperset(secrets):
                return
            self._known |= frozenset(secrets)
            longest_first = sorted(self._known, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE)

    def text(self, text: str) -> str:
        """`text` without what is hidden."""
        return text if self._pattern is None else self._pattern.sub(HIDDEN, text)

    def clean(self, record: logging.LogRecord) -> logging.LogRecord:
        """The record without what is hidden, in its message and in its trace."""
        if self._pattern is None:
            return record
        message = _message(record)
        if self._pattern.search(message):
            record.msg, record.args = self.text(message), None
        if record.exc_info and record.exc_info[1] is not None:
            trace = "".join(traceback.format_exception(record.exc_info[1])).rstrip("\n")
            if self._pattern.search(trace):
                record.exc_text, record.exc_info = self.text(trace), None
        return record


_redaction = Redaction()
_installing = threading.Lock()


def hide(secrets: Collection[str]) -> None:
    """Keep `secrets` out of every log record of this process, of every logger and level, and out of threads' traces."""
    _redaction.add(secrets)
    with _installing:
        if isinstance(logging.getLogRecordFactory(), _Factory):
            return
        logging.setLogRecordFactory(_Factory(logging.getLogRecordFactory()))
        threading.excepthook = _log_trace


class _Factory:
    """Makes records as before, and cleans them."""

    def __init__(self, before: Callable[..., logging.LogRecord]) -> None:
        self._before = before

    def __call__(self, *args: Any, **kwargs: Any) -> logging.LogRecord:
        return _redaction.clean(self._before(*args, **kwargs))


def _log_trace(args: threading.ExceptHookArgs) -> None:
    """A thread's error as a log record, where it is cleaned; the default writes it to stderr as it is."""
    if args.exc_value is not None:
        trace = (args.exc_type, args.exc_value, args.exc_traceback)
        logging.getLogger(__name__).error("a thread ended with an error", exc_info=trace)


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):  # a line whose words and values do not fit: logging itself tells of it
        return f"{record.msg} {record.args}"
