"""`wirewatch rules match`: rules over articles, as a filter."""

import sys
from pathlib import Path

import click

from pipelines.cli.jsonl import Articles
from pipelines.cli.output import echo_fault, echo_json
from pipelines.model import Judgement


@click.command()
@click.option(
    "--rules", "path", required=True, type=click.Path(path_type=Path), help="A file of rules, or a folder of them."
)
@click.option("--json", "_as_json", is_flag=True, help="JSON lines, which is what it gives anyway.")
@click.argument("files", nargs=-1, required=True, metavar="FILE.jsonl...")
def match(path: Path, files: tuple[str, ...], *, _as_json: bool) -> None:
    """Run rules over articles, as a filter of JSON lines.

    Of each article ("-" is stdin) one line comes for each rule that matched or is partial.

    Input: {id, title, text, published, source, language}. Output: {id, rule_id, outcome, hits}, where hits are
    {group: [{field, start, end, text}]} with offsets in the title or in `text`, which is the field `body`. An article
    without `text` is judged by its title and may be partial. Feed tags are not known here and let every rule pass.

    Rules with faults are named on stderr and left out; the others run, and the exit code is 1.

    \b
    Example: wirewatch rules match --rules alert_rules day.jsonl
    """
    from pipelines.rules.loader import load_rules
    from pipelines.rules.matcher import Matcher

    rule_set = load_rules(path)
    for fault in rule_set.faults:
        echo_fault(fault, err=True)
    matcher, articles = Matcher(rule_set.rules, table=rule_set.table), Articles(files)
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
