"""`wirewatch feeds add`: a site's sources found, and one of them or more added to feeds.yaml."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli.here import fetcher_of, here
from pipelines.cli.output import echo_table
from pipelines.config import Settings
from pipelines.errors import BadStatus, FetchError, WirewatchError
from pipelines.states import SourceKind

if TYPE_CHECKING:
    from pipelines.desk_files.reading import Data
    from pipelines.ingest.discovery import Found

_ANYWAY = "nothing was added (--no-check adds it all the same)"


@click.command("add")
@click.argument("url")
@click.option("--pick", "picks", type=click.IntRange(1), multiple=True, help="Number of a source found; repeatable.")
@click.option("--id", "feed_id", help="Id of the new feed; made from its address if not given.")
@click.option("--outlet", help="Whose feed it is: an id under `outlets`.")
@click.option("--language", help="Language of its articles, such as en or hy.")
@click.option("--every", help="How often to poll it, such as 5m.")
@click.option("--tag", "tags", multiple=True, help="A tag for its articles; may be repeated.")
@click.option("--links", help="For a plain page: which links lead to articles, as an RE2 pattern.")
@click.option("--no-check", is_flag=True, help="Do not fetch it first.")
def add_command(
    *,
    url: str,
    picks: tuple[int, ...],
    feed_id: str | None,
    outlet: str | None,
    language: str | None,
    every: str | None,
    tags: tuple[str, ...],
    links: str | None,
    no_check: bool,
) -> None:
    """Add a feed to feeds.yaml, which keeps its order and comments; it is fetched and read first.

    URL is a feed, a sitemap, a site (its feeds are looked for), a Telegram channel (t.me/NAME or @NAME), or with
    --links a plain page. Where a site has several feeds they are listed: choose with --pick.

    Example: wirewatch feeds add https://example.org/rss --language en --every 5m
    """
    from pipelines.ingest.discovery import as_address
    from pipelines.ingest.feeds_file import add_feed, check_line, free_id

    settings = here()
    path, address = settings.desk / "feeds.yaml", as_address(url)
    wanted = {"outlet": outlet, "language": language, "every": every, "links": links}
    said: dict[str, Data] = {key: value for key, value in wanted.items() if value}
    said |= {"kind": "page"} if links else {}
    said |= {"tags": list(tags)} if tags else {}
    check_line(path, {"id": feed_id or free_id(path, address), "url": address, **said})
    if no_check:
        items = [({"url": address, **said}, "not checked")]
    elif links:
        items = [_page(settings, address, links, said)]
    else:
        items = [(_line(one, said), _words(one)) for one in _chosen(path, _found(settings, address), picks)]
    for item, words in items:
        named = feed_id if feed_id and len(items) == 1 else free_id(path, str(item["url"]))
        add_feed(path, {"id": named, **item})
        click.echo(f"{path}: added {named} ({words}); it is polled from the next run on")


def _found(settings: Settings, address: str) -> Sequence["Found"]:
    from pipelines.ingest.discovery import discover

    try:
        found = discover(address, fetcher_of(settings))
    except FetchError as error:
        reason = f"HTTP {error.status}" if isinstance(error, BadStatus) else error.reason
        raise WirewatchError(f"{error.url}: {reason}; {_ANYWAY}") from error
    if not found:
        raise WirewatchError(
            f"{address}: no feed, sitemap or channel was found; {_ANYWAY}. A page without a feed can be watched with"
            " --links, a pattern that the addresses of its articles meet"
        )
    return found


def _chosen(path: Path, found: Sequence["Found"], picks: tuple[int, ...]) -> Sequence["Found"]:
    """Those picked; without a pick the one that is plain, where there is one."""
    from pipelines.ingest.feeds_file import load_feeds
    from pipelines.ingest.urls import canonical_url

    if picks:
        if max(picks) > len(found):
            raise WirewatchError(f"--pick {max(picks)}: {len(found)} found")
        return [found[number - 1] for number in dict.fromkeys(picks)]
    known = {canonical_url(feed.url): feed.feed_id for feed in load_feeds(path)}
    new = [one for one in found if canonical_url(one.probe.url) not in known]
    plain = [one for one in new if one.plain] or new
    if len(found) > 1:
        rows = [
            (number, one.probe.kind, len(one.probe.entries), one.probe.title, one.probe.url, _whence(one, known))
            for number, one in enumerate(found, 1)
        ]
        echo_table(("", "kind", "entries", "title", "address", "found"), rows)
    if len(plain) == 1:
        return plain
    why = "choose with --pick NUMBER, more than once for several" if new else "all of them are watched already"
    raise WirewatchError(f"{len(found)} sources found, nothing was added: {why}")


def _whence(one: "Found", known: Mapping[str | None, str]) -> str:
    from pipelines.ingest.urls import canonical_url

    watched = known.get(canonical_url(one.probe.url))
    return f"watched already: {watched}" if watched else one.how


def _line(one: "Found", said: dict[str, "Data"]) -> dict[str, "Data"]:
    kind = {"kind": str(one.probe.kind)} if one.probe.kind is SourceKind.SITEMAP else {}
    language = {"language": one.probe.language} if one.probe.language else {}
    return {"url": one.probe.url, **kind, **language, **said}


def _page(settings: Settings, address: str, links: str, said: dict[str, "Data"]) -> tuple[dict[str, "Data"], str]:
    from pipelines.feed_options import FeedOptions
    from pipelines.ingest.probe import probe_feeds
    from pipelines.model import Feed
    from pipelines.states import FeedId

    page = Feed(feed_id=FeedId("new"), url=address, kind=SourceKind.PAGE, options=FeedOptions(links=links))
    (probe,) = probe_feeds([page], fetcher_of(settings))
    if probe.problem or not probe.entries:
        raise WirewatchError(f"{probe.url}: {probe.problem or 'no link is met by this pattern'}; {_ANYWAY}")
    return {"url": address, **said}, f"{len(probe.entries)} links"


def _words(one: "Found") -> str:
    number = len(one.probe.entries)
    return f"{number} {'entry' if number == 1 else 'entries'}" + (f" of {one.probe.title}" if one.probe.title else "")
