"""The headers that are sent, and what the server's say. Pure but for the clock of a Retry-After given as a date."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from importlib.metadata import version

from pipelines.errors import RefusedAddress
from pipelines.protocols import Request

PRODUCT = "Wirewatch"
"""The name that robots.txt knows us by."""
ACCEPT = "application/rss+xml,application/atom+xml,application/feed+json,text/html,application/xml;q=0.9,*/*;q=0.5"

_MAX_AGE = re.compile(r"(?:^|,)\s*max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
_NOT_KEPT = re.compile(r"(?:^|,)\s*no-(?:cache|store)\b", re.IGNORECASE)


def user_agent(contact: str | None) -> str:
    """Who asks, and where to complain: a mail address or a page of the operator's."""
    whom = f"; +{contact}" if contact else ""
    return f"Mozilla/5.0 (compatible; {PRODUCT}/{version('wirewatch')}; news monitoring{whom})"


def with_secrets(request: Request, environment: Mapping[str, str]) -> Request:
    """The request with its secret headers among the others; raises RefusedAddress where a variable is not set."""
    if not request.secret_headers:
        return request
    missing = [name for name in request.secret_headers.values() if not environment.get(name)]
    if missing:
        raise RefusedAddress(request.url, f"{', '.join(missing)} is not set, and a header of the feed is to hold it")
    found = {header: environment[name] for header, name in request.secret_headers.items()}
    return replace(request, headers={**request.headers, **found}, secret_headers={})


def sent_headers(request: Request, *, own: bool) -> dict[str, str]:
    """The headers of one hop: the conditions, and to the request's `own` site alone what may be secret.

    A value that no header can hold is left out.
    """
    conditions = {"If-None-Match": request.etag, "If-Modified-Since": request.last_modified}
    wanted = {**(request.headers if own else {}), **conditions}
    if not own and "User-Agent" in request.headers:
        wanted["User-Agent"] = request.headers["User-Agent"]
    return {name: value for name, value in wanted.items() if value and value.isascii() and value.isprintable()}


def retry_after(value: str | None) -> timedelta | None:
    """What a server asked for, in seconds or as a date; None where it makes no sense."""
    if not value:
        return None
    try:
        if value.strip().isdecimal():
            return timedelta(seconds=int(value))
        moment = parsedate_to_datetime(value)
        return max(moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC), timedelta(0))
    except (ValueError, TypeError, OverflowError):
        return None


def fresh_for(headers: Mapping[str, str]) -> timedelta | None:
    """What is left of `Cache-Control: max-age`, the time in caches on the way (`Age`) taken off."""
    control = headers.get("Cache-Control", "")
    found = _MAX_AGE.search(control)
    if found is None or _NOT_KEPT.search(control):
        return None
    age = headers.get("Age", "").strip()
    spent = int(age) if re.fullmatch(r"\d{1,9}", age, re.ASCII) else 0
    return timedelta(seconds=max(int(found[1]) - spent, 0))
