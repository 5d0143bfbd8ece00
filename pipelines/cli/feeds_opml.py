"""`wirewatch feeds import` and `feeds export`: lists of feeds, to and from other readers."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli.files import Files
from pipelines.cli.here import here
from pipelines.errors import DeskFileError, NotAFeed
from pipelines.states import SourceKind

if TYPE_CHECKING:
    from pipelines.desk_files.reading import Data
    from pipelines.ingest.opml import Outline


@click.command("import")
@click.argument("file", metavar="FILE.opml")
@click.option("--dry-run", is_flag=True, help="Say what would be added, and leave feeds.yaml alone.")
def import_command(file: str, dry_run: bool) -> None:
    """Add the feeds of an OPML file to feeds.yaml; folders and categories become tags, what is there is skipped.

    Example: wirewatch feeds import feedly.opml
    """
    from pipelines.ingest.feeds_file import add_feeds
    from pipelines.ingest.opml import read_opml

    path = here().desk / "feeds.yaml"
    read = Files([file])
    for name, body in read:
        try:
            outlines = read_opml(body)
        except NotAFeed as error:
            read.report(name, str(error))
            continue
        items = list(_new(path, outlines))
        if items and not dry_run:
            add_feeds(path, items)
        would = "would be added" if dry_run else "added"
        click.echo(f"{path}: {len(items)} of {len(outlines)} feeds {would}")
    read.finish()


def _new(path: Path, outlines: tuple["Outline", ...]) -> Iterator[dict[str, "Data"]]:
    """A line for each feed that is new and sound; the others are told on stderr."""
    from pipelines.ingest.feeds_file import check_line, free_id
    from pipelines.ingest.urls import canonical_url

    seen: dict[str | None, str] = {}
    for outline in outlines:
        address = canonical_url(outline.url)
        named = free_id(path, outline.url, set(seen.values()))
        item: dict[str, Data] = {"id": named, "url": outline.url}
        item |= {"language": outline.language} if outline.language else {}
        item |= {"tags": list(outline.tags)} if outline.tags else {}
        if address in seen:
            click.echo(f"skipped: {outline.url}: twice in this file", err=True)
            continue
        try:
            check_line(path, item)
        except DeskFileError as error:
            reason = str(error.faults[0]).partition(": error: ")[2]
            click.echo(f"skipped: {outline.url}: {reason}", err=True)
            continue
        seen[address] = named
        yield item


@click.command("export")
def export_command() -> None:
    """The feeds of feeds.yaml as OPML on stdout, tags as categories; what is no feed is left out and told.

    Example: wirewatch feeds export > desk.opml
    """
    from pipelines.ingest.feeds_file import load_feeds
    from pipelines.ingest.opml import write_opml

    feeds = load_feeds(here().desk / "feeds.yaml")
    read_by_all = [feed for feed in feeds if feed.kind in {SourceKind.AUTO, SourceKind.FEED}]
    for feed in feeds:
        if feed not in read_by_all:
            click.echo(f"left out: {feed.feed_id}: other readers read no {feed.kind}", err=True)
    click.echo(write_opml(read_by_all, "Wirewatch"), nl=False)
