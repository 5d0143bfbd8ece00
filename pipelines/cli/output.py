"""What the commands print: tables for people, JSON for scripts."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pipelines.desk_files.reading import Fault


def echo_json(value: object) -> None:
    """One JSON document or line on stdout, in readable Unicode."""
    click.echo(json.dumps(value, ensure_ascii=False, default=str))


def echo_fault(fault: "Fault", *, err: bool = False) -> None:
    """One line, file:line:column: level: text; coloured on a terminal, never wrapped."""
    place, level, text = str(fault).split(": ", 2)
    colour = {"error": "red", "warning": "yellow"}.get(level)
    click.echo(f"{click.style(place, bold=True)}: {click.style(level, fg=colour, bold=True)}: {text}", err=err)


def fault_row(fault: "Fault") -> dict[str, object]:
    """A fault as JSON."""
    place = {"file": fault.path, "line": fault.line, "column": fault.column}
    return place | {"level": fault.level, "text": fault.message}


def echo_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str | None = None) -> None:
    """A table: fitted to a terminal, never wrapped in a pipe."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    if not console.is_terminal:
        console = Console(width=10_000, no_color=True)
    table = Table(*columns, title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*(_escaped(cell) for cell in row))
    with console.capture() as capture:
        console.print(table)
    click.echo("\n".join(line.rstrip() for line in capture.get().splitlines()))


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """Shows on stderr, where that is a terminal, how far the work is; gives what to call after each part of it."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with click.progressbar(length=total, label=what, file=sys.stderr) as bar:
        yield bar.update


def _escaped(cell: object) -> str:
    from rich.markup import escape

    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M} UTC"
    return "" if cell is None else escape(str(cell))
