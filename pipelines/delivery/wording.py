"""Text from outside made fit for a message: one line, bounded, and unable to mention, link or hide; pure."""

import re
import unicodedata
from datetime import date, datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from pipelines.model import Published
from pipelines.states import Precision

LONGEST_LINK = 2048

# Characters that reorder the text around them: a headline must not look like another one.
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c\u200e\u200f")
_SPACE = re.compile(r"\s+")
_AWKWARD = re.compile(r"[<>\[\]{}\"|\\^`\s]")


def clean(text: str) -> str:
    """`text` on one line, without control, reordering and unpaired characters; a space at its ends stays one."""
    spaced = _SPACE.sub(" ", text)
    return "".join(char for char in spaced if char not in _REORDERING and unicodedata.category(char) not in _DROPPED)


_DROPPED = frozenset({"Cc", "Cs", "Co", "Cn"})


def web_link(link: str) -> str | None:
    """`link` if it leads to a web page and may be shown; what cannot stand in an address is percent-encoded."""
    bare = link.strip()
    if not bare.lower().startswith(("http://", "https://")) or clean(bare) != bare:
        return None
    shown = _AWKWARD.sub(lambda found: quote(found[0]), bare)
    return shown if len(shown) <= LONGEST_LINK else None


def bare_link(link: str) -> str:
    """A web link in which no service finds a mention."""
    return link.replace("@", "%40")


def cut(text: str, limit: int) -> str:
    """`text`, or as many of its words as fit into `limit` characters together with an ellipsis."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    words = head.rpartition(" ")[0] if len(text) > len(head) and not text[len(head)].isspace() else head
    return f"{(words if len(words) > limit // 2 else head).rstrip()}…"


def moment(when: datetime, zone: str, now: datetime) -> str:
    """`20:41` in `zone`, with its date where that is not today."""
    local, today = when.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    clock = f"{local:%H:%M}"
    return clock if local.date() == today else f"{_day(local.date(), today)} {clock}"


def publication(published: Published, zone: str, now: datetime) -> str:
    """When a source says that it published: its own day, not moved between zones, where it names only a day."""
    if published.precision is Precision.DAY:
        return _day(published.moment.date(), now.astimezone(ZoneInfo(zone)).date())
    return moment(published.moment, zone, now)


def zone_name(zone: str) -> str:
    """`Tbilisi` for `Asia/Tbilisi`."""
    return zone.rpartition("/")[2].replace("_", " ")


def _day(day: date, today: date) -> str:
    year = f" {day.year}" if day.year != today.year else ""
    return f"{day.day} {_MONTHS[day.month - 1]}{year}"


# Not `%b`: that follows the machine's language.
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def ordinal(count: int) -> str:
    """`third`, `12th`."""
    return _ORDINALS.get(count, f"{count}{'th' if count % 100 in (11, 12, 13) else _ENDS.get(count % 10, 'th')}")


_ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", 6: "sixth", 7: "seventh", 8: "eighth"}
_ENDS = {1: "st", 2: "nd", 3: "rd"}


def number(count: int, what: str) -> str:
    """`1 rule`, `2 rules`, `2 matches`."""
    many = "es" if what.endswith(("s", "ch")) else "s"
    return f"{count} {what}{'' if count == 1 else many}"
