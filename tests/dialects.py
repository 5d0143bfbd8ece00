"""Chat services as they take and refuse requests: servers on loopback that judge what Apprise really sends.

Slack, Telegram, Discord and Mattermost. Apprise's own services are used, with nothing changed but the host they talk
to. The limits and errors are those of docs.slack.dev (incoming webhooks, chat.postMessage, Block Kit),
core.telegram.org/bots/api, discord.com/developers (webhooks, message object, errors) and docs.mattermost.com. What a
service would make more of than text shows as `{ACTIVE ...}`; what is bold as *bold*.
"""

import html
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler
from typing import Any

from pipelines.loopback import Loopback

TELEGRAM_TAGS = frozenset(
    ["b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "a", "code", "pre", "tg-spoiler", "blockquote"]
)
TELEGRAM_FINDS = re.compile(
    r"(?<!\w)@\w+|(?<!\w)#\w+|(?<![\w/<>.&])/[A-Za-z]\w*|(?<!\w)\$[A-Z]{1,8}\b|\w+://\S+|\b[\w-]+\.(?:example|com|am)\b"
)
"""What Telegram makes links of by itself."""
SLACK_WEBHOOK = "/services/T0AAAAAAA/B0BBBBBBB/cccccccccccccccccccccccc"
SLACK = f"slack://{SLACK_WEBHOOK.removeprefix('/services/')}"
SLACK_BLOCKS = f"{SLACK}?blocks=yes"
SLACK_BOT = "slack://xoxb-1234567890-1234567890-abcdefghijklmnopqrstuvwx/#desk"
DISCORD_WEBHOOK = "/api/webhooks/000000000000000000/"
DISCORD = "discord://000000000000000000/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
MATTERMOST_WEBHOOK = "/hooks/aaaaaaaaaaaaaaaaaaaaaaaaaa"
TELEGRAM = "tgram://123456789:abcdefghijklmnopqrstuvwxyzABCDEFGHI/987654321/"


class Refusal(Exception):
    """What a service answers instead of taking a message."""

    def __init__(self, status: int, body: str, **headers: str) -> None:
        super().__init__(body)
        self.status, self.body, self.headers = status, body, headers


class Service(Loopback):
    """One of them; `shown` is what readers see of each message taken, in order; `refusing` answers all there is."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.refusing: Refusal | None = None
        self.asked = 0
        super().__init__(_answering(self))

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def take(self, path: str, content_type: str, body: bytes) -> str:
        """The answer to a message, which is then shown; raises Refusal."""
        raise NotImplementedError


class Slack(Service):
    """Incoming webhooks answer `ok` or an error in plain text; chat.postMessage answers 200 and JSON, errors too."""

    def take(self, path: str, content_type: str, body: bytes) -> str:
        """See Service."""
        bot = path == "/api/chat.postMessage"
        if not bot and path != SLACK_WEBHOOK:
            raise Refusal(404, "no_service")
        try:
            payload = json.loads(body)
        except ValueError:
            payload = None
        if not isinstance(payload, dict) or not content_type.startswith("application/json"):
            raise Refusal(400, "invalid_payload")
        self.shown.append(_slack_text(payload))
        return '{"ok": true, "channel": "C0DDDDDDD", "ts": "1.2"}' if bot else "ok"


def _slack_text(payload: dict[str, Any]) -> str:
    """What a reader sees; raises Refusal for what Slack would not take."""
    attachments = payload.get("attachments", [])
    blocks = [*payload.get("blocks", []), *(block for one in attachments for block in one.get("blocks", []))]
    texts = [payload.get("text", ""), *(one.get(key, "") for one in attachments for key in ("title", "text"))]
    if not any(texts) and not blocks:
        raise Refusal(400, "no_text")
    if len(attachments) > 100:
        raise Refusal(400, "too_many_attachments")
    if sum(map(len, texts)) > 40_000:
        raise Refusal(400, "msg_too_long")
    if len(blocks) > 50 or not all(map(_good_block, blocks)):
        raise Refusal(400, "invalid_blocks")
    plain = [_block_text(block) for block in blocks]
    return "\n".join([*(html.unescape(_slack_active(text)) for text in texts if text), *plain])


def _good_block(block: dict[str, Any]) -> bool:
    longest = {"section": 3000, "header": 150}.get(block.get("type", ""))
    if block.get("type") == "context":
        return 0 < len(block["elements"]) <= 10
    text = block.get("text", {})
    fits = longest is not None and 0 < len(text.get("text", "")) <= longest
    return fits and text.get("type") in ({"plain_text"} if block["type"] == "header" else {"plain_text", "mrkdwn"})


def _block_text(block: dict[str, Any]) -> str:
    parts = block["elements"] if block["type"] == "context" else [block["text"]]
    return " ".join(html.unescape(_slack_active(part["text"])) for part in parts if "text" in part)


def _slack_active(text: str) -> str:
    """The text, with what Slack makes a mention, a channel, a link of its own or markup of marked for a test to see."""
    links = re.findall(r"<(https?://[^|>\s]+)>", text)
    text = re.sub(r"<(https?://[^|>\s]+)>", "\ue000", text)
    text = re.sub(r"<([!@#][^>]*|[^|>]+\|[^>]*)>", r"{ACTIVE \1}", text)
    text = re.sub(
        r"((?<!\w)_(?=\S)|(?<!\w)~(?=\S)|`|https?://|:(?:100|[+-]1|[a-z0-9_+-]*[a-z][a-z0-9_+-]*):)",
        r"{ACTIVE \1}",
        text,
    )
    text = re.sub(r"(?m)^(&gt;|>)", r"{ACTIVE \1}", text)
    shown = iter(links)
    return "".join(next(shown) if char == "\ue000" else char for char in text)


class Telegram(Service):
    """sendMessage of the Bot API: JSON always; entities and lengths are judged before anything is shown."""

    def take(self, path: str, content_type: str, body: bytes) -> str:
        """See Service."""
        if not re.fullmatch(r"/bot\d+:[\w-]{35}/sendMessage", path):
            raise refused_by_telegram(404, "Not Found")
        payload = json.loads(body)
        if not payload.get("chat_id"):
            raise refused_by_telegram(400, "Bad Request: chat_id is empty")
        text = payload.get("text", "")
        if payload.get("parse_mode") == "HTML":
            text, length = _entities(text)
        elif payload.get("parse_mode"):
            raise refused_by_telegram(400, "Bad Request: unsupported parse_mode")
        else:
            length = len(text.encode("utf-16-le")) // 2
        if not text.strip():
            raise refused_by_telegram(400, "Bad Request: message text is empty")
        if length > 4096:
            raise refused_by_telegram(400, "Bad Request: message is too long")
        self.shown.append(text)
        return '{"ok": true, "result": {"message_id": 1}}'


def refused_by_telegram(status: int, description: str, **parameters: int) -> Refusal:
    """An error as the Bot API words it."""
    answer = {"ok": False, "error_code": status, "description": description}
    return Refusal(status, json.dumps(answer | ({"parameters": parameters} if parameters else {})))


class _Entities(HTMLParser):
    """Text and links of Telegram's HTML; a tag that it does not know, or leaves open, is an error."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.text: list[str] = []
        self.open: list[str] = []
        self.href = ""
        self.length = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TELEGRAM_TAGS:
            raise _cannot_parse(f'Unsupported start tag "{tag}"')
        self.open.append(tag)
        self.href = dict(attrs).get("href") or ""
        self.text.append({"b": "*", "a": "\ue000"}.get(tag, ""))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            raise _cannot_parse(f'Unexpected end tag "{tag}"')
        if tag == "a" and not "".join(self.text).endswith(self.href):
            self.text.append(f"{{ACTIVE {self.href}}}")  # a link that is not what it says
        self.text.append({"b": "*", "a": "\ue001"}.get(tag, ""))

    def handle_data(self, data: str) -> None:
        if "<" in data:
            raise _cannot_parse("Unsupported start tag")
        self.text.append(data)

    def handle_entityref(self, name: str) -> None:
        # The four that the Bot API knows; another stays as it is written.
        self.text.append({"lt": "<", "gt": ">", "amp": "&", "quot": '"'}.get(name, f"&{name};"))

    def handle_charref(self, name: str) -> None:
        self.text.append(html.unescape(f"&#{name};"))

    def handle_decl(self, decl: str) -> None:
        raise _cannot_parse(f'Unsupported start tag "!{decl}"')

    def unknown_decl(self, data: str) -> None:
        raise _cannot_parse("Unsupported start tag")

    def handle_comment(self, data: str) -> None:
        raise _cannot_parse("Unsupported start tag")

    def handle_pi(self, data: str) -> None:
        raise _cannot_parse("Unsupported start tag")


def _cannot_parse(why: str) -> Refusal:
    return refused_by_telegram(400, f"Bad Request: can't parse entities: {why} at byte offset 0")


def _entities(text: str) -> tuple[str, int]:
    """What is shown, and how long Telegram finds it: in UTF-16 units, without tags."""
    parser = _Entities()
    parser.feed(text)
    parser.close()
    if parser.open:
        raise _cannot_parse(f"Can't find end tag corresponding to start tag {parser.open[-1]}")
    plain = html.unescape(re.sub(r"<[^>]*>", "", text))
    parts = re.split("\ue000([^\ue001]*)\ue001", "".join(parser.text))
    shown = [TELEGRAM_FINDS.sub(r"{ACTIVE \g<0>}", part) if at % 2 == 0 else part for at, part in enumerate(parts)]
    return "".join(shown), len(plain.encode("utf-16-le")) // 2


class Discord(Service):
    """A webhook: 204, or JSON with a code; content is judged as its clients show it."""

    def take(self, path: str, content_type: str, body: bytes) -> str:
        """See Service."""
        if not path.startswith(DISCORD_WEBHOOK):
            raise Refusal(404, '{"message": "Unknown Webhook", "code": 10015}')
        payload = json.loads(body)
        content = payload.get("content") or ""
        if not content.strip() and not payload.get("embeds"):
            raise Refusal(400, '{"message": "Cannot send an empty message", "code": 50006}')
        if len(content.encode("utf-16-le")) // 2 > 2000:
            raise Refusal(400, '{"content": ["Must be 2000 or fewer in length."]}')
        found = re.search(r"@(everyone|here)|<@[&!]?\d+>|<#\d+>", content)
        self.shown.append(f"{{ACTIVE {found[0]}}}" if found else _markdown_shown(content))
        return ""


class Mattermost(Service):
    """An incoming webhook: `ok`, or JSON with an id; posts hold 16,383 characters."""

    def take(self, path: str, content_type: str, body: bytes) -> str:
        """See Service."""
        if path != MATTERMOST_WEBHOOK:
            raise Refusal(404, '{"id": "web.incoming_webhook.invalid.app_error"}')
        payload = json.loads(body)
        text = payload.get("text") or ""
        if not text.strip():
            raise Refusal(400, '{"id": "web.incoming_webhook.text.app_error"}')
        if len(text) > 16_383:
            raise Refusal(400, '{"id": "web.incoming_webhook.text.length.app_error"}')
        tags = re.sub(r"(?<![\w\\])[@#]\w+|(?<!\w)~\w+|&#?\w+;", r"{ACTIVE \g<0>}", re.sub(r"<https?://\S+>", "", text))
        self.shown.append(_markdown_shown(text) if "ACTIVE" not in tags else tags)
        return "ok"


def _markdown_shown(text: str) -> str:
    """The text as Markdown shows it: signs, lines, links and emoji that work, besides `**` and `<link>`, are active."""
    links: list[str] = re.findall(r"<(https?://[^\s>]+)>", text)
    text = re.sub(r"<(https?://[^\s>]+)>", "\ue000", text)
    text = re.sub(r"(?m)^\s*(#{1,6}|-#|[-+>]|\d+[.)])(?=\s)", r"{ACTIVE \1}", text)
    text = re.sub(r"\\([^A-Za-z0-9\s])", lambda escaped: chr(0xE100 + ord(escaped[1])), text)
    text = text.replace("**", "\ue001")
    text = re.sub(
        r"[*_~`|\[\]<>]|https?://|\bwww\.|:(?:100|[+-]1|[\w+-]*[A-Za-z][\w+-]*):", r"{ACTIVE \g<0>}", text
    ).replace("\ue001", "*")
    shown = iter(links)
    text = "".join(next(shown) if char == "\ue000" else char for char in text)
    return "".join(chr(ord(char) - 0xE100) if "\ue100" < char < "\ue180" else char for char in text)


def _answering(service: Service) -> type[BaseHTTPRequestHandler]:
    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            service.asked += 1
            try:
                if service.refusing:
                    raise service.refusing
                answer = Refusal(200, service.take(self.path, self.headers.get("Content-Type", ""), body))
            except Refusal as refusal:
                answer = refusal
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(answer.body.encode())))
            self.end_headers()
            self.wfile.write(answer.body.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Nothing on stderr."""

    return Answering


@contextmanager
def slack() -> Iterator[Slack]:
    """Slack for the length of a block: whatever goes to it by Apprise arrives here."""
    from apprise.plugins.slack import NotifySlack

    hosts = {"webhook_url": "{}/services", "api_url": "{}/api/{{}}"}
    with _in_place_of(NotifySlack, Slack(), hosts) as service:
        yield service


@contextmanager
def telegram() -> Iterator[Telegram]:
    """Telegram for the length of a block."""
    from apprise.plugins.telegram import NotifyTelegram

    with _in_place_of(NotifyTelegram, Telegram(), {"notify_url": "{}/bot"}) as service:
        yield service


@contextmanager
def discord() -> Iterator[Discord]:
    """Discord for the length of a block."""
    from apprise.plugins.discord import NotifyDiscord

    with _in_place_of(NotifyDiscord, Discord(), {"notify_url": "{}/api/webhooks"}) as service:
        yield service


@contextmanager
def mattermost() -> Iterator[Mattermost]:
    """A Mattermost of one's own for the length of a block; its address follows from its `url`."""
    service = Mattermost()
    service.start()
    try:
        yield service
    finally:
        service.stop()


@contextmanager
def _in_place_of(plugin: Any, service: Any, hosts: dict[str, str]) -> Iterator[Any]:
    """The service, running, at the host that Apprise's own plugin talks to."""
    real = {name: getattr(plugin, name) for name in hosts}
    service.start()
    try:
        for name, pattern in hosts.items():
            setattr(plugin, name, pattern.format(service.url))
        yield service
    finally:
        for name, value in real.items():
            setattr(plugin, name, value)
        service.stop()
