"""`wirewatch rules test`: the inline tests of the rules, and which of them fail."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli.output import echo_fault, echo_json, fault_row
from pipelines.cli.rules_check import desk_folder
from pipelines.delivery.wording import number

if TYPE_CHECKING:
    from pipelines.desk_files.reading import Fault
    from pipelines.rules.loader import RuleSet


@click.command()
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def test(path: Path | None, *, as_json: bool) -> None:
    """Run the inline tests of the rules.

    The rules are those under PATH, by default of the desk's folder; drafts are tested too. A test that fails is
    named at its place, with what came instead; so is a rule that cannot be tested because of a fault. Exit code 1
    where there is either. A live rule without one `match` and one `no_match` is a warning.

    \b
    Example: wirewatch rules test alert_rules
    """
    from pipelines.rehearsal.inline_tests import run_tests
    from pipelines.rules.lint import untested
    from pipelines.rules.loader import in_order, load_part

    rule_set, beside = load_part(path or desk_folder())
    failures = run_tests(rule_set, beside)
    faults = in_order([*rule_set.faults, *failures, *(fault for rule in rule_set.rules for fault in untested(rule))])
    counts = _counts(rule_set, failures)
    if as_json:
        echo_json({**counts, "faults": [fault_row(fault) for fault in faults]})
    else:
        for fault in faults:
            echo_fault(fault)
        click.secho(_summary(counts), fg="red" if counts["failed"] or rule_set.faults else "green")
    if counts["failed"] or rule_set.faults:
        sys.exit(1)


def _counts(rule_set: "RuleSet", failures: tuple["Fault", ...]) -> dict[str, int]:
    articles = sum(len(rule.tests) for rule in rule_set.rules)
    sequences = sum(len(rule.sequences) for rule in rule_set.rules)
    failed = len({(fault.path, fault.line, fault.column) for fault in failures})
    untestable = len(rule_set.broken)
    return {
        "rules": len(rule_set.rules),
        "tests": articles,
        "sequences": sequences,
        "passed": articles + sequences - failed,
        "failed": failed,
        "rules_with_faults": untestable,
    }


def _summary(counts: dict[str, int]) -> str:
    ran = f"{number(counts['rules'], 'rule')}, {number(counts['tests'], 'test')}"
    if counts["sequences"]:
        ran += f", {number(counts['sequences'], 'sequence')}"
    left = f"; {number(counts['rules_with_faults'], 'rule')} with faults" if counts["rules_with_faults"] else ""
    return f"{ran}: {counts['passed']} passed, {counts['failed']} failed{left}"
