"""Sites: which host an address asks, and how an outlet's pages fare, now and before."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from pipelines.model import Outlet


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteTexts:
    """Articles of an outlet that were looked at, in the last hours and in the days before."""

    outlet: Outlet
    recent: int
    recent_full: int
    before: int
    before_full: int
    reason: str = ""
    """Why the newest article without its full text has none."""
    since: datetime | None = None
    """When the first article of the last row without full texts was seen; None where the newest has its text."""

    @property
    def recent_share(self) -> float:
        """Of recent articles, those with their full text: 0 to 1."""
        return self.recent_full / self.recent if self.recent else 1.0

    @property
    def before_share(self) -> float:
        """Of earlier articles, those with their full text: 0 to 1."""
        return self.before_full / self.before if self.before else 1.0


def host_of(url: str) -> str:
    """Host and port that are asked for an address, at most as long as a name may be; empty where there is none."""
    try:
        host = urlsplit(url).netloc.rpartition("@")[2].lower()
    except ValueError:  # the fetcher will say so
        return ""
    return "".join(filter(str.isprintable, host))[:253]
