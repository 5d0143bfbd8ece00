"""`wirewatch rules add-test`: an article becomes an inline test of a rule."""

from pathlib import Path

import click

from pipelines.cli.article import named
from pipelines.cli.here import here
from pipelines.cli.output import echo_json
from pipelines.cli.rules_archive import json_option, rules_option
from pipelines.cli.rules_explain import find_rule


@click.command("add-test")
@click.argument("rule")
@click.argument("article")
@click.option("--expect", type=click.Choice(["match", "no_match"]), required=True, help="What the rule should say.")
@click.option("--name", help="The test's name.  [default: the headline]")
@rules_option
@json_option
def add_test(rule: str, article: str, expect: str, name: str | None, path: Path | None, *, as_json: bool) -> None:
    """Write ARTICLE into the file of RULE, as a test.

    Comments and order are kept, and it is told whether the rule passes.
    ARTICLE is the number or address of a stored article, or a file. Of its text the paragraphs are taken in which the
    rule finds something, where these alone give the same answer. A test that fails is written too: mend the rule
    before you save it as live, for until its tests pass its last good version runs.

    \b
    Example: wirewatch rules add-test lachin-peacekeepers 231 --expect no_match
    """
    from pipelines.rehearsal.new_test import write_test

    compiled = find_rule(path or here().desk, rule)
    made = write_test(compiled, named(article).content, expect, name)
    if as_json:
        echo_json({"file": made.path, "line": made.line, "expect": expect, "says": made.says})
        return
    click.echo(f"{made.path}:{made.line}: added")
    if made.says == expect:
        click.secho(f"{rule} says {made.says}, as it should", fg="green")
    else:
        click.secho(f"{rule} says {made.says}: change it until `wirewatch rules test` passes", fg="yellow")
