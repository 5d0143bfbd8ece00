"""When a page is asked for again: because its text was missing, or because it may have changed. Pure."""

from datetime import datetime, timedelta

from pipelines.errors import BadStatus, WirewatchError

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
