"""When one more message may go to a service."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.delivery.rates import RATES, free_at, rates_of, window

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@given(service=st.sampled_from(sorted(RATES)), gaps=st.lists(st.floats(0, 90), max_size=150))
def test_whoever_waits_as_told_never_passes_a_limit(service: str, gaps: list[float]) -> None:
    rates, now = rates_of(service), NOW
    sent: list[datetime] = []
    for gap in gaps:
        now += timedelta(seconds=gap)
        known = sorted((one for one in sent if one > now - window(rates)), reverse=True)
        now = free_at(rates, known, now)
        sent.append(now)
    for rate in rates:
        for first, last in zip(sent, sent[rate.messages :], strict=False):
            assert last - first >= rate.per


@given(service=st.sampled_from(sorted(RATES)), ages=st.lists(st.floats(0, 400), max_size=80))
def test_nobody_waits_longer_than_the_window(service: str, ages: list[float]) -> None:
    rates = rates_of(service)
    sent = sorted((NOW - timedelta(seconds=age) for age in ages), reverse=True)
    assert NOW <= free_at(rates, sent, NOW) <= NOW + window(rates)


@pytest.mark.parametrize("service", ["json", "form", "", "nosuch"])
def test_what_has_no_known_limit_waits_for_nothing(service: str) -> None:
    assert free_at(rates_of(service), [NOW] * 100, NOW) == NOW


def test_the_limits_of_the_desks_services() -> None:
    twenty = [NOW - timedelta(seconds=2 * number) for number in range(1, 21)]
    assert free_at(rates_of("tgram"), twenty, NOW) == NOW + timedelta(seconds=20)
    assert free_at(rates_of("slack"), [NOW], NOW) == NOW + timedelta(seconds=1)
