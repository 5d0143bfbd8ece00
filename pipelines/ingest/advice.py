"""What an operator is to do about a feed that was tried. Pure."""

from datetime import datetime, timedelta

from pipelines.ingest.probe import Probe
from pipelines.ingest.urls import canonical_url
from pipelines.states import SourceKind

STALE = timedelta(days=30)  # no desk watches an outlet that is silent for a month and means it


def advice(probe: Probe, now: datetime) -> str | None:
    """One sentence that says what to do, None where nothing is."""
    if probe.problem:
        return _of_status(probe) or _of_body(probe)
    if canonical_url(probe.url) != canonical_url(probe.feed.url):
        return f"moved: set `url` to {probe.url}"
    if not probe.entries:
        if probe.kind is SourceKind.PAGE:
            return "no link of the page is met by `links`: mend the pattern"
        return "read, but without entries: is it the right address?"
    newest = probe.newest
    if newest and newest.published and now - newest.published.utc > STALE:
        return f"nothing new since {newest.published.utc:%Y-%m-%d}: abandoned, or the wrong address?"
    return None


def _of_status(probe: Probe) -> str | None:
    status = probe.status
    if status in {401, 403}:
        return "the server refuses us: try `user_agent`, or ask the outlet"
    if status in {404, 410}:
        return f"not there any more: `wirewatch feeds add {_site(probe.feed.url)}` looks for the new address"
    if status == 429:
        return "asked too often: set a longer `every`"
    if status is not None and status >= 500:
        return "the server has trouble: try again later"
    return None


def _of_body(probe: Probe) -> str:
    if probe.status is None:
        return "no answer: is the address right, and does the site open in a browser?"
    if "HTML page" in (probe.problem or ""):
        return f"`wirewatch feeds add {_site(probe.feed.url)}` looks for feeds; or `kind: page` with `links`"
    if probe.feed.kind is SourceKind.TELEGRAM:
        return "only public channels have a preview: open it in a browser"
    return "open the address in a browser: what does it show?"


def _site(url: str) -> str:
    return "/".join(url.split("/", 3)[:3])
