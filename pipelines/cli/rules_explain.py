"""`wirewatch rules explain`: why a rule did or did not match an article."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli import explanation_view
from pipelines.cli.article import named
from pipelines.cli.here import here
from pipelines.cli.output import echo_fault, echo_json

if TYPE_CHECKING:
    from pipelines.rules.rule import CompiledRule


@click.command()
@click.argument("rule")
@click.argument("article")
@click.option("--rules", "path", type=click.Path(path_type=Path), help="Where the rule is.  [default: the desk's]")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def explain(rule: str, article: str, path: Path | None, *, as_json: bool) -> None:
    """Say why RULE did or did not match ARTICLE.

    It tells what decided, each hit in its sentence, and on a miss what was nearest.
    ARTICLE is the number or address of a stored article, or a file: a JSON line as the filters read it, a page, or
    plain text whose first line is the headline. Drafts are explained too. Exit code 0, whatever the answer.

    \b
    Example: wirewatch rules explain lachin-peacekeepers https://example.org/story
    """
    from pipelines.rules.explain import Explainer

    compiled = find_rule(path or here().desk, rule)
    looked = named(article)
    explanation = Explainer(compiled).explain(looked.content, looked.tags)
    if as_json:
        echo_json(explanation_view.facts(compiled.rule, looked, explanation))
    else:
        explanation_view.show(compiled.rule, looked, explanation)


def find_rule(path: Path, name: str) -> "CompiledRule":
    """The rule of that id under `path`; raises SettingsError. What is wrong elsewhere is nobody's concern here."""
    from pipelines.desk_files.reading import suggest
    from pipelines.errors import SettingsError
    from pipelines.rules.loader import load_rules

    rule_set = load_rules(path)
    found = {str(rule.rule_id): rule for rule in rule_set.rules}
    if name not in found:
        for fault in rule_set.faults:
            echo_fault(fault, err=True)
        raise SettingsError(f"{path}: there is no rule `{name}`{suggest(name, found)}")
    if found[name].rule.volume is not None:
        raise SettingsError(f"`{name}` counts what other rules match: explain one of those")
    return found[name]
