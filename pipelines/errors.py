"""Every error Wirewatch raises on purpose; each class says whether trying again may help.

WirewatchError
├── SettingsError            a variable or path of this installation is wrong
├── DeskFileError            a file of the desk's folder is wrong; carries every fault with its place
├── Shut                     an upgrade or a restore has the installation to itself, or cannot have it (retry helps)
├── CopyRefused              a backup could not be made, or what is to be restored is no whole backup
├── StoryEditRefused         a story or article cannot be split or merged so
├── SearchRefused            a search cannot be read, or asks for what no text has
├── FetchError               a URL could not be had
│   ├── Unreachable          no answer: name, connection, time-out, reset         (retry helps)
│   ├── RefusedAddress       scheme or address that must not be contacted
│   ├── RobotsRefused        the host's robots.txt does not allow it, or cannot be had
│   ├── TooLarge             body or headers over the cap
│   └── BadStatus            an answer other than 2xx or 304         (retry helps for 408, 425, 429, 5xx)
├── NotAFeed                 a body that no feed parser can read
├── ParsingFailed            a body that could not be read within its limits
├── StoreError               the database refused
│   ├── StoreBusy            locked, or connection lost                           (retry helps)
│   └── SchemaMismatch       made by a newer version, or not yet upgraded
└── DeliveryError            a receiver did not take a message
    ├── ReceiverUnavailable  5xx, 429, time-out, reset                            (retry helps)
    ├── MessageRefused       400, 413, 422: this message, perhaps not the next
    └── ReceiverMisconfigured  no such variable, malformed address, refused for good
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol


class Faultlike(Protocol):
    """Anything that prints as `file:line:column: level: message`."""

    def __str__(self) -> str: ...


class WirewatchError(Exception):
    """The root: its text is one message for a person."""

    @property
    def retry_may_help(self) -> bool:
        """Whether the same may succeed later, with nobody mending anything."""
        return False


class SettingsError(WirewatchError):
    """A setting is missing or wrong; the message names the variable or the absolute path tried."""


class Shut(WirewatchError):
    """Somebody else is at work here, or needs to be alone; the message says who."""

    @property
    def retry_may_help(self) -> bool:
        """Their work ends."""
        return True


class CopyRefused(WirewatchError):
    """A backup could not be made or restored; nothing that was there before has changed."""


class DeskFileError(WirewatchError):
    """A desk file cannot be used; `faults` holds every fault found, in file order."""

    def __init__(self, faults: Sequence[Faultlike]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


class FetchError(WirewatchError):
    """A URL could not be had; the message names it."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{url}: {reason}")
        self.url = url
        self.reason = reason


class Unreachable(FetchError):
    """No usable answer came: name, connection, time-out, reset, short body."""

    @property
    def retry_may_help(self) -> bool:
        """It may be back."""
        return True


class RefusedAddress(FetchError):
    """The scheme or the address must not be contacted."""


class RobotsRefused(FetchError):
    """The host asks us not to fetch it; `passing` where it only does not say whether we may."""

    def __init__(self, url: str, reason: str, *, passing: bool) -> None:
        super().__init__(url, reason)
        self.passing = passing

    @property
    def retry_may_help(self) -> bool:
        """Whether the host may say more later."""
        return self.passing


class TooLarge(FetchError):
    """The body, decoded, or the headers are over the cap."""


class BadStatus(FetchError):
    """The answer's status was neither 2xx nor 304; `retry_after` is what the server asked for, if it did."""

    def __init__(self, url: str, status: int, retry_after: timedelta | None = None) -> None:
        super().__init__(url, f"HTTP {status}")
        self.status = status
        self.retry_after = retry_after

    @property
    def retry_may_help(self) -> bool:
        """Whether the server says that the trouble is its own, or passing."""
        return self.status in {408, 425, 429} or self.status >= 500


class NotAFeed(WirewatchError):
    """The body is no feed that Wirewatch reads (an HTML page, nothing at all, ...)."""


class ParsingFailed(WirewatchError):
    """The body could not be read within the time and memory that one item may take; the message says which."""


class StoreError(WirewatchError):
    """The database refused; the message says which and why."""


class StoreBusy(StoreError):
    """Locked by another process for longer than the time-out, or the connection was lost."""

    @property
    def retry_may_help(self) -> bool:
        """The lock may be free."""
        return True


class SchemaMismatch(StoreError):
    """The database was made by a newer Wirewatch, or has not been upgraded to this one."""


class StoryEditRefused(WirewatchError):
    """What a person asked of a story cannot be done; the text says why, and what to look at."""


class SearchRefused(WirewatchError):
    """What a person searched for cannot be read; the text says why and what a search looks like."""


class DeliveryError(WirewatchError):
    """A receiver did not take a message; the text holds no secret."""


class ReceiverUnavailable(DeliveryError):
    """The receiver may take it later; `retry_after` is what it asked for, if it did."""

    @property
    def retry_may_help(self) -> bool:
        """It may be back."""
        return True

    def __init__(self, message: str, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class MessageRefused(DeliveryError):
    """The receiver does not take this message, and may take the next."""


class ReceiverMisconfigured(DeliveryError):
    """The receiver will not take it until somebody mends its address or variable."""


def shown(error: Exception) -> str:
    """What may be stored and shown of an error: the text of ours alone, since another's might hold a secret."""
    ours = isinstance(error, WirewatchError)
    return str(error) if ours else f"unexpected {type(error).__name__}: see the log"
