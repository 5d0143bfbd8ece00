"""Apprise against real servers on loopback: what counts as sent, what is said of a failure, and what never is."""

import io
import logging
import socket
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from pipelines.alerts import Message, Receiver
from pipelines.delivery.apprise_notifier import AppriseNotifier
from pipelines.errors import DeliveryError, ReceiverMisconfigured, ReceiverUnavailable
from pipelines.states import MessageStyle, ReceiverId
from tests.receivers import Answer, MailServer, Webhook, mail_server, webhook

SECRET = "TOKEN0123secret"
MESSAGE = Message(title="HIGH · A412 · A rule", text="A headline\nhttps://a.example/1")
MAIL = Message(
    title="A rule: a headline\r\nBcc: x@b.example",
    text="A headline",
    html="<html><body><h1>A headline</h1><p>With a <mark>hit</mark> &amp; more</p><p>https://a.example/1</p></body></html>",
)
CHAT = Receiver(receiver_id=ReceiverId("desk-chat"), url_env="DESK_URL")
DESK_MAIL = Receiver(receiver_id=ReceiverId("desk-mail"), url_env="DESK_URL", style=MessageStyle.MAIL)


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with webhook() as server:
        yield server


@pytest.fixture
def mails() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


def send(address: str, message: Message = MESSAGE, receiver: Receiver = CHAT, limit: float = 15.0) -> None:
    AppriseNotifier({"DESK_URL": address}, limit=limit).send(receiver, message, key="key-1")


def failure(address: str, message: Message = MESSAGE, limit: float = 15.0) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        send(address, message, limit=limit)
    return caught.value


def test_a_2xx_is_sent_with_its_key(hook: Webhook) -> None:
    send(hook.apprise_url())
    [request] = hook.requests
    assert request.path == "/desk"
    assert request.key == "key-1"
    assert (request.json["title"], request.json["message"]) == (MESSAGE.title, MESSAGE.text)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 429, 500, 503])
def test_other_statuses_are_not_sent_and_named(hook: Webhook, status: int) -> None:
    hook.answers["/desk"] = Answer(status=status)
    error = failure(hook.apprise_url())
    for_good = status in {401, 403, 404, 410}
    assert isinstance(error, ReceiverMisconfigured if for_good else ReceiverUnavailable)
    assert str(error) == f"desk-chat (DESK_URL): HTTP {status}"
    assert len(hook.requests) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_to_a_login_page_is_not_sent(hook: Webhook, status: int) -> None:
    hook.answers["/desk"] = Answer(status=status, headers={"Location": f"{hook.url}/login"})
    for option in ("", "?redirect=yes"):
        assert f"HTTP {status}, a redirect" in str(failure(hook.apprise_url() + option))
    assert {request.path for request in hook.requests} == {"/desk"}


def test_an_address_cannot_switch_on_what_hides_failures(hook: Webhook) -> None:
    hook.answers["/desk"] = Answer(status=500)
    assert isinstance(failure(hook.apprise_url() + "?optional=yes&retry=3&wait=0"), ReceiverUnavailable)
    assert len(hook.requests) == 1


def test_a_wait_that_the_body_asks_for_is_passed_on(hook: Webhook) -> None:
    hook.answers["/desk"] = Answer(status=429, body=b'{"message": "slow down", "retry_after": 64.5}')
    error = failure(hook.apprise_url())
    assert isinstance(error, ReceiverUnavailable)
    assert error.retry_after == timedelta(seconds=64.5)


def test_words_of_the_message_are_not_taken_for_the_servers(hook: Webhook) -> None:
    hook.answers["/desk"] = Answer(status=503)
    error = failure(hook.apprise_url(), Message(title='error=404 "retry_after": 5', text="Socket Exception timed out"))
    assert isinstance(error, ReceiverUnavailable)
    assert str(error) == "desk-chat (DESK_URL): HTTP 503"
    assert error.retry_after is None


def test_receivers_may_be_sent_to_side_by_side(hook: Webhook) -> None:
    names = [f"/desk-{number}" for number in range(12)]
    hook.answers.update({name: Answer(status=500) for name in names[::2]})

    def outcome(name: str) -> str:
        try:
            AppriseNotifier({"DESK_URL": hook.apprise_url(name)}).send(CHAT, MESSAGE, key=name)
        except DeliveryError as error:
            return str(error)
        return "sent"

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(outcome, names)) == ["desk-chat (DESK_URL): HTTP 500", "sent"] * 6
    assert {request.path: request.key for request in hook.requests} == {name: name for name in names}


def test_a_dripping_server_is_left_at_the_limit(hook: Webhook) -> None:
    hook.answers["/desk"] = Answer(drip=True)
    began = time.monotonic()
    error = failure(hook.apprise_url(), limit=0.5)
    assert time.monotonic() - began < 2
    assert isinstance(error, ReceiverUnavailable)
    assert str(error) == "desk-chat (DESK_URL): no answer within 0.5 s"
    left = [thread for thread in threading.enumerate() if thread.name.startswith("send-")]
    assert all(thread.daemon for thread in left)
    hook.answers["/other"] = Answer()
    send(hook.apprise_url("/other"))


def test_a_refused_connection_is_unavailable() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    for address in (
        f"json://127.0.0.1:{port}/{SECRET}",
        f"mailto://127.0.0.1:{port}/a@b.example?mode=insecure&from=c@b.example",
    ):
        error = failure(address)
        assert isinstance(error, ReceiverUnavailable)
        assert str(error) == "desk-chat (DESK_URL): connection refused"


def test_a_mail_has_one_line_of_subject_and_both_parts(mails: MailServer) -> None:
    send(mails.apprise_url(), MAIL, DESK_MAIL)
    [mail] = mails.messages
    assert mail["Subject"] == "A rule: a headline Bcc: x@b.example"
    assert mail["Bcc"] is None
    assert (mail["From"], mail["To"]) == ("wirewatch@example.org", "desk@example.org")
    assert mail["X-Wirewatch-Key"] == "key-1"
    html, text = mail.get_body(("html",)), mail.get_body(("plain",))
    assert html is not None
    assert text is not None
    assert "<mark>hit</mark> &amp; more" in html.get_content()
    assert "With a hit & more" in text.get_content()
    assert "https://a.example/1" in text.get_content()


@pytest.mark.parametrize(("message", "options"), [(MESSAGE, ""), (MAIL, "&format=text")])
def test_a_text_stays_the_text_it_is(mails: MailServer, message: Message, options: str) -> None:
    send(mails.apprise_url(options=options), message)
    [mail] = mails.messages
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().splitlines() == message.text.splitlines()


def test_a_refused_mailbox_is_named_by_its_status(mails: MailServer) -> None:
    mails.refusal = "550 no such user"
    error = failure(mails.apprise_url())
    assert isinstance(error, ReceiverUnavailable)
    assert str(error) == "desk-chat (DESK_URL): SMTP 550"
    assert mails.messages == []


def test_an_unset_variable_is_named() -> None:
    for environment in ({}, {"DESK_URL": " "}):
        with pytest.raises(ReceiverMisconfigured, match="desk-chat: the variable DESK_URL is not set"):
            AppriseNotifier(environment).send(CHAT, MESSAGE, key="key-1")


@pytest.mark.parametrize(
    "address",
    [
        f"slack://{SECRET}/x",
        f"nosuch://{SECRET}",
        SECRET,
        f"json://[{SECRET}",
        f"tgram://{SECRET}/",
        f"mailto://127.0.0.1:25/{SECRET}",
    ],
)
def test_a_malformed_address_is_told_without_itself(address: str) -> None:
    error = failure(address)
    assert isinstance(error, ReceiverMisconfigured)
    assert str(error) == "desk-chat (DESK_URL): Apprise cannot read the address"


def test_no_secret_at_any_log_level(hook: Webhook, mails: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    root = logging.getLogger()
    before = root.level
    monkeypatch.setattr(sys, "stderr", written)
    root.addHandler(handler)
    root.setLevel(1)
    try:
        hook.answers[f"/bad/{SECRET}"] = Answer(status=500, body=SECRET.encode())
        send(hook.apprise_url(f"/{SECRET}"))
        errors = [
            failure(hook.apprise_url(f"/bad/{SECRET}")),
            failure(f"json://user:{SECRET}@127.0.0.1:9/{SECRET}?+Authorization={SECRET}"),
            failure(f"slack://{SECRET}/x"),
            failure(f"mailto://{SECRET}:{SECRET}@127.0.0.1:9/{SECRET}@b.example?mode=insecure&from={SECRET}@b.example"),
        ]
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
    told = written.getvalue() + "".join(f"{error!r}{error.__cause__!r}{error.__context__!r}" for error in errors)
    assert SECRET not in told
    assert "127.0.0.1" not in told
