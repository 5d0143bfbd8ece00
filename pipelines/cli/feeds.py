"""`wirewatch feeds`: the watched feeds, new ones, and feed files as a filter."""

from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from pipelines.cli.feeds_add import add_command
from pipelines.cli.feeds_check import check_command
from pipelines.cli.feeds_opml import export_command, import_command
from pipelines.cli.files import Files
from pipelines.cli.here import here
from pipelines.cli.output import echo_json, echo_table
from pipelines.errors import NotAFeed

if TYPE_CHECKING:
    from pipelines.sites import SiteTexts
    from storage.journal import FeedRow


@click.group()
def feeds() -> None:
    """The feeds that are watched."""


@feeds.command("parse")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--url", default="", help="Address the files came from, for their relative links.")
@click.option("--links", metavar="PATTERN", help="Read plain pages: their links that this RE2 pattern meets.")
def parse_command(files: tuple[str, ...], url: str, links: str | None) -> None:
    """Feed files ("-" is stdin) to a JSON line per entry; needs no store, no home and no desk folder.

    {file, entry_id, url, title, summary, published, author}; `published` has the feed's own offset or is a bare
    date, `author` is null where none is named. RSS, RDF, Atom, JSON Feed, sitemaps and the previews of Telegram
    channels are read; with --links also plain pages.

    Example: wirewatch feeds parse rss.xml
    """
    from pipelines.feed_options import FeedOptions
    from pipelines.ingest.sources import parse
    from pipelines.protocols import Response
    from pipelines.states import SourceKind

    kind, options = SourceKind.PAGE if links else SourceKind.AUTO, FeedOptions(links=_checked(links))
    read = Files(files)
    for name, body in read:
        try:
            parsed = parse(kind, Response(url=url, status=200, body=body), options)
        except NotAFeed as error:
            read.report(name, str(error))
            continue
        for problem in parsed.problems:
            click.echo(f"{name}: warning: {problem}", err=True)
        for entry in parsed.entries:
            echo_json(
                {
                    "file": name,
                    "entry_id": entry.entry_id,
                    "url": entry.url,
                    "title": entry.title or None,
                    "summary": entry.summary or entry.body or None,
                    "published": str(entry.published) if entry.published else None,
                    "author": ", ".join(entry.authors) or None,
                }
            )
    read.finish()


@feeds.command("list")
@click.option("--json", "as_json", is_flag=True, help="Each feed as a JSON line.")
def list_command(as_json: bool) -> None:
    """The watched feeds and how they fare."""
    from pipelines.ingest.health_table import site_of
    from storage.store import open_store

    with closing(open_store(here().database_url)) as store:
        rows = store.journal.feeds()
        outlets = {site_of(row.feed) for row in rows}
        sites = {site.outlet.outlet_id: site for site in store.feeds.site_texts(outlets, datetime.now(UTC))}
    texts = [sites.get(site_of(row.feed)) for row in rows]
    if as_json:
        for row, site in zip(rows, texts, strict=True):
            echo_json(_facts(row, site))
    elif rows:
        columns = (
            "feed",
            "outlet",
            "every",
            "articles",
            "last new entry",
            "usually every",
            "full texts",
            "last good poll",
            "next poll",
            "failures",
            "problem",
        )
        echo_table(columns, [_cells(row, site) for row, site in zip(rows, texts, strict=True)])
    else:
        click.echo("no feeds yet: they are read from feeds.yaml by `wirewatch run`")


def _checked(links: str | None) -> str | None:
    from pipelines.ingest.link_pattern import link_pattern

    try:
        _ = link_pattern(links) if links is not None else None
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--links") from error
    return links


for _command in (add_command, check_command, import_command, export_command):
    feeds.add_command(_command)


def _cells(row: "FeedRow", site: "SiteTexts | None") -> tuple[object, ...]:
    from pipelines.ingest.health import long

    feed, state = row.feed, row.state
    outlet = feed.outlet.title if feed.outlet else None
    usual = long(state.rhythm) if state.rhythm else None
    full = f"{site.recent_full} of {site.recent}" if site and site.recent else None
    times = (feed.every, row.articles, state.new_at, usual, full, state.succeeded_at, state.due_at)
    moved = f"moved to {state.move.to}: put that into feeds.yaml" if state.move else None
    return (feed.feed_id, outlet, *times, state.failures or None, state.error or moved)


def _facts(row: "FeedRow", site: "SiteTexts | None") -> dict[str, object]:
    feed, state = row.feed, row.state
    return {
        "id": feed.feed_id,
        "url": feed.url,
        "outlet": feed.outlet.outlet_id if feed.outlet else None,
        "kind": feed.kind,
        "language": feed.language,
        "every_seconds": feed.every.total_seconds(),
        "tags": sorted(feed.tags),
        "articles": row.articles,
        "polled_at": state.polled_at and state.polled_at.isoformat(),
        "succeeded_at": state.succeeded_at and state.succeeded_at.isoformat(),
        "new_at": state.new_at and state.new_at.isoformat(),
        "rhythm_seconds": state.rhythm and state.rhythm.total_seconds(),
        "full_texts": site.recent_share if site and site.recent else None,
        "due_at": state.due_at.isoformat(),
        "due_because": state.due_because,
        "moved_to": state.move and state.move.to,
        "moved_times": state.move and state.move.times,
        "streak": [{"at": failure.at.isoformat(), "reason": failure.reason} for failure in state.streak],
        "failures": state.failures,
        "error": state.error,
    }
