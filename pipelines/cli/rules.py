"""`wirewatch rules`: check the desk's files, and run rules over articles as a filter."""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli.jsonl import Articles
from pipelines.cli.output import echo_json
from pipelines.errors import DeskFileError
from pipelines.model import Judgement

if TYPE_CHECKING:
    from pipelines.desk_files import Fault
    from pipelines.rules.loader import RuleSet


@click.group()
def rules() -> None:
    """What the desk looks for."""


@rules.command()
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def check(path: Path | None, as_json: bool) -> None:
    """Check rules, lists, feeds and routes under PATH, by default the desk's folder; inline tests are run.

    Each message stands on one line: file:line:column: level: text. Exit code 1 where there is an error; warnings
    leave it 0.

    Example: wirewatch rules check alert_rules
    """
    result = _check(path or _desk())
    if as_json:
        echo_json(result.document())
    else:
        for fault in result.faults:
            click.echo(fault)
        click.echo(result.summary())
    if result.errors:
        sys.exit(1)


@rules.command()
@click.option(
    "--rules", "path", required=True, type=click.Path(path_type=Path), help="A file of rules, or a folder of them."
)
@click.argument("files", nargs=-1, required=True, metavar="FILE.jsonl...")
def match(path: Path, files: tuple[str, ...]) -> None:
    """Articles as JSON lines ("-" is stdin) to one line for each rule that matched or is partial.

    Input: {id, title, text, published, source, language}. Output: {id, rule_id, outcome, hits}, where hits are
    {group: [{field, start, end, text}]} with offsets in the title or in `text`, which is the field `body`. An article
    without `text` is judged by its title and may be partial. Feed tags are not known here and let every rule pass.

    Rules with faults are named on stderr and left out; the others run, and the exit code is 1.

    Example: wirewatch rules match --rules alert_rules day.jsonl
    """
    from pipelines.rules.loader import load_rules
    from pipelines.rules.matcher import Matcher

    rule_set = load_rules(path)
    for fault in rule_set.faults:
        click.echo(fault, err=True)
    matcher, articles = Matcher(rule_set.rules), Articles(files)
    for line in articles:
        for judgement in matcher.judge(line.content, None):
            echo_json(
                {"id": line.id, "rule_id": judgement.rule.rule_id, "outcome": judgement.outcome} | _hits(judgement)
            )
    articles.finish()
    if rule_set.faults:
        sys.exit(1)


def _hits(judgement: Judgement) -> dict[str, dict[str, list[dict[str, object]]]]:
    groups: dict[str, list[dict[str, object]]] = {}
    for hit in judgement.hits:
        found: dict[str, object] = {"field": hit.field, "start": hit.start, "end": hit.end, "text": hit.text}
        groups.setdefault(hit.group, []).append(found)
    return {"hits": groups}


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
            "sequences_not_run": sum(rule.sequences for rule in self.rule_set.rules),
            "errors": self.errors,
            "warnings": len(self.faults) - self.errors,
        }

    def summary(self) -> str:
        counts = self.counts()
        checked = ", ".join(_number(counts[f"{what}s"], what) for what in ("rule", "list", "test"))
        if counts["sequences_not_run"]:
            checked += f" ({_number(counts['sequences_not_run'], 'sequence')} not run)"
        return f"{checked}: {_number(counts['errors'], 'error')}, {_number(counts['warnings'], 'warning')}"

    def document(self) -> dict[str, object]:
        faults = [
            {
                "file": fault.path,
                "line": fault.line,
                "column": fault.column,
                "level": fault.level,
                "text": fault.message,
            }
            for fault in self.faults
        ]
        return {**self.counts(), "faults": faults}


def _number(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _check(path: Path) -> _Result:
    from pipelines.rehearsal import run_tests
    from pipelines.rules.lint import lint
    from pipelines.rules.loader import load_rules

    rule_set = load_rules(path)
    today = datetime.now(tz=UTC).date()
    faults = {*rule_set.faults, *lint(rule_set, today), *run_tests(rule_set), *_other_faults(path)}
    ordered = sorted(faults, key=lambda fault: (fault.path, fault.line, fault.column, fault.message))
    return _Result(rule_set, tuple(ordered))


def _other_faults(path: Path) -> Iterator["Fault"]:
    """Faults of feeds.yaml and routes.yaml, at the root of `path` or `path` itself."""
    from pipelines.desk_files import Fault

    for name, load in (("feeds.yaml", _load_feeds), ("routes.yaml", _load_routes)):
        file = path if path.name == name else path / name
        if not file.is_file():
            continue
        try:
            load(file)
        except DeskFileError as error:
            yield from (fault for fault in error.faults if isinstance(fault, Fault))


def _load_feeds(file: Path) -> None:
    from pipelines.ingest.feeds_file import load_feeds

    load_feeds(file)


def _load_routes(file: Path) -> None:
    from pipelines.delivery.routing import load_routes

    load_routes(file)


def _desk() -> Path:
    from pipelines.config import load_settings

    return load_settings(os.environ, Path.cwd()).desk
