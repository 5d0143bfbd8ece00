"""`wirewatch silence`: alerts that the desk wants to hear nothing of for a while, with who, why and until when."""

import getpass
import os
import sys
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.alerts import Silence
from pipelines.cli.output import echo_json, echo_table
from pipelines.config import load_settings

if TYPE_CHECKING:
    from storage.silences import SilenceRow
    from storage.store import SqlStore


LONGEST = timedelta(days=3650)


@click.group()
def silence() -> None:
    """Silences: what is swallowed is counted, and corrections always go out."""


@silence.command()
@click.option("--rule", help="Alerts of this rule.")
@click.option("--outlet", help="Alerts about articles of this outlet.")
@click.option("--story", type=click.IntRange(1), help="Alerts about this story, by its number.")
@click.option("--label", "labels", multiple=True, metavar="NAME=VALUE", help="Alerts with this label; severity too.")
@click.option("--for", "lasting", default="4h", show_default=True, help="How long, such as 30m, 4h or 2d.")
@click.option("--why", required=True, help="The reason, shown wherever the silence is.")
@click.option("--who", default=getpass.getuser, show_default="your user name", help="Who asks for it.")
def add(
    *,
    rule: str | None,
    outlet: str | None,
    story: int | None,
    labels: tuple[str, ...],
    lasting: str,
    why: str,
    who: str,
) -> None:
    """Silence alerts from now on; where several are given, all must hold.

    Example: wirewatch silence add --rule lachin-peacekeepers --for 4h --why "known, the desk is on it"
    """
    selector = {"rule": rule, "outlet": outlet, "story": str(story) if story else None, **_labels(labels)}
    chosen = {name: value for name, value in selector.items() if value}
    if not chosen:
        raise click.UsageError("say what to silence: --rule, --outlet, --story or --label")
    now = datetime.now(UTC)
    wanted = Silence(silence_id=0, selector=chosen, who=who, why=why, starts_at=now, until=now + _lasting(lasting))
    with closing(_store()) as store:
        made = store.silences.add(wanted)
    click.echo(f"S{made.silence_id} until {made.until:%Y-%m-%d %H:%M} UTC: {_selected(made.selector)}")


@silence.command("list")
@click.option("--ended", is_flag=True, help="Those that are over, too.")
@click.option("--json", "as_json", is_flag=True, help="Each silence as a JSON line.")
def list_command(ended: bool, as_json: bool) -> None:
    """The silences that last, what they silence, and how much they have swallowed."""
    with closing(_store()) as store:
        rows = store.silences.all(datetime.now(UTC), ended=ended)
    if as_json:
        for row in rows:
            echo_json(_facts(row))
    elif rows:
        columns = ("silence", "what", "who", "why", "until", "swallowed")
        echo_table(columns, [_cells(row) for row in rows])
    else:
        click.echo("no silences")


@silence.command()
@click.argument("silence_id", metavar="ID")
def end(silence_id: str) -> None:
    """End a silence now.

    Example: wirewatch silence end S3
    """
    number = silence_id.removeprefix("S")
    if not number.isdecimal():
        raise click.UsageError(f"{silence_id} is no silence; `wirewatch silence list` shows them, such as S3")
    with closing(_store()) as store:
        ended = store.silences.end(int(number), datetime.now(UTC))
    if ended is None:
        click.echo(f"S{number}: no such silence, or it is over", err=True)
        sys.exit(1)
    alerts = f"{ended.swallowed} alert{'' if ended.swallowed == 1 else 's'}"
    click.echo(
        f"S{number} is over" + (f"; {alerts} that it swallowed: told with the next run" if ended.swallowed else "")
    )


def _labels(labels: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for label in labels:
        name, equals, value = label.partition("=")
        if not (name and equals and value):
            raise click.UsageError(f"--label {label}: expected NAME=VALUE, such as region=caucasus")
        if name in {"rule", "outlet", "story"}:
            raise click.UsageError(f"--label {label}: use --{name}")
        found[name] = value
    return found


def _lasting(written: str) -> timedelta:
    from pipelines.desk_files.schema import duration

    try:
        found = duration(written)
    except ValueError as error:
        raise click.UsageError(f"--for {written}: {error}") from None
    if not timedelta(0) < found <= LONGEST:
        raise click.UsageError(f"--for {written}: expected more than nothing, and at most {LONGEST.days}d")
    return found


def _selected(selector: Mapping[str, str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in sorted(selector.items()))


def _facts(row: "SilenceRow") -> dict[str, object]:
    one = row.silence
    return {
        "id": one.silence_id,
        "selector": dict(one.selector),
        "who": one.who,
        "why": one.why,
        "starts_at": one.starts_at.isoformat(),
        "until": one.until.isoformat(),
        "swallowed": row.swallowed,
    }


def _cells(row: "SilenceRow") -> tuple[object, ...]:
    one = row.silence
    return f"S{one.silence_id}", _selected(one.selector), one.who, one.why, one.until, row.swallowed


def _store() -> "SqlStore":
    from storage.store import open_store

    return open_store(load_settings(os.environ, Path.cwd()).database_url)
