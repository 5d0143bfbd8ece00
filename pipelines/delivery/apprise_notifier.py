"""Sends messages through Apprise: one service object for each send, a hard time limit, no secret in any text.

Nothing that Apprise or a server says is passed on: its log is read for a status code or a known kind of failure, and
our own words go into the error. The log itself goes nowhere, because Apprise writes addresses with their tokens into
it (a malformed one at ERROR), as urllib3 does at DEBUG. Of a mail's address Apprise is the reader alone: see `mail`.
"""

import logging
import queue
import smtplib
import threading
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from pipelines.alerts import Message, Receiver
from pipelines.delivery import diagnosis
from pipelines.delivery.diagnosis import Outcome
from pipelines.delivery.dialects import BY_SERVICE, PLAIN, SMS, Dialect, Post, escaped, posts
from pipelines.delivery.mail import KEY_HEADER, Mailbox, compose, hand_in
from pipelines.delivery.rates import free_at, rates_of
from pipelines.errors import ReceiverMisconfigured, ReceiverUnavailable

if TYPE_CHECKING:
    from apprise import AppriseAsset, NotifyBase

SEND_LIMIT = 15.0
"""Seconds. Apprise's own limit counts from byte to byte: a server that drips one a second held a send for 60 s."""
PIECE_MARGIN = 100
"""Characters for a piece's number, and for what a service sets between title and text."""
SLACK_BLOCKS = (3_000, 150)
"""Characters in a section and in a header of Slack's Block Kit (docs.slack.dev)."""
FORMATS = {
    **dict.fromkeys(("plain", "sms", "discord", "mattermost"), "text"),
    **dict.fromkeys(("slack", "teams"), "markdown"),
    **dict.fromkeys(("telegram", "matrix"), "html"),
}
"""What Apprise is told of a text in each dialect, so that it goes the way in which that dialect is read."""
_VERBATIM = replace(PLAIN, words=str)
"""For a text without marks: it is plain already."""
PLAIN_MODES = frozenset({"workflow", "trigger", "matrix", "slack", "t2bot", "hookshot"})
"""Of Slack and Matrix: what stands behind such an address shows the text as it likes."""
UNREADABLE = Outcome("Apprise cannot read the address", for_good=True)


class AppriseNotifier:
    """The Notifier over Apprise; addresses are looked up in `environment` at each send. Safe for threads.

    A send runs in a daemon thread of its own. One that outlives the limit is abandoned: Apprise cannot be
    interrupted, so its socket stays open until the server lets go, and the receiver may still get that message, once
    more after the retry. At most one a receiver and attempt is left behind so, and none keeps the process alive.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        *,
        limit: float = SEND_LIMIT,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._environment = environment
        self._limit = limit
        self._clock = clock
        self._sleep = sleep

    def service(self, receiver: Receiver) -> str:
        """See Notifier."""
        address = self._environment.get(receiver.url_env, "").strip()
        service = _service(address, _asset(), "") if address else None
        if service is None:
            return ""
        return _scheme(service)

    def send(self, receiver: Receiver, message: Message, *, key: str) -> None:
        """Return once the receiver has taken the message; raises DeliveryError."""
        address = self._environment.get(receiver.url_env, "").strip()
        if not address:
            raise ReceiverMisconfigured(f"{receiver.receiver_id}: the variable {receiver.url_env} is not set")
        name = f"{receiver.receiver_id} ({receiver.url_env})"
        outcomes: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        attempt = partial(self._attempt, address, _asset(), receiver, message, key)
        worker = threading.Thread(target=_put_outcome, args=(attempt, outcomes), name=f"send-{name}", daemon=True)
        worker.start()
        worker.join(self._limit)
        if worker.is_alive():
            raise ReceiverUnavailable(f"{name}: no answer within {self._limit:g} s")
        outcomes.get_nowait().check(name)

    def _attempt(self, address: str, asset: "AppriseAsset", receiver: Receiver, message: Message, key: str) -> Outcome:
        service = _service(address, asset, key)
        if service is None:
            return UNREADABLE
        mailbox = _mailbox(service)
        if mailbox is None:
            return self._notify(service, asset, message)
        mail = compose(message, mailbox, receiver.receiver_id, key, self._clock())
        try:
            hand_in(mail, mailbox, self._limit)
        except (OSError, smtplib.SMTPException) as error:
            return diagnosis.of_mail(error)
        return Outcome()

    def _notify(self, service: "NotifyBase", asset: "AppriseAsset", message: Message) -> Outcome:
        """The posts of a message, one after the other at the pace that the service takes."""
        from apprise import Apprise, AppriseResultStatus

        parts, body_format = _prepared(service, message)
        limits, sent = rates_of(_scheme(service)), list[datetime]()
        one = Apprise(asset=asset)
        one.add(service)
        for part in parts:
            wait = (free_at(limits, sent, self._clock()) - self._clock()).total_seconds()
            if wait > 0:
                self._sleep(wait)
            _answer.retry_after = None
            result = one.notify(title=part.title, body=part.text, body_format=body_format, log_level=logging.DEBUG)
            if result.status is not AppriseResultStatus.SUCCESS:
                return diagnosis.of_log(list(result.logs()), _answer.retry_after, self._clock())
            sent.insert(0, self._clock())
        return Outcome()


def _put_outcome(attempt: Callable[[], Outcome], outcomes: "queue.SimpleQueue[Outcome]") -> None:
    """Whatever happens, somebody waits for an outcome; an error of the code's is told as a thread's."""
    outcome = Outcome("the attempt broke off: see the log")
    try:
        outcome = attempt()
    finally:
        outcomes.put(outcome)


_loading = threading.Lock()
_answer = threading.local()
"""The Retry-After of the last HTTP answer in this thread."""


def _asset() -> "AppriseAsset":
    """The settings that all services share; the first call loads Apprise."""
    with _loading:
        return _load()


@lru_cache
def _load() -> "AppriseAsset":
    """Apprise with all its services, kept quiet."""
    with warnings.catch_warnings():
        # Apprise's mail service imports imghdr, which Python 3.11 deprecates.
        warnings.simplefilter("ignore", DeprecationWarning)
        from apprise import Apprise, AppriseAsset

        Apprise.instantiate("json://localhost")
    _hear_retry_after()
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


def _hear_retry_after() -> None:
    """Have requests keep each answer's Retry-After: Apprise drops it, and Slack says nowhere else how long to wait."""
    import requests

    class Listening(requests.Session):
        keeps_retry_after = True

        def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
            response = super().send(request, **options)
            _answer.retry_after = response.headers.get("Retry-After")
            return response

    if not hasattr(requests.sessions.Session, "keeps_retry_after"):
        requests.sessions.Session = Listening  # type: ignore[misc]  # what requests.post and its like make


def _prepared(service: "NotifyBase", message: Message) -> tuple[list[Post], str]:
    """What is sent one after the other, and in what format Apprise is to take it."""
    from apprise import NotifyFormat

    dialect = _dialect(service) if message.marked else PLAIN
    if dialect is not PLAIN:
        parts = posts(message, dialect)
        _leave_as_written(service)
        _fit_blocks(service, parts)
        return parts, FORMATS[dialect.name]
    as_page = service.resolve_format(NotifyFormat.HTML) is NotifyFormat.HTML
    if message.html is not None and as_page and len(message.html) <= service.body_maxlen:  # else it would be cut
        return [Post(message.title, message.html)], "html"
    parts = _plain_posts(service, message)
    _fit_blocks(service, parts)
    return parts, FORMATS[PLAIN.name]


def _scheme(service: "NotifyBase") -> str:
    names = getattr(service, "protocol", None) or getattr(service, "secure_protocol", None) or ""
    return str(names if isinstance(names, str) else names[0])


def _dialect(service: "NotifyBase") -> Dialect:
    """In what the service is written to; PLAIN where its address asks for something else than we write."""
    found = BY_SERVICE.get(_scheme(service))
    if found is None:
        return SMS if service.body_maxlen <= SMS.limit else PLAIN
    elsewhere = getattr(service, "mode", None) in PLAIN_MODES
    return PLAIN if elsewhere or service.resolve_format(FORMATS[found.name]) != FORMATS[found.name] else found


def _leave_as_written(service: Any) -> None:
    """Have Apprise send our text as it stands: neither translated again nor cut."""
    from apprise import OverflowMode

    service.dialect_convert = lambda body, *_, **__: body
    service.overflow_mode = OverflowMode.UPSTREAM


def _fit_blocks(service: Any, parts: Sequence[Post]) -> None:
    """Apprise puts any text into one section, which Slack refuses for ever; its other layout takes the text."""
    section, header = SLACK_BLOCKS
    if getattr(service, "use_blocks", False) and any(
        escaped(part.text) > section or len(part.title) > header for part in parts
    ):
        service.use_blocks = False


def _plain_posts(service: "NotifyBase", message: Message) -> list[Post]:
    """Titles and texts that the service takes: Apprise itself would cut through a headline, and tell nobody."""
    from apprise import NotifyFormat

    room = service.body_maxlen - max(service.title_maxlen, PLAIN.measure(message.title)) - PIECE_MARGIN
    room = max(room, service.body_maxlen // 2)
    if service.resolve_format(NotifyFormat.TEXT) is NotifyFormat.HTML:
        # Apprise measures the HTML that it makes of a text, each space as `&nbsp;`, and would cut these pieces again.
        service.body_maxlen *= len("&nbsp;")
    return posts(message, PLAIN if message.marked else _VERBATIM, room)


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


def _mailbox(service: Any) -> Mailbox | None:
    """Where a mail goes, where the service is plain SMTP; what is signed or encrypted is Apprise's to write."""
    from apprise import NotifyFormat
    from apprise.plugins.email.base import PGP_MODE_DEFAULT, NotifyEmail

    if type(service) is not NotifyEmail or service.pgp_mode != PGP_MODE_DEFAULT:
        return None
    name, sender = service.from_addr
    return Mailbox(
        host=service.smtp_host,
        port=service.port,
        security=str(service.secure_mode),
        user=service.user,
        password=service.password,
        verify=service.verify_certificate,
        sender=(str(name or ""), str(sender)),
        to=tuple((str(name or ""), str(address)) for name, address in service.targets),
        cc=tuple(sorted(service.cc)),
        bcc=tuple(sorted(service.bcc)),
        reply_to=tuple(sorted(service.reply_to)),
        headers=dict(service.headers),
        html=service.resolve_format(NotifyFormat.HTML) is NotifyFormat.HTML,
    )
