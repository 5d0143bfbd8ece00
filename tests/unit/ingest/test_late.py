"""When what a feed brings counts as found late."""

from datetime import timedelta

import pytest

from pipelines.ingest.polling import AWAY, FRESH, late_before
from pipelines.polls import FeedState
from tests.storage.samples import NOW

LONG = AWAY + timedelta(minutes=1)
SHORT = AWAY - timedelta(minutes=1)


@pytest.mark.parametrize(
    ("overdue", "since_success", "failures", "late"),
    [
        (LONG, LONG, 0, True),  # we were away
        (SHORT, timedelta(days=1), 0, False),  # a feed that is read once a day
        (timedelta(0), LONG, 3, True),  # the feed was away
        (timedelta(0), SHORT, 3, False),
    ],
)
def test_what_was_missed_for_hours_is_late(
    overdue: timedelta, since_success: timedelta, failures: int, late: bool
) -> None:
    state = FeedState(
        due_at=NOW - overdue, succeeded_at=NOW - since_success, first_polled_at=NOW - LONG, failures=failures
    )
    assert late_before(state, NOW) == (NOW - FRESH if late else None)


def test_a_feed_never_read_has_its_own_rule() -> None:
    assert late_before(FeedState(due_at=NOW - LONG, failures=9), NOW) is None
