"""`wirewatch search`: the archive's texts by their words."""

from contextlib import closing

import click

from pipelines.cli.here import here
from pipelines.cli.output import echo_json
from pipelines.delivery import excerpt
from pipelines.delivery.excerpt import Quote
from pipelines.delivery.languages import language_name
from pipelines.delivery.wording import clean, cut
from pipelines.search.archive import Found


@click.command()
@click.argument("query")
@click.option("--from", "since", default="", metavar="DAY", help="Published on this day (UTC) or later.")
@click.option("--to", "until", default="", metavar="DAY", help="Published on this day (UTC) or before.")
@click.option("--feed", default="", metavar="ID", help="Articles of this feed.")
@click.option("--language", default="", metavar="CODE", help="Texts in this language, such as en or hy.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="How many are shown.")
@click.option("--json", "as_json", is_flag=True, help="Each article as a JSON line.")
def search(*, query: str, since: str, until: str, feed: str, language: str, limit: int, as_json: bool) -> None:
    """Search the stored texts for QUERY: all its words, whatever their case and accents.

    "a phrase" in quotes; a OR b; -not; prefix*; title:word; a NEAR/9 b; brackets. What was stored last comes first,
    each article once, by its newest text that has the words.

    \b
    Example: wirewatch search 'lachin "medical convoy" -festival' --from 2026-11-01
    """
    from pipelines.search.archive import search as search_archive
    from pipelines.search.narrowing import read_narrow
    from pipelines.search.query import read_search
    from storage.store import open_store

    with closing(open_store(here().database_url)) as store:
        sought = read_search(query)
        narrow = read_narrow(since=since, until=until, feed=feed, language=language, feeds=store.search.feeds())
        answer = search_archive(store.search, sought, narrow, limit)
    for one in answer.found:
        if as_json:
            echo_json(_facts(one))
        else:
            _show(one)
    if not answer.found:
        click.echo("nothing found", err=True)
    elif answer.looked_to is not None:
        click.echo(f"the {limit} newest are shown; --limit shows more", err=True)


def _show(found: Found) -> None:
    text, content = found.text, found.text.content
    about = [f"{text.at:%Y-%m-%d %H:%M} UTC", cut(clean(text.outlet), 40)]
    about += [language_name(content.language)] if content.language else []
    about += [f"article {text.article_id}", *([] if text.latest else ["an earlier text"])]
    click.echo(click.style(" · ".join(about), dim=True))
    click.echo(_line(excerpt.headline(content, found.hits)) or "(no headline)")
    for quote in excerpt.quotes(content, found.hits):
        click.echo(f"    {_line(quote)}")
    click.echo(f"    {clean(text.link)}\n" if text.link else "")


def _line(quote: Quote) -> str:
    return "".join(
        click.style(f"*{clean(part.text)}*", bold=True) if part.hit else cut(clean(part.text), 300) for part in quote
    )


def _facts(found: Found) -> dict[str, object]:
    text, content = found.text, found.text.content
    return {
        "article_id": text.article_id,
        "title": content.title,
        "outlet": text.outlet,
        "language": content.language,
        "url": text.link,
        "at": text.at.isoformat(),
        "latest": text.latest,
        "quotes": ["".join(part.text for part in quote) for quote in excerpt.quotes(content, found.hits)],
        "hits": [{"field": hit.field, "start": hit.start, "end": hit.end, "text": hit.text} for hit in found.hits],
    }
