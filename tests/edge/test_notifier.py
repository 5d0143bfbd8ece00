"""Apprise against real servers on loopback: what counts as sent, what is said of a failure, and what never is."""

import io
import logging
import socket
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipelines.alerts import Message, Receiver
from pipelines.delivery.apprise_notifier import AppriseNotifier
from pipelines.delivery.dialects import told
from pipelines.errors import DeliveryError, MessageRefused, ReceiverMisconfigured, ReceiverUnavailable
from pipelines.states import MessageStyle, ReceiverId
from tests.dialects import DISCORD, discord
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
    kinds = dict.fromkeys((401, 403, 404, 410), ReceiverMisconfigured) | {400: MessageRefused}
    assert type(error) is kinds.get(status, ReceiverUnavailable)
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


def test_the_posts_of_one_message_keep_the_services_pace() -> None:
    moment, slept = [datetime(2026, 11, 22, tzinfo=UTC)], list[float]()

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        moment[0] += timedelta(seconds=seconds)

    with discord() as taking:
        notifier = AppriseNotifier({"DESK_URL": DISCORD}, clock=lambda: moment[0], sleep=sleep)
        notifier.send(
            CHAT, told("A heading", "\n\n".join(f"{number} {'x' * 1900}" for number in range(12))), key="key-1"
        )
        assert len(taking.shown) == 12
        assert slept == [2.0, 2.0]  # five at once, then five more: discord.com takes no more in two seconds


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
    error = failure(hook.apprise_url(), limit=0.5)  # the server drips for ever: coming back at all is the proof
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
    assert text.get_content().splitlines() == MAIL.text.splitlines()


def test_mails_of_an_event_refer_to_one_id_and_a_repeat_is_known_by_its_own(mails: MailServer) -> None:
    event = replace(MAIL, thread="event:17")
    for key, message in (("key-1", event), ("key-2", event), ("key-2", event), ("key-3", MAIL)):
        AppriseNotifier({"DESK_URL": mails.apprise_url()}).send(DESK_MAIL, message, key=key)
    ids = [mail["Message-ID"] for mail in mails.messages]
    assert ids == [f"<key-{number}@example.org>" for number in (1, 2, 2, 3)]
    threads = [(mail["References"], mail["In-Reply-To"]) for mail in mails.messages]
    root = "<event-17.desk-mail@example.org>"
    assert threads == [(root, root)] * 3 + [(None, None)]
    assert {mail["List-Id"] for mail in mails.messages} == {
        "Wirewatch alerts for desk-mail <desk-mail.wirewatch.example.org>"
    }
    assert mails.messages[0]["Auto-Submitted"] == "auto-generated"


def test_a_mail_in_any_script_survives_a_server_of_seven_bits(mails: MailServer) -> None:
    words = "Հայաստան · Грузия · Azərbaycan ‹b›"
    send(mails.apprise_url(), Message(title=words, text=words, html=f"<p>{words}</p>"), DESK_MAIL)
    [mail] = mails.messages
    assert mail["Subject"] == words
    assert all(part.get_content().strip().strip("<p>/") == words for part in mail.iter_parts())
    assert mail.as_bytes().isascii()


@pytest.mark.parametrize(
    ("header", "wait"), [("17", 17), ("Wed, 21 Oct 2065 07:28:00 GMT", 24 * 3600), ("soon", None), ("-3", None)]
)
def test_a_wait_that_the_header_asks_for_is_passed_on(hook: Webhook, header: str, wait: int | None) -> None:
    hook.answers["/desk"] = Answer(status=429, headers={"Retry-After": header})
    error = failure(hook.apprise_url())
    assert isinstance(error, ReceiverUnavailable)
    assert error.retry_after == (None if wait is None else timedelta(seconds=wait))
    hook.answers["/desk"] = Answer(status=503)
    later = failure(hook.apprise_url())
    assert isinstance(later, ReceiverUnavailable)
    assert later.retry_after is None


@pytest.mark.parametrize(
    ("address", "service"),
    [
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/", "slack"),
        ("https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "slack"),
        ("tgram://123456789:abcdefg_hijklmnop/-1001234", "tgram"),
        ("discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js", "discord"),
        ("mailtos://user:password@example.org", "mailto"),
        ("json://127.0.0.1/x", "json"),
        ("nosuch://x", ""),
        ("", ""),
    ],
)
def test_the_service_behind_an_address_is_known(address: str, service: str) -> None:
    assert AppriseNotifier({"DESK_URL": address}).service(CHAT) == service


@pytest.mark.parametrize(
    ("refusal", "kind"),
    [
        ("535 no", ReceiverMisconfigured),
        ("554 spam", MessageRefused),
        ("451 later", ReceiverUnavailable),
        ("550 no", ReceiverUnavailable),
    ],
)
def test_what_a_mail_server_says_tells_who_must_mend_it(mails: MailServer, refusal: str, kind: type) -> None:
    mails.refusal = refusal
    error = failure(mails.apprise_url())
    assert type(error) is kind
    assert str(error) == f"desk-chat (DESK_URL): SMTP {refusal[:3]}"


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
