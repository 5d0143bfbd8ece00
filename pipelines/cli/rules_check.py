"""`wirewatch rules check`: everything that can be said of the desk's files without an archive."""

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli.output import echo_fault, echo_json, fault_row
from pipelines.delivery.wording import number
from pipelines.errors import DeskFileError

if TYPE_CHECKING:
    from pipelines.desk_files.reading import Fault
    from pipelines.rules.loader import RuleSet


@click.command()
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option(
    "--archive", "days", type=click.FloatRange(0.01, 3_650), metavar="DAYS", help="Try them on stored texts, too."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def check(path: Path | None, days: float | None, *, as_json: bool) -> None:
    """Check the desk's files, every fault with its place.

    Rules, lists, feeds, routes and message templates under PATH, by default the desk's folder, are read; inline tests
    are run. Each message stands on one line: file:line:column: level: text. Exit code 1 where there is an error;
    warnings leave it 0. With --archive also what only stored texts show: rules that match the same articles, terms
    that hit nothing, rules with more than 30 alerts a day.

    \b
    Example: wirewatch rules check alert_rules
    """
    result = _check(path or desk_folder())
    if days is not None:
        result = _with_archive(result, days)
    if as_json:
        echo_json(result.document())
    else:
        for fault in result.faults:
            echo_fault(fault)
        click.secho(result.summary(), fg="red" if result.errors else "yellow" if result.faults else "green")
    if result.errors:
        sys.exit(1)


def desk_folder() -> Path:
    """The folder that the environment names, or the one found upward."""
    from pipelines.config import load_settings

    return load_settings(os.environ, Path.cwd()).desk


@dataclass(frozen=True, slots=True)
class _Result:
    """What checking found, in the order of files and lines."""

    rule_set: "RuleSet"
    faults: tuple["Fault", ...]

    @property
    def errors(self) -> int:
        return sum(fault.level == "error" for fault in self.faults)

    def counts(self) -> dict[str, int]:
        return {
            "rules": len(self.rule_set.rules),
            "lists": self.rule_set.lists,
            "tests": sum(len(rule.tests) for rule in self.rule_set.rules),
            "sequences": sum(len(rule.sequences) for rule in self.rule_set.rules),
            "errors": self.errors,
            "warnings": len(self.faults) - self.errors,
        }

    def summary(self) -> str:
        counts = self.counts()
        named = ("rule", "list", "test", *(["sequence"] if counts["sequences"] else []))
        checked = ", ".join(number(counts[f"{what}s"], what) for what in named)
        return f"{checked}: {number(counts['errors'], 'error')}, {number(counts['warnings'], 'warning')}"

    def document(self) -> dict[str, object]:
        return {**self.counts(), "faults": [fault_row(fault) for fault in self.faults]}


def _check(path: Path) -> _Result:
    from pipelines.desk_files.reading import Fault, Level
    from pipelines.rehearsal.inline_tests import run_tests
    from pipelines.rules.lint import lint
    from pipelines.rules.loader import in_order, load_part
    from pipelines.rules.sources import misnamed

    rule_set, beside = load_part(path)
    today = datetime.now(tz=UTC).date()
    unread = [Fault(file, 1, 1, "is not read: the name must end in .yaml", Level.WARNING) for file in misnamed(path)]
    found = [*lint(rule_set, today), *run_tests(rule_set, beside), *_other_faults(path, rule_set), *_templates(path)]
    return _Result(rule_set, in_order([*rule_set.faults, *unread, *found]))


def _with_archive(result: _Result, days: float) -> _Result:
    """What the stored texts of the last days show, among the rest."""
    from pipelines.cli.rules_archive import each_text
    from pipelines.rehearsal.archive_lint import ArchiveLint
    from pipelines.rules.loader import in_order

    now = datetime.now(tz=UTC)
    looking = ArchiveLint(result.rule_set.rules, since=now - timedelta(days=days), now=now)
    each_text(days, looking.take)
    return _Result(result.rule_set, in_order([*result.faults, *looking.warnings()]))


def _other_faults(path: Path, rule_set: "RuleSet") -> Iterator["Fault"]:
    """Faults of feeds.yaml and routes.yaml, at the root of `path` or `path` itself."""
    from pipelines.desk_files.reading import Fault

    for name, faults_of in (("feeds.yaml", _feeds), ("routes.yaml", _routes)):
        file = path if path.name == name else path / name
        if not file.is_file():
            continue
        try:
            yield from faults_of(file, rule_set)
        except DeskFileError as error:
            yield from (fault for fault in error.faults if isinstance(fault, Fault))


def _templates(path: Path) -> Iterable["Fault"]:
    """Faults of the message templates that a desk keeps beside its other files."""
    folder = path / "templates"
    if not folder.is_dir():
        return ()
    from pipelines.delivery.template_check import template_faults

    return template_faults(folder)


def _feeds(file: Path, _: "RuleSet") -> Iterable["Fault"]:
    from pipelines.ingest.feeds_file import load_feeds

    load_feeds(file)
    return ()


def _routes(file: Path, rule_set: "RuleSet") -> Iterable["Fault"]:
    from pipelines.delivery.routing import load_routes
    from pipelines.desk_files.lint import lint_routes
    from pipelines.desk_files.reading import read

    return lint_routes(rule_set, load_routes(file), read(file))
