"""`wirewatch routes`: who gets an alert with given labels, how and when."""

import os
from contextlib import suppress
from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from pipelines.cli.output import echo_json, echo_table
from pipelines.config import load_settings
from pipelines.states import Severity

if TYPE_CHECKING:
    from pipelines.delivery.plan import Plan


@click.group()
def routes() -> None:
    """The routing tree of routes.yaml."""


@routes.command("test")
@click.argument("labels", nargs=-1, metavar="NAME=VALUE...")
@click.option("--at", "clock", metavar="HH:MM", help="At that time of day in the desk's zone, by default now.")
@click.option("--json", "as_json", is_flag=True, help="Each receiver as a JSON line.")
def test_command(labels: tuple[str, ...], clock: str | None, as_json: bool) -> None:
    """Who gets an alert with these labels: those of its rule, `severity`, `language`, and `tag` for each tag.

    Example: wirewatch routes test severity=urgent region=caucasus --at 03:00
    """
    from pipelines.delivery.routing import load_routes

    desk = load_routes(load_settings(os.environ, Path.cwd()).desk / "routes.yaml")
    zone = ZoneInfo(desk.zone)
    now = _moment(clock, zone)
    plans = desk.plans(_read(labels), "event", now)
    if as_json:
        for plan in plans:
            echo_json({"receiver": plan.receiver, "due": _due(plan, zone), "how": _how(plan)})
        return
    echo_table(
        ("receiver", "when", "how"), [(plan.receiver, _due(plan, zone) or "at once", _how(plan)) for plan in plans]
    )
    click.echo(f"at {now.astimezone(zone):%H:%M %A}, {desk.zone}")


def _read(labels: tuple[str, ...]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {"severity": frozenset({Severity.NORMAL.value})}
    for label in labels:
        name, equals, value = label.partition("=")
        if not (name and equals and value):
            raise click.UsageError(f"{label}: expected NAME=VALUE, such as region=caucasus")
        if name == "severity" and value not in set(Severity):
            raise click.UsageError(f"severity is one of {', '.join(Severity)}, not {value}")
        found[name] = found.get(name, frozenset()) | {value} if name == "tag" else frozenset({value})
    return found


def _moment(clock: str | None, zone: ZoneInfo) -> datetime:
    now = datetime.now(zone)
    if clock is None:
        return now
    with suppress(ValueError):
        return datetime.combine(now.date(), time.fromisoformat(clock), zone)
    raise click.UsageError(f"--at {clock}: expected a time of day such as 03:00")


def _due(plan: "Plan", zone: ZoneInfo) -> str | None:
    return f"{plan.due_at.astimezone(zone):%Y-%m-%d %H:%M}" if plan.due_at else None


def _how(plan: "Plan") -> str:
    from pipelines.delivery.limits import in_words

    if plan.reason:
        return plan.reason
    first, then = in_words(plan.gather.wait), in_words(plan.gather.every)
    return f"gathered by event: first after {first}, then one update each {then}"
