"""Receivers on loopback that write down what they get: a webhook collector and an SMTP server, both real."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from pipelines.loopback import Loopback


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the webhook says; with `drip` a byte of the body now and then, until the server stops."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"ok"
    drip: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One request, as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        """The body, which is JSON for receivers named by `apprise_url`."""
        data = json.loads(self.body)
        assert isinstance(data, dict)
        return data

    @property
    def key(self) -> str | None:
        """The idempotency key that came along."""
        return next((value for name, value in self.headers.items() if name.lower() == "x-wirewatch-key"), None)


class Webhook(Loopback):
    """A collector; what it answers to a path may be changed at any time by `answers[path] = Answer(...)`."""

    def __init__(self) -> None:
        self.requests: list[Received] = []
        self.answers: dict[str, Answer] = {}
        super().__init__(_handler(self))

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def messages(self) -> list[dict[str, Any]]:
        """Every JSON body posted so far, in order of arrival."""
        return [request.json for request in self.requests if request.method == "POST"]

    def apprise_url(self, path: str = "/desk") -> str:
        """The address of `path` as a receiver's variable holds it."""
        return f"json://127.0.0.1:{self.port}{path}"


def _handler(webhook: Webhook) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            received = Received(method=self.command, path=self.path, headers=dict(self.headers.items()), body=body)
            webhook.requests.append(received)
            self._answer(webhook.answers.get(self.path.partition("?")[0], Answer()))

        def do_POST(self) -> None:
            self.do_GET()

        def _answer(self, answer: Answer) -> None:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(10_000 if answer.drip else len(answer.body)))
            self.end_headers()
            if not answer.drip:
                self.wfile.write(answer.body)
                return
            with suppress(ConnectionError):
                while not webhook.stopped.wait(0.1):
                    self.wfile.write(b".")
            self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            """Keep the test's output clean."""

    return Handler


@contextmanager
def webhook(**answers: Answer) -> Iterator[Webhook]:
    """A running collector; `webhook(login=Answer(status=302))` answers so at /login, 200 elsewhere."""
    server = Webhook()
    server.answers.update({f"/{path}": answer for path, answer in answers.items()})
    server.start()
    try:
        yield server
    finally:
        server.stop()


class MailServer:
    """An SMTP server on loopback: what it took stands in `messages`, parsed; `refusal` answers every recipient."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.refusal: str | None = None
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take the recipient, or refuse it."""
        if self.refusal is not None:
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the mail."""
        content = envelope.content
        assert isinstance(content, bytes)
        self.messages.append(message_from_bytes(content, _class=EmailMessage, policy=policy.default))
        return "250 OK"

    def apprise_url(self, to: str = "desk@example.org", options: str = "") -> str:
        """The address of mailbox `to` as a receiver's variable holds it."""
        return f"mailto://127.0.0.1:{self.port}/{to}?from=wirewatch@example.org&mode=insecure{options}"

    def start(self) -> None:
        """Begin to listen on a port of the system's choice."""
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        self.port = int(self._server.sockets[0].getsockname()[1])

    def stop(self) -> None:
        """Close the port."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _listen(self) -> asyncio.Server:
        return await self._loop.create_server(lambda: SMTP(self, hostname="localhost", loop=self._loop), "127.0.0.1", 0)

    async def _close(self) -> None:
        self._server.close()
        await self._server.wait_closed()
        others = asyncio.all_tasks(self._loop) - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A running SMTP server."""
    server = MailServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()
