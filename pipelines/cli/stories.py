"""`wirewatch stories`: near-duplicate grouping as a filter; needs no store, no home and no desk folder."""

from datetime import timedelta

import click

from pipelines.cli.jsonl import Articles
from pipelines.cli.output import echo_json


@click.group()
def stories() -> None:
    """Near-identical articles, told as one story."""


@stories.command("group")
@click.argument("files", nargs=-1, required=True, metavar="FILE.jsonl...")
@click.option(
    "--days", type=click.FloatRange(0, 36_500), default=7, show_default=True, help="How far apart reprints may appear."
)
def group_command(files: tuple[str, ...], days: float) -> None:
    """Articles as JSON lines ("-" is stdin) to one line each: {id, story_id, similarity, reason, related}.

    Input: {id, title, text, published, source, language}. `story_id` is the id of the story's first article in the
    input; `related` are the other stories that report the same event. Answers come once all is read, in its order. An
    article without `published` is within every window.

    Example: wirewatch stories group day.jsonl
    """
    from pipelines.dedup.batch import answers

    articles = Articles(files)
    lines = list(articles)
    found = answers([line.content for line in lines], timedelta(days=days))
    for line, answer in zip(lines, found, strict=True):
        echo_json(
            {
                "id": line.id,
                "story_id": lines[answer.story_id].id,
                "similarity": round(answer.similarity, 4),
                "reason": answer.reason,
                "related": [lines[each].id for each in answer.related],
            }
        )
    articles.finish()
