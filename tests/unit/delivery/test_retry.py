"""When a failed delivery is tried again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.delivery.retry import GIVE_UP_AFTER, JITTER, LADDER, MISCONFIGURED_WAIT, asked_wait, next_attempt
from pipelines.errors import DeliveryError, MessageRefused, ReceiverMisconfigured, ReceiverUnavailable

CREATED = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DEADLINE = CREATED + GIVE_UP_AFTER
WAITS = st.timedeltas(min_value=timedelta(0), max_value=timedelta(hours=30))


@given(attempts=st.integers(0, 50), passed=WAITS, asked=st.none() | WAITS, key=st.text())
def test_the_next_attempt_keeps_every_promise(
    attempts: int, passed: timedelta, asked: timedelta | None, key: str
) -> None:
    now = CREATED + passed
    due = next_attempt(attempts, CREATED, now, asked, key)
    assert due == next_attempt(attempts, CREATED, now, asked, key)
    if due is None:
        assert now >= DEADLINE or now + (asked or timedelta(0)) > DEADLINE
        return
    rung = LADDER[min(max(attempts, 1), len(LADDER)) - 1]
    assert now < due <= DEADLINE
    assert due >= now + (asked or timedelta(0))
    assert due <= max(now + rung * (1 + JITTER), now + (asked or timedelta(0)))
    assert due >= min(now + rung, DEADLINE)


def test_a_receiver_that_stays_down_is_tried_for_a_day_and_then_dead() -> None:
    now, tries = CREATED, 0
    while True:
        tries += 1
        due = next_attempt(tries, CREATED, now, None, "key")
        if due is None:
            break
        now = due
    assert now == DEADLINE
    assert tries == 11


def test_what_failed_together_does_not_come_back_together() -> None:
    dues = {next_attempt(1, CREATED, CREATED, None, f"key {number}") for number in range(50)}
    assert len(dues) == 50


@pytest.mark.parametrize(
    ("error", "wait"),
    [
        (ReceiverUnavailable("x"), None),
        (ReceiverUnavailable("x", timedelta(minutes=3)), timedelta(minutes=3)),
        (ReceiverMisconfigured("x"), MISCONFIGURED_WAIT),
        (MessageRefused("x"), MISCONFIGURED_WAIT),
    ],
)
def test_the_wait_an_error_stands_for(error: DeliveryError, wait: timedelta | None) -> None:
    assert asked_wait(error) == wait
