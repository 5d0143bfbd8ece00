"""`wirewatch stories`: grouping as a filter, which needs nothing but its input; stored stories shown and put right."""

import getpass
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli.here import here
from pipelines.cli.jsonl import Articles
from pipelines.cli.output import echo_json, echo_table
from pipelines.states import ArticleId, StoryId

if TYPE_CHECKING:
    from pipelines.dedup.subject import Aliases
    from storage.event_edits import Describe
    from storage.store import SqlStore
    from storage.story_desk import StoryView


@click.group()
def stories() -> None:
    """Near-identical articles, told as one story."""


@stories.command("group")
@click.argument("files", nargs=-1, required=True, metavar="FILE.jsonl...")
@click.option(
    "--days", type=click.FloatRange(0, 36_500), default=7, show_default=True, help="How far apart reprints may appear."
)
@click.option(
    "--lists",
    type=click.Path(exists=True, path_type=Path),
    help="A lists.yaml, or the desk's folder: its names are known in every script.",
)
def group_command(files: tuple[str, ...], days: float, lists: Path | None) -> None:
    """Articles as JSON lines ("-" is stdin) to one line each: {id, story_id, similarity, reason, related}.

    Input: {id, title, text, published, source, language}. What one `source` repeats on several days weighs nothing: its
    appeals, its background paragraphs. `story_id` is the id of the story's first article in the
    input; `related` are the other stories that report the same event. Answers come once all is read, in its order. An
    article without `published` is within every window.

    Example: wirewatch stories group --lists alert_rules/lists.yaml day.jsonl
    """
    from pipelines.dedup.batch import answers
    from pipelines.repeats import marked_together

    articles = Articles(files)
    lines = list(articles)
    contents = marked_together([(line.source, line.content) for line in lines])
    found = answers(contents, timedelta(days=days), _names(lists))
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


by_whom = click.option("--who", default=None, help="Whose decision it is.  [default: you]")
because = click.option("--why", required=True, help="The reason, kept with the story.")
as_json = click.option("--json", "as_json", is_flag=True, help="As one JSON document.")


@stories.command("show")
@click.argument("story_id", type=click.IntRange(1), metavar="STORY")
@as_json
def show_command(story_id: int, as_json: bool) -> None:
    """A story's articles, who prints it, the event it is part of, and what was done to it by hand.

    An id that went into another story shows that one.

    Example: wirewatch stories show 17
    """
    with closing(_store()) as store:
        view = store.story_desk.show(StoryId(story_id))
    if as_json:
        echo_json(_facts(view))
        return
    went = f" (story {story_id} went into it)" if view.story_id != story_id else ""
    click.echo(
        f"Story {view.story_id}{went}, {view.first_seen_at:%Y-%m-%d %H:%M} to {view.last_seen_at:%H:%M %d %b} UTC"
    )
    click.echo(f"Carriers: {', '.join(view.carriers)}")
    if view.credits:
        click.echo(f"Credited to: {', '.join(view.credits)}")
    columns = ("article", "outlet", "headline", "published", "alike", "why")
    rows = [
        (one.article_id, one.outlet, one.title, one.published_at, f"{one.similarity:.0%}", one.reason)
        for one in view.members
    ]
    echo_table(columns, rows)
    for one in view.related:
        click.echo(f"Perhaps the same event: story {one.story_id}, {one.title} ({one.outlet}): {one.reason}")
    for edit in view.edits:
        pair = f"stories {edit.story_id} and {edit.other_id}"
        click.echo(f"{edit.made_at:%Y-%m-%d %H:%M} UTC {pair}: {edit.kind} by {edit.who}: {edit.why}")


@stories.command("split")
@click.argument("article_id", type=click.IntRange(1), metavar="ARTICLE")
@by_whom
@because
@as_json
def split_command(article_id: int, who: str | None, why: str, as_json: bool) -> None:
    """Take an article out of its story into one of its own, for good: grouping never puts the two together again.

    Example: wirewatch stories split 231 --why "another earthquake"
    """
    with closing(_store()) as store:
        old, new = store.story_desk.split(
            ArticleId(article_id), who=who or getpass.getuser(), why=why, now=_now(), describe=_describe()
        )
    if as_json:
        echo_json({"article_id": article_id, "from": old, "story_id": new})
    else:
        click.echo(f"article {article_id} left story {old} and is story {new} now")


@stories.command("merge")
@click.argument("story_id", type=click.IntRange(1), metavar="STORY")
@click.argument("other_id", type=click.IntRange(1), metavar="OTHER")
@by_whom
@because
@as_json
def merge_command(story_id: int, other_id: int, who: str | None, why: str, as_json: bool) -> None:
    """Make two stories one: the younger goes into the older, and its id goes on to name that.

    Example: wirewatch stories merge 17 23 --why "one text, badly scanned"
    """
    pair = StoryId(story_id), StoryId(other_id)
    with closing(_store()) as store:
        old, gone = store.story_desk.merge(*pair, who=who or getpass.getuser(), why=why, now=_now())
    if as_json:
        echo_json({"story_id": old, "merged": gone})
    else:
        click.echo(f"story {gone} went into story {old}")


@stories.command("unlink")
@click.argument("story_id", type=click.IntRange(1), metavar="STORY")
@click.argument("others", type=click.IntRange(1), nargs=-1, required=True, metavar="OTHER...")
@by_whom
@because
@as_json
def unlink_command(story_id: int, others: tuple[int, ...], who: str | None, why: str, as_json: bool) -> None:
    """Say that related stories are not one event, for good: nothing puts STORY and an OTHER together again.

    OTHER leaves the event, with its reprints; several leave together and are one event then. Where the event began
    with one of them they stay: of two stories STORY leaves, of more all that were not named do, with STORY.

    Example: wirewatch stories unlink 17 23 24 --why "another telephone call"
    """
    with closing(_store()) as store:
        left, event = store.story_desk.unlink(
            StoryId(story_id),
            *map(StoryId, others),
            who=who or getpass.getuser(),
            why=why,
            now=_now(),
            describe=_describe(),
        )
    if as_json:
        echo_json({"story_ids": list(left), "left": event})
        return
    stories = f"story {left[0]}" if len(left) == 1 else f"stories {', '.join(map(str, left))}, one event now,"
    click.echo(f"{stories} left the event of story {event}")


@stories.command("link")
@click.argument("story_id", type=click.IntRange(1), metavar="STORY")
@click.argument("other_id", type=click.IntRange(1), metavar="OTHER")
@by_whom
@because
@as_json
def link_command(story_id: int, other_id: int, who: str | None, why: str, as_json: bool) -> None:
    """Say that two stories report one event, for good, with all that is related to either of them.

    Example: wirewatch stories link 17 23 --why "both are about the bridge"
    """
    pair = StoryId(story_id), StoryId(other_id)
    with closing(_store()) as store:
        event = store.story_desk.link(*pair, who=who or getpass.getuser(), why=why, now=_now())
    if as_json:
        echo_json({"event_id": event})
    else:
        click.echo(f"stories {story_id} and {other_id} are of one event now, that of story {event}")


def _names(lists: Path | None) -> "Aliases":
    from pipelines.dedup.subject import no_aliases
    from pipelines.desk_files.names import desk_names

    return desk_names(lists).alias if lists else no_aliases


def _describe() -> "Describe":
    from pipelines.dedup.relations import described

    return partial(described, aliases=_names(here().desk))


def _facts(view: "StoryView") -> dict[str, object]:
    return {
        "story_id": view.story_id,
        "merged": list(view.merged),
        "first_seen_at": view.first_seen_at.isoformat(),
        "last_seen_at": view.last_seen_at.isoformat(),
        "carriers": list(view.carriers),
        "credits": list(view.credits),
        "event_id": view.event_id,
        "members": [
            {
                "article_id": one.article_id,
                "outlet": one.outlet,
                "title": one.title,
                "link": one.link,
                "published_at": one.published_at.isoformat(),
                "similarity": round(one.similarity, 4),
                "reason": one.reason,
            }
            for one in view.members
        ],
        "related": [
            {"story_id": one.story_id, "title": one.title, "outlet": one.outlet, "reason": one.reason}
            for one in view.related
        ],
        "edits": [
            {
                "kind": one.kind,
                "stories": [one.story_id, one.other_id],
                "who": one.who,
                "why": one.why,
                "made_at": one.made_at.isoformat(),
            }
            for one in view.edits
        ],
    }


def _now() -> datetime:
    return datetime.now(UTC)


def _store() -> "SqlStore":
    from storage.store import open_store

    return open_store(here().database_url)
