"""`wirewatch try`: what would fire on a page that is not, or not yet, in the archive."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli import explanation_view
from pipelines.cli.article import Named, of_file, of_page
from pipelines.cli.here import fetcher_of, here
from pipelines.cli.output import echo_fault, echo_json
from pipelines.errors import SettingsError

if TYPE_CHECKING:
    from pipelines.rules.explain import Explanation
    from pipelines.rules.rule import CompiledRule


@click.command("try")
@click.argument("article", metavar="URL-or-FILE")
@click.option("--rules", "path", type=click.Path(path_type=Path), help="Rules to try.  [default: the desk's]")
@click.option("--url", help="With a file: the address that the page came from.")
@click.option("--text", "with_text", is_flag=True, help="Show the text that was found on the page, too.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def try_command(article: str, path: Path | None, url: str | None, *, with_text: bool, as_json: bool) -> None:
    """Fetch a page (or read a file), take its text out, and say which rules would fire; nothing is stored.

    Drafts are tried too. Of each rule that fires its reason and hits are shown; of the others, the one that came
    nearest. A file may be a page, a JSON line as the filters read it, or plain text.

    \b
    Example: wirewatch try https://example.org/story
    """
    from pipelines.ingest.urls import is_address

    looked = _fetched(article) if is_address(article) else _read(article, url)
    answers = _answers(path or here().desk, looked)
    fired = [(rule, told) for rule, told in answers if told.outcome != "no_match"]
    if as_json:
        shown = [explanation_view.facts(rule.rule, looked, told) for rule, told in fired]
        content = looked.content
        row = {"url": looked.link or None, "title": content.title, "text": content.body, "language": content.language}
        echo_json(row | {"text_source": content.text_source, "tried": len(answers), "rules": shown})
        return
    _show(looked, answers, fired, with_text=with_text)


def _show(
    looked: Named,
    answers: "list[tuple[CompiledRule, Explanation]]",
    fired: "list[tuple[CompiledRule, Explanation]]",
    *,
    with_text: bool,
) -> None:
    content = looked.content
    letters = f"{len(content.body):,} characters of text" if content.body else "no text: judged by its headline"
    click.echo(f"{explanation_view.heading(looked)} · {letters}")
    if with_text:
        click.echo(f"\n{content.body}")
    for rule, told in fired:
        click.echo()
        explanation_view.show(rule.rule, looked, told)
    if not fired:
        rule, told = min(answers, key=lambda one: one[1].distance)
        click.echo(f"\nnone of {len(answers)} rules fires; the nearest:")
        explanation_view.show(rule.rule, looked, told)


def _read(name: str, url: str | None) -> Named:
    if not Path(name).is_file():
        raise SettingsError(f"{name} is no file and no http(s) address")
    return of_file(Path(name), url)


def _fetched(url: str) -> Named:
    """The page at the address, fetched with the guards and read within the limits of a cycle."""
    import asyncio

    from pipelines.protocols import Request, Response

    async def fetch() -> Response:
        async with fetcher_of(here()) as fetcher:
            return await fetcher.fetch(Request(url=url))

    answer = asyncio.run(fetch())
    return of_page(answer.body, answer.url, answer.content_type)


def _answers(path: Path, looked: Named) -> "list[tuple[CompiledRule, Explanation]]":
    from pipelines.rules.explain import Explainer
    from pipelines.rules.loader import load_rules
    from pipelines.states import RuleStatus

    rule_set = load_rules(path)
    for fault in rule_set.faults:
        echo_fault(fault, err=True)
    tried = [rule for rule in rule_set.rules if rule.rule.status is not RuleStatus.RETIRED and not rule.rule.volume]
    if not tried:
        raise SettingsError(f"{path}: no rule in it can run")
    return [(rule, Explainer(rule).explain(looked.content, looked.tags)) for rule in tried]
