"""How each service writes bold and links, what it would make of words from outside, and how long a post may be; pure.

Signs that a service knows an escape for are escaped; where it knows none, they give way to letters that look alike, so
that a reader sees what stands there and copying it wakes nothing up. Sources: docs.slack.dev (formatting text, Block
Kit), core.telegram.org/bots/api (HTML style, limits), discord.com/developers (message object), Markdown of
docs.mattermost.com, learn.microsoft.com (cards-format, 28 KB a message), spec.matrix.org (65,536 bytes an event).
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from math import ceil

from pipelines.alerts import Message
from pipelines.delivery import marks
from pipelines.delivery.pieces import pieces
from pipelines.delivery.wording import bare_link

_NUMBERED = 16
"""Characters kept free for a part's number and for a mark that must be closed there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One service's way of writing; `limit` is what a post holds, as `length` measures a text with its marks."""

    name: str
    words: Callable[[str], str]
    """Words from outside, and ours, with marks of bold among them, as the service shows them unchanged."""
    signs: tuple[str, str]
    """Around what is bold."""
    link: Callable[[str], str]
    limit: int
    length: Callable[["Dialect", str], int]
    """Of a text with its marks, as the service counts what becomes of it."""
    headed: bool = True
    """Whether the heading is the text's first line; else it goes apart."""
    repeated: bool = True
    """Whether each part of a long message has the heading again."""

    def write(self, text: str) -> str:
        """The text as it goes to the service."""
        return marks.written(text, self.words, self.signs, self.link)

    def measure(self, text: str) -> int:
        """How long the service finds it."""
        return self.length(self, text)


@dataclass(frozen=True, slots=True)
class Post:
    """What goes out at once; the title is empty where it stands in the text."""

    title: str
    text: str


def told(title: str, text: str, html: str | None = None) -> Message:
    """The message of a text with marks, and of the same as plain text."""
    return Message(title=PLAIN.write(title), text=PLAIN.write(text), html=html, marked=text)


def posts(message: Message, dialect: Dialect, limit: int | None = None) -> list[Post]:
    """The message as the service takes it: one post, or as many as its limit (or a lower one) makes necessary."""
    room = min(limit or dialect.limit, dialect.limit)
    text, heading = message.marked or message.text, message.title if dialect.headed else ""
    if not dialect.repeated and heading:
        text, heading = f"{heading}\n{text}", ""
    whole = f"{heading}\n{text}" if heading else text
    if dialect.measure(whole) <= room:
        return [Post("" if dialect.headed else dialect.write(message.title), dialect.write(whole))]
    room = max(room - dialect.measure(heading) - _NUMBERED, room // 2)
    text = marks.without_links(text, lambda address: dialect.measure(marks.link(address)) > room)
    parts = list(marks.closed(pieces(text, room, dialect.measure)))
    return [_part(message.title, part, f"({number}/{len(parts)})", dialect) for number, part in enumerate(parts, 1)]


def _part(title: str, text: str, number: str, dialect: Dialect) -> Post:
    if not dialect.headed:
        return Post(dialect.write(f"{title} {number}"), dialect.write(text))
    if not dialect.repeated:
        return Post("", dialect.write(f"{number} {text}"))
    return Post("", dialect.write(f"{title} {number}\n{text}"))


# --- words ------------------------------------------------------------------------------------------------------------

_EMOJI = re.compile(r":(?=(?:100|1234|[+-]1|[\w+'-]*[A-Za-z][\w+'-]*):)")
"""Not what stands between the colons of a time, or of a place in a file."""
_WORD_SIGN = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
"""An underscore that could begin or end a word: within one it means nothing."""
_TAG = re.compile(r"#(?=\w)")
_COMMAND = re.compile(r"(?<![^\s\ue000])/(?=[A-Za-z])")
_SHARE = re.compile(r"\$(?=[A-Z])")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_LINE_SIGN = re.compile(r"(?m)^([ \ue000]*)(#{1,6}|-#|[-+>]|\d{1,9}(?=[.)]))(?=[\s.)>]|$)")
"""What makes a heading, a list or a quotation of a line."""
_NUMBERED_LINE = re.compile(r"(?m)^([ \ue000]*\d{1,9})\.")
_QUOTATION = re.compile(r"(?m)^([ \ue000]*)>")
_ALIKE = str.maketrans({"*": "∗", "~": "∼", "`": "ˋ"})
_ANGLES = str.maketrans({"<": "‹", ">": "›", "@": "＠"})
_MARKDOWN = re.compile(r"[\\*_~`|\[\]]")


def _plain(text: str) -> str:
    return unlinked(text).translate(_ANGLES).replace("](", "] (")


def _slack(text: str) -> str:
    text = _WORD_SIGN.sub("ˍ", _QUOTATION.sub(r"\1›", unlinked(text).replace("@", "＠")))
    return escape(_EMOJI.sub("∶", text).translate(_ALIKE), quote=False)


def _telegram(text: str) -> str:
    text = _TAG.sub("＃", _COMMAND.sub("∕", unlinked(text).replace("@", "＠")))
    return escape(_SHARE.sub("＄", text), quote=False)


def _matrix(text: str) -> str:
    tame = _TAG.sub("＃", unlinked(text).replace("@", "＠"))
    return escape(tame, quote=False).replace("\n", "<br/>")


def _discord(text: str) -> str:
    return _EMOJI.sub(r"\\:", _lines_escaped(_MARKDOWN.sub(r"\\\g<0>", unlinked(text).translate(_ANGLES))))


def _mattermost(text: str) -> str:
    text = _ENTITY.sub("＆", _TAG.sub("＃", _EMOJI.sub("∶", unlinked(text).translate(_ANGLES).replace("~", "∼"))))
    return _lines_escaped(_MARKDOWN.sub(r"\\\g<0>", text).replace("$", r"\$"))


def _teams(text: str) -> str:
    text = _ENTITY.sub("＆", _WORD_SIGN.sub("ˍ", unlinked(text).translate(_ANGLES).translate(_ALIKE)))
    text = text.replace("{{", "{ {").replace("](", "] (")
    # A list's own signs stay: a list is what is meant. A number is told from one by its point.
    return _NUMBERED_LINE.sub(r"\1․", text).replace("\n", "\n\n")


def _lines_escaped(text: str) -> str:
    def at_start(found: re.Match[str]) -> str:
        return f"{found[1]}{found[2]}\\" if found[2].isdecimal() else f"{found[1]}\\{found[2]}"

    return _LINE_SIGN.sub(at_start, text)


def unlinked(text: str) -> str:
    """The text without an address that a service would make a link of by itself."""
    return _HOST.sub(r"\1․", text.replace("://", ":∕∕"))


_HOST = re.compile(r"(?<=\w)([\ue000\ue001]*)\.(?=[\ue000\ue001]*[^\W\d_]{2,})")

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWICE = frozenset("^{}\\[~]|€")
_TYPED = str.maketrans(
    {"“": '"', "”": '"', "‘": "'", "’": "'", "·": "-", "…": "...", "–": "-", "—": "-", "\u00a0": " "}
)


def _sms(text: str) -> str:
    return _HOST.sub(r"\1. ", text.replace("://", ": //")).translate(_TYPED)


# --- lengths ----------------------------------------------------------------------------------------------------------


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _characters(dialect: Dialect, text: str) -> int:
    return len(dialect.write(text))


def escaped(text: str) -> int:
    """Characters, as a service counts them that is told `&` as `&amp;`, and the end of a line as two."""
    return len(escape(text, quote=False)) + text.count("\n")


def _units(dialect: Dialect, text: str) -> int:
    return _utf16(dialect.write(text))


def _units_shown(_: Dialect, text: str) -> int:
    return _utf16(marks.bare(text))


def _json_bytes(dialect: Dialect, text: str) -> int:
    return len(json.dumps(dialect.write(text)))


def _event_bytes(dialect: Dialect, text: str) -> int:
    """Matrix sends the page and the plain text in one event."""
    return len(dialect.write(text).encode()) + len(marks.bare(text).encode())


def _septets(dialect: Dialect, text: str) -> int:
    """Of 160, which hold 70 letters where one is outside the phones' own alphabet."""
    shown = dialect.write(text)
    if all(letter in _GSM or letter in _GSM_TWICE for letter in shown):
        return len(shown) + sum(letter in _GSM_TWICE for letter in shown)
    return ceil(_utf16(shown) * 160 / 70)


# --- the services -----------------------------------------------------------------------------------------------------


def _anchor(address: str) -> str:
    return f'<a href="{escape(address)}">{escape(address, quote=False)}</a>'


def _in_angles(address: str) -> str:
    """A link without a preview, in which no sign means anything."""
    return f"<{address}>"


def _named(address: str) -> str:
    safe = address.replace("(", "%28").replace(")", "%29")
    return f"[{_teams(address.partition('://')[2])}]({safe})"


PLAIN = Dialect(
    name="plain",
    words=_plain,
    signs=("*", "*"),
    link=bare_link,
    limit=32_000,
    length=lambda dialect, text: escaped(dialect.write(text)),
    headed=False,
)
SLACK = Dialect(
    name="slack",
    words=_slack,
    signs=("*", "*"),
    link=lambda address: f"<{escape(bare_link(address), quote=False)}>",
    limit=35_000,  # truncated from 40,000 on; Apprise stays below
    length=_characters,
)
TELEGRAM = Dialect(
    name="telegram",
    words=_telegram,
    signs=("<b>", "</b>"),
    link=lambda address: _anchor(bare_link(address)),
    limit=4_096,  # of what is shown, in UTF-16 units
    length=_units_shown,
)
DISCORD = Dialect(
    name="discord",
    words=_discord,
    signs=("**", "**"),
    link=lambda address: _in_angles(bare_link(address)),
    limit=2_000,
    length=_units,
)
MATTERMOST = Dialect(
    name="mattermost",
    words=_mattermost,
    signs=("**", "**"),
    link=lambda address: _in_angles(bare_link(address)),
    limit=16_383,
    length=_characters,
)
TEAMS = Dialect(
    name="teams",
    words=_teams,
    signs=("**", "**"),
    link=lambda address: _named(bare_link(address)),
    limit=24_000,  # of 28 KB with the card around it
    length=_json_bytes,
)
MATRIX = Dialect(
    name="matrix",
    words=_matrix,
    signs=("<strong>", "</strong>"),
    link=lambda address: _anchor(bare_link(address)),
    limit=30_000,  # of 65,536, a third of which encryption takes
    length=_event_bytes,
)
SMS = Dialect(name="sms", words=_sms, signs=("", ""), link=bare_link, limit=160, length=_septets, repeated=False)

BY_SERVICE: Mapping[str, Dialect] = {
    "slack": SLACK,
    "tgram": TELEGRAM,
    "discord": DISCORD,
    "mmost": MATTERMOST,
    "mmosts": MATTERMOST,
    "workflow": TEAMS,
    "workflows": TEAMS,
    "matrix": MATRIX,
    "matrixs": MATRIX,
}
"""By their scheme in Apprise; what is not here is told in PLAIN, or SMS where a message holds no more."""
