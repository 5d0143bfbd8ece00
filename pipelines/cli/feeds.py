"""`wirewatch feeds`: the watched feeds, new ones, and feed files as a filter."""

import os
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli.files import Files
from pipelines.cli.output import echo_json, echo_table
from pipelines.config import Settings, load_settings, receiver_environment
from pipelines.errors import NotAFeed, WirewatchError
from pipelines.model import Feed
from pipelines.states import FeedId

if TYPE_CHECKING:
    from pipelines.desk_files import Data
    from pipelines.ingest.fetcher import HttpFetcher
    from pipelines.ingest.probe import Probe
    from storage.journal import FeedRow


@click.group()
def feeds() -> None:
    """The feeds that are watched."""


@feeds.command("parse")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--url", default="", help="Address the files came from, for their relative links.")
def parse_command(files: tuple[str, ...], url: str) -> None:
    """Feed files ("-" is stdin) to a JSON line per entry; needs no store, no home and no desk folder.

    {file, entry_id, url, title, summary, published, author}; `published` has the feed's own offset or is a bare
    date, `author` is null where none is named. RSS, RDF, Atom and JSON Feed are read.

    Example: wirewatch feeds parse rss.xml
    """
    from pipelines.ingest.feed_parser import parse_feed

    read = Files(files)
    for name, body in read:
        try:
            parsed = parse_feed(body, url=url, content_type=None)
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
    from storage.store import open_store

    with closing(open_store(_settings().database_url)) as store:
        rows = store.journal.feeds()
    if as_json:
        for row in rows:
            echo_json(_facts(row))
    elif rows:
        columns = (
            "feed",
            "outlet",
            "every",
            "articles",
            "last new entry",
            "last good poll",
            "next poll",
            "failures",
            "problem",
        )
        echo_table(columns, [_cells(row) for row in rows])
    else:
        click.echo("no feeds yet: they are read from feeds.yaml by `wirewatch run`")


@feeds.command("check")
@click.argument("ids", nargs=-1, metavar="[ID...]")
@click.option("--json", "as_json", is_flag=True, help="Each feed as a JSON line.")
def check_command(ids: tuple[str, ...], as_json: bool) -> None:
    """Fetch each feed (or those named) once and report; nothing is stored. Exit code 1 if any fails.

    Example: wirewatch feeds check oc-media
    """
    from pipelines.ingest.probe import probe_feeds

    settings = _settings()
    probes = probe_feeds(_chosen(settings, ids), _fetcher(settings))
    if as_json:
        for probe in probes:
            echo_json(_probe_facts(probe))
    else:
        columns = ("feed", "status", "entries", "newest", "bytes", "seconds", "final URL", "problem")
        echo_table(columns, [tuple(_probe_facts(probe)[column] for column in columns) for probe in probes])
    if any(probe.problem for probe in probes):
        sys.exit(1)


@feeds.command("add")
@click.argument("url")
@click.option("--id", "feed_id", help="Id of the new feed; made from its address if not given.")
@click.option("--outlet", help="Whose feed it is: an id under `outlets`.")
@click.option("--language", help="Language of its articles, such as en or hy.")
@click.option("--every", help="How often to poll it, such as 5m.")
@click.option("--tag", "tags", multiple=True, help="A tag for its articles; may be repeated.")
@click.option("--no-check", is_flag=True, help="Do not fetch it first.")
def add_command(
    *,
    url: str,
    feed_id: str | None,
    outlet: str | None,
    language: str | None,
    every: str | None,
    tags: tuple[str, ...],
    no_check: bool,
) -> None:
    """Add a feed to feeds.yaml, which keeps its order and comments; it is fetched and read first.

    Example: wirewatch feeds add https://example.org/rss --language en --every 5m
    """
    from pipelines.ingest.feeds_file import add_feed, check_line, free_id

    settings = _settings()
    path = settings.desk / "feeds.yaml"
    wanted = {"id": feed_id or free_id(path, url), "outlet": outlet, "url": url, "language": language, "every": every}
    item: dict[str, Data] = {key: value for key, value in wanted.items() if value}
    if tags:
        item["tags"] = list(tags)
    check_line(path, item)
    found = "not checked" if no_check else _tried(settings, url)
    add_feed(path, item)
    click.echo(f"{path}: added {item['id']} ({found}); it is polled from the next run on")


def _tried(settings: Settings, url: str) -> str:
    from pipelines.ingest.probe import probe_feeds

    fetcher = _fetcher(settings)
    (probe,) = probe_feeds([Feed(feed_id=FeedId("new"), url=url)], fetcher)
    if probe.problem:
        raise WirewatchError(f"{probe.url}: {probe.problem}; nothing was added (--no-check adds it all the same)")
    return f"{len(probe.entries)} entries" + (f" of {probe.title}" if probe.title else "")


def _fetcher(settings: Settings) -> "HttpFetcher":
    from pipelines.ingest.fetcher import HttpFetcher

    secrets = receiver_environment(settings, os.environ)
    return HttpFetcher(settings.allow_hosts, contact=settings.contact, secrets=secrets)


def _settings() -> Settings:
    return load_settings(os.environ, Path.cwd())


def _chosen(settings: Settings, ids: tuple[str, ...]) -> list[Feed]:
    from pipelines.desk_files import suggest
    from pipelines.ingest.feeds_file import load_feeds

    path = settings.desk / "feeds.yaml"
    known = {str(feed.feed_id): feed for feed in load_feeds(path)}
    for one in ids:
        if one not in known:
            raise WirewatchError(f"{path} has no feed `{one}`{suggest(one, known)}")
    return [known[one] for one in dict.fromkeys(ids)] if ids else list(known.values())


def _cells(row: "FeedRow") -> tuple[object, ...]:
    feed, state = row.feed, row.state
    outlet = feed.outlet.title if feed.outlet else None
    times = (feed.every, row.articles, state.new_at, state.succeeded_at, state.due_at)
    moved = f"moved to {state.move.to}: put that into feeds.yaml" if state.move else None
    return (feed.feed_id, outlet, *times, state.failures or None, state.error or moved)


def _facts(row: "FeedRow") -> dict[str, object]:
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
        "due_at": state.due_at.isoformat(),
        "due_because": state.due_because,
        "moved_to": state.move and state.move.to,
        "moved_times": state.move and state.move.times,
        "streak": [{"at": failure.at.isoformat(), "reason": failure.reason} for failure in state.streak],
        "failures": state.failures,
        "error": state.error,
    }


def _probe_facts(probe: "Probe") -> dict[str, object]:
    newest = probe.newest
    return {
        "feed": probe.feed.feed_id,
        "status": probe.status,
        "entries": len(probe.entries),
        "newest": str(newest.published) if newest else None,
        "bytes": probe.size,
        "seconds": round(probe.seconds, 2),
        "final URL": probe.url,
        "problem": probe.problem,
    }
