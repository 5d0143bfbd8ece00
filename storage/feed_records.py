"""A feed's state as it stands in its row, and back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from pipelines.model import Feed
from pipelines.polls import Failure, FailureKind, FeedState, Hints, KnownItem, Move, PolledFeed
from storage.records import options_from_json, outlet_of

AS_THEY_ARE = (
    *("due_at", "due_because", "etag", "last_modified", "body_hash", "read_by", "entries_hash", "whole_at"),
    *("doubted_until", "rhythm", "failures", "error", "polled_at", "succeeded_at", "first_polled_at", "new_at"),
)
"""The fields of FeedState that are columns as they are; the others are JSON."""


def state_columns(state: FeedState) -> dict[str, Any]:
    """The columns of a state."""
    plain = {name: getattr(state, name) for name in AS_THEY_ARE}
    return plain | {
        "hints": _hints_to_json(state.hints),
        "move": [state.move.to, state.move.times, state.move.since.isoformat()] if state.move else None,
        "streak": [[failure.at.isoformat(), failure.reason, failure.kind] for failure in state.streak],
    }


def polled_feed_of(row: Row[Any]) -> PolledFeed:
    """The feed and its state, of a row of feeds joined with outlets."""
    columns = row._mapping
    feed = Feed(
        feed_id=row.feeds_feed_id,
        url=row.feeds_url,
        outlet=outlet_of(row) if row.outlets_outlet_id is not None else None,
        kind=row.feeds_kind,
        language=row.feeds_language,
        every=row.feeds_every,
        tags=frozenset(row.feeds_tags),
        backfill=row.feeds_backfill,
        options=options_from_json(row.feeds_options),
    )
    plain = {name: columns[f"feeds_{name}"] for name in AS_THEY_ARE}
    plain["due_because"] = plain["due_because"] or ""
    move = row.feeds_move
    state = FeedState(
        **plain,
        hints=_hints_of(row.feeds_hints),
        move=Move(to=move[0], times=move[1], since=datetime.fromisoformat(move[2])) if move else None,
        streak=tuple(
            Failure(at=datetime.fromisoformat(at), reason=reason, kind=FailureKind(kind))
            for at, reason, kind in row.feeds_streak or ()
        ),
    )
    return PolledFeed(feed=feed, state=state)


def items_to_json(items: Sequence[KnownItem]) -> list[Any] | None:
    """A document's items as they stand in their column."""
    return [[one.digest, one.name, one.moment] for one in items] or None


def items_of(stored: Sequence[Sequence[Any]] | None) -> tuple[KnownItem, ...]:
    """And back."""
    return tuple(KnownItem(digest=digest, name=name, moment=moment) for digest, name, moment in stored or ())


def _hints_to_json(hints: Hints) -> list[Any] | None:
    if hints == Hints():
        return None
    ttl = hints.ttl.total_seconds() if hints.ttl else None
    return [ttl, sorted(hints.skip_hours), sorted(hints.skip_days)]


def _hints_of(stored: list[Any] | None) -> Hints:
    if not stored:
        return Hints()
    ttl, hours, days = stored
    return Hints(ttl=timedelta(seconds=ttl) if ttl else None, skip_hours=frozenset(hours), skip_days=frozenset(days))
