"""What a host's robots.txt allows: the only file that knows protego.

RFC 9309 with sense: no such file (4xx) allows everything; a host that cannot say (5xx, no answer) allows nothing until
it can, but its last word holds where there is one, and a host silent on this for a day is taken to have no file.
"""

from datetime import datetime, timedelta
from functools import lru_cache

from protego import Protego

from pipelines.errors import BadStatus, FetchError
from pipelines.ingest.http_headers import PRODUCT
from pipelines.protocols import Response
from pipelines.robots import RobotsFile

FRESH = timedelta(hours=24)
AGAIN = timedelta(minutes=10)
LARGEST = 512 * 1024  # bytes: RFC 9309 asks for no less
LONGEST_DELAY = 10.0  # seconds of Crawl-delay that we honour: more would make a desk late by hours


def told(origin: str, answer: Response | FetchError, before: RobotsFile | None, now: datetime) -> RobotsFile:
    """What is known of an origin after its robots.txt was asked for."""
    if isinstance(answer, Response):
        text = answer.body[:LARGEST].decode("utf-8", "replace")
        return RobotsFile(origin=origin, text=text, asked_at=now, answered_at=now, due_at=now + FRESH)
    if isinstance(answer, BadStatus) and 400 <= answer.status < 500 and answer.status != 429:
        return RobotsFile(origin=origin, text="", asked_at=now, answered_at=now, due_at=now + FRESH)
    answered = before.answered_at if before else None
    silent_since = (before.silent_since if before else None) or now
    return RobotsFile(
        origin=origin,
        text=before.text if before else "",
        asked_at=now,
        answered_at=answered,
        silent_since=silent_since,
        due_at=now + AGAIN,
    )


def refusal(file: RobotsFile, url: str, now: datetime, agent: str = PRODUCT) -> str | None:
    """Why `url`, of the file's origin, may not be fetched; None where it may."""
    if file.answered_at is None and file.silent_since and now - file.silent_since < FRESH:
        return "its robots.txt cannot be had: the host does not say whether we may"
    if not file.text or _rules(file.text).can_fetch(url, agent):
        return None
    return "its robots.txt asks us not to fetch this page"


def crawl_delay(file: RobotsFile, agent: str = PRODUCT) -> float:
    """Seconds between two requests that the file asks for, up to LONGEST_DELAY."""
    asked = _rules(file.text).crawl_delay(agent) if file.text else None
    return min(max(asked or 0.0, 0.0), LONGEST_DELAY)


@lru_cache(64)
def _rules(text: str) -> Protego:
    return Protego.parse(text)
