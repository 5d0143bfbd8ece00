"""Which part of the archive a person names, read: days, a feed, a language."""

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta

from pipelines.errors import SearchRefused
from pipelines.search.archive import Narrow
from pipelines.states import FeedId, RevisionId


def read_narrow(
    *, since: str = "", until: str = "", feed: str = "", language: str = "", before: str = "", feeds: Collection[FeedId]
) -> Narrow:
    """What is asked for of the archive; an empty text asks for nothing. Raises SearchRefused.

    `since` and `until` are days or moments in UTC, a day of `until` being meant with all its hours; `feeds` are those
    there are.
    """
    if feed and feed not in feeds:
        from pipelines.desk_files.schema import suggest

        advice = suggest(feed, feeds) or "; `wirewatch feeds list` shows what there is"
        raise SearchRefused(f"there is no feed {feed}{advice}")
    if language and not (language.isalpha() and language.isascii() and len(language) in {2, 3}):
        raise SearchRefused(f"{language}: a language is a code such as en, ru or hy")
    narrow = Narrow(
        since=_moment(since, timedelta(0)),
        until=_moment(until, timedelta(days=1)),
        feed=FeedId(feed) if feed else None,
        language=language.lower() or None,
        before=RevisionId(int(before)) if before.isdecimal() and len(before) < 19 else None,
    )
    if narrow.since and narrow.until and narrow.since >= narrow.until:
        raise SearchRefused(f"nothing lies between {since} and {until}: the first is not before the second")
    return narrow


def _moment(written: str, day: timedelta) -> datetime | None:
    """A day, plus `day`, or a moment; in UTC unless it says otherwise."""
    if not written:
        return None
    try:
        if len(written) == len("2026-11-30"):
            found = date.fromisoformat(written)
            return datetime(found.year, found.month, found.day, tzinfo=UTC) + day
        moment = datetime.fromisoformat(written)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise SearchRefused(
            f"{written} is no day such as 2026-11-30, and no moment such as 2026-11-30T08:00"
        ) from error
