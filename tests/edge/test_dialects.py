"""Headlines made to be misread, as Slack, Telegram and a mail reader show them; and what the two services refuse."""

import unicodedata
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest

from pipelines.alerts import AlertDetail, Bundled, Message, Receiver
from pipelines.delivery.apprise_notifier import AppriseNotifier
from pipelines.delivery.dialects import told
from pipelines.delivery.gathered import render_all
from pipelines.delivery.marks import link
from pipelines.errors import DeliveryError, MessageRefused, ReceiverMisconfigured, ReceiverUnavailable
from pipelines.states import MessageStyle, ReceiverId
from tests.dialects import (
    DISCORD,
    MATTERMOST_WEBHOOK,
    SLACK,
    SLACK_BLOCKS,
    SLACK_BOT,
    TELEGRAM,
    Refusal,
    Service,
    discord,
    mattermost,
    refused_by_telegram,
    slack,
    telegram,
)
from tests.receivers import MailServer, mail_server
from tests.unit.delivery.samples import NOW, article, carrier, content, detail, match

LONG = " ".join(f"word{number}" for number in range(2_400))  # 20,000 characters
HEADLINES = {
    "markup": "Tom & Jerry <b>win</b> 5 < 6 > 4 && \"quoted\" 'twice' <script>alert(1)</script>",
    "everyone in Slack": "<!channel> <!here|now> <@U123> <#C123|desk> is called",
    "everyone elsewhere": "@everyone @here @channel @all read this",
    "masked in Slack": "Read it at <https://evil.example/a|bank.example>",
    "masked in Markdown": "Read it at [bank.example](https://evil.example/a) ![x](https://evil.example/b)",
    "masked in HTML": 'Read it at <a href="https://evil.example">bank.example</a>',
    "escaped already": "&lt;!channel&gt; &amp;amp; &#60;b&#62; &nbsp; &copy;",
    "marks": "*bold* _italic_ `code` ~gone~ ||hidden|| > quoted",
    "marks doubled": "**bold** __under__ ~~gone~~ ```code``` snake_case_word 2*3*4",
    "a heading": "# Heading of a page",
    "a quotation": "> Said by nobody",
    "a list": "- a list",
    "small print": "-# small print",
    "a number": "1. A list, it seems",
    "emoji by name": ":fire: at 20:41:30 and :+1: :100:",
    "tags and orders": "#breaking /start /stop@bot $TSLA and a/b or 3/4 for $5",
    "bare addresses": "See evil.example, www.evil.example/a, https://evil.example/b, tg://user?id=1, a@evil.example",
    "backslashes": r"A \*path\* C:\new and a \ alone",
    "turned around": "Invoice \u202egpj.exe\u202c and \u2067hidden\u2069 \u200fmark",
    "emoji": "🇦🇲 Flag, 👩‍👩‍👧 family, 🔥 fire, e\u0301 accent",
    "five scripts": "Խաղաղապահներ Лачин laçın Karabağ მშვიდობა العربية",
    "lines": "One line\r\nBcc: somebody@b.example\r\n\r\nand another\x00\x1b[31m red",
    "half a pair": "Broken \ud83d pair",
    "a comment": "<!-- hidden --> <!DOCTYPE html> <?php ?> <![CDATA[x]]> shown",
    "long": LONG,
}
LOOK_ALIKES = str.maketrans("‹›＠∕․∗ˍ∼ˋ∶＃＄＆", "<>@/.*_~`:#$&")


def alert_of(headline: str, number: int = 1) -> AlertDetail:
    """An alert about an article of that headline, which another outlet prints under the same."""
    link = f"https://a.example/{number}?a=1&b=%3C2%3E"
    told = content(title=headline, body=f"{headline[:300]}. A peacekeeper stood in the Lachin corridor.")
    return detail(match(content=told, article=article(link=link)), (carrier("B", headline, f"{link}&c=3"),))


def message_of(*details: AlertDetail, style: MessageStyle = MessageStyle.CHAT) -> Message:
    return render_all(details, style, occasion="", earlier=Bundled(), zone="UTC", now=NOW)


def send(address: str, message: Message, style: MessageStyle = MessageStyle.CHAT) -> None:
    receiver = Receiver(receiver_id=ReceiverId("desk"), url_env="DESK", style=style)
    AppriseNotifier({"DESK": address}).send(receiver, message, key="key-1")


def readable(headline: str) -> str:
    """The headline's characters that a reader should find, on one line; the first 190 of a long one."""
    seen = "".join(c for c in " ".join(headline.split()) if unicodedata.category(c) not in {"Cc", "Cs"})
    for mark in "\u202e\u202c\u2067\u2069\u200f":
        seen = seen.replace(mark, "")
    return " ".join(seen[:190].rpartition(" ")[0].split()) if len(seen) > 200 else " ".join(seen.split())


def as_written(shown: str) -> str:
    """What is shown, with look-alikes undone."""
    return " ".join(shown.translate(LOOK_ALIKES).replace("] (", "](").split())


SERVICES: dict[str, tuple[Callable[[], AbstractContextManager[Service]], str]] = {
    "slack": (slack, SLACK),
    "slack blocks": (slack, SLACK_BLOCKS),
    "slack bot": (slack, SLACK_BOT),
    "telegram": (telegram, TELEGRAM),
    "discord": (discord, DISCORD),
    "mattermost": (mattermost, ""),
}


@pytest.fixture(params=SERVICES)
def service(request: pytest.FixtureRequest) -> Iterator[tuple[Service, str]]:
    """One of the services, with its address."""
    start, address = SERVICES[request.param]
    with start() as found:
        yield found, address or found.url.replace("http", "mmost") + MATTERMOST_WEBHOOK.removeprefix("/hooks")


@pytest.mark.parametrize("name", HEADLINES)
def test_a_headline_arrives_readable_inert_and_whole(service: tuple[Service, str], name: str) -> None:
    taking, address = service
    send(address, message_of(alert_of(HEADLINES[name])))
    shown = "\n".join(taking.shown)
    assert readable(HEADLINES[name]) in as_written(shown)
    assert "ACTIVE" not in shown
    assert "https://a.example/1?a=1&b=%3C2%3E" in shown
    assert "@everyone" not in shown
    assert "](https://" not in shown
    assert not set("\u202e\u2067\u200f\x00\x1b") & set(shown)


def test_a_long_title_is_taken(service: tuple[Service, str]) -> None:
    taking, address = service
    send(address, told("A rule's title & more " * 12, f"The text\n{link('https://a.example/1')}"))
    assert "https://a.example/1" in "\n".join(taking.shown)
    assert "A rule's title & more A rule's" in "\n".join(taking.shown)


def test_of_a_hundred_alerts_in_one_message_each_headline_and_link_arrives_whole(
    service: tuple[Service, str],
) -> None:
    taking, address = service
    headlines = [
        f"{number} {name} & <b> {HEADLINES['five scripts']} {LONG[:100]}" for number, name in enumerate("ab" * 50)
    ]
    send(address, message_of(*(alert_of(headline, number) for number, headline in enumerate(headlines))))
    pieces = [as_written(piece) for piece in taking.shown]
    for number, headline in enumerate(headlines):
        assert any(readable(headline) in piece for piece in pieces), headline
        assert any(f"https://a.example/{number}?a=1&b=%3C2%3E" in piece.split() for piece in pieces), number


@pytest.mark.parametrize("name", HEADLINES)
def test_a_mail_shows_the_headline_as_it_is(mails: MailServer, name: str) -> None:
    send(mails.apprise_url(), message_of(alert_of(HEADLINES[name]), style=MessageStyle.MAIL), MessageStyle.MAIL)
    [mail] = mails.messages
    assert mail["bcc"] is None
    assert len(str(mail["subject"]).splitlines()) == 1
    body = mail.get_body(("plain",))
    assert body is not None
    text = as_written(str(body.get_content()))
    assert readable(HEADLINES[name]) in text
    page = mail.get_body(("html",))
    assert page is not None
    html = str(page.get_content())
    assert "<script" not in html
    assert 'href="https://evil.example' not in html
    assert "a.example/1?a=1&amp;b=%3C2%3E" in html


@pytest.fixture
def mails() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


REFUSALS: list[tuple[str, Callable[[], Refusal], type[DeliveryError], str, int | None]] = [
    (SLACK, lambda: Refusal(400, "invalid_payload"), MessageRefused, "HTTP 400", None),
    (SLACK, lambda: Refusal(403, "action_prohibited"), ReceiverMisconfigured, "HTTP 403", None),
    (SLACK, lambda: Refusal(404, "no_service"), ReceiverMisconfigured, "HTTP 404", None),
    (SLACK, lambda: Refusal(410, "channel_is_archived"), ReceiverMisconfigured, "HTTP 410", None),
    (SLACK, lambda: Refusal(429, "rate_limited", Retry_After="30"), ReceiverUnavailable, "HTTP 429", None),
    (SLACK, lambda: Refusal(200, "<html>login</html>"), ReceiverUnavailable, "not taken", None),
    (
        SLACK_BOT,
        lambda: Refusal(200, '{"ok":false,"error":"invalid_auth"}'),
        ReceiverMisconfigured,
        "invalid_auth",
        None,
    ),
    (
        SLACK_BOT,
        lambda: Refusal(200, '{"ok":false,"error":"channel_not_found"}'),
        ReceiverMisconfigured,
        "channel",
        None,
    ),
    (SLACK_BOT, lambda: Refusal(200, '{"ok":false,"error":"internal_error"}'), ReceiverUnavailable, "not taken", None),
    (TELEGRAM, lambda: refused_by_telegram(401, "Unauthorized"), ReceiverMisconfigured, "HTTP 401", None),
    (
        TELEGRAM,
        lambda: refused_by_telegram(403, "Forbidden: bot was blocked by the user"),
        ReceiverMisconfigured,
        "HTTP 403",
        None,
    ),
    (TELEGRAM, lambda: refused_by_telegram(404, "Not Found"), ReceiverMisconfigured, "HTTP 404", None),
    (
        TELEGRAM,
        lambda: refused_by_telegram(400, "Bad Request: chat not found"),
        ReceiverMisconfigured,
        "chat not found",
        None,
    ),
    (
        TELEGRAM,
        lambda: refused_by_telegram(400, "Bad Request: message is too long"),
        MessageRefused,
        "HTTP 400",
        None,
    ),
    (
        TELEGRAM,
        lambda: refused_by_telegram(429, "Too Many Requests: retry after 14", retry_after=14),
        ReceiverUnavailable,
        "HTTP 429",
        14,
    ),
]


@pytest.mark.parametrize(("address", "refusal", "kind", "words", "wait"), REFUSALS)
def test_a_refusal_is_understood(
    address: str, refusal: Callable[[], Refusal], kind: type[DeliveryError], words: str, wait: int | None
) -> None:
    with (telegram if address == TELEGRAM else slack)() as taking:
        taking.refusing = refusal()
        with pytest.raises(kind) as caught:
            send(address, message_of(alert_of("A headline")))
        assert words in str(caught.value)
        assert taking.asked == 1
        if wait is not None:
            assert isinstance(caught.value, ReceiverUnavailable)
            assert caught.value.retry_after == timedelta(seconds=wait)


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        ('{"chat_id": 1, "parse_mode": "HTML", "text": "a <!channel> b"}', "can't parse entities"),
        ('{"chat_id": 1, "parse_mode": "HTML", "text": "a <b>b"}', "can't parse entities"),
        ('{"chat_id": 1, "text": "' + "a" * 4097 + '"}', "message is too long"),
        ('{"chat_id": 1, "text": " "}', "message text is empty"),
    ],
)
def test_the_servers_own_judgement_of_telegram(payload: str, error: str) -> None:
    with telegram() as taking, pytest.raises(Refusal, match=error):
        taking.take(f"/bot1:{'a' * 35}/sendMessage", "application/json", payload.encode())


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        ("not JSON", "invalid_payload"),
        ("{}", "no_text"),
        ('{"text": "' + "a" * 40_001 + '"}', "msg_too_long"),
        ('{"blocks": [{"type": "section", "text": {"type": "plain_text", "text": ""}}]}', "invalid_blocks"),
        (
            '{"blocks": [{"type": "header", "text": {"type": "plain_text", "text": "' + "a" * 151 + '"}}]}',
            "invalid_blocks",
        ),
    ],
)
def test_the_servers_own_judgement_of_slack(payload: str, error: str) -> None:
    with slack() as taking, pytest.raises(Refusal, match=error):
        taking.take("/api/chat.postMessage", "application/json", payload.encode())
