"""`wirewatch rules add-test`: an article becomes an inline test of a rule."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli.article import named
from pipelines.cli.here import here
from pipelines.cli.output import echo_json
from pipelines.cli.rules_archive import json_option, rules_option
from pipelines.cli.rules_explain import find_rule
from pipelines.delivery.wording import clean, cut

if TYPE_CHECKING:
    from pipelines.desk_files.reading import Data
    from pipelines.model import Content
    from pipelines.rules.rule import CompiledRule


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
    from pipelines.desk_files.insertion import insert_item

    compiled = find_rule(path or here().desk, rule)
    looked = named(article)
    content, says = _shortest(compiled, looked.content)
    line = insert_item(compiled.file.path, (*compiled.loc, "tests"), _item(content, expect, name))
    if as_json:
        echo_json({"file": compiled.file.path, "line": line, "expect": expect, "says": says})
        return
    click.echo(f"{compiled.file.path}:{line}: added")
    if says == expect:
        click.secho(f"{rule} says {says}, as it should", fg="green")
    else:
        click.secho(f"{rule} says {says}: change it until `wirewatch rules test` passes", fg="yellow")


def _shortest(rule: "CompiledRule", content: "Content") -> tuple["Content", str]:
    """The article with no more text than the rule's answer needs, and that answer."""
    from dataclasses import replace

    from pipelines.rules.explain import Explainer
    from pipelines.states import Field, TextSource

    explainer = Explainer(rule)
    whole = replace(content, body=content.searched_body, passages=(), text_source=TextSource.PAGE)
    says = explainer.explain(whole, None).outcome
    found = [one for hits in explainer.article(whole).hits.values() for one in hits.found]
    starts = {one.document.words[one.field].starts[one.first] for one in found if list(Field)[one.field] is Field.BODY}
    kept, at = [], 0
    for line in whole.body.split("\n"):
        if any(at <= start < at + len(line) for start in starts):
            kept.append(line.strip())
        at += len(line) + 1
    short = replace(whole, body="\n".join(kept))
    return (short if explainer.explain(short, None).outcome is says else whole), says


def _item(content: "Content", expect: str, name: str | None) -> "dict[str, Data]":
    words: dict[str, Data] = {"title": clean(content.title), "lead": content.lead, "body": content.body}
    article: dict[str, Data] = {key: value for key, value in words.items() if value}
    if content.language:
        article["lang"] = content.language
    if content.about.source:
        article["source"] = content.about.source
    return {"name": name or cut(clean(content.title), 60) or "untitled", "article": article, "expect": expect}
