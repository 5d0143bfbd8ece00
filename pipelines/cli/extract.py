"""`wirewatch extract`: article text from HTML files, as a filter; needs no store, no home and no desk folder."""

import time

import click

from pipelines.cli.files import Files
from pipelines.cli.output import echo_json


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--url", help="Address the page came from; it may tell the date.")
def extract(files: tuple[str, ...], url: str | None) -> None:
    """HTML files ("-" is stdin) to one JSON line each.

    {file, url, title, text, published, authors, language, text_source, seconds}; `published` has the page's own
    offset or is a bare date, `text_source` is `page`, or `headline` where no text was found.

    Example: wirewatch extract page.html
    """
    from pipelines.ingest import extractor

    read = Files(files)
    for name, body in read:
        began = time.perf_counter()
        content = extractor.extract(body, url=url)
        if not content.body:
            click.echo(f"{name}: warning: no text found", err=True)
        echo_json(
            {
                "file": name,
                "url": url,
                "title": content.title or None,
                "text": content.body or None,
                "published": str(content.published) if content.published else None,
                "authors": content.authors,
                "language": content.language,
                "text_source": content.text_source,
                "seconds": round(time.perf_counter() - began, 4),
            }
        )
    read.finish()
