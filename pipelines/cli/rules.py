"""`wirewatch rules`: the desk's rules, one file a command."""

import click

from pipelines.cli.rules_backtest import backtest
from pipelines.cli.rules_check import check
from pipelines.cli.rules_match import match
from pipelines.cli.rules_new import new
from pipelines.cli.rules_schema import schema
from pipelines.cli.rules_test import test


@click.group()
def rules() -> None:
    """What the desk looks for."""


for command in (check, test, match, backtest, new, schema):
    rules.add_command(command)
