"""`wirewatch outbox`: what still has to reach a receiver, and a second chance for what could not."""

import os
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli.output import echo_json, echo_table
from pipelines.config import load_settings
from pipelines.delivery.wording import clean, cut
from pipelines.states import DeliveryId, DeliveryState

if TYPE_CHECKING:
    from storage.journal import DeliveryRow
    from storage.store import SqlStore

NOT_THERE_YET = (DeliveryState.PENDING, DeliveryState.HELD, DeliveryState.DEAD)


@click.group()
def outbox() -> None:
    """Alerts on their way to receivers: one delivery for each receiver."""


@outbox.command("list")
@click.option(
    "--state",
    "states",
    type=click.Choice([state.value for state in DeliveryState]),
    multiple=True,
    help="Only these; without it, what is not sent: pending, held and dead.",
)
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many, newest first.")
@click.option("--json", "as_json", is_flag=True, help="Each delivery as a JSON line.")
def list_command(states: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Deliveries with their attempts, when they are due, and what went wrong."""
    wanted = [DeliveryState(state) for state in states] or NOT_THERE_YET
    with closing(_store()) as store:
        rows = store.journal.deliveries(wanted, limit)
    if as_json:
        for row in rows:
            echo_json(_facts(row))
    elif rows:
        columns = ("delivery", "receiver", "state", "attempts", "due", "alert", "rule", "headline", "why")
        echo_table(columns, [_cells(row) for row in rows])
    else:
        click.echo(f"no deliveries are {' or '.join(wanted)}")


@outbox.command("retry")
@click.argument("delivery_ids", nargs=-1, type=click.IntRange(1), metavar="[DELIVERY_ID]...")
@click.option("--all-dead", is_flag=True, help="Every delivery that was given up.")
def retry_command(delivery_ids: tuple[int, ...], all_dead: bool) -> None:
    """Make dead or waiting deliveries due now; the next run sends them.

    They may fail for another day before they are given up again.
    """
    if all_dead is bool(delivery_ids):
        raise click.UsageError("name deliveries (see `wirewatch outbox list`), or use --all-dead")
    chosen = None if all_dead else sorted({DeliveryId(number) for number in delivery_ids})
    with closing(_store()) as store:
        due = store.outbox.retry(chosen, datetime.now(UTC))
    click.echo(f"{due} {'delivery is' if due == 1 else 'deliveries are'} due now; the next run sends them")
    if chosen is not None and due < len(chosen):
        click.echo(f"{len(chosen) - due} of those named: no such delivery, or it is neither dead nor waiting", err=True)
        sys.exit(1)


def _store() -> "SqlStore":
    from storage.store import open_store

    return open_store(load_settings(os.environ, Path.cwd()).database_url)


def _facts(row: "DeliveryRow") -> dict[str, object]:
    one = row.delivery
    return {
        "id": one.delivery_id,
        "receiver": one.receiver,
        "state": one.state,
        "attempts": one.attempts,
        "created_at": one.created_at.isoformat(),
        "due_at": one.due_at.isoformat(),
        "sent_at": one.sent_at.isoformat() if one.sent_at else None,
        "alert": one.alert_id,
        "digest": one.digest_id,
        "rule": row.rule_id,
        "title": row.title,
        "error": one.error,
        "reason": one.reason,
        "key": one.key,
    }


def _cells(row: "DeliveryRow") -> tuple[object, ...]:
    one = row.delivery
    return (
        one.delivery_id,
        one.receiver,
        one.state,
        one.attempts,
        one.due_at if one.state in {DeliveryState.PENDING, DeliveryState.HELD} else None,
        f"A{one.alert_id}" if one.alert_id else None,
        row.rule_id,
        cut(clean(row.title), 80),
        cut(clean(one.error or one.reason), 100),
    )
