"""Why a send failed, in our words alone: from Apprise's log, or from what an SMTP server said; pure.

Nothing that a service says is passed on, for it may quote an address.
"""

import re
import smtplib
import socket
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Protocol

from pipelines.errors import DeliveryError, MessageRefused, ReceiverMisconfigured, ReceiverUnavailable

LONGEST_WAIT = timedelta(hours=24)

_FOR_GOOD = frozenset(
    {*(f"HTTP {code}" for code in (401, 403, 404, 410)), *(f"SMTP {code}" for code in (530, 534, 535))}
)
"""A wrong or withdrawn token or password, or nobody there: the same again brings the same."""
_REFUSED = frozenset({*(f"HTTP {code}" for code in (400, 413, 422)), "SMTP 552", "SMTP 554"})
"""Something in the message, or its length."""
_STATUS = re.compile(r"\berror=(\d{3})\b")
_SMTP_STATUS = re.compile(r"\((\d{3}), b['\"]")
_RETRY_AFTER = re.compile(r"\bretry_after[\"']?\s*:\s*(\d{1,6}(?:\.\d+)?)")
_UNMENDED = re.compile(
    r'"error"\s*:\s*"(invalid_auth|not_authed|account_inactive|token_revoked|channel_not_found|is_archived|not_in_channel)"'
    r'|"description"\s*:\s*"Bad Request: (chat not found)"'
)
"""What Slack says with a 200 and Telegram with a 400, though only a person can mend it."""
_FAILURES = (
    (re.compile(r"Connection refused"), "connection refused"),
    (re.compile(r"NameResolution|getaddrinfo|Name or service|name resolution|nodename"), "no such host"),
    (re.compile(r"timed out|Timeout"), "timed out"),
    (re.compile(r"SSL|CERTIFICATE"), "no secure connection"),
    (re.compile(r"reset|aborted|disconnected|closed|IncompleteRead|Broken pipe"), "connection lost"),
)


class LogLine(Protocol):
    """A line of Apprise's log of one send."""

    @property
    def level(self) -> str: ...
    @property
    def message(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended; `failure` is in our words only."""

    failure: str | None = None
    for_good: bool = False
    """Whether a person must mend the address before it can be otherwise."""
    retry_after: timedelta | None = None

    def check(self, name: str) -> None:
        """Raise what the outcome means for the receiver of that name; raises DeliveryError."""
        if self.failure is None:
            return
        error: DeliveryError = ReceiverUnavailable(f"{name}: {self.failure}", self.retry_after)
        if self.for_good or self.failure in _FOR_GOOD:
            error = ReceiverMisconfigured(f"{name}: {self.failure}")
        elif self.failure in _REFUSED:
            error = MessageRefused(f"{name}: {self.failure}")
        raise error


def of_log(log: Iterable[LogLine], header: str | None, now: datetime) -> Outcome:
    """Why a send failed, as far as its log tells; only lines without our own message in them are read.

    `header` is the last answer's Retry-After, if it had one; a longer wait in the answer's body counts more.
    """
    failure, waits, unmended = None, [asked(header, now)], None
    for line in log:
        if line.level in {"WARNING", "ERROR"}:
            failure = _http_failure(line.message) or failure
        elif line.message.startswith("Socket Exception"):
            failure = failure or _socket_failure(line.message)
        elif line.message.startswith("Response Details"):
            said = _RETRY_AFTER.search(line.message)
            waits += [min(timedelta(seconds=float(said[1])), LONGEST_WAIT)] if said else []
            unmended = _UNMENDED.search(line.message) or unmended
    if unmended:
        return Outcome(f"it says {unmended[1] or unmended[2]}", for_good=True)
    wait = max((one for one in waits if one is not None), default=None)
    return Outcome(failure or "not taken, and not said why", retry_after=wait)


def of_mail(error: OSError | smtplib.SMTPException) -> Outcome:
    """Why a mail was not handed in."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            codes = sorted({code for code, _ in error.recipients.values()})
            failure = f"SMTP {codes[0]}" if codes else "every recipient refused"
        case smtplib.SMTPResponseException():
            failure = f"SMTP {error.smtp_code}"
        case smtplib.SMTPServerDisconnected():
            failure = "connection lost"
        case smtplib.SMTPNotSupportedError():
            failure = "the server offers no such way to log in or to encrypt"
        case socket.gaierror():
            failure = "no such host"
        case TimeoutError():
            failure = "timed out"
        case ssl.SSLError():
            failure = "no secure connection"
        case ConnectionRefusedError():
            failure = "connection refused"
        case _:
            failure = "connection lost"
    return Outcome(failure)


def asked(header: str | None, now: datetime) -> timedelta | None:
    """The wait that a Retry-After header asks for, seconds or a date, at most LONGEST_WAIT; None for anything else."""
    if header is None:
        return None
    if header.strip().isdecimal():
        return min(timedelta(seconds=min(int(header), 10**6)), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(header)
    except ValueError:
        return None
    if until.tzinfo is None:
        return None
    return min(max(until - now, timedelta(0)), LONGEST_WAIT)


def _http_failure(line: str) -> str | None:
    status = _STATUS.search(line)
    if status is None:
        return None
    meaning = {"2": ", but not taken", "3": ", a redirect: the variable must hold the final address"}
    return f"HTTP {status[1]}{meaning.get(status[1][0], '')}"


def _socket_failure(line: str) -> str | None:
    status = _SMTP_STATUS.search(line)
    if status is not None:
        return f"SMTP {status[1]}"
    return next((words for pattern, words in _FAILURES if pattern.search(line)), None)
