"""`wirewatch run`: one cycle without Dagster."""

import os
import sys
from dataclasses import asdict
from itertools import chain
from operator import methodcaller
from pathlib import Path

import click

from pipelines.cli.output import echo_json
from pipelines.reports import Report


@click.command()
@click.option("--every-feed", is_flag=True, help="Poll every feed now, due or not.")
@click.option("--json", "as_json", is_flag=True, help="Each step's report as a JSON line.")
def run(every_feed: bool, as_json: bool) -> None:
    """One monitoring cycle without Dagster: poll, extract, group, match, decide, deliver.

    Safe to call as often as you like, by cron for example; what is not due is left alone.
    """
    from pipelines.cycle import open_cycle

    problems = False
    with open_cycle(os.environ, Path.cwd(), reports=True) as cycle:
        after = map(methodcaller("__call__"), (cycle.heartbeat, cycle.housekeeping))
        for report in chain(cycle.each(every_feed=every_feed), after):
            problems = problems or bool(report.problems)
            if as_json:
                echo_json(asdict(report))
            else:
                _show(report)
    if problems:
        sys.exit(2)


def _show(report: Report) -> None:
    done = ", ".join(f"{count} {name}" for name, count in report.counts.items() if count)
    click.echo(f"{report.step:<13} {done or 'nothing to do'}")
    for problem in report.problems:
        about = "" if problem.message.startswith(problem.subject) else f"{problem.subject}: "
        click.echo(f"{report.step}: {about}{problem.message}", err=True)
    if report.unfinished:
        click.echo(f"{report.step}: time was up; the next run goes on", err=True)
