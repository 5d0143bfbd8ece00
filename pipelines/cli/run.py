"""`wirewatch run`: one cycle without Dagster."""

import logging
import os
import sys
from dataclasses import asdict
from pathlib import Path

import click

from pipelines.cli.output import echo_json, echo_table
from pipelines.model import Report


@click.command()
@click.option("--every-feed", is_flag=True, help="Poll every feed now, due or not.")
@click.option("--json", "as_json", is_flag=True, help="Each step's report as a JSON line.")
def run(every_feed: bool, as_json: bool) -> None:
    """One monitoring cycle without Dagster: poll, extract, group, match, decide, deliver.

    Safe to call as often as you like, by cron for example; what is not due is left alone.
    """
    from pipelines.cycle import open_cycle

    logging.basicConfig(level=logging.ERROR, format="%(message)s")  # lesser problems are in the reports
    with open_cycle(os.environ, Path.cwd()) as cycle:
        reports = cycle.whole(every_feed=every_feed)
    if as_json:
        for report in reports:
            echo_json(asdict(report))
    else:
        _show(reports)
    if any(report.problems for report in reports):
        sys.exit(2)


def _show(reports: tuple[Report, ...]) -> None:
    rows = [
        (report.step, ", ".join(f"{count} {name}" for name, count in report.counts.items() if count) or "nothing to do")
        for report in reports
    ]
    echo_table(("step", "did"), rows)
    for report in reports:
        for problem in report.problems:
            click.echo(f"{report.step}: {problem.subject}: {problem.message}", err=True)
        if report.unfinished:
            click.echo(f"{report.step}: time was up; the next run goes on", err=True)
