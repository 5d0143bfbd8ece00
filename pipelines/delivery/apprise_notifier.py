"""Sends messages through Apprise: one service object for each send, a hard time limit, no secret in any text.

Nothing that Apprise or a server says is passed on: its log is read for a status code or a known kind of failure, and
our own words go into the error. The log itself goes nowhere, because Apprise writes addresses with their tokens into
it (a malformed one at ERROR), as urllib3 does at DEBUG.
"""

import logging
import queue
import re
import threading
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING

from pipelines.alerts import Message, Receiver
from pipelines.delivery.pieces import pieces
from pipelines.errors import DeliveryError, ReceiverMisconfigured, ReceiverUnavailable

if TYPE_CHECKING:
    from apprise import AppriseAsset, NotifyBase
    from apprise.logger import NotifyLogEntry

SEND_LIMIT = 15.0
"""Seconds. Apprise's own limit counts from byte to byte: a server that drips one a second held a send for 60 s."""
PIECE_MARGIN = 100
"""Characters for a piece's number, and for what a service sets between title and text."""
SLACK_BLOCKS = (3_000, 140)
"""Characters in a section and in a header of Slack's Block Kit (docs.slack.dev; a header's 150, less our numbering)."""
KEY_HEADER = "X-Wirewatch-Key"
LONGEST_WAIT = timedelta(hours=24)


class AppriseNotifier:
    """The Notifier over Apprise; addresses are looked up in `environment` at each send. Safe for threads.

    A send runs in a daemon thread of its own. One that outlives the limit is abandoned: Apprise cannot be
    interrupted, so its socket stays open until the server lets go, and the receiver may still get that message, once
    more after the retry. At most one a receiver and attempt is left behind so, and none keeps the process alive.
    """

    def __init__(self, environment: Mapping[str, str], *, limit: float = SEND_LIMIT) -> None:
        self._environment = environment
        self._limit = limit

    def send(self, receiver: Receiver, message: Message, *, key: str) -> None:
        """Return once the receiver has taken the message; raises DeliveryError."""
        address = self._environment.get(receiver.url_env, "").strip()
        if not address:
            raise ReceiverMisconfigured(f"{receiver.receiver_id}: the variable {receiver.url_env} is not set")
        name = f"{receiver.receiver_id} ({receiver.url_env})"
        asset = _asset()
        outcomes: queue.SimpleQueue[_Outcome] = queue.SimpleQueue()
        worker = threading.Thread(
            target=lambda: outcomes.put(_attempt(address, asset, message, key)), name=f"send-{name}", daemon=True
        )
        worker.start()
        worker.join(self._limit)
        if worker.is_alive():
            raise ReceiverUnavailable(f"{name}: no answer within {self._limit:g} s")
        outcomes.get_nowait().check(name)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """How an attempt ended; `failure` is in our words only."""

    failure: str | None = None
    for_good: bool = False
    """Whether a person must mend the address before it can be otherwise."""
    retry_after: timedelta | None = None

    def check(self, name: str) -> None:
        """Raise what the outcome means."""
        if self.failure is None:
            return
        error: DeliveryError = ReceiverUnavailable(f"{name}: {self.failure}", self.retry_after)
        if self.for_good:
            error = ReceiverMisconfigured(f"{name}: {self.failure}")
        raise error


_loading = threading.Lock()


def _asset() -> "AppriseAsset":
    """Apprise, loaded at the first send and kept quiet, with the settings all services share."""
    with _loading, warnings.catch_warnings():
        # Apprise's mail service imports imghdr, which Python 3.11 deprecates.
        warnings.simplefilter("ignore", DeprecationWarning)
        from apprise import Apprise, AppriseAsset

        Apprise.instantiate("json://localhost")
    for library in ("apprise", "urllib3"):
        logger = logging.getLogger(library)
        logger.propagate = False
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())
    logging.getLogger("apprise").setLevel(logging.DEBUG)
    return AppriseAsset(
        app_id="Wirewatch",
        app_desc="Wirewatch",
        image_url_mask="",
        image_url_logo="",
        http_redirects=False,
        interpret_emojis=False,
        # In the caller's thread and without Apprise's own limit, whose pool would keep the process from ending.
        async_mode=False,
        service_timeout=0,
    )


def _attempt(address: str, asset: "AppriseAsset", message: Message, key: str) -> _Outcome:
    from apprise import Apprise, AppriseResultStatus, NotifyFormat

    service = _service(address, asset, key)
    if service is None:
        return _Outcome("Apprise cannot read the address", for_good=True)
    one = Apprise(asset=asset)
    one.add(service)
    parts, body_format = _pieces(service, message), NotifyFormat.TEXT
    if message.html is not None and service.resolve_format(NotifyFormat.HTML) is NotifyFormat.HTML:
        parts, body_format = [(message.title, message.html)], NotifyFormat.HTML
    for title, body in parts:
        result = one.notify(title=title, body=body, body_format=body_format, log_level=logging.DEBUG)
        if result.status is not AppriseResultStatus.SUCCESS:
            return _diagnosis(list(result.logs()))
    return _Outcome()


def _pieces(service: "NotifyBase", message: Message) -> list[tuple[str, str]]:
    """Titles and texts that the service takes: Apprise itself would cut through a headline, and tell nobody."""
    room = service.body_maxlen - max(service.title_maxlen, _escaped(message.title)) - PIECE_MARGIN
    texts = pieces(message.text, max(room, service.body_maxlen // 2), _escaped)
    section, header = SLACK_BLOCKS
    if getattr(service, "use_blocks", False) and (max(map(_escaped, texts)) > section or len(message.title) > header):
        # Apprise puts any text into one section, which Slack refuses for ever; its other layout takes the text.
        service.use_blocks = False  # type: ignore[attr-defined]
    if len(texts) == 1:
        return [(message.title, texts[0])]
    return [(f"{message.title} ({number}/{len(texts)})", text) for number, text in enumerate(texts, 1)]


def _escaped(text: str) -> int:
    """Characters, as a service counts them that is told `&` as `&amp;`."""
    return len(escape(text, quote=False))


def _service(address: str, asset: "AppriseAsset", key: str) -> "NotifyBase | None":
    """The service at `address`, without what an address may switch on against us; None for an unreadable one."""
    from apprise import Apprise, OverflowMode

    try:
        service = Apprise.instantiate(address, asset=asset)
    except (ValueError, TypeError, LookupError, AttributeError):
        # Each service's own reading of an address is not guarded by Apprise; the error may quote it.
        return None
    if service is None:
        return None
    # Followed to a login page, which answers 200, a redirect would count as sent.
    service.redirects = False
    # `optional=yes` reports every failure as success, and `retry` is the outbox's to decide.
    service.optional, service.retry = False, 0
    service.overflow_mode = OverflowMode.SPLIT
    headers = getattr(service, "headers", None)
    if "headers" in service.template_kwargs and isinstance(headers, dict):
        headers[KEY_HEADER] = key
    return service


_FOR_GOOD = frozenset({"HTTP 401", "HTTP 403", "HTTP 404", "HTTP 410"})
"""A wrong or withdrawn token, or nobody there: the same again brings the same."""
_STATUS = re.compile(r"\berror=(\d{3})\b")
_SMTP_STATUS = re.compile(r"\((\d{3}), b['\"]")
_RETRY_AFTER = re.compile(r"\bretry_after[\"']?\s*:\s*(\d{1,6}(?:\.\d+)?)")
_REFUSED = re.compile(
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


def _diagnosis(log: Iterable["NotifyLogEntry"]) -> _Outcome:
    """Why a send failed, as far as its log tells; only lines without our own message in them are read."""
    failure, retry_after, refused = None, None, None
    for entry in log:
        if entry.level in {"WARNING", "ERROR"}:
            failure = _http_failure(entry.message) or failure
        elif entry.message.startswith("Socket Exception"):
            failure = failure or _socket_failure(entry.message)
        elif entry.message.startswith("Response Details"):
            asked = _RETRY_AFTER.search(entry.message)
            retry_after = min(timedelta(seconds=float(asked[1])), LONGEST_WAIT) if asked else retry_after
            refused = _REFUSED.search(entry.message) or refused
    if refused:
        return _Outcome(f"it says {refused[1] or refused[2]}", for_good=True)
    return _Outcome(failure or "not taken, and not said why", failure in _FOR_GOOD, retry_after)


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
