"""What waits and how long messages took, told with the deliveries: two checks, and with news two tables. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from pipelines.cycles import WAITS, Backlog, Latencies, percentile
from pipelines.reports import Check, Report


def told_with(report: Report, backlog: Backlog, latencies: Latencies | None, now: datetime) -> Report:
    """The report with its checks; `latencies`, of the last day, come where something was sent."""
    tables = {"what waits": _waiting(backlog, now)} if backlog.waiting_since or backlog.deliveries else {}
    if latencies is not None:
        tables["seconds a message took, last day"] = _seconds(latencies)
    return replace(
        report,
        checks=(*report.checks, _dead(backlog), _oldest(backlog, now)),
        tables={**report.tables, **tables},
        measures={**report.measures, **_measures(latencies)},
    )


def _dead(backlog: Backlog) -> Check:
    number = backlog.newly_dead
    detail = (
        f"{number} given up in the last day: see `wirewatch outbox list --state dead`, mend the receiver "
        "(`wirewatch receivers test NAME`), then `wirewatch outbox retry ID`"
    )
    return Check(
        name="no_dead_letters",
        passed=not number,
        number=number,
        detail=detail if number else "none in the last day",
        grave=True,
    )


def _oldest(backlog: Backlog, now: datetime) -> Check:
    waits = timedelta(0) if backlog.oldest_delivery is None else max(timedelta(0), now - backlog.oldest_delivery)
    minutes = waits / timedelta(minutes=1)
    detail = f"the oldest that could go out waits for {minutes:.0f} min"
    advice = ": see `wirewatch receivers list` and `wirewatch outbox list` for the receiver that does not take it"
    return Check(
        name="deliveries_are_prompt",
        passed=waits < WAITS,
        number=round(minutes, 1),
        detail=detail + advice if waits >= WAITS else detail if minutes else "nothing waits that could go out",
        grave=True,
    )


def _waiting(backlog: Backlog, now: datetime) -> tuple[Mapping[str, str], ...]:
    """A row for each step with work, with the age of its oldest; then one for each state of deliveries."""
    steps = [
        {"what": step, "how many": "", "since": f"{since:%H:%M} UTC", "for": f"{(now - since).total_seconds():.0f} s"}
        for step, since in backlog.waiting_since.items()
    ]
    states = [
        {"what": f"deliveries {state}", "how many": str(number), "since": "", "for": ""}
        for state, number in backlog.deliveries.items()
    ]
    return (*steps, *states)


def _seconds(latencies: Latencies) -> tuple[Mapping[str, str], ...]:
    legs = (
        ("published to found", latencies.found),
        ("found to sent", latencies.told),
        ("published to sent", latencies.whole),
    )
    return tuple(
        {"leg": leg, "messages": str(len(seconds)), **{name: f"{one:.0f}" for name, one in _percentiles(seconds)}}
        for leg, seconds in legs
        if seconds
    )


def _measures(latencies: Latencies | None) -> Mapping[str, float]:
    """What Dagster plots over time."""
    if latencies is None or not latencies.told:
        return {}
    return {f"found to sent, {name}": round(one, 1) for name, one in _percentiles(latencies.told)}


def _percentiles(seconds: Sequence[float]) -> Sequence[tuple[str, float]]:
    return (("median s", percentile(seconds, 50)), ("95 % s", percentile(seconds, 95)))
