"""Addresses of Telegram channels. Pure."""

import re
from urllib.parse import urlsplit

_HOSTS = frozenset({"t.me", "telegram.me", "www.t.me"})
_CHANNEL = re.compile(r"/(?:s/)?([A-Za-z][A-Za-z0-9_]{3,31})/?")
_NOT_CHANNELS = frozenset({"addlist", "addstickers", "joinchat", "login", "proxy", "share", "setlanguage"})


def channel(address: str) -> str | None:
    """The channel whose preview or page an address is; None for any other."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    found = _CHANNEL.fullmatch(parts.path) if (parts.hostname or "").lower() in _HOSTS else None
    return found[1] if found and found[1].lower() not in _NOT_CHANNELS else None


def preview(name: str) -> str:
    """Where a channel's posts can be read by anybody."""
    return f"https://t.me/s/{name}"
