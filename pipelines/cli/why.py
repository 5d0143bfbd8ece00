"""`wirewatch why`: the whole way of one article."""

from contextlib import closing

import click

from pipelines.cli.here import here
from pipelines.cli.output import echo_json
from pipelines.cli.rules_archive import json_option
from pipelines.delivery.wording import clean


@click.command()
@click.argument("article", metavar="URL")
@click.option("--rule", "only", multiple=True, help="Only what this rule says of it.")
@json_option
def why(article: str, only: tuple[str, ...], *, as_json: bool) -> None:
    """Tell the whole way of one article: fetched, text, story, each rule, each delivery, and what to change.

    URL may also be the number of a stored article. Of an article that never came it says which of the watched feeds
    would have carried it, and how that feed fares.

    \b
    Example: wirewatch why https://example.org/story
    """
    from pipelines.way_in_words import way_in_words
    from storage.store import open_store

    with closing(open_store(here().database_url)) as store:
        lines = way_in_words(store, here().desk, article, only)
    if as_json:
        echo_json({"article": article, "lines": [{"about": a, "text": b} for a, b in lines]})
        return
    width = max(len(about) for about, _ in lines)
    for about, text in lines:
        click.echo(f"{click.style(f'{about:<{width}}', bold=True)}  {clean(text)}")
