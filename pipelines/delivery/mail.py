"""Mail as we write it: text and HTML, threaded by event, sent over SMTP; Apprise only reads the address.

Apprise makes the text out of the HTML and gives each mail an id of its own, so that a mail repeated after a crash could
not be told from a new one. Here the id follows from the deliveries, and all mails of an event refer to one id.
"""

import smtplib
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

from pipelines.alerts import Message
from pipelines.delivery.wording import clean

PORTS = {"insecure": 25, "starttls": 587, "ssl": 465}
KEY_HEADER = "X-Wirewatch-Key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """Where a receiver's mail is handed in, and to whom it goes; `security` is a key of PORTS."""

    host: str
    port: int | None
    security: str
    user: str | None
    password: str | None
    verify: bool
    sender: tuple[str, str]
    """Name, perhaps empty, and address; so are all in `to`."""
    to: tuple[tuple[str, str], ...]
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    reply_to: tuple[str, ...] = ()
    headers: Mapping[str, str] | None = None
    html: bool = True
    """False where the address asks for text alone."""

    @property
    def domain(self) -> str:
        """That of the sender, in which the ids of mails are."""
        return self.sender[1].rpartition("@")[2] or "wirewatch.invalid"


def compose(message: Message, mailbox: Mailbox, receiver: str, key: str, now: datetime) -> EmailMessage:
    """The mail of a message; the same `key` gives the same Message-ID, the same event the same thread."""
    domain = mailbox.domain
    mail = EmailMessage(policy=SMTP.clone(cte_type="7bit"))  # a server need not take more
    mail["Subject"] = clean(message.title).strip()
    mail["From"] = formataddr(mailbox.sender)
    mail["To"] = ", ".join(map(formataddr, mailbox.to))
    for name, addresses in (("Cc", mailbox.cc), ("Reply-To", mailbox.reply_to)):
        if addresses:
            mail[name] = ", ".join(addresses)
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{_word(key)}@{domain}>"
    if message.thread:
        root = f"<{_word(message.thread)}.{_word(receiver)}@{domain}>"
        mail["In-Reply-To"] = mail["References"] = root
    mail["List-Id"] = f"Wirewatch alerts for {_word(receiver)} <{_word(receiver)}.wirewatch.{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail[KEY_HEADER] = key
    for name, value in (mailbox.headers or {}).items():
        if name not in mail:
            mail[name] = clean(value)
    mail.set_content(message.text)
    if message.html is not None and mailbox.html:
        mail.add_alternative(message.html, subtype="html")
    return mail


def hand_in(mail: EmailMessage, mailbox: Mailbox, limit: float) -> None:
    """Send over SMTP, `limit` seconds a step; raises OSError or SMTPException, with a refused recipient too."""
    recipients = [address for _, address in mailbox.to] + [*mailbox.cc, *mailbox.bcc]
    server = _connect(mailbox, limit)
    try:
        if mailbox.user and mailbox.password:
            server.login(mailbox.user, mailbox.password)
        refused = server.send_message(mail, mailbox.sender[1], recipients)
    finally:
        with suppress(OSError, smtplib.SMTPException):
            server.quit()
    if refused:
        raise smtplib.SMTPRecipientsRefused(refused)


def _connect(mailbox: Mailbox, limit: float) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if not mailbox.verify:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    port = mailbox.port or PORTS[mailbox.security]
    if mailbox.security == "ssl":
        return smtplib.SMTP_SSL(mailbox.host, port, timeout=limit, context=context)
    server = smtplib.SMTP(mailbox.host, port, timeout=limit)
    if mailbox.security == "starttls":
        server.starttls(context=context)
    return server


def _word(text: str) -> str:
    """`text` as it may stand in an id."""
    return "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in text).strip("-") or "x"
