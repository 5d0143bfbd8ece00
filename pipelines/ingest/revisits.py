"""When a page is asked for again: because its text was missing, or because it may have changed. Pure."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from pipelines.errors import BadStatus, WirewatchError
from pipelines.model import Content
from pipelines.visits import Change, ChangeKind

LONGEST = timedelta(hours=24)
PAGE_RESTS = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=3))


def page_due_again(attempts: int, error: Exception | None, now: datetime) -> datetime | None:
    """When to ask again for a page that gave no full text after `attempts` earlier tries; None to leave it at that.

    `error` is why there was no page at all; its server's Retry-After is a lower bound, up to LONGEST.
    """
    if attempts >= len(PAGE_RESTS) or (isinstance(error, WirewatchError) and not error.retry_may_help):
        return None
    asked = error.retry_after if isinstance(error, BadStatus) and error.retry_after else timedelta(0)
    return now + max(PAGE_RESTS[attempts], min(asked, LONGEST))


VISITS = (timedelta(minutes=30), timedelta(hours=3), timedelta(hours=24))
"""After publication: corrections come in the first hours, take-downs within the day."""
GONE_AGAIN = timedelta(hours=1)
GONE_FOR_GOOD = 2
_SHINGLE = 5  # words
_NOTED = 400  # characters at a text's beginning and end, where outlets note corrections
_SAYS_SO = re.compile(
    r"\b(?:correction|corrected|clarification|an earlier version of this|"
    r"исправлен\w*|уточнени\w*|поправк\w*|düzeltme\w*|düzəliş\w*|ուղղում\w*|ճշգրտում\w*)\b",
    re.IGNORECASE,
)


def next_visit(published: datetime, now: datetime) -> datetime | None:
    """When a page that was published then is looked at next; None after the last time."""
    return next((published + rest for rest in VISITS if published + rest > now), None)


def share_changed(before: str, after: str) -> float:
    """The share of runs of five words that only one of two texts has: 0 for the same words, 1 for all others."""
    one, other = _shingles(before), _shingles(after)
    return 1.0 - len(one & other) / len(one | other) if one or other else 0.0


def corrections(before: Content, after: Content, quoted: Sequence[str]) -> tuple[Change, ...]:
    """What in a new text the desk should know of: the page says so, its headline or a quoted sentence changed."""
    reasons = []
    said = next(
        (found[0] for found in _SAYS_SO.finditer(_edges(after.body)) if found[0] not in _edges(before.body)), ""
    )
    if said:
        reasons.append(f"the page says so: {said!r}")
    if _plain(before.title) != _plain(after.title):
        reasons.append(f"headline changed from {before.title[:150]!r} to {after.title[:150]!r}")
    was, whole = (_plain(f"{text.title} {text.lead} {text.body}") for text in (before, after))
    vanished = next((sentence for sentence in quoted if _plain(sentence) in was and _plain(sentence) not in whole), "")
    if vanished:
        reasons.append(f"a quoted sentence changed or vanished: {vanished[:200]!r}")
    return tuple(Change(kind=ChangeKind.CORRECTED, reason=reason) for reason in reasons)


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = text.casefold().split()
    return {
        tuple(words[place : place + _SHINGLE]) for place in range(max(len(words) - _SHINGLE + 1, min(len(words), 1)))
    }


def _edges(body: str) -> str:
    return f"{body[:_NOTED]}\n{body[-_NOTED:]}"


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
