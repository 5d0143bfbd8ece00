"""`wirewatch stories`: near-duplicate grouping as a filter; needs no store, no home and no desk folder."""

from datetime import UTC, datetime, timedelta

import click

from pipelines.cli.jsonl import Articles
from pipelines.cli.output import echo_json
from pipelines.model import Content
from pipelines.states import ArticleId, StoryId

EVER = datetime.min.replace(tzinfo=UTC)


@click.group()
def stories() -> None:
    """Near-identical articles, told as one story."""


@stories.command("group")
@click.argument("files", nargs=-1, required=True, metavar="FILE.jsonl...")
@click.option(
    "--days", type=click.FloatRange(0, 36_500), default=7, show_default=True, help="How far apart reprints may appear."
)
def group_command(files: tuple[str, ...], days: float) -> None:
    """Articles as JSON lines ("-" is stdin) to one line each: {id, story_id, similarity, reason}.

    Input: {id, title, text, published, source, language}. Articles are grouped in the order they come; `story_id` is
    the id of the story's first article. An article without `published` is within every window.

    Example: wirewatch stories group day.jsonl
    """
    from pipelines.dedup.candidates import MemoryIndex, Until
    from pipelines.dedup.grouping import group

    index, articles, ids = MemoryIndex(), Articles(files), list[str | int]()
    for number, line in enumerate(articles):
        since, until = _window(line.content, timedelta(days=days))
        answer = group(line.content, Until(index, until) if until else index, since)
        story_id = StoryId(number) if answer.story_id is None else answer.story_id
        published = line.content.published
        index.add(ArticleId(number), story_id, line.content, answer.hashes, published.utc if published else None)
        ids.append(line.id)
        similarity = round(answer.similarity, 4)
        echo_json({"id": line.id, "story_id": ids[story_id], "similarity": similarity, "reason": answer.reason})
    articles.finish()


def _window(content: Content, width: timedelta) -> tuple[datetime, datetime | None]:
    if content.published is None:
        return EVER, None
    moment = content.published.utc
    try:
        return moment - width, moment + width
    except OverflowError:
        return EVER, None
