"""A mail server on a free loopback port that keeps every message it is given."""

import asyncio
import socket
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Mailbox:
    """Takes mail for anybody, inside `with`; `messages` are as they came over the wire, oldest first."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []
        self._controller = _LoopbackController(self)

    @property
    def port(self) -> int:
        """The port it listens on at 127.0.0.1."""
        return self._controller.port

    @property
    def url(self) -> str:
        """Apprise URL that leads here: plain SMTP, no login."""
        return f"mailto://127.0.0.1:{self.port}?mode=insecure&from=wirewatch@demo.example&to=desk@demo.example"

    def letters(self) -> list[EmailMessage]:
        """The messages, parsed."""
        return [message_from_bytes(raw, policy=policy.default) for raw in list(self.messages)]

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep one message."""
        self.messages.append(envelope.original_content or b"")
        return "250 OK"

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._controller.stop()


class _LoopbackController(Controller):
    """A controller that binds its port itself, so that no other process can take it in between."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        super().__init__(mailbox, hostname="127.0.0.1", port=self._socket.getsockname()[1])

    async def _create_server(self) -> asyncio.AbstractServer:
        return await self.loop.create_server(self._factory_invoker, sock=self._socket)
