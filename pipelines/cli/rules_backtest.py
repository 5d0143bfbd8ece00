"""`wirewatch rules backtest`: rules tried on the archive, and held against another version of themselves."""

import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli import backtest_view
from pipelines.cli.here import here
from pipelines.cli.output import echo_fault, echo_json
from pipelines.cli.rules_archive import days_option, each_text, json_option
from pipelines.errors import SettingsError

if TYPE_CHECKING:
    from pipelines.rehearsal.backtest import Backtested
    from pipelines.rules.rule import CompiledRule


@click.command()
@click.argument("rules", nargs=-1, metavar="[RULE]...")
@days_option
@click.option("--rules", "path", type=click.Path(path_type=Path), help="Rules to try.  [default: the desk's]")
@click.option("--against", metavar="REF|PATH", help="Another version: a git revision, or a file or folder of rules.")
@click.option("--markdown", "as_markdown", is_flag=True, help="For a pull request.")
@click.option("--html", "page", type=click.Path(path_type=Path, dir_okay=False), help="Write one page to this file.")
@json_option
def backtest(
    rules: tuple[str, ...],
    days: float,
    path: Path | None,
    against: str | None,
    page: Path | None,
    *,
    as_markdown: bool,
    as_json: bool,
) -> None:
    """Try rules on the stored texts of the last days; drafts too.

    For each rule: matches a day and an outlet, and the alerts that the desk would have had: once a story, again where
    the rule says so, within its limit. With --against also what this version gains and loses. Days are UTC.

    \b
    Example: wirewatch rules backtest --days 14 --against HEAD
    """
    result = _run(path or here().desk, rules, against, days)
    if page is not None:
        _write(page, backtest_view.html(result))
    if as_json:
        echo_json(backtest_view.facts(result))
    elif as_markdown:
        click.echo(backtest_view.markdown(result))
    else:
        backtest_view.show(result)
        if page is not None:
            click.echo(f"\n{page.resolve()}: the same as a page, with the words that matched")


def _run(path: Path, names: tuple[str, ...], against: str | None, days: float) -> "Backtested":
    from pipelines.rehearsal.backtest import Backtest

    now = datetime.now(UTC)
    rules = _chosen(_rules(path), names)
    others = None if against is None else [rule for rule in _other(path, against) if not names or rule.rule_id in names]
    backtesting = Backtest(rules, others, since=now - timedelta(days=days), now=now)
    each_text(days, backtesting.take)
    return backtesting.result()


def _rules(path: Path) -> "tuple[CompiledRule, ...]":
    """The rules under `path`; faults are named and leave the others."""
    from pipelines.rules.loader import load_rules

    rule_set = load_rules(path)
    for fault in rule_set.faults:
        echo_fault(fault, err=True)
    if not rule_set.rules:
        raise SettingsError(f"{path}: no rule in it can run")
    return tuple(rule_set.rules)


def _chosen(rules: "Iterable[CompiledRule]", names: tuple[str, ...]) -> "list[CompiledRule]":
    from pipelines.desk_files.reading import suggest

    found = {str(rule.rule_id): rule for rule in rules}
    for name in names:
        if name not in found:
            raise SettingsError(f"there is no rule `{name}`{suggest(name, found)}")
    return [found[name] for name in names] if names else list(found.values())


def _other(path: Path, against: str) -> "tuple[CompiledRule, ...]":
    """Rules of a file or folder of that name, else of the git revision."""
    from pipelines.cli.revision import at_revision

    if Path(against).exists():
        return _rules(Path(against))
    with at_revision(path, against) as folder:
        return _rules(folder)


def _write(page: Path, text: str) -> None:
    try:
        page.write_text(text, encoding="utf-8")
    except OSError as error:
        click.echo(f"error: {page}: cannot write: {error.strerror or error}", err=True)
        sys.exit(1)
