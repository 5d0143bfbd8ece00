"""`wirewatch extract`: article text from HTML files, as a filter; with --again, from the pages that the store keeps."""

import os
from collections import deque
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli.files import Files
from pipelines.cli.output import echo_json
from pipelines.errors import ParsingFailed

if TYPE_CHECKING:
    from concurrent.futures import Future

    from pipelines.ingest.reading import Reading

_FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%H:%M"]


@click.command()
@click.argument("files", nargs=-1, metavar="FILE...")
@click.option("--url", help="Address the page came from; it may tell the date.")
@click.option("--again", metavar="OUTLET", help="Read this outlet's kept pages anew, into the store; fetches nothing.")
@click.option("--since", type=click.DateTime(_FORMATS), help="With --again: since when, UTC; a day by default.")
def extract(files: tuple[str, ...], url: str | None, again: str | None, since: datetime | None) -> None:
    """HTML files ("-" is stdin) to one JSON line each; this needs no store, no home and no desk folder.

    {file, url, title, text, captions, published, authors, language, text_source, reason, seconds}; `published` has the
    page's own offset or is a bare date, `text_source` is `page`, or `headline` where no text was found, for a `reason`.

    With --again the pages that the store has kept are read by feeds.yaml as it is now: after a change of layout.

    Example: wirewatch extract page.html
    """
    if again is not None and files:
        raise click.UsageError("--again reads the store's pages: give either files or --again")
    if again is not None:
        _extract_again(again, since)
    elif since is not None:
        raise click.UsageError("--since goes with --again")
    elif files:
        _extract_files(files, url)
    else:
        raise click.UsageError("Missing argument 'FILE...'.")


def _extract_files(files: tuple[str, ...], url: str | None) -> None:
    """In worker processes, so that no page can take the command with it; the lines come in the order of the files."""
    from pipelines.ingest.reading import WAITING, read_html
    from pipelines.ingest.workers import BoundedWorkers

    read = Files(files)
    with BoundedWorkers() as workers:
        waiting: deque[tuple[str, Future[tuple[Reading, float]]]] = deque()
        for name, body in read:
            waiting.append((name, workers.submit(read_html, body, url)))
            while len(waiting) > WAITING or (waiting and waiting[0][1].done()):
                _tell(read, *waiting.popleft(), url)
        for name, answer in waiting:
            _tell(read, name, answer, url)
    read.finish()


def _tell(read: Files, name: str, answer: "Future[tuple[Reading, float]]", url: str | None) -> None:
    from pipelines.ingest.reading import without_captions

    try:
        reading, seconds = answer.result()
    except ParsingFailed as error:
        read.report(name, str(error))
        return
    content = without_captions(reading.content)
    if not content.body:
        click.echo(f"{name}: warning: no text found: {reading.reason}", err=True)
    echo_json(
        {
            "file": name,
            "url": url,
            "title": content.title or None,
            "text": content.body or None,
            "captions": [reading.content.body[one.start : one.end] for one in reading.content.passages],
            "published": str(content.published) if content.published else None,
            "authors": content.authors,
            "language": content.language,
            "text_source": content.text_source,
            "reason": reading.reason or None,
            "seconds": round(seconds, 4),
        }
    )


def _extract_again(outlet: str, since: datetime | None) -> None:
    from pipelines.cycle import open_cycle
    from pipelines.states import OutletId

    with open_cycle(os.environ, Path.cwd()) as cycle:
        report = cycle.again.articles(OutletId(outlet), _moment(since, cycle.clock()))
    for problem in report.problems:
        click.echo(f"{problem.subject}: {problem.message}", err=True)
    done = ", ".join(f"{count} {name}" for name, count in report.counts.items() if count)
    click.echo(done or f"no page of {outlet} is kept since then: it is the outlet's id in feeds.yaml, or its domain")


def _moment(since: datetime | None, now: datetime) -> datetime:
    """What was asked for, in UTC: a time alone is the last such time; nothing is a day ago."""
    if since is None:
        return now - timedelta(days=1)
    if since.year == 1900:  # a clock time without a day
        today = now.replace(hour=since.hour, minute=since.minute, second=0, microsecond=0)
        return today if today <= now else today - timedelta(days=1)
    return since.replace(tzinfo=UTC)
