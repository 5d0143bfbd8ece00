"""`wirewatch rules new`: a rule to start from, also from a boolean query of another service."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli.output import echo_json
from pipelines.errors import SettingsError

if TYPE_CHECKING:
    from pipelines.rules.drafting import Draft


@click.command()
@click.option("--from-boolean", "query", metavar="QUERY", help="A query of Meltwater or Google to translate.")
@click.option("--id", "rule_id", default="new-rule", show_default=True, help="The rule's id.")
@click.option("--to", "file", type=click.Path(path_type=Path), help="A new file to write it to.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def new(query: str | None, rule_id: str, file: Path | None, *, as_json: bool) -> None:
    """Make a rule to start from, also from a boolean query.

    It is printed, or written to a new file. Of a query it takes along AND, OR, NOT, brackets, "phrases", NEAR/n,
    ONEAR/n, AROUND(n) and "..."~n, title:, ingress:, inurl:, author: and the like, `*` and `?`; what it could not
    carry over is listed on stderr. The rule is a draft: give it tests, then set it live.

    \b
    Example: wirewatch rules new --from-boolean '(goris OR горис*) NEAR/9 convoy* NOT film'
    """
    if not re.fullmatch(r"[A-Za-z0-9_-]+", rule_id):
        raise SettingsError(f"--id: an id has letters, digits, - and _ only, not `{rule_id}`")
    draft = _draft(query, rule_id)
    if file is not None:
        _write(file, draft.text)
    if as_json:
        echo_json({"rule": draft.text, "lost": draft.lost, "file": file})
        return
    for lost in draft.lost:
        click.echo(f"{click.style('not carried over', fg='yellow', bold=True)}: {lost}", err=True)
    if file is None:
        click.echo(draft.text, nl=False)
    else:
        click.echo(f"{file}: written; `wirewatch rules check {file}` reads it")


def _draft(query: str | None, rule_id: str) -> "Draft":
    from pipelines.rules.boolean import BadQuery, read_query
    from pipelines.rules.drafting import NothingLeft, empty_rule, translated

    if query is None:
        return empty_rule(rule_id)
    try:
        return translated(read_query(query), rule_id, query)
    except (BadQuery, NothingLeft) as error:
        raise SettingsError(f"--from-boolean: {error}") from error


def _write(file: Path, text: str) -> None:
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError as error:
        raise SettingsError(f"{file}: is there already; print the rule and paste it where it belongs") from error
    except OSError as error:
        raise SettingsError(f"{file}: cannot write: {error.strerror or error}") from error
