"""`wirewatch rules`: the desk's rules, one file a command."""

import click

from pipelines.cli.rules_add_test import add_test
from pipelines.cli.rules_archive import forms, near_misses
from pipelines.cli.rules_backtest import backtest
from pipelines.cli.rules_check import check
from pipelines.cli.rules_explain import explain
from pipelines.cli.rules_match import match
from pipelines.cli.rules_new import new
from pipelines.cli.rules_schema import schema
from pipelines.cli.rules_test import test


@click.group()
def rules() -> None:
    """What the desk looks for."""


for command in (check, test, match, explain, near_misses, forms, backtest, add_test, new, schema):
    rules.add_command(command)
